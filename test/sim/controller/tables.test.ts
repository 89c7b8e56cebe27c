/** The controller keeps the tables of its readers in step: what it sends, when it sends it again, and when it stops. */
import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KnownReader } from '../../../sim/controller/site-store.ts';
import { maxFailures } from '../../../sim/controller/table-keeper.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { crypto, lockDatabase, peopleFile, pinOf, Rig, scratchDirectory, taken } from './rig.ts';

/** Header and a put each: record of six bytes with a PIN and a card (docs/table-profile.md §3, §5, §6). */
const tableBytesOf = (people: number): number => 239 + people * (1 + 6 + 2 * 9);

const manyPeople = (count: number): Record<number, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [at + 1, String(100_000 + at)]));

describe('a controller and the table of its reader', () => {
  it('brings a new reader to the people of today with one snapshot', async () => {
    const rig = await Rig.open();
    expect(await rig.inStep()).toBe(true);
    expect([rig.version, rig.opens('0417'), rig.opens('2468'), rig.opensByCard('CARD1')]).toEqual([1, true, true, true]);
    expect(rig.alarms).toEqual([]);
  });

  it('sends nothing to a reader that has everything', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    rig.reader.restart();
    await rig.until(() => !rig.keeper.state.isOnline);
    expect(await rig.inStep()).toBe(true);
    expect([rig.version, rig.reader.words]).toEqual([1, ['done']]);
  });

  it('sends nothing while nobody was ever listed', async () => {
    const rig = await Rig.open({ people: {} });
    expect(await rig.inStep()).toBe(true);
    expect(rig.version).toBe(0);
  });

  it('brings two readers with keys of their own to the same people', async () => {
    const rig = await Rig.open({ readers: 2 });
    expect(await rig.inStep()).toBe(true);
    expect(rig.readers.map((reader) => rig.opens('0417', reader))).toEqual([true, true]);
  });

  it('revokes a rolled PIN at once, and puts the new one in force by a delta', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    taken(await rig.people.rollPin(1, pinOf('1357')));
    expect(await rig.until(() => !rig.opens('0417'), 1_000)).toBe(true);
    expect([rig.version, rig.opens('1357')]).toEqual([1, false]);
    expect(await rig.inStep()).toBe(true);
    expect([rig.version, rig.opens('0417'), rig.opens('1357'), rig.opens('2468')]).toEqual([2, false, true, true]);
    expect(rig.reader.table.state()?.revocation).toBe(1);
  });

  it('revokes ahead of a long table that is on its way', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    taken(await rig.people.importFile(peopleFile({ 1: '0417', ...Object.fromEntries(Object.entries(manyPeople(3_000)).slice(1)) })));
    expect(await rig.until(() => (rig.reader.table.staged()?.receivedBytes ?? 0) > 20_000, 60_000)).toBe(true);
    taken(await rig.people.rollPin(1, pinOf('1357')));
    expect(await rig.until(() => !rig.opens('0417'), 1_000)).toBe(true);
    expect(rig.version).toBe(1);
    expect(await rig.inStep(120_000)).toBe(true);
    expect([rig.opens('0417'), rig.opens('1357')]).toEqual([false, true]);
  });

  it('takes away somebody who is listed no more, and a card that is', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    taken(await rig.people.importFile(peopleFile({ 1: '0417' })));
    expect(await rig.until(() => !rig.opens('2468') && !rig.opensByCard('CARD2'), 1_000)).toBe(true);
    expect(await rig.inStep()).toBe(true);
    expect([rig.opens('0417'), rig.reader.table.state()?.persons]).toEqual([true, 1]);
  });

  it('goes version by version, however many changes come at once', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    for (const pin of ['1111', '2222', '3333', '4444']) taken(await rig.people.rollPin(1, pinOf(pin)));
    expect(await rig.inStep()).toBe(true);
    expect(['0417', '1111', '2222', '3333', '4444'].map((pin) => rig.opens(pin))).toEqual([false, false, false, false, true]);
    expect(new Set(rig.reader.words)).toEqual(new Set(['done']));
    taken(await rig.people.rollPin(1, pinOf('0417')));
    expect(await rig.inStep()).toBe(true);
    expect([rig.opens('0417'), rig.opens('4444')]).toEqual([true, false]);
  });

  it.each([1, 239, 5_000, 20_000])('goes on where a transfer was cut after %i bytes', async (bytes) => {
    const rig = await Rig.open({ people: manyPeople(1_000) });
    rig.reader.behaviour.cutsTablesAfterBytes = bytes;
    expect(await rig.until(() => rig.reader.behaviour.cutsTablesAfterBytes === undefined, 60_000)).toBe(true);
    const staged = rig.reader.table.staged()?.receivedBytes ?? 0;
    await rig.clock.advance(10_000);
    rig.reader.restart();
    expect(await rig.inStep(60_000)).toBe(true);
    expect([rig.version, rig.reader.words, staged >= Math.min(bytes, 239) || bytes < 239]).toEqual([1, ['done'], true]);
  });

  it('goes on with the same file after a restart of its own', async () => {
    const rig = await Rig.open({ people: manyPeople(1_000) });
    await rig.until(() => (rig.reader.table.staged()?.receivedBytes ?? 0) > 10_000);
    await rig.restart();
    expect(await rig.inStep(60_000)).toBe(true);
    expect([rig.version, rig.reader.words, rig.reader.tableBytes]).toEqual([1, ['done'], tableBytesOf(1_000)]);
  });

  it('goes on with the same file at once when a new session cut it off, which is no refusal', async () => {
    const rig = await Rig.open({ people: manyPeople(2_000) });
    expect(await rig.until(() => rig.reader.tableBytes > 20_000)).toBe(true);
    taken(await rig.controller.changeScbk(1, new SecretBytes(crypto.sha256(Uint8Array.of(77)).subarray(0, 16))));
    expect(await rig.until(() => rig.reader.sessions === 2)).toBe(true);
    const sentBytes = rig.reader.tableBytes;
    expect(await rig.until(() => rig.reader.tableBytes > sentBytes, 2_000)).toBe(true);
    expect(await rig.inStep()).toBe(true);
    expect([rig.reader.words, rig.version, rig.alarms]).toEqual([['done'], 1, []]);
  });

  it('answers a wrong base with a snapshot', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    rig.reader.behaviour.refusesTables = 'wrongBase';
    taken(await rig.people.rollPin(1, pinOf('1357')));
    expect(await rig.until(() => rig.reader.words.includes('wrongBase'))).toBe(true);
    rig.reader.behaviour.refusesTables = undefined;
    expect(await rig.inStep()).toBe(true);
    expect([rig.version, rig.opens('1357')]).toEqual([3, true]);
  });

  it('gives up after a few refusals with an alarm, and tries anew when people change', async () => {
    const rig = await Rig.open({ pollIntervalMs: 500 });
    rig.reader.behaviour.refusesTables = 'diskFull';
    expect(await rig.until(() => rig.keeper.state.keeping === 'suspended', 600_000)).toBe(true);
    expect([rig.reader.words.length, rig.alarms]).toEqual([maxFailures, ['table.notTaken']]);
    await rig.clock.advance(600_000);
    expect(rig.reader.words.length).toBe(maxFailures);
    rig.reader.behaviour.refusesTables = undefined;
    taken(await rig.people.rollPin(1, pinOf('1357')));
    expect(await rig.inStep()).toBe(true);
  });

  it('tries anew every hour', async () => {
    const rig = await Rig.open({ pollIntervalMs: 1_000 });
    rig.reader.behaviour.refusesTables = 'failed';
    await rig.until(() => rig.keeper.state.keeping === 'suspended', 600_000);
    rig.reader.behaviour.refusesTables = undefined;
    await rig.clock.advance(3_600_000);
    expect(await rig.inStep()).toBe(true);
  });

  it('alarms about content that is not what was sent, and mends it by a snapshot', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    rig.reader.behaviour.saysOfTable = { contentHash: new Uint8Array(32).fill(7) };
    rig.reader.restart();
    expect(await rig.until(() => rig.alarms.includes('table.diverged'), 30_000)).toBe(true);
    expect(await rig.until(() => rig.version >= 2)).toBe(true);
    rig.reader.behaviour.saysOfTable = undefined;
    expect(await rig.inStep(120_000)).toBe(true);
  });

  it('finds within the hour that a reader has other content than it should', async () => {
    const rig = await Rig.open({ pollIntervalMs: 1_000 });
    await rig.inStep();
    rig.reader.behaviour.saysOfTable = { contentHash: new Uint8Array(32).fill(7) };
    expect(await rig.until(() => rig.alarms.includes('table.diverged'), 3_700_000)).toBe(true);
  });

  it('alarms when an old disk comes back, and goes on above the version it had', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    const old = rig.reader.changeDisk();
    expect(await rig.until(() => rig.alarms.includes('table.lost'), 30_000)).toBe(true);
    expect(await rig.inStep()).toBe(true);
    expect(rig.version).toBe(2);
    rig.reader.changeDisk(old);
    expect(await rig.until(() => rig.alarms.includes('table.rolledBack'), 30_000)).toBe(true);
    expect(await rig.inStep()).toBe(true);
    expect([rig.version, rig.opens('0417')]).toEqual([3, true]);
  });

  it('goes on above the versions, revocations and orders of a reader after a restore from an old backup', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    const backup = scratchDirectory();
    cpSync(rig.place.directory, backup, { recursive: true });
    for (const pin of ['1111', '2222', '3333']) {
      taken(await rig.people.rollPin(1, pinOf(pin)));
      await rig.inStep();
    }
    void rig.keeper.order({ kind: 'release' });
    expect(await rig.until(() => rig.reader.orderNumber === 1)).toBe(true);
    const before = rig.version;
    await rig.restart(backup);
    expect(await rig.inStep(30_000)).toBe(true);
    expect(rig.alarms).toContain('table.ahead');
    expect([rig.version > before, rig.opens('0417'), rig.opens('3333')]).toEqual([true, true, false]);
    taken(await rig.people.rollPin(1, pinOf('5555')));
    expect(await rig.until(() => !rig.opens('0417'), 1_000)).toBe(true);
    expect(await rig.inStep()).toBe(true);
    void rig.keeper.order({ kind: 'release' });
    expect(await rig.until(() => rig.reader.orderNumber === 2)).toBe(true);
    expect(rig.opens('5555')).toBe(true);
  });

  it.each([
    ['isKeyed', { isKeyed: false }, 'table.notKeyed'],
    ['format', { format: 0 }, 'table.wrongFormat'],
    ['isReadOnly', { isReadOnly: true }, 'table.readOnly'],
  ] as const)('sends nothing to a reader that could not take it, and alarms: %s', async (_, says, alarm) => {
    const rig = await Rig.open();
    rig.reader.behaviour.saysOfTable = says;
    expect(await rig.until(() => rig.alarms.includes(alarm))).toBe(true);
    await rig.clock.advance(60_000);
    expect([rig.version, rig.reader.words]).toEqual([0, []]);
  });

  it('sends a damaged reader a snapshot', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    rig.reader.behaviour.saysOfTable = { isDamaged: true };
    rig.reader.restart();
    expect(await rig.until(() => rig.version >= 2, 60_000)).toBe(true);
    expect(rig.alarms).toContain('table.damaged');
    rig.reader.behaviour.saysOfTable = undefined;
    expect(await rig.inStep(120_000)).toBe(true);
  });

  it('makes good a refused revocation by the table that follows', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    rig.reader.behaviour.refusesFiles = 'failed';
    taken(await rig.people.rollPin(1, pinOf('1357')));
    expect(await rig.inStep()).toBe(true);
    expect([rig.opens('0417'), rig.opens('1357')]).toEqual([false, true]);
  });

  it('forgets old PINs once every reader has the new ones', async () => {
    const rig = await Rig.open({ readers: 2 });
    await rig.inStep();
    taken(await rig.people.rollPin(1, pinOf('1357')));
    await rig.inStep();
    expect([await rig.store.people.changedSince(0), await rig.store.people.withdrawnSince(0, 10)]).toEqual([[], []]);
  });

  it('waits longer after each failure', async () => {
    const rig = await Rig.open();
    rig.reader.behaviour.refusesTables = 'failed';
    const atMs: number[] = [];
    for (let count = 1; count <= 5; count += 1) {
      await rig.until(() => rig.reader.words.length === count, 120_000);
      atMs.push(rig.clock.nowMs());
    }
    const pauses = atMs.slice(1).map((ms, at) => Math.round((ms - (atMs[at] as number)) / 1_000));
    expect(pauses).toEqual([1, 2, 4, 8]);
  });

  it('is alarmed, and stops, when its own disk fails', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    taken(await rig.people.rollPin(1, pinOf('1357')));
    const unlock = lockDatabase(rig.place);
    expect(await rig.until(() => rig.alarms.includes('store.failed'))).toBe(true);
    expect([rig.opens('0417'), rig.version]).toEqual([false, 1]);
    unlock();
    expect(await rig.inStep(120_000)).toBe(true);
    expect(rig.opens('1357')).toBe(true);
  });

  it('stops with an alarm when versions are spent', async () => {
    const rig = await Rig.open();
    await rig.store.site.raiseVersion(1, 0xffff_ffff);
    expect(await rig.until(() => rig.keeper.state.keeping === 'suspended')).toBe(true);
    expect(rig.alarms).toEqual(['table.notTaken']);
  });

  it('makes a new version of what a reader calls stale', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    rig.reader.behaviour.refusesTables = 'staleVersion';
    taken(await rig.people.rollPin(1, pinOf('1357')));
    await rig.until(() => rig.reader.words.includes('staleVersion'));
    rig.reader.behaviour.refusesTables = undefined;
    expect(await rig.inStep()).toBe(true);
    expect(rig.version).toBeGreaterThan(2);
  });

  it('leaves out revocations that are more than a reader takes, and sends the table', async () => {
    const rig = await Rig.open({ people: manyPeople(4_200) });
    expect(await rig.inStep(240_000)).toBe(true);
    taken(await rig.people.importFile(peopleFile({ 1: '0417' })));
    expect(await rig.inStep(60_000)).toBe(true);
    expect([rig.opens('0417'), rig.opens('100001'), rig.reader.heard.some(({ name }) => name === 'filePart')]).toEqual([true, false, false]);
  });

  it('looks after a reader no more that was taken off the line', async () => {
    const rig = await Rig.open({ readers: 2 });
    await rig.inStep();
    rig.controller.remove(1);
    taken(await rig.people.rollPin(1, pinOf('1357')));
    expect(await rig.inStep()).toBe(true);
    expect([rig.controller.readers.length, rig.version, rig.readers[1]?.table.state()?.version]).toEqual([1, 1, 2]);
    expect(rig.controller.add((await rig.store.site.readers())[1] as KnownReader)).toEqual({ ok: false, failure: 'addressInUse' });
  });

  it('has a rolled PIN dead and its successor in force within seven polls', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    const beganMs = rig.clock.nowMs();
    taken(await rig.people.rollPin(1, pinOf('1357')));
    await rig.until(() => !rig.opens('0417'));
    const deadMs = rig.clock.nowMs() - beganMs;
    await rig.until(() => rig.opens('1357'));
    expect([deadMs <= 150, rig.clock.nowMs() - beganMs <= 350]).toEqual([true, true]);
  });
});
