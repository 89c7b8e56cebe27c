/** Power lost before every write: after each restart exactly one complete version is in force, and the work can be done again. */
import { describe, expect, it } from 'vitest';
import { blankMedium, MemoryTableDisk, PowerLost, type TableMedium } from '../../sim/devices/memory-table-disk.ts';
import type { TableDisk } from '../../src/ports/table-disk.ts';
import type { TableState } from '../../src/ports/table-store.ts';
import { publishRevocation } from '../../src/table/publish.ts';
import { holderOf } from '../../src/table/record.ts';
import { Table } from '../../src/table/table.ts';
import { bench, card, crypto, delta, install, person, pin, plain, publisher, snapshot, tableOn, taken, trust } from './site.ts';

const people = [plain(1), plain(2), plain(3)];
const first = snapshot(1, people);
const changed = delta(first.state, 2, [
  [people[0], undefined],
  [people[1], person(2, [pin(10n), card(22n)])],
  [undefined, plain(4)],
]);
const whole = snapshot(2, [plain(2), plain(5), plain(6)]);
const revocation = publishRevocation(publisher, { number: 1, after: 0, entries: [{ kind: 'person', person: 3 }] });

const tags = [10n, 11n, 20n, 21n, 22n, 30n, 31n, 40n, 41n, 50n, 51n, 60n, 61n];
/** Who is found under each tag: the table as people at the door see it. */
const seen = (table: Table): readonly (number | string)[] =>
  tags.map((tag) => {
    const found = table.find(tag);
    return found.found === 'record' ? (holderOf(found.record, tag)?.person.person ?? 'wrong') : found.found;
  });

interface Outcome {
  readonly state: TableState | undefined;
  readonly seen: readonly (number | string)[];
}
const isSame = (left: Outcome, right: Outcome): boolean => JSON.stringify(left) === JSON.stringify(right);
const outcomeOf = (table: Table): Outcome => ({ state: table.state(), seen: seen(table) });

type Work = (table: Table) => unknown;
const works: readonly (readonly [string, Work])[] = [
  ['a snapshot is received and applied', (table) => install(table, whole.file, 60)],
  ['a delta is received and applied', (table) => install(table, changed.file, 60)],
  ['a revocation is taken', (table) => table.revoke(revocation)],
];

/** A medium with version 1 in force. */
const before = (): TableMedium => {
  const { medium, table } = bench();
  install(table, first.file);
  return medium;
};

/** Pulls the plug before each write of the work in turn; gives the media as they were left. */
function* mediaAfterCuts(start: () => TableMedium, work: Work, open: (disk: MemoryTableDisk) => Table): Generator<TableMedium> {
  for (let cut = 0; ; cut += 1) {
    const medium = start();
    const disk = new MemoryTableDisk(medium, (write) => {
      if (write === cut) throw new PowerLost(`before write ${cut}`);
    });
    const table = open(disk);
    try {
      work(table);
      return;
    } catch (thrown) {
      if (!(thrown instanceof PowerLost)) throw thrown;
      expect(() => table.find(10n)).toThrow(PowerLost);
    }
    yield medium;
  }
}

const outcomesOf = (work: Work): readonly [Outcome, Outcome] => {
  const { table } = bench(before());
  const old = outcomeOf(table);
  work(table);
  return [old, outcomeOf(table)];
};

describe.each(works)('when power is lost while %s', (_, work) => {
  const [old, next] = outcomesOf(work);

  it('the table is the old one or the new one, whole, and the work can be done again', () => {
    let cuts = 0;
    for (const medium of mediaAfterCuts(before, work, tableOn)) {
      const again = tableOn(new MemoryTableDisk(medium));
      expect([old, next]).toContainEqual(outcomeOf(again));
      expect(again.scrub()).toBe(true);
      if (isSame(outcomeOf(again), old)) work(again);
      expect(outcomeOf(again)).toEqual(next);
      expect(again.scrub()).toBe(true);
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(1);
  });

  it('twice in a row, it is the same', () => {
    for (const medium of mediaAfterCuts(before, work, tableOn)) {
      for (const twice of mediaAfterCuts(() => structuredClone(medium), work, tableOn)) {
        const again = tableOn(new MemoryTableDisk(twice));
        expect([old, next]).toContainEqual(outcomeOf(again));
        expect(again.scrub()).toBe(true);
      }
    }
  });
});

describe('when power is lost on a new reader', () => {
  it('it has the first table, or none and finds nobody', () => {
    const seenStates: unknown[] = [];
    for (const medium of mediaAfterCuts(blankMedium, (table) => install(table, first.file, 100), tableOn)) {
      const again = tableOn(new MemoryTableDisk(medium));
      expect(again.state()).toBeUndefined();
      expect(seen(again)).toEqual(tags.map(() => 'nobody'));
      expect(again.scrub()).toBe(true);
      seenStates.push(again.staged()?.receivedBytes);
    }
    expect(new Set(seenStates).size).toBeGreaterThan(2);
  });
});

describe('between any two steps of apply', () => {
  it.each([
    [
      'snapshot',
      snapshot(
        2,
        Array.from({ length: 3_000 }, (_, index) => plain(index + 4)),
      ).file,
    ],
    [
      'delta',
      delta(
        first.state,
        2,
        Array.from({ length: 3_000 }, (_, index) => [index < 3 ? people[index] : undefined, index < 3 ? undefined : plain(index + 4)] as const),
      ).file,
    ],
  ])('of a %s the door sees the old version, whole; after the last the new one', (_, file) => {
    const { table } = bench(before());
    for (let at = 0; at < file.length; at += 60_000) table.receive(at, file.subarray(at, at + 60_000));
    const old = outcomeOf(table);
    const steps = table.applySteps();
    let count = 0;
    while (steps.next().done !== true) {
      expect(outcomeOf(table)).toEqual(old);
      count += 1;
    }
    expect(count).toBeGreaterThan(3);
    expect([table.state()?.version, table.find(10n).found, table.find(100n).found]).toEqual([2, 'nobody', 'record']);
  });
});

describe('this rig', () => {
  /** A disk that forgot what a transaction is: each write is committed by itself. */
  const withoutTransactions = (disk: MemoryTableDisk): TableDisk => {
    const alone = ['putState', 'beginStaged', 'appendStaged', 'dropStaged', 'deletePersons', 'putPersons', 'switchToBuilt'];
    return new Proxy<TableDisk>(disk, {
      get(_, name) {
        const method = (disk as unknown as Record<PropertyKey, (...values: unknown[]) => unknown>)[name];
        if (name === 'transaction') return (work: () => void) => work();
        if (alone.includes(String(name))) return (...values: unknown[]) => disk.transaction(() => method?.apply(disk, values));
        return (...values: unknown[]) => method?.apply(disk, values);
      },
    });
  };
  const openWithout = (disk: MemoryTableDisk): Table => new Table({ disk: withoutTransactions(disk), crypto, trust, tableKey: publisher.tableKey });

  it('catches a disk that does not keep its transactions', () => {
    const work: Work = (table) => install(table, changed.file, 60);
    const [old, next] = outcomesOf(work).map((outcome) => JSON.stringify(outcome.seen));
    const mixed = [...mediaAfterCuts(before, work, openWithout)].filter((medium) => {
      const again = tableOn(new MemoryTableDisk(medium));
      return !again.scrub() || ![old, next].includes(JSON.stringify(seen(again)));
    });
    expect(mixed.length).toBeGreaterThan(0);
    expect(taken(install(bench(before()).table, changed.file)).version).toBe(2);
  });
});
