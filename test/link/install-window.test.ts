/** Install mode: which hands open it, and what closes it; then with a panel that sets its key in it. */
import { describe, expect, it } from 'vitest';
import { type InstallEvent, InstallWindow, installKeys, installKeysMs, maxInstallMs } from '../../src/link/install-window.ts';
import type { Key } from '../../src/ports/keypad.ts';
import { PanelRig } from './panel-rig.ts';

const start = 500;

const windowOf = (mayOpen = () => true) => {
  const told: InstallEvent[] = [];
  const window = new InstallWindow(start, mayOpen, (event) => told.push(event));
  const type = (keys: string, atMs: number): readonly boolean[] => [...keys].map((key) => window.key(key as Key, atMs));
  return { window, told, type };
};

describe('install mode', () => {
  it('is closed until a hand opens it', () => {
    const { window, told } = windowOf();
    expect([window.isOpenAt(start), window.deadlineMs, window.lightAt(start)]).toEqual([false, undefined, undefined]);
    window.expire(start + 1);
    window.heard({ type: 'key.proven' });
    expect(told).toEqual([]);
  });

  it('is opened by its keys within 10 s of power-up, whatever was typed before them', () => {
    const { window, told, type } = windowOf();
    expect(type(`12${installKeys}`, start + installKeysMs)).toEqual([false, false, false, false, false, false, true]);
    expect(window.isOpenAt(start + installKeysMs)).toBe(true);
    expect(told).toEqual([{ type: 'opened', by: 'keys' }]);
  });

  it('is not opened by keys typed later, nor by others', () => {
    const { told, type } = windowOf();
    type('*0*0*0*00#', start);
    type(installKeys.slice(0, -1), start + installKeysMs);
    type(installKeys.slice(-1), start + installKeysMs + 1);
    expect(told).toEqual([]);
  });

  it('is opened by opening the case, at any time', () => {
    const { window, told } = windowOf();
    window.caseOpened(start + 5 * installKeysMs);
    expect(told).toEqual([{ type: 'opened', by: 'case' }]);
  });

  it('is never open on a reader that has a key, or that decides itself', () => {
    let mayOpen = false;
    const { window, told, type } = windowOf(() => mayOpen);
    window.caseOpened(start);
    expect(type(installKeys, start).at(-1)).toBe(false);
    expect(told).toEqual([]);
    mayOpen = true;
    window.caseOpened(start);
    mayOpen = false;
    expect(window.isOpenAt(start + 1)).toBe(false);
    expect(window.lightAt(start + 1)).toBeUndefined();
    window.expire(start + 1);
    expect(told.at(-1)).toEqual({ type: 'closed', why: 'paired' });
  });

  it('closes after 15 min, and a hand that finds it open does not make it longer', () => {
    const { window, told } = windowOf();
    window.caseOpened(start);
    window.caseOpened(start + 60_000);
    expect(window.deadlineMs).toBe(start + maxInstallMs);
    window.expire(start + maxInstallMs - 1);
    expect(window.isOpenAt(start + maxInstallMs - 1)).toBe(true);
    expect(window.isOpenAt(start + maxInstallMs)).toBe(false);
    window.expire(start + maxInstallMs);
    expect(told).toEqual([
      { type: 'opened', by: 'case' },
      { type: 'closed', why: 'late' },
    ]);
  });

  it('is for one session: it closes when that ends, not when another does', () => {
    const { window, told } = windowOf();
    window.caseOpened(start);
    window.heard({ type: 'session.opened', key: 'own' });
    window.heard({ type: 'session.closed' });
    expect(window.isOpenAt(start)).toBe(true);
    window.heard({ type: 'session.opened', key: 'default' });
    window.heard({ type: 'session.closed' });
    expect(window.isOpenAt(start)).toBe(false);
    expect(told.at(-1)).toEqual({ type: 'closed', why: 'session' });
    window.caseOpened(start + 1);
    expect(window.isOpenAt(start + 1)).toBe(true);
  });

  it('closes when a key has proved itself', () => {
    const { window, told } = windowOf();
    window.caseOpened(start);
    window.heard({ type: 'key.proven' });
    expect(told.at(-1)).toEqual({ type: 'closed', why: 'paired' });
  });

  it('shows violet and blue by turns, each half a second', () => {
    const { window } = windowOf();
    window.caseOpened(start);
    expect(window.lightAt(start)).toEqual({ colour: 'violet', untilMs: start + 500 });
    expect(window.lightAt(start + 499)).toEqual({ colour: 'violet', untilMs: start + 500 });
    expect(window.lightAt(start + 500)).toEqual({ colour: 'blue', untilMs: start + 1_000 });
    expect(window.lightAt(start + 1_000)?.colour).toBe('violet');
  });
});

describe('a panel without a key for this reader', () => {
  it('gets no session on the default key while install mode is closed', async () => {
    const rig = new PanelRig({ pairing: 'unpaired' });
    rig.installKey();
    await rig.wait(60_000);
    expect(rig.pdEvents.some(({ type }) => type === 'session.opened')).toBe(false);
    expect(rig.panel.allowsInstall).toBe(false);
  });

  it('sets its key once install mode is opened by hand, and then decides', async () => {
    const rig = new PanelRig({ pairing: 'unpaired' });
    rig.installKey();
    expect(rig.type(installKeys).at(-1)).toBe(true);
    await rig.wait(5_000);
    expect(rig.acuEvents.map(({ kind }) => kind)).toContain('keyChanged');
    expect(rig.installs.map(({ event }) => event)).toEqual([
      { type: 'opened', by: 'keys' },
      { type: 'closed', why: 'session' },
    ]);
    expect(rig.keys.value.current).toBeDefined();
    expect(rig.panel.isThere).toBe(true);
    rig.panel.caseOpened();
    expect(rig.panel.allowsInstall).toBe(false);
  });

  it('is shown by the lights at the reader, over everything but a signal, until it is over', async () => {
    const rig = new PanelRig({ pairing: 'unpaired' });
    await rig.wait(2_000);
    const openedMs = rig.nowMs;
    rig.panel.caseOpened();
    await rig.wait(maxInstallMs + 1_000);
    expect(rig.shownSince(openedMs).slice(0, 4)).toEqual(['0 violet', '500 blue', '1000 violet', '1500 blue']);
    // The last turn was blue, and so is a reader at rest.
    expect(rig.shownSince(openedMs).at(-1)).toBe(`${maxInstallMs - 500} blue`);
    expect(rig.installs.at(-1)).toEqual({ event: { type: 'closed', why: 'late' }, atMs: openedMs + maxInstallMs });
  });
});
