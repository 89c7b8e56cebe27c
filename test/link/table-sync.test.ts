/** The PIN table over the line: in force whole or not at all, resumed where it was cut, refused with a reason. */
import { describe, expect, it } from 'vitest';
import { blankMedium } from '../../sim/devices/memory-table-disk.ts';
import { MemoryTableStore } from '../../sim/devices/memory-table-store.ts';
import { Door } from '../../sim/door.ts';
import { factsOf, type SimPerson, tableOf } from '../../sim/people.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { maxGatheredBytes, pauseBytes, pauseMs } from '../../src/link/file-sync.ts';
import { tableFileType } from '../../src/link/messages.ts';
import { storeBytes, type TableIntakeParts } from '../../src/link/table-intake.ts';
import type { TableStore } from '../../src/ports/table-store.ts';
import { Fault } from '../../src/shared/faults.ts';
import { headerBytes } from '../../src/table/header.ts';
import { publishDelta, publishRevocation } from '../../src/table/publish.ts';
import { taken } from '../osdp/secure-pair.ts';
import { ann, ben, Disk, outcomes, second, told } from '../scenarios/tools.ts';
import { LinkBench } from './link-bench.ts';
import { syncRig } from './sync-rig.ts';

const crypto = new NodeCrypto();
const people = [ann, ben];
const processed = { kind: 'fileEnded', outcome: { kind: 'ended', status: 'processed' } };
const ended = (status: string): unknown => ({ kind: 'fileEnded', outcome: { kind: 'ended', status } });

/** Enough people for a file of some kilobytes. */
const crowd = (count: number): SimPerson[] =>
  Array.from({ length: count }, (_, at) => ({ name: `p${at}`, pin: String(10_000 + at), cards: [`c${at}`] }));

/** What a real disk does to the sink: everything takes `delayMs`, until it is broken. */
class SlowTable implements TableStore {
  delayMs = 0;
  isBroken = false;
  writes: number[] = [];
  readonly #store: TableStore;
  readonly #clock: VirtualClock;

  constructor(store: TableStore, clock: VirtualClock) {
    this.#store = store;
    this.#clock = clock;
  }

  state = (): ReturnType<TableStore['state']> => this.#store.state();
  staged = (): ReturnType<TableStore['staged']> => this.#store.staged();
  find = (tag: bigint): ReturnType<TableStore['find']> => this.#store.find(tag);
  scrub = (): Promise<boolean> => this.#store.scrub();
  close = (): Promise<void> => this.#store.close();
  revoke = (file: Uint8Array): ReturnType<TableStore['revoke']> => this.#later(() => this.#store.revoke(file));
  apply = (): ReturnType<TableStore['apply']> => this.#later(() => this.#store.apply());
  receive(offset: number, bytes: Uint8Array): ReturnType<TableStore['receive']> {
    this.writes.push(bytes.length);
    return this.#later(() => this.#store.receive(offset, bytes));
  }

  async #later<Value>(work: () => Promise<Value>): Promise<Value> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#clock.setTimeout(resolve, this.delayMs);
    await promise;
    if (this.isBroken) throw new Fault('disk.failed', 'the disk of the test is broken');
    return work();
  }
}

describe('a table over the line', () => {
  it('is in force once it is whole, and its people get in', async () => {
    const bench = await LinkBench.open({ people, hasTable: false, mode: 'cardOrPin' });
    await bench.connect();
    expect(await bench.transfer(tableOf(bench.door.publisher, 1, people))).toEqual(processed);
    expect(bench.named('table')).toEqual([{ name: 'table', outcome: 'done', version: 1 }]);
    expect(bench.codes()).toContain('table.applied');
    await bench.door.type('0417#');
    expect(outcomes(bench.door)).toContain('access.granted ann');
    expect(await bench.status('table')).toMatchObject({ version: 1, persons: 2, stagedBytes: 0 });
  });

  it('a rolled PIN: the old one is dead with the revocation, the new one lives with the delta', async () => {
    const bench = await LinkBench.open({ people: [ann], mode: 'pinOnly' });
    await bench.connect();
    const { publisher, table } = bench.door;
    const before = factsOf(crypto, publisher.tableKey, 1, ann);
    const after = factsOf(crypto, publisher.tableKey, 1, { ...ann, pin: '8642' });
    const oldTag = before.credentials.find(({ kind }) => kind === 'pin')?.tag ?? 0n;
    const base = table.state();
    expect(await bench.sendParts(publishRevocation(publisher, { after: 0, number: 1, entries: [{ kind: 'tag', tag: oldTag }] }))).toBe('done');
    await bench.door.type('0417#');
    await bench.door.type('8642#');
    expect(outcomes(bench.door)).not.toContain('access.granted ann');
    const delta = taken(
      publishDelta(publisher, {
        base: { ...base, revocation: 0 } as NonNullable<typeof base>,
        version: 2,
        revocation: 1,
        changes: [{ before, after }],
      }),
    );
    expect(await bench.transfer(delta.file)).toEqual(processed);
    await bench.door.type('0417#');
    expect(outcomes(bench.door)).not.toContain('access.granted ann');
    await bench.door.type('8642#');
    expect(outcomes(bench.door)).toContain('access.granted ann');
    await bench.wait(2 * second);
    expect(bench.codes()).toEqual(expect.arrayContaining(['table.revoked', 'table.applied']));
  });

  it('C1: cut at each stretch of a file, the old table stays in force and the transfer goes on where it was', async () => {
    const crowded = crowd(300);
    for (let cut = 1; cut <= 12; cut += 1) {
      const bench = await LinkBench.open({ people, mode: 'cardOrPin', baudRate: 57_600 });
      await bench.connect();
      const file = tableOf(bench.door.publisher, 2, crowded);
      bench.sendFile(file);
      await bench.wait(cut * 100);
      const sentBytes = bench.events.reduce((most, event) => (event.kind === 'fileProgress' ? Math.max(most, event.offset) : most), 0);
      await bench.cut(10 * second);
      expect(bench.door.table.state()?.version, `cut ${cut}`).toBe(1);
      bench.door.story();
      await bench.door.type('0417#');
      expect(outcomes(bench.door)).toContain('access.granted ann');
      await bench.wait(10 * second);
      const { stagedBytes, stagedHeaderHash } = await bench.status('table');
      if (stagedBytes > 0) expect(stagedHeaderHash).toEqual(Uint8Array.from(crypto.sha256(file.subarray(0, headerBytes))));
      expect(stagedBytes).toBeGreaterThanOrEqual(sentBytes <= headerBytes ? 0 : sentBytes - 128);
      expect(await bench.transfer(file, stagedBytes), `cut ${cut}`).toEqual(processed);
      expect(bench.door.table.state()).toMatchObject({ version: 2, persons: crowded.length });
    }
  });

  it('a power cut in the middle costs a few kilobytes at most, and never the table in force', async () => {
    const bench = await LinkBench.open({ people, baudRate: 57_600 });
    await bench.connect();
    const file = tableOf(bench.door.publisher, 2, crowd(2_000));
    bench.sendFile(file);
    await bench.wait(4 * second);
    bench.door.cutPower();
    const sentBytes = bench.events.reduce((most, event) => (event.kind === 'fileProgress' ? Math.max(most, event.offset) : most), 0);
    await bench.wait(1 * second);
    await bench.door.powerOn();
    await bench.wait(20 * second);
    const { stagedBytes, version } = await bench.status('table');
    expect(version).toBe(1);
    expect(sentBytes - stagedBytes).toBeLessThanOrEqual(storeBytes + 128);
    expect(stagedBytes).toBeGreaterThan(0);
    expect(await bench.transfer(file, stagedBytes)).toEqual(processed);
  });

  it('events still come up while a table goes down', async () => {
    const bench = await LinkBench.open({ people, mode: 'cardOnly', baudRate: 9_600 });
    await bench.connect(3 * second);
    bench.sendFile(tableOf(bench.door.publisher, 2, crowd(400)));
    await bench.wait(3 * second);
    await bench.door.swipe('A');
    await bench.wait(2 * second);
    expect(bench.codes()).toContain('access.granted');
    expect(bench.events.some(({ kind }) => kind === 'fileEnded')).toBe(false);
  });
});

describe('a table that is refused', () => {
  it('is refused with a reason, as an event and as a reply, and the table in force stays', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    const stranger = await Door.open({ people: [], seed: 99 });
    const whole = tableOf(bench.door.publisher, 2, people);
    const altered = whole.slice();
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    const cases: readonly (readonly [file: Uint8Array, reason: string])[] = [
      [tableOf(bench.door.publisher, 1, people), 'staleVersion'],
      [tableOf(stranger.publisher, 2, people), 'wrongSignature'],
      [altered, 'wrongBody'],
      [whole.subarray(0, whole.length - 1), 'malformed'],
      [whole.subarray(0, 100), 'malformed'],
    ];
    for (const [file, reason] of cases) {
      bench.replies.length = 0;
      bench.door.story();
      expect(await bench.transfer(file), reason).toEqual(ended('malformed'));
      expect(bench.named('table')).toEqual([{ name: 'table', outcome: reason, version: 1 }]);
      expect(told(bench.door)).toContain(`event table.refused reason=${reason}`);
      expect(bench.door.table.state()?.version).toBe(1);
    }
    expect(await bench.transfer(whole)).toEqual(processed);
  });

  it('an offset that is not where the staged file ends is refused', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    expect(await bench.transfer(tableOf(bench.door.publisher, 2, people), 50)).toEqual(ended('malformed'));
    expect(bench.named('table')).toEqual([{ name: 'table', outcome: 'wrongOffset', version: 1 }]);
  });

  it('C10: with an older table.db put back, a version older than was ever in force is refused, and the fact is told', async () => {
    const medium = blankMedium();
    const bench = await LinkBench.open({ people });
    await bench.connect();
    const { publisher, tableMedium } = bench.door;
    Object.assign(medium, structuredClone({ ...tableMedium }));
    for (const version of [2, 3]) expect(await bench.transfer(tableOf(publisher, version, people))).toEqual(processed);
    await bench.wait(1 * second);
    bench.door.cutPower();
    Object.assign(tableMedium, structuredClone({ ...medium }));
    await bench.door.powerOn();
    expect(told(bench.door)).toContain('event table.rolledBack version=1 seenVersion=3 revocation=0 seenRevocation=0');
    await bench.wait(20 * second);
    expect(await bench.status('table')).toMatchObject({ version: 1 });
    expect(await bench.transfer(tableOf(publisher, 2, people))).toEqual(ended('malformed'));
    expect(bench.named('table').at(-1)).toMatchObject({ outcome: 'staleVersion', version: 1 });
    expect(await bench.transfer(tableOf(publisher, 3, people))).toEqual(processed);
  });
});

describe('what was ever in force', () => {
  it('C10: is written down also when the journal would not take it at first', async () => {
    const disk = new Disk();
    const bench = await LinkBench.open({ people, recordFaults: disk });
    await bench.connect();
    const { publisher, tableMedium } = bench.door;
    const before = structuredClone({ ...tableMedium });
    disk.failure = 'disk.full';
    expect(await bench.transfer(tableOf(publisher, 2, people))).toEqual(processed);
    await bench.wait(12 * second);
    disk.failure = undefined;
    await bench.wait(12 * second);
    bench.door.cutPower();
    Object.assign(tableMedium, before);
    await bench.door.powerOn();
    expect(told(bench.door)).toContain('event table.rolledBack version=1 seenVersion=2 revocation=0 seenRevocation=0');
  });

  it('C10: a revocation that came by itself counts', async () => {
    const bench = await LinkBench.open({ people });
    await bench.connect();
    const { publisher, tableMedium } = bench.door;
    const before = structuredClone({ ...tableMedium });
    expect(await bench.sendParts(publishRevocation(publisher, { number: 4, after: 0, entries: [{ kind: 'person', person: 2 }] }))).toBe('done');
    await bench.wait(1 * second);
    bench.door.cutPower();
    Object.assign(tableMedium, before);
    await bench.door.powerOn();
    await bench.wait(20 * second);
    expect(await bench.transfer(tableOf(publisher, 2, people))).toEqual(ended('malformed'));
    expect(bench.named('table').at(-1)).toMatchObject({ outcome: 'staleVersion' });
  });
});

describe('the sink, with a disk that takes its time', () => {
  const open = async (change: Partial<TableIntakeParts> = {}) => {
    const door = Door.unpowered({ people });
    const clock = new VirtualClock();
    const { publisher, trust } = door;
    const store = new MemoryTableStore({ crypto, trust, tableKey: publisher.tableKey });
    const table = new SlowTable(store, clock);
    return { clock, table, ...syncRig(clock, { table, trust, ...change }), file: tableOf(publisher, 1, crowd(3_000)) };
  };
  const piece = 1_024;

  it('asks the sender to pause when much is gathered, and cuts off one that does not', async () => {
    const { clock, sync, table, file } = await open();
    table.delayMs = 60_000;
    expect(sync.begin(tableFileType, file.length, 0)).toEqual({ status: 'goOn' });
    const steps = [];
    for (let at = 0; at < file.length && steps.at(-1)?.status !== 'aborted'; at += piece) steps.push(sync.write(at, file.slice(at, at + piece)));
    expect(steps.at(-1)).toEqual({ status: 'aborted' });
    // The first piece is being written; the others are gathered.
    const pausing = steps.findIndex(({ delayMs }) => delayMs === pauseMs);
    expect(pausing).toBe(pauseBytes / piece);
    expect(steps.slice(pausing, -1).every(({ delayMs }) => delayMs === pauseMs)).toBe(true);
    expect(steps.length - 2).toBe(maxGatheredBytes / piece);
    expect(sync.begin(tableFileType, file.length, 0)).toEqual({ status: 'aborted' });
    await clock.advance(200_000);
    expect(sync.state).toBe('idle');
    expect(sync.begin(tableFileType, file.length, table.staged()?.receivedBytes ?? 0)).toEqual({ status: 'goOn' });
  });

  it('says `finishing` until the table is in force, and writes in few pieces', async () => {
    const { clock, sync, table, ends, file } = await open();
    table.delayMs = 100;
    sync.begin(tableFileType, file.length, 0);
    for (let at = 0; at < file.length; at += piece) {
      const { delayMs = 0 } = sync.write(at, file.slice(at, at + piece));
      await clock.advance(delayMs + 10);
    }
    expect(sync.finish()).toEqual({ status: 'finishing', delayMs: pauseMs });
    expect(sync.finish()).toEqual({ status: 'finishing', delayMs: pauseMs });
    await clock.advance(1_000);
    expect(sync.finish()).toEqual({ status: 'processed' });
    expect(ends).toEqual(['done']);
    expect(table.writes.length).toBeLessThan(file.length / storeBytes + 3);
  });

  it('a disk that fails is no wrong file: the sender may try again', async () => {
    const { clock, sync, table, ends, events, file } = await open();
    table.isBroken = true;
    sync.begin(tableFileType, file.length, 0);
    sync.write(0, file.slice(0, piece));
    await clock.settle();
    await clock.advance(10);
    expect(sync.write(piece, file.slice(piece, 2 * piece))).toEqual({ status: 'aborted' });
    expect([ends, events]).toEqual([['failed'], ['table.refused failed']]);
    table.isBroken = false;
    expect(sync.begin(tableFileType, file.length, 0)).toEqual({ status: 'goOn' });
  });

  it('a disk that fails while the table is put in force refuses it', async () => {
    const { clock, sync, table, ends } = await open();
    const small = tableOf(Door.unpowered({ people }).publisher, 1, people);
    table.delayMs = 50;
    sync.begin(tableFileType, small.length, 0);
    sync.write(0, small);
    sync.finish();
    await clock.advance(20);
    table.isBroken = true;
    await clock.advance(1_000);
    expect(ends).toEqual(['failed']);
    expect(sync.finish()).toEqual({ status: 'aborted' });
  });

  it('a whole file is put in force though the sender went', async () => {
    const { clock, sync, table, ends, file } = await open();
    table.delayMs = 100;
    sync.begin(tableFileType, file.length, 0);
    for (let at = 0; at < file.length; at += piece) {
      const { delayMs = 0 } = sync.write(at, file.slice(at, at + piece));
      await clock.advance(delayMs);
    }
    sync.finish();
    sync.abort();
    await clock.advance(1_000);
    expect(ends).toEqual(['done']);
    expect(sync.state).toBe('inForce');
  });

  it('takes no other type, no size that cannot be, and nothing before the reader has keys', async () => {
    const { sync, ends } = await open();
    expect(sync.begin(1, 1_000, 0)).toEqual({ status: 'unrecognised' });
    expect(sync.begin(tableFileType, headerBytes - 1, 0)).toEqual({ status: 'malformed' });
    expect(sync.begin(tableFileType, 2 ** 31, 0)).toEqual({ status: 'malformed' });
    expect(ends).toEqual(['malformed', 'tooLarge']);
    const unkeyed = await open({ trust: undefined });
    expect(unkeyed.sync.begin(tableFileType, 1_000, 0)).toEqual({ status: 'aborted' });
    expect(unkeyed.ends).toEqual(['notKeyed']);
  });

  it('a header that is cut off leaves nothing, and a file cut off is kept as far as it came', async () => {
    const { clock, sync, table, file } = await open();
    sync.begin(tableFileType, file.length, 0);
    sync.write(0, file.slice(0, 100));
    sync.abort();
    await clock.advance(10);
    expect(table.staged()).toBeUndefined();
    expect(sync.begin(tableFileType, file.length, 0)).toEqual({ status: 'goOn' });
    sync.write(0, file.slice(0, 1_000));
    await clock.advance(10);
    sync.write(1_000, file.slice(1_000, 1_500));
    sync.abort();
    await clock.advance(10);
    expect(table.staged()?.receivedBytes).toBe(1_500);
    expect(sync.begin(tableFileType, file.length, 1_500)).toEqual({ status: 'goOn' });
  });

  it('C10: a snapshot that leaves out a revocation the table has forgotten is refused', async () => {
    const { clock, sync, ends, file } = await open({ seen: () => ({ version: 1, revocation: 7 }) });
    sync.begin(tableFileType, file.length, 0);
    sync.write(0, file.slice(0, 1_000));
    await clock.advance(10);
    expect(ends).toEqual(['staleVersion']);
  });
});
