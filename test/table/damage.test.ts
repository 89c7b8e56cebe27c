/** Bytes that changed on disk: never a wrong person, always noticed, at the look-up or by the scrub (SECURITY C8, C9, C16). */
import { describe, expect, it } from 'vitest';
import { MemoryTableDisk, type TableMedium } from '../../sim/devices/memory-table-disk.ts';
import { publishRevocation } from '../../src/table/publish.ts';
import { bench, delta, failureOf, install, person, pin, plain, publisher, snapshot, tableOn, taken } from './site.ts';

const people = [plain(1), plain(2, { uses: { limit: 2, serial: 1 } }), plain(3)];
const first = snapshot(1, people);
const tags = [10n, 11n, 20n, 21n, 30n, 31n];

const medium = (): TableMedium => {
  const made = bench();
  install(made.table, first.file);
  taken(made.table.revoke(publishRevocation(publisher, { number: 1, after: 0, entries: [{ kind: 'person', person: 3 }] })));
  return made.medium;
};
const sound = tableOn(new MemoryTableDisk(medium()));
const right = tags.map((tag) => JSON.stringify(sound.find(tag)));

/** Every look-up gives what it gave before the damage, or no record at all; the scrub notices. */
const expectNoticed = (damaged: TableMedium, what: string): readonly string[] => {
  const table = tableOn(new MemoryTableDisk(damaged));
  const results = tags.map((tag) => table.find(tag));
  for (const [index, result] of results.entries()) {
    if (result.found === 'record') expect(JSON.stringify(result), what).toBe(right[index]);
  }
  expect(table.scrub(), what).toBe(false);
  return results.map(({ found }) => found);
};

describe('a flipped bit', () => {
  it('in any record or its code denies its person, says damaged, and is found by the scrub', () => {
    let flips = 0;
    for (const [id, sealed] of medium().persons) {
      for (let bit = 0; bit < sealed.length * 8; bit += 1) {
        const damaged = medium();
        const bytes = damaged.persons.get(id) as Uint8Array;
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        const found = expectNoticed(damaged, `bit ${bit} of person ${id}`);
        expect(found.filter((each) => each === 'damaged')).toHaveLength(2);
        flips += 1;
      }
    }
    expect(flips).toBeGreaterThan(700);
  });

  it('anywhere in the state finds nobody at all, and a snapshot mends it', () => {
    const length = medium().state?.length ?? 0;
    for (let bit = 0; bit < length * 8; bit += 1) {
      const damaged = medium();
      const bytes = damaged.state as Uint8Array;
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(new Set(expectNoticed(damaged, `bit ${bit}`))).toEqual(new Set(['damaged']));
      const table = tableOn(new MemoryTableDisk(damaged));
      expect(table.state()).toBeUndefined();
      if (bit % 64 !== 0) continue;
      expect(failureOf(install(table, delta(first.state, 2, []).file))).toBe('wrongBase');
      expect(taken(install(table, first.file))).toEqual(first.state);
      expect(table.scrub()).toBe(true);
    }
  });

  it('in a tag loses that credential or leads to nobody, and is found by the scrub', () => {
    for (const tag of tags) {
      for (let bit = 0n; bit < 64n; bit += 1n) {
        const damaged = medium();
        const id = damaged.tags.get(tag) as number;
        damaged.tags.delete(tag);
        if (!damaged.tags.has(tag ^ (1n << bit))) damaged.tags.set(tag ^ (1n << bit), id);
        expectNoticed(damaged, `bit ${bit} of tag ${tag}`);
      }
    }
  });

  it('in the person a tag is filed under never gives that tag to another', () => {
    for (const other of [0, 1, 2, 3, 4, 2 ** 31]) {
      const damaged = medium();
      if (damaged.tags.get(10n) === other) continue;
      damaged.tags.set(10n, other);
      expect(expectNoticed(damaged, `person ${other}`)[0]).toBe('damaged');
    }
  });
});

describe('damage of other kinds', () => {
  it.each<[string, (damaged: TableMedium) => unknown, string]>([
    ['a record that is gone', ({ persons }) => persons.delete(1), 'A credential leads to a record that is not there.'],
    ['a record cut short', ({ persons }) => persons.set(1, new Uint8Array(3)), 'A record is not what was written.'],
    ['a record of no bytes', ({ persons }) => persons.set(1, new Uint8Array()), 'A record is not what was written.'],
    ['the record of another person', ({ persons }) => persons.set(1, persons.get(2) as Uint8Array), 'A record is not what was written.'],
    ['a tag filed under another person', ({ tags: filed }) => filed.set(10n, 2), 'A credential leads to a record that does not hold it.'],
    [
      'a state cut short',
      (damaged) => {
        damaged.state = damaged.state?.slice(0, 40);
      },
      'The state of the table is not what was written.',
    ],
    [
      'a state that is gone',
      (damaged) => {
        damaged.state = undefined;
      },
      'There are records, but not the state of the table they belong to.',
    ],
  ])('%s is named in a sentence without any value', (what, damage, sentence) => {
    const damaged = medium();
    damage(damaged);
    expectNoticed(damaged, what);
    expect(tableOn(new MemoryTableDisk(damaged)).find(10n)).toEqual({ found: 'damaged', sentence });
  });

  it('an old record put back is found by the scrub', () => {
    const { table, medium: made } = bench();
    install(table, first.file);
    const old = made.persons.get(1)?.slice() as Uint8Array;
    taken(install(table, delta(first.state, 2, [[people[0], plain(1, { validUntilS: 1 })]]).file));
    made.persons.set(1, old);
    expect(tableOn(new MemoryTableDisk(made)).scrub()).toBe(false);
  });

  it('persons, tags and rows too many or too few are found by the scrub', () => {
    const one = medium();
    one.tags.set(999n, 1);
    expectNoticed(one, 'a tag too many');
    const two = medium();
    two.persons.delete(3);
    for (const tag of [30n, 31n]) two.tags.delete(tag);
    expectNoticed(two, 'a person too few');
    const { table, medium: three } = bench();
    install(table, snapshot(1, [person(1, [])]).file);
    three.state = undefined;
    expect(tableOn(new MemoryTableDisk(three)).scrub()).toBe(false);
  });

  it('a delta does not build on a damaged record: only a snapshot mends it', () => {
    const damaged = medium();
    damaged.persons.set(1, new Uint8Array(3));
    const table = tableOn(new MemoryTableDisk(damaged));
    expect(failureOf(install(table, delta(first.state, 2, [[people[0], person(1, [pin(5n)])]]).file))).toBe('wrongBase');
    taken(install(table, snapshot(2, people).file));
    expect(table.scrub()).toBe(true);
  });
});
