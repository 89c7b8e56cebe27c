/**
 * Files that are not what was written: never a crash, never a grant. The damaged one is kept and a new one begins; what happens to the
 * one file never touches the other. The bytes to flip are drawn from a seed.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { AttemptLog } from '../../src/journal/attempt-log.ts';
import { Journal, type JournalOptions } from '../../src/journal/journal.ts';
import type { Row } from '../../src/ports/record-store.ts';
import { Fault } from '../../src/shared/faults.ts';
import { keptDamaged } from '../../src/store/database-file.ts';
import { RecordDatabase } from '../../src/store/record-database.ts';
import { RecordService, type RecordServiceData } from '../../src/store/record-service.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { reserveBytes } from '../../src/store/space-reserve.ts';
import { TableService, type TableServiceData } from '../../src/store/table-service.ts';
import { type OpenedTableStore, openTableStore } from '../../src/store/table-store.ts';
import { startHere } from '../../src/store/thread.ts';
import { put } from '../contracts/record-store.contract.ts';
import { putInForce } from '../contracts/table-store.contract.ts';
import { crypto, range, snapshotOf, tableKey, tagOf, trust } from './publisher.ts';
import { scratchEach } from './scratch.ts';

const seed = Number(process.env.DOORPAD_SEED ?? 20_260_401);
const isDeep = process.env.DOORPAD_DEEP === '1';
const pageBytes = 4_096;
const persons = 400;

const damages: readonly (readonly [string, (path: string) => void])[] = [
  ['garbage', (path) => writeFileSync(path, Buffer.from('not a database at all, '.repeat(2_000)))],
  ['nothing', (path) => truncateSync(path, 0)],
  ['its first half', (path) => truncateSync(path, Math.floor(statSync(path).size / 2 / pageBytes) * pageBytes)],
  ['a piece of a page', (path) => truncateSync(path, 1_000)],
  ['another page in the place of its first', (path) => overwrite(path, 0, readFileSync(path).subarray(2 * pageBytes, 3 * pageBytes))],
  ['zeros in the place of its tables', (path) => overwrite(path, 100, Buffer.alloc(pageBytes - 100))],
  ['a format nobody wrote', (path) => overwrite(path, 60, Buffer.alloc(4))],
];

const overwrite = (path: string, at: number, bytes: Uint8Array): void => {
  const file = readFileSync(path);
  file.set(bytes, at);
  writeFileSync(path, file);
};

/** Gives the attempts another table, of any values. */
const reshape = (fill: string): void => {
  const database = new DatabaseSync(join(directory, 'journal.db'));
  database.exec(`DROP TABLE attempt; CREATE TABLE attempt (key INTEGER PRIMARY KEY, value); ${fill}`);
  database.close();
};

const setVersion = (path: string, version: number): void => {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
};

const text = ({ value }: Row): string => Buffer.from(value).toString();
const noBudget = { level: 0, waitMs: 0, quietMs: 0, spentAgesMs: [] };

const recordsHere = startHere((data: RecordServiceData) => new RecordService(data));
const tableHere = startHere((data: TableServiceData) => new TableService(data, crypto));

let directory: string;
scratchEach((made) => {
  directory = made;
  // Held already: filling it takes longer than the test.
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(join(directory, 'journal.reserve'), '');
  truncateSync(join(directory, 'journal.reserve'), reserveBytes);
});

const journal = (): RecordDatabase => new RecordDatabase({ directory });
const eventsIn = (database: RecordDatabase): readonly number[] => database.scan('event', 0, 10_000).map(({ key }) => key);
const openTable = (): Promise<OpenedTableStore> => openTableStore({ directory, crypto, trust, tableKey }, tableHere);

/** 400 events over some ten pages, and what the rules start from. */
const writeJournal = (): void => {
  const database = journal();
  expect(database.commit([range(persons).map((key) => put('event', key, `event ${key}`.padEnd(100))), [put('attempt', 1, 'three spent')]])).toEqual([
    undefined,
    undefined,
  ]);
  database.close();
};

const writeTable = async (): Promise<void> => {
  const { store } = await openTable();
  await putInForce(store, snapshotOf(1, persons).file);
  await store.close();
};

describe.each(damages)('with %s where it was', (_, damage) => {
  it('the table is set aside, begins empty, finds nobody, and takes a new version', async () => {
    await writeTable();
    writeJournal();
    const path = join(directory, 'table.db');
    damage(path);
    const wrong = readFileSync(path);
    const { store, openedDamaged } = await openTable();
    expect(openedDamaged).toMatch(/^table\.db .*; it is kept as table\.db\.damaged-1; the new one is empty, and nobody gets in/);
    expect(readFileSync(`${path}.damaged-1`).length).toBe(wrong.length);
    expect(store.state()).toBeUndefined();
    expect((await store.find(tagOf(1, 1, 'pin'))).found).toBe('nobody');
    await putInForce(store, snapshotOf(1, persons).file);
    expect((await store.find(tagOf(1, 1, 'pin'))).found).toBe('record');
    await store.close();
    const untouched = journal();
    expect([untouched.openedDamaged, eventsIn(untouched).length]).toEqual([undefined, persons]);
    untouched.close();
  });

  it('the journal is set aside, keeps what can be read, and goes on', () => {
    writeJournal();
    damage(join(directory, 'journal.db'));
    const database = journal();
    expect(database.openedDamaged).toMatch(/^journal\.db .*; it is kept as journal\.db\.damaged-1; \d+ of its records could be read and are kept$/);
    expect(database.commit([[put('event', 1_000, 'new')]])).toEqual([undefined]);
    expect(eventsIn(database)).toContain(1_000);
    database.close();
    expect(journal().openedDamaged).toBeUndefined();
  });
});

describe('a damaged journal', () => {
  it('keeps the rows on either side of a page that cannot be read, and all other spaces', () => {
    writeJournal();
    const path = join(directory, 'journal.db');
    const pages = statSync(path).size / pageBytes;
    overwrite(path, (pages - 6) * pageBytes, Buffer.alloc(pageBytes, 0xff));
    const running = journal();
    expect(running.openedDamaged).toBeUndefined();
    expect(() => eventsIn(running)).toThrow('journal.db is damaged');
    running.close();
    const mended = journal();
    expect(mended.openedDamaged).toContain('journal.db is damaged');
    const kept = eventsIn(mended);
    expect(kept.length).toBeGreaterThan(persons * 0.8);
    expect(kept.length).toBeLessThan(persons);
    expect([kept[0], kept.at(-1)]).toEqual([1, persons]);
    expect(mended.scan('attempt', 0, 10)).toHaveLength(1);
    mended.close();
  });

  it('keeps a row of which a byte flipped as it stands, through a salvage as well: what it is taken for is not the disk’s to say', () => {
    writeJournal();
    const path = join(directory, 'journal.db');
    overwrite(path, readFileSync(path).indexOf('three spent'), Buffer.from('no'));
    overwrite(path, readFileSync(path).indexOf('event 77 '), Buffer.from('Event'));
    const expectAsItStands = (database: RecordDatabase): void => {
      expect(database.scan('attempt', 0, 10).map(text)).toEqual(['noree spent']);
      expect(database.scan('event', 77, 1).map(text)).toEqual(['Event 77'.padEnd(100)]);
      expect(eventsIn(database)).toEqual(range(persons));
      database.close();
    };
    const running = journal();
    expect(running.openedDamaged).toBeUndefined();
    expectAsItStands(running);
    setVersion(path, 0);
    const mended = journal();
    expect(mended.openedDamaged).toContain(`${persons + 1} of its records could be read and are kept`);
    expectAsItStands(mended);
  });

  it('leaves the guesser no wait less: what was spent reads as damaged, and every other event is there', async () => {
    const parts = { crypto, tell: () => {} };
    const options: Omit<JournalOptions, 'store'> = { crypto, clock: new VirtualClock(), classOf: () => 'grant' };
    const { store: before } = await openRecordStore({ directory }, recordsHere);
    const log = await AttemptLog.open({ ...parts, store: before });
    const first = await Journal.open({ ...options, store: before });
    for (const person of range(5)) {
      await first.append({ code: 'access.granted', person }, [await log.spendUse(person, 1), log.setBudget(person, { ...noBudget, level: 3 })]);
    }
    await first.close();
    await before.close();
    const database = new DatabaseSync(join(directory, 'journal.db'));
    for (const space of ['attempt', 'use', 'event']) database.exec(`UPDATE "${space}" SET value = zeroblob(length(value)) WHERE key = 2`);
    database.close();
    const { store, openedDamaged } = await openRecordStore({ directory }, recordsHere);
    expect(openedDamaged).toBeUndefined();
    const told: unknown[] = [];
    const after = await AttemptLog.open({ crypto, store, tell: ({ person, fields }) => told.push([person, fields?.what]) });
    expect([await after.budget(2), await after.usesSpent(2, 1), await after.usesSpent(3, 1)]).toEqual(['damaged', Number.MAX_SAFE_INTEGER, 1]);
    expect(told).toEqual([
      [2, 'attempt'],
      [2, 'use'],
    ]);
    const second = await Journal.open({ ...options, store });
    expect(second.damage).toEqual([{ what: 'row', fromSequence: 2, toSequence: 2, count: 1 }]);
    expect((await second.read(0, 10)).map(({ entry }) => entry.person)).toEqual(expect.arrayContaining([1, 3, 4, 5]));
    await second.close();
    await store.close();
  });

  it.each([
    ['text', "'three spent'", 'three spent'],
    ['a number', '12', '12'],
    ['nothing', 'NULL', ''],
  ])('gives %s where a value was as the bytes it takes', (_, value, bytes) => {
    writeJournal();
    reshape(`INSERT INTO attempt VALUES (1, ${value})`);
    const database = journal();
    expect([database.openedDamaged, database.scan('attempt', 0, 10).map(text)]).toEqual([undefined, [bytes]]);
    database.close();
  });

  it.each(['-1', `${2n ** 53n}`, `${2n ** 63n - 1n}`])('holds a row under %s, which no row can have: its page is not what was written', (key) => {
    writeJournal();
    reshape(`INSERT INTO attempt VALUES (1, x'01'), (${key}, x'02')`);
    const mended = journal();
    expect(mended.openedDamaged).toMatch(/^journal\.db is damaged/);
    expect([mended.scan('attempt', 0, 10).map(({ key: held }) => held), eventsIn(mended).length]).toEqual([[1], persons]);
    mended.close();
  });

  it('is trusted again when all of it reads well after a doubt', () => {
    writeJournal();
    writeFileSync(join(directory, 'journal.db.suspect'), '');
    const database = journal();
    expect([database.openedDamaged, eventsIn(database).length]).toEqual([undefined, persons]);
    database.close();
    expect(readdirSync(directory)).not.toContain('journal.db.suspect');
  });

  it(`is kept, but no more than ${keptDamaged} at a time, the latest`, () => {
    for (let turn = 0; turn < keptDamaged + 2; turn += 1) {
      journal().close();
      truncateSync(join(directory, 'journal.db'), 10 + turn);
    }
    journal().close();
    const kept = readdirSync(directory).filter((name) => /damaged-\d+$/.test(name));
    expect(kept.sort()).toEqual(range(keptDamaged).map((number) => `journal.db.damaged-${number + 2}`));
  });

  it('is replaced to the end when the power was lost halfway', () => {
    writeJournal();
    const path = join(directory, 'journal.db');
    copyFileSync(path, `${path}.successor`);
    renameSync(path, `${path}.damaged-1`);
    writeFileSync(`${path}-wal`, 'a log that belongs to the damaged file');
    const database = journal();
    expect([database.isNew, eventsIn(database).length]).toEqual([false, persons]);
    expect(existsSync(`${path}.damaged-1-wal`)).toBe(true);
    database.close();
  });

  it('is not what a newer doorpad wrote: that is left alone', () => {
    writeJournal();
    setVersion(join(directory, 'journal.db'), 99);
    expect(journal).toThrow('journal.db was written by a newer doorpad (format 99; this one knows 1)');
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe(`a table of which bytes are flipped (seed ${seed})`, () => {
  it('never finds anything but what was written', { timeout: isDeep ? 1_200_000 : 60_000 }, async () => {
    await writeTable();
    const path = join(directory, 'table.db');
    const sound = readFileSync(path);
    const right = new Map<bigint, string>();
    const { store } = await openTable();
    for (const person of range(persons)) {
      const found = await store.find(tagOf(person, 1, 'pin'));
      if (found.found === 'record') right.set(tagOf(person, 1, 'pin'), Buffer.from(found.record).toString('hex'));
    }
    await store.close();
    expect(right.size).toBe(persons);

    const random = new Random(seed);
    const flips = isDeep ? 10_000 : 150;
    let unnoticed = 0;
    for (let flip = 0; flip < flips; flip += 1) {
      for (const name of readdirSync(directory).filter((entry) => entry.startsWith('table.'))) truncateSync(join(directory, name), 0);
      const bytes = Buffer.from(sound);
      const at = random.int(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
      writeFileSync(path, bytes);
      unnoticed += (await isNoticed(right)) ? 0 : 1;
    }
    // What nobody uses (free space, and the header's own notes) may change without harm.
    expect(unnoticed).toBeLessThan(flips);
  });

  /** Whether opening, a look-up or the scrub says so. A record found must be the right one. */
  const isNoticed = async (right: ReadonlyMap<bigint, string>): Promise<boolean> => {
    const { store, openedDamaged } = await openTable();
    let isNoticedByLookUp = openedDamaged !== undefined;
    for (const [tag, record] of right) {
      const found = await store.find(tag);
      if (found.found === 'record') expect(Buffer.from(found.record).toString('hex')).toBe(record);
      else isNoticedByLookUp = true;
    }
    const isWhole = await store.scrub().catch((thrown: unknown) => {
      expect(thrown).toBeInstanceOf(Fault);
      return false;
    });
    await store.close();
    if (!isWhole) return true;
    expect(isNoticedByLookUp && openedDamaged === undefined).toBe(false);
    return isNoticedByLookUp;
  };
});

describe('a table', () => {
  it('of which a page cannot be read says damaged, and is replaced at the next open', async () => {
    await writeTable();
    const path = join(directory, 'table.db');
    const before = await openTable();
    const last = await before.store.find(tagOf(persons, 1, 'card'));
    await before.store.close();
    const at = last.found === 'record' ? readFileSync(path).lastIndexOf(last.record) : -1;
    expect(at).toBeGreaterThan(0);
    overwrite(path, at - (at % pageBytes), Buffer.alloc(pageBytes, 0xff));
    const { store, openedDamaged } = await openTable();
    expect(openedDamaged).toBeUndefined();
    expect(await store.find(tagOf(persons, 1, 'card'))).toMatchObject({ found: 'damaged', sentence: expect.stringContaining('table.db is damaged') });
    expect((await store.find(tagOf(1, 1, 'card'))).found).toBe('record');
    await store.close();
    const mended = await openTable();
    expect(mended.openedDamaged).toContain('table.db is damaged');
    await mended.store.close();
  });

  it.each([
    ['text', "'text'", '1'],
    ['a number', '5', '1'],
    ['a holder that is no whole number', "x'00'", '1.5'],
    ['a holder beyond all numbers', "x'00'", '9223372036854775807'],
  ])('with %s where bytes or a holder were written says damaged', async (_, bytes, holder) => {
    await writeTable();
    const database = new DatabaseSync(join(directory, 'table.db'));
    database.exec(`DROP TABLE state; CREATE TABLE state (id INTEGER PRIMARY KEY, bytes); INSERT INTO state VALUES (0, ${bytes})`);
    database.exec(`DROP TABLE tag; CREATE TABLE tag (tag INTEGER PRIMARY KEY, person); INSERT INTO tag VALUES (0, 1), (7, ${holder})`);
    database.close();
    const { store, openedDamaged } = await openTable();
    expect(`${openedDamaged}, ${(await store.find(7n)).found}`).toMatch(/damaged/);
    await store.close();
  });

  it('that another key wrote finds nobody, and says so', async () => {
    await writeTable();
    const path = join(directory, 'table.db');
    const database = new DatabaseSync(path);
    database.exec("UPDATE state SET bytes = x'00'");
    database.close();
    const { store, openedDamaged } = await openTable();
    expect(openedDamaged).toContain('does not say which version is in force');
    expect((await store.find(tagOf(1, 1, 'pin'))).found).toBe('damaged');
    await store.close();
  });
});

describe('the files', () => {
  it('are readable by their owner only, and made so where they were not', async () => {
    const umask = process.umask(0);
    try {
      chmodSync(directory, 0o755);
      writeJournal();
      await writeTable();
      const modes = (): readonly string[] => readdirSync(directory).map((name) => (statSync(join(directory, name)).mode & 0o777).toString(8));
      chmodSync(join(directory, 'journal.reserve'), 0o600);
      const running = journal();
      const { store } = await openTable();
      expect(new Set(modes())).toEqual(new Set(['600']));
      expect(readdirSync(directory)).toContain('table.db-wal');
      running.close();
      await store.close();
      chmodSync(join(directory, 'journal.db'), 0o664);
      chmodSync(directory, 0o777);
      journal().close();
      expect(new Set(modes())).toEqual(new Set(['600']));
      expect(statSync(directory).mode & 0o777).toBe(0o700);
    } finally {
      process.umask(umask);
    }
  });
});
