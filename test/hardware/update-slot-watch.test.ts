/** When a reader says that its slot is good, and what it tells of an update: on a card that is a tree of files. */
import { existsSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { AccessEvent } from '../../src/access/events.ts';
import { settleMs, watchSlot } from '../../src/boot/slot-watch.ts';
import { encodeBootEnv } from '../../src/tools/boot-env.ts';
import { keepLast } from '../../src/tools/update-card.ts';
import { installed, UpdatePlace } from './update-place.ts';

let at: UpdatePlace;
beforeEach(() => {
  at = new UpdatePlace();
  mkdirSync(join(at.root, 'run/doorpad'), { recursive: true });
});
afterEach(() => at.remove());

const started = (
  options: { readonly line?: boolean; readonly isOnline?: boolean; readonly away?: readonly string[]; readonly runDirectory?: string } = {},
) => {
  const { line = false, isOnline = false, away = [], runDirectory = join(at.root, 'run/doorpad') } = options;
  const clock = new VirtualClock();
  const events: AccessEvent[] = [];
  const state = { isOnline, away };
  const watch = watchSlot({
    clock,
    config: line ? { line: {} } : {},
    reader: { tell: (event) => events.push(event) },
    isOnline: () => state.isOnline,
    isAway: (device) => state.away.includes(device),
    runDirectory,
    root: at.root,
  });
  return {
    clock,
    events,
    state,
    watch,
    isWell: () => existsSync(join(runDirectory, 'well')),
    wrong: () => readFileSync(join(runDirectory, 'wrong'), 'utf8').trim(),
  };
};
const onTrial = (before = ''): void => {
  at.put('data/update/tried', `${installed} A\n`);
  at.put('data/update/before', `${before}\n`);
};

describe('a slot that is not on trial', () => {
  it('is good once the reader has run for a while and has looked at itself, whatever is wrong with the board', async () => {
    const { clock, events, watch, isWell, wrong } = started({ line: true, away: ['keypad'] });
    watch.selfTested(['keypad']);
    await clock.advance(settleMs - 1);
    expect(isWell()).toBe(false);
    await clock.advance(1);
    expect(isWell()).toBe(true);
    expect(wrong()).toBe('keypad line');
    expect(events).toEqual([]);
  });

  it('is not good before the self-test has ended', async () => {
    const { clock, isWell } = started();
    await clock.advance(settleMs * 10);
    expect(isWell()).toBe(false);
  });

  it('is not good when the reader ended before', async () => {
    const { clock, watch, isWell } = started();
    watch.selfTested([]);
    await clock.advance(settleMs - 1);
    watch.stop();
    await clock.advance(settleMs);
    expect(isWell()).toBe(false);
  });
});

describe('a slot on trial', () => {
  it('is good when nothing is wrong and its line is answered, and the journal hears of it once', async () => {
    onTrial();
    const { clock, events, state, watch, isWell } = started({ line: true });
    watch.selfTested([]);
    await clock.advance(settleMs * 3);
    expect(isWell()).toBe(false);
    state.isOnline = true;
    await clock.advance(1_000);
    expect(isWell()).toBe(true);
    await clock.advance(settleMs);
    expect(events).toEqual([{ code: 'update.inForce', fields: { release: installed } }]);
  });

  it('is not good with a fault that was not there before it', async () => {
    onTrial('lights');
    const { clock, watch, isWell, wrong } = started({ away: ['keypad'] });
    watch.selfTested(['lights', 'keypad']);
    await clock.advance(settleMs * 10);
    expect(isWell()).toBe(false);
    expect(wrong()).toBe('lights keypad');
  });

  it('is good once a device that the self-test missed has come, and not while one that it saw is away', async () => {
    onTrial();
    const { clock, state, watch, isWell, wrong } = started({ away: ['keypad', 'inputs'] });
    watch.selfTested(['keypad', 'inputs']);
    await clock.advance(settleMs);
    expect([isWell(), wrong()]).toEqual([false, 'keypad inputs']);
    state.away = ['cardReader'];
    await clock.advance(settleMs);
    expect([isWell(), wrong()]).toEqual([false, 'cardReader']);
    state.away = [];
    await clock.advance(1_000);
    expect([isWell(), wrong()]).toEqual([true, '']);
  });

  it('is good with the faults that were there before, a silent line among them', async () => {
    onTrial('lights line');
    const { clock, watch, isWell } = started({ line: true });
    watch.selfTested(['lights']);
    await clock.advance(settleMs);
    expect(isWell()).toBe(true);
  });
});

describe('a roll-back', () => {
  it('is told at the start in the old slot', () => {
    at.put('data/update/tried', `${installed + 1} B\n`);
    at.put('boot/firmware/doorpad.env', encodeBootEnv({ first: 'B', left: { A: 2, B: 0 } }));
    expect(started().events).toEqual([{ code: 'update.rolledBack', fields: { release: installed + 1, running: installed } }]);
  });

  it('is told at each start of a release below what was in force here: the slot of that did not start', () => {
    at.put('data/update/floor', `${installed + 3}\n`);
    expect(started().events).toEqual([{ code: 'update.rolledBack', fields: { release: installed + 3, running: installed } }]);
  });

  it('is none when the power went before the other slot was ever to start', () => {
    at.put('data/update/tried', `${installed + 1} B\n`);
    at.put('boot/firmware/doorpad.env', encodeBootEnv({ first: 'A', left: { A: 2, B: 0 } }));
    expect(started().events).toEqual([]);
  });
});

it('a run directory that cannot be written costs the mark, and nothing else', async () => {
  const { clock, watch } = started({ runDirectory: join(at.root, 'missing') });
  watch.selfTested([]);
  await expect(clock.advance(settleMs * 2)).resolves.toBeUndefined();
});

describe('an update that root has refused', () => {
  it('is told once, with its reason; one that was refused before this start is no news', async () => {
    utimesSync(at.put('data/update/refused', 'staleVersion\n'), 1_000, 1_000);
    const { clock, events } = started();
    await clock.advance(5_000);
    expect(events).toEqual([]);
    keepLast(at.root, 'somebody else has signed it', 'wrongSignature');
    await clock.advance(5_000);
    expect(events).toEqual([{ code: 'update.refused', fields: { reason: 'wrongSignature' } }]);
    keepLast(at.root, 'it is in its slot');
    await clock.advance(5_000);
    expect(events).toHaveLength(1);
  });
});
