/** Who decides, by the table of R17, and when that is told. */
import { describe, expect, it } from 'vitest';
import {
  DeciderNews,
  isPanelHeard,
  isPanelThere,
  type LineFacts,
  newsGapMs,
  panelGoneMs,
  panelPollMs,
  settingInForce,
  whoDecides,
} from '../../src/link/who-decides.ts';

const secure: LineFacts = { isSecure: true, isOnline: true, polledAtMs: 1_000, heardAtMs: 1_000 };
const clear: LineFacts = { ...secure, isSecure: false };

describe('whether the panel is there', () => {
  it('is so while a session is open and the last POLL is 2 s old at most', () => {
    expect(isPanelThere(secure, false, 1_000)).toBe(true);
    expect(isPanelThere(secure, false, 1_000 + panelPollMs)).toBe(true);
    expect(isPanelThere(secure, false, 1_001 + panelPollMs)).toBe(false);
  });

  it('is not so before the first POLL', () => {
    expect(isPanelThere({ ...secure, polledAtMs: Number.NEGATIVE_INFINITY }, false, 1_000)).toBe(false);
    expect(isPanelHeard({ ...secure, heardAtMs: Number.NEGATIVE_INFINITY }, false, 1_000)).toBe(false);
  });

  it('is so in clear only where the settings allow it, and while somebody is there', () => {
    expect(isPanelThere(clear, false, 1_000)).toBe(false);
    expect(isPanelThere(clear, true, 1_000)).toBe(true);
    expect(isPanelThere({ ...clear, isOnline: false }, true, 1_000)).toBe(false);
  });

  it('keeps what it has switched on for less than 8 s after its last word', () => {
    expect(isPanelHeard(secure, false, 999 + panelGoneMs)).toBe(true);
    expect(isPanelHeard(secure, false, 1_000 + panelGoneMs)).toBe(false);
    expect(isPanelHeard(clear, false, 1_000)).toBe(false);
  });
});

describe('who decides', () => {
  it.each([
    ['reader', true, 'reader'],
    ['reader', false, 'reader'],
    ['panel', true, 'panel'],
    ['panel', false, 'panel'],
    ['panelThenReader', true, 'panel'],
    ['panelThenReader', false, 'reader'],
  ] as const)('is for the setting %s, the panel being there: %s, the %s', (setting, isThere, decider) => {
    expect(whoDecides(setting, isThere)).toBe(decider);
  });

  it.each([
    ['reader', undefined, 'reader'],
    ['panel', undefined, 'panel'],
    ['panelThenReader', undefined, 'panelThenReader'],
    ['reader', true, 'panel'],
    ['panel', true, 'panel'],
    ['panelThenReader', true, 'panelThenReader'],
    ['reader', false, 'reader'],
    ['panel', false, 'reader'],
    ['panelThenReader', false, 'reader'],
  ] as const)('is for the setting %s and the order %s as for the setting %s', (setting, handedOver, inForce) => {
    expect(settingInForce(setting, handedOver)).toBe(inForce);
  });
});

describe('news of who decides', () => {
  it('come at once when there were none for a minute', () => {
    const news = new DeciderNews();
    expect(news.deadlineMs).toBeUndefined();
    expect(news.take('reader', 0)).toBeUndefined();
    news.changed();
    expect(news.take('panel', 5)).toEqual({ decider: 'panel', changes: 1 });
    expect(news.take('panel', 5)).toBeUndefined();
  });

  it('are put together within a minute, with how often it changed', () => {
    const news = new DeciderNews();
    news.changed();
    news.take('panel', 0);
    for (let changes = 0; changes < 4; changes += 1) news.changed();
    expect(news.deadlineMs).toBe(newsGapMs);
    expect(news.take('panel', newsGapMs - 1)).toBeUndefined();
    expect(news.take('panel', newsGapMs)).toEqual({ decider: 'panel', changes: 4 });
  });
});
