/**
 * A reader with its real stores and 250,000 people, in a process whose memory is its own, with hands on its keys and a stopwatch on its
 * strike and its buzzer. `make` prepares a directory; the other tasks print how many milliseconds each try took, as JSON. What they are
 * held against is reader.bench.ts's.
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SimKeypad } from '../../sim/devices/keypad.ts';
import { SimLights } from '../../sim/devices/lights.ts';
import { MemoryRecordStore } from '../../sim/devices/memory-record-store.ts';
import { Pin } from '../../src/access/pin.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import type { Key } from '../../src/ports/keypad.ts';
import type { RecordStore } from '../../src/ports/record-store.ts';
import { Reader } from '../../src/reader.ts';
import { present } from '../../src/shared/assert.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { openTableStore, type SqliteTableStore } from '../../src/store/table-store.ts';
import { maxChunkBytes } from '../../src/table/limits.ts';
import { publishSnapshot } from '../../src/table/publish.ts';
import type { PersonFacts } from '../../src/table/record.ts';
import { pinTag } from '../../src/table/tags.ts';
import { crypto, publisher, range, tableKey, tagOf, trust } from '../store/publisher.ts';

const [task = '', directory = '', amount = '1'] = process.argv.slice(2);
const tries = Number(amount);
const state = join(directory, 'state');
const snapshotFile = join(directory, 'snapshot');
const people = 250_000;
const code = '0041';
/** Slower than the reader's gate of 20 keys a second. */
const keyGapMs = 55;
/** From one opening to the next: the keys of a code. */
const openingGapMs = keyGapMs * (code.length + 1);

const openTable = async (): Promise<SqliteTableStore> => (await openTableStore({ directory: state, crypto, trust, tableKey })).store;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Everybody has a PIN and a card; the first one's PIN is known here. */
const snapshotOf = (version: number): Uint8Array => {
  const known = pinTag(crypto, tableKey, present(Pin.from(code), 'a PIN'));
  const everyone = range(people).map(
    (person): PersonFacts => ({
      person,
      extendedTime: false,
      offlinePriority: false,
      credentials: [
        { kind: 'pin', pinExempt: false, tag: person === 1 ? known : tagOf(person, version, 'pin') },
        { kind: 'card', pinExempt: false, tag: tagOf(person, version, 'card') },
      ],
    }),
  );
  const published = publishSnapshot(publisher, { version, revocation: 0, people: everyone });
  if (!published.ok) throw new Error('two people drew one tag');
  return published.value.file;
};

const putInForce = async (table: SqliteTableStore, file: Uint8Array): Promise<void> => {
  for (let at = 0; at < file.length; at += maxChunkBytes) await table.receive(at, file.subarray(at, at + maxChunkBytes));
  const applied = await table.apply();
  if (!applied.ok) throw new Error(`the table was refused: ${applied.failure}`);
};

/** Tells when the buzzer and the strike were asked. */
class Stopwatch {
  lastBeepMs = 0;
  #strike: ((atMs: number) => void) | undefined;

  beep(): void {
    this.lastBeepMs = performance.now();
  }

  strike(): void {
    this.#strike?.(performance.now());
  }

  nextStrike(): Promise<number> {
    return new Promise((resolve) => {
      this.#strike = resolve;
    });
  }
}

interface Timed {
  readonly keypad: SimKeypad;
  readonly watch: Stopwatch;
  readonly table: SqliteTableStore;
}

const withReader = async (onDisk: boolean, use: (timed: Timed) => Promise<readonly number[]>): Promise<readonly number[]> => {
  const table = await openTable();
  const records: RecordStore = onDisk ? (await openRecordStore({ directory: state })).store : new MemoryRecordStore();
  const clock = new NodeClock();
  const keypad = new SimKeypad(clock);
  const watch = new Stopwatch();
  const buzzer = { beep: () => watch.beep() };
  const strike = { release: () => Promise.resolve(watch.strike()), secure: () => Promise.resolve() };
  const reader = await Reader.start({
    ports: { clock, crypto, keypad, lights: new SimLights(clock), buzzer, strike, records, table },
    policy: { ...defaultPolicy, mode: 'pinOnly' },
    keys: { trust, tableKey },
    hasController: false,
  });
  const took = await use({ keypad, watch, table });
  await reader.stop();
  await records.close();
  await table.close();
  return took;
};

/** From the # of a right PIN to the strike. The first ones are the program's own warming up. */
const opening = async ({ keypad, watch }: Timed): Promise<readonly number[]> => {
  const took: number[] = [];
  for (let n = 0; n < tries; n += 1) {
    for (const digit of code) keypad.tap(digit as Key);
    const opened = watch.nextStrike();
    const startMs = performance.now();
    keypad.tap('#');
    took.push((await opened) - startMs);
    await pause(openingGapMs);
  }
  return took.slice(tries / 10);
};

/** From a key to its beep, in abandoned entries, until there were enough and `isOver`. */
const keying = async ({ keypad, watch }: Timed, isOver: () => boolean): Promise<readonly number[]> => {
  const took: number[] = [];
  while (took.length < tries || !isOver()) {
    const startMs = performance.now();
    keypad.tap(took.length % 4 === 3 ? '*' : '5');
    took.push(watch.lastBeepMs - startMs);
    await pause(keyGapMs);
  }
  return took;
};

/** What the machine itself takes at this pace: two pages written and synced, one after the other, by nobody but us. */
const writing = async (): Promise<readonly number[]> => {
  const file = openSync(join(directory, 'bare'), 'w');
  const page = new Uint8Array(4_096);
  const took: number[] = [];
  for (let n = 0; n < tries; n += 1) {
    const startMs = performance.now();
    for (let write = 0; write < 2; write += 1) {
      writeSync(file, page);
      fdatasyncSync(file);
    }
    took.push(performance.now() - startMs);
    await pause(openingGapMs);
  }
  closeSync(file);
  return took;
};

const tasks: Readonly<Record<string, () => Promise<readonly number[]>>> = {
  make: async () => {
    const table = await openTable();
    await putInForce(table, snapshotOf(1));
    await table.close();
    writeFileSync(snapshotFile, snapshotOf(2));
    return [];
  },
  openOnDisk: () => withReader(true, opening),
  openInMemory: () => withReader(false, opening),
  writeBare: writing,
  keyIdle: () => withReader(true, (timed) => keying(timed, () => true)),
  keyWhileApplied: () =>
    withReader(true, async (timed) => {
      let isApplied = false;
      const applied = putInForce(timed.table, readFileSync(snapshotFile)).then(() => {
        isApplied = true;
      });
      const took = await keying(timed, () => isApplied);
      await applied;
      return took;
    }),
};

const run = tasks[task];
if (run === undefined) throw new Error(`one of ${Object.keys(tasks).join(', ')} is run, not ${task}`);
process.stdout.write(JSON.stringify(await run()));
