/** The table in force: what a snapshot and a delta do to it, who is found, and which file may follow which. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerBytes } from '../../src/table/header.ts';
import { defaultLimits, maxCredentials, maxFileBytes, maxPersons } from '../../src/table/limits.ts';
import { encodePerson, holderOf, type PersonFacts, type PersonRecord } from '../../src/table/record.ts';
import type { Table } from '../../src/table/table.ts';
import { bench, card, delta, failureOf, install, person, pin, plain, resigned, snapshot, taken, withBody } from './site.ts';

const found = (table: Table, tag: bigint): PersonRecord | string => {
  const result = table.find(tag);
  return result.found === 'record' ? (holderOf(result.record, tag)?.person ?? 'not the holder') : result.found;
};
const idAt = (table: Table, tag: bigint): number | string => {
  const record = found(table, tag);
  return typeof record === 'string' ? record : record.person;
};
const put = (record: string): Buffer => Buffer.from(`01${record}`.replaceAll(' ', ''), 'hex');
const remove = (id: number): Buffer => Buffer.from(`02${id.toString(16).padStart(8, '0')}`, 'hex');
const pinOf = (tag: number): string => `01${tag.toString(16).padStart(16, '0')}`;

const people = [plain(1), plain(2, { validUntilS: 5, extendedTime: true }), plain(9)];
const first = snapshot(1, people);

describe('a new reader', () => {
  it('has no table and finds nobody', () => {
    const { table } = bench();
    expect([table.state(), table.staged(), found(table, 10n), table.scrub()]).toEqual([undefined, undefined, 'nobody', true]);
  });

  it('takes its first snapshot at any version', () => {
    const { table } = bench();
    expect(taken(install(table, snapshot(4_000_000_000, people).file)).version).toBe(4_000_000_000);
  });

  it('has no base for a delta', () => {
    const { table } = bench();
    expect(failureOf(install(table, delta(first.state, 2, []).file))).toBe('wrongBase');
  });
});

describe('a snapshot', () => {
  it('puts exactly its people in force, each with all they may', () => {
    const { table } = bench();
    expect(taken(install(table, first.file))).toEqual(first.state);
    expect(table.state()).toEqual({ version: 1, contentHash: first.state.contentHash, persons: 3, credentials: 6, revocation: 0 });
    expect(found(table, 21n)).toMatchObject({ person: 2, validUntilS: 5, extendedTime: true, offlinePriority: false, hasPin: true });
    expect([10n, 11n, 20n, 90n, 91n, 30n].map((tag) => idAt(table, tag))).toEqual([1, 1, 2, 9, 9, 'nobody']);
    expect(table.scrub()).toBe(true);
  });

  it('replaces all that was there', () => {
    const { table } = bench();
    install(table, first.file);
    taken(install(table, snapshot(2, [plain(5)]).file));
    expect([10n, 50n].map((tag) => idAt(table, tag))).toEqual(['nobody', 5]);
  });

  it('of nobody leaves nobody', () => {
    const { table } = bench();
    install(table, first.file);
    expect(taken(install(table, snapshot(2, []).file))).toMatchObject({ persons: 0, credentials: 0, contentHash: new Uint8Array(32) });
    expect([idAt(table, 10n), table.scrub()]).toEqual(['nobody', true]);
  });

  it('of more people than one step takes is put in force whole', () => {
    const { table } = bench();
    const many = Array.from({ length: 5_000 }, (_, index) => plain(index + 1));
    taken(install(table, snapshot(1, many).file, 65_536));
    expect([1, 1_024, 1_025, 5_000].map((id) => idAt(table, BigInt(id) * 10n))).toEqual([1, 1_024, 1_025, 5_000]);
    expect(table.scrub()).toBe(true);
  });

  it('of exactly as many people as one scan reads scrubs clean', () => {
    const { table } = bench();
    taken(
      install(
        table,
        snapshot(
          1,
          Array.from({ length: 512 }, (_, index) => plain(index + 1)),
        ).file,
        65_536,
      ),
    );
    expect(table.scrub()).toBe(true);
  });
});

describe('a delta', () => {
  it('changes, adds and deletes, and is the same table as a snapshot of the outcome', () => {
    const { table } = bench();
    install(table, first.file);
    const changes = [
      [people[0], undefined],
      [people[1], person(2, [pin(77n)])],
      [undefined, plain(3)],
    ] as const;
    const second = delta(first.state, 2, changes);
    expect(taken(install(table, second.file))).toEqual(second.state);
    expect([10n, 20n, 21n, 77n, 30n, 90n].map((tag) => idAt(table, tag))).toEqual(['nobody', 'nobody', 'nobody', 2, 3, 9]);
    expect(second.state.contentHash).toEqual(snapshot(2, [person(2, [pin(77n)]), plain(3), plain(9)]).state.contentHash);
    expect(table.scrub()).toBe(true);
  });

  it('may hand a tag from one person to another', () => {
    const { table } = bench();
    install(table, first.file);
    const swapped = delta(first.state, 2, [
      [people[0], person(1, [pin(90n)])],
      [people[2], person(9, [pin(10n)])],
    ]);
    taken(install(table, swapped.file));
    expect([10n, 90n].map((tag) => idAt(table, tag))).toEqual([9, 1]);
    expect(table.scrub()).toBe(true);
  });

  it('changes thousands in one version', () => {
    const { table } = bench();
    const many = Array.from({ length: 2_500 }, (_, index) => plain(index + 1));
    const before = snapshot(1, many);
    install(table, before.file, 65_536);
    const after = delta(
      before.state,
      2,
      many.map((each) => [each, person(each.person, [card(BigInt(each.person))])] as const),
    );
    expect(taken(install(table, after.file, 65_536))).toMatchObject({ persons: 2_500, credentials: 2_500 });
    expect(table.scrub()).toBe(true);
  });

  it('leads, through any history, to the same table as one snapshot', () => {
    const anyTable = fc.dictionary(fc.integer({ min: 1, max: 8 }).map(String), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(anyTable, { minLength: 1, maxLength: 6 }), (editions) => {
        const { table } = bench();
        let before: Map<number, PersonFacts> = new Map();
        let state = taken(install(table, snapshot(1, []).file));
        for (const [index, edition] of editions.entries()) {
          const after = new Map(Object.entries(edition).map(([id, variant]) => [Number(id), variantOf(Number(id), variant)]));
          const ids = [...new Set([...before.keys(), ...after.keys()])];
          state = taken(
            install(
              table,
              delta(
                state,
                index + 2,
                ids.map((id) => [before.get(id), after.get(id)] as const),
              ).file,
            ),
          );
          before = after;
        }
        expect(state.contentHash).toEqual(snapshot(1, [...before.values()]).state.contentHash);
        expect(table.scrub()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  const variantOf = (id: number, variant: number): PersonFacts =>
    variant === 0 ? person(id, []) : plain(id, { validFromS: variant, credentials: [pin(BigInt(id * 10 + variant)), card(BigInt(id))] });
});

describe('which file may follow', () => {
  const { table } = bench();
  install(table, snapshot(5, people, 3).file);
  const inForce = taken(install(table, snapshot(6, people, 3).file));

  it.each<[string, Uint8Array, string]>([
    ['the version in force again', snapshot(6, people, 3).file, 'staleVersion'],
    ['an older version', snapshot(5, people, 3).file, 'staleVersion'],
    ['a newer version that includes fewer revocations', snapshot(7, people, 2).file, 'staleVersion'],
    ['a delta to the version in force', delta({ ...inForce, version: 5 }, 6, [], 3).file, 'staleVersion'],
    ['a delta on another version', delta({ ...inForce, version: 5 }, 7, [], 3).file, 'wrongBase'],
    ['a delta on other content', delta({ ...inForce, contentHash: new Uint8Array(32) }, 7, [], 3).file, 'wrongBase'],
  ])('is not %s, and what is in force stays', (_, file, refusal) => {
    expect(failureOf(install(table, file))).toBe(refusal);
    expect(table.state()).toEqual(inForce);
    expect(table.staged()).toBeUndefined();
  });

  it('is a snapshot of any higher version, as after a controller was restored from an old backup', () => {
    const { table: other } = bench();
    install(other, snapshot(6, people).file);
    expect(taken(install(other, snapshot(1_000, [plain(1)]).file)).version).toBe(1_000);
  });
});

describe('a body is refused as a whole when it', () => {
  const base = (): Table => {
    const { table } = bench();
    install(table, first.file);
    return table;
  };
  /** A well signed snapshot or delta over version 1 with this body and these counts. */
  const file = (kind: 'snapshot' | 'delta', body: Uint8Array, persons: number, deleted: number, credentials: number): Uint8Array =>
    withBody(kind === 'snapshot' ? snapshot(2, []).file : delta(first.state, 2, []).file, body, (header) => {
      header.setUint32(78, persons);
      header.setUint32(82, deleted);
      header.setUint32(86, credentials);
      if (kind === 'snapshot') header.setUint32(90, persons);
      if (kind === 'snapshot') header.setUint32(94, credentials);
    });
  const one = put(`00000001 00 01 ${pinOf(7)}`);
  const two = put(`00000002 00 01 ${pinOf(8)}`);

  it.each<[string, Uint8Array, string]>([
    ['holds a tag of two persons', file('snapshot', Buffer.concat([one, put(`00000002 00 01 ${pinOf(7)}`)]), 2, 0, 2), 'contradiction'],
    ['holds a tag twice in a person', file('snapshot', put('00000001 00 02 010000000000000007 030000000000000007'), 1, 0, 2), 'contradiction'],
    ['puts a person twice', file('snapshot', Buffer.concat([one, put(`00000001 00 01 ${pinOf(8)}`)]), 2, 0, 2), 'malformed'],
    ['puts and deletes a person', file('delta', Buffer.concat([one, remove(1)]), 1, 1, 1), 'malformed'],
    ['is not sorted', file('snapshot', Buffer.concat([two, one]), 2, 0, 2), 'malformed'],
    ['deletes from a snapshot', file('snapshot', Buffer.concat([one, remove(2)]), 1, 0, 1), 'malformed'],
    ['deletes person 0', file('delta', remove(0), 0, 1, 0), 'malformed'],
    ['ends within a delete', file('delta', remove(1).subarray(0, 4), 0, 1, 0), 'malformed'],
    ['ends within a put', file('snapshot', one.subarray(0, -1), 1, 0, 1), 'malformed'],
    ['ends after an operation', file('snapshot', Buffer.of(1), 1, 0, 0), 'malformed'],
    ['holds an operation that does not exist', file('snapshot', Buffer.from('0300000001', 'hex'), 0, 0, 0), 'malformed'],
    ['holds fewer persons than stated', file('snapshot', one, 2, 0, 1), 'malformed'],
    ['deletes fewer than stated', file('delta', remove(1), 0, 2, 0), 'malformed'],
    ['holds more credentials than stated', file('snapshot', one, 1, 0, 0), 'malformed'],
    ['holds other people than the content hash says', file('snapshot', one, 1, 0, 1), 'wrongContent'],
    ['deletes somebody who is not there', file('delta', remove(7), 0, 1, 0), 'contradiction'],
    ['gives away a tag that somebody unchanged holds', file('delta', put(`00000007 00 01 ${pinOf(90)}`), 1, 0, 1), 'contradiction'],
    ['leads to other content than stated', file('delta', remove(1), 0, 1, 0), 'wrongContent'],
  ])('%s', (_, bytes, refusal) => {
    const table = base();
    expect(failureOf(install(table, bytes))).toBe(refusal);
    expect(table.state()).toEqual(first.state);
    expect(table.staged()).toBeUndefined();
    expect([10n, 90n, 7n].map((tag) => idAt(table, tag))).toEqual([1, 9, 'nobody']);
    expect(table.scrub()).toBe(true);
  });

  it.each([
    ['persons', 93],
    ['credentials', 97],
  ])('leads to other totals of %s than stated', (_, at) => {
    const table = base();
    const right = delta(first.state, 2, [[undefined, plain(3)]]).file;
    expect(
      failureOf(
        install(
          table,
          resigned(right, (header) => header.set([99], at)),
        ),
      ),
    ).toBe('wrongContent');
    expect(table.state()).toEqual(first.state);
  });

  it('takes a tag from a person it deletes, and the tag is free', () => {
    const table = base();
    taken(
      install(
        table,
        delta(first.state, 2, [
          [people[2], undefined],
          [undefined, person(7, [pin(90n)])],
        ]).file,
      ),
    );
    expect(idAt(table, 90n)).toBe(7);
  });
});

describe('a table too large', () => {
  const limits = { ...defaultLimits, persons: 3, credentials: 6 };

  it('is refused at its header, before a byte is staged', () => {
    const { table } = bench(undefined, limits);
    taken(install(table, first.file));
    expect(failureOf(table.receive(0, snapshot(2, [...people, person(10, [])]).file))).toBe('tooLarge');
    expect(failureOf(table.receive(0, snapshot(2, [plain(1), plain(2), person(3, [pin(1n), card(2n), card(3n)])]).file))).toBe('tooLarge');
    expect(table.staged()).toBeUndefined();
  });

  it('is refused in bytes too: to the byte', () => {
    const fileBytes = first.file.length;
    expect(install(bench(undefined, { ...limits, fileBytes }).table, first.file).ok).toBe(true);
    expect(failureOf(install(bench(undefined, { ...limits, fileBytes: fileBytes - 1 }).table, first.file))).toBe('tooLarge');
  });

  it('has room in bytes for as many persons and credentials as are allowed, with every optional field', () => {
    const longest = encodePerson(person(1, [], { validFromS: 1, validUntilS: 1, uses: { limit: 1, serial: 1 } })).length;
    expect(headerBytes + maxPersons * (1 + longest) + maxCredentials * 9).toBeLessThanOrEqual(maxFileBytes);
  });

  it('at 250,001 persons and 1,000,001 credentials, without a body being sent', () => {
    const { table } = bench();
    const claim = (persons: number, credentials: number): Uint8Array =>
      withBody(first.file, new Uint8Array(8), (header) => {
        for (const at of [78, 90]) header.setUint32(at, persons);
        for (const at of [86, 94]) header.setUint32(at, credentials);
      }).subarray(0, headerBytes);
    expect(failureOf(table.receive(0, claim(maxPersons + 1, 1)))).toBe('tooLarge');
    expect(failureOf(table.receive(0, claim(1, maxCredentials + 1)))).toBe('tooLarge');
    expect(table.receive(0, claim(maxPersons, maxCredentials)).ok).toBe(true);
  });
});
