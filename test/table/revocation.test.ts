/** Revocations: in force at once, and until a version that includes them. */
import { describe, expect, it } from 'vitest';
import { MemoryTableDisk } from '../../sim/devices/memory-table-disk.ts';
import { Fault } from '../../src/shared/faults.ts';
import { headerBytes } from '../../src/table/header.ts';
import { maxRevocationFileBytes, maxRevoked } from '../../src/table/limits.ts';
import { publishRevocation } from '../../src/table/publish.ts';
import type { Revoked } from '../../src/table/revocations.ts';
import type { Table } from '../../src/table/table.ts';
import { bench, delta, failureOf, install, plain, publisher, snapshot, tableOn, taken, withBody } from './site.ts';

const people = [plain(1), plain(2), plain(3)];
const first = snapshot(1, people);
const personRevoked = (person: number): Revoked => ({ kind: 'person', person });
const tagRevoked = (tag: bigint): Revoked => ({ kind: 'tag', tag });
const revocation = (number: number, after: number, ...entries: readonly Revoked[]): Uint8Array =>
  publishRevocation(publisher, { number, after, entries });

const withFirst = (): Table => {
  const { table } = bench();
  install(table, first.file);
  return table;
};
/** Which of the three persons' PINs and cards are found. */
const foundTags = (table: Table): readonly number[] => [10, 11, 20, 21, 30, 31].filter((tag) => table.find(BigInt(tag)).found === 'record');

describe('a revocation', () => {
  it('of a person makes nobody of all their credentials, of a tag of that one', () => {
    const table = withFirst();
    expect(taken(table.revoke(revocation(4, 0, personRevoked(1), tagRevoked(20n))))).toEqual({ ...first.state, revocation: 4 });
    expect(foundTags(table)).toEqual([21, 30, 31]);
    expect(table.find(10n)).toEqual({ found: 'nobody' });
    expect(table.scrub()).toBe(true);
  });

  it('is in force after a restart', () => {
    const { table, medium } = bench();
    install(table, first.file);
    table.revoke(revocation(1, 0, personRevoked(1)));
    const again = tableOn(new MemoryTableDisk(medium));
    expect([again.state()?.revocation, foundTags(again)]).toEqual([1, [20, 21, 30, 31]]);
  });

  it('adds to those before it', () => {
    const table = withFirst();
    table.revoke(revocation(1, 0, personRevoked(1)));
    table.revoke(revocation(2, 1, tagRevoked(30n)));
    expect(foundTags(table)).toEqual([20, 21, 31]);
  });

  it('tells a person from a tag of the same number, and a tag from one with the same low half', () => {
    const table = withFirst();
    table.revoke(revocation(1, 0, personRevoked(10), tagRevoked(1n), tagRevoked((1n << 32n) | 20n)));
    expect(foundTags(table)).toEqual([10, 11, 20, 21, 30, 31]);
  });

  it('of somebody who is not in the table holds when a later version brings them', () => {
    const table = withFirst();
    table.revoke(revocation(1, 0, personRevoked(4), tagRevoked(51n)));
    taken(
      install(
        table,
        delta(first.state, 2, [
          [undefined, plain(4)],
          [undefined, plain(5)],
        ]).file,
      ),
    );
    expect([40n, 41n, 50n, 51n].map((tag) => table.find(tag).found)).toEqual(['nobody', 'nobody', 'record', 'nobody']);
  });

  it.each([
    ['snapshot', (number: number) => snapshot(2, people, number).file],
    ['delta', (number: number) => delta(first.state, 2, [], number).file],
  ])('binds until a %s includes its number, and no longer', (_, versionIncluding) => {
    const table = withFirst();
    table.revoke(revocation(1, 0, personRevoked(1)));
    table.revoke(revocation(2, 1, personRevoked(2)));
    expect(taken(install(table, versionIncluding(1))).revocation).toBe(2);
    expect(foundTags(table)).toEqual([10, 11, 30, 31]);
    expect(taken(install(table, snapshot(3, people, 2).file)).revocation).toBe(2);
    expect(foundTags(table)).toEqual([10, 11, 20, 21, 30, 31]);
  });

  it('goes ahead of a transfer under way, which then goes on', () => {
    const table = withFirst();
    const second = snapshot(2, people);
    const cut = headerBytes + 30;
    table.receive(0, second.file.subarray(0, cut));
    taken(table.revoke(revocation(1, 0, personRevoked(1))));
    expect(foundTags(table)).toEqual([20, 21, 30, 31]);
    taken(table.receive(cut, second.file.subarray(cut)));
    taken(table.apply());
    expect(foundTags(table)).toEqual([20, 21, 30, 31]);
  });

  it('that names somebody again binds them until the higher number is included', () => {
    const table = withFirst();
    table.revoke(revocation(1, 0, personRevoked(1)));
    table.revoke(revocation(2, 0, personRevoked(1)));
    install(table, snapshot(2, people, 1).file);
    expect(foundTags(table)).toEqual([20, 21, 30, 31]);
  });

  it('may name nobody, and still moves the number', () => {
    const table = withFirst();
    expect(taken(table.revoke(revocation(1, 0))).revocation).toBe(1);
  });
});

describe('a revocation is refused', () => {
  it('without a table in force', () => {
    expect(failureOf(bench().table.revoke(revocation(1, 0, personRevoked(1))))).toBe('wrongBase');
  });

  it('at a number not above the one in force, however it got there', () => {
    const table = withFirst();
    table.revoke(revocation(3, 0, personRevoked(1)));
    expect(failureOf(table.revoke(revocation(3, 0, personRevoked(2))))).toBe('staleVersion');
    install(table, snapshot(2, people, 7).file);
    expect(failureOf(table.revoke(revocation(7, 0, personRevoked(2))))).toBe('staleVersion');
    expect(foundTags(table)).toEqual([10, 11, 20, 21, 30, 31]);
  });

  it('when it leaves out one that never came', () => {
    const table = withFirst();
    expect(failureOf(table.revoke(revocation(3, 2, personRevoked(1))))).toBe('wrongBase');
    expect(taken(table.revoke(revocation(3, 0, personRevoked(1)))).revocation).toBe(3);
  });

  const body = (hex: string, persons: number, tags: number): Uint8Array =>
    withBody(revocation(1, 0), Buffer.from(hex.replaceAll(' ', ''), 'hex'), (header) => {
      header.setUint32(82, persons);
      header.setUint32(86, tags);
    });
  it.each([
    ['person 0', body('0100000000', 1, 0)],
    ['an entry kind 0', body('0000000001', 1, 0)],
    ['an entry kind 3', body('0300000001', 1, 0)],
    ['a cut person', body('01000000', 1, 0)],
    ['a cut tag', body('0200000000000000', 0, 1)],
    ['a person twice', body('0100000001 0100000001', 2, 0)],
    ['falling persons', body('0100000002 0100000001', 2, 0)],
    ['falling tags', body('020000000000000002 020000000000000001', 0, 2)],
    ['a tag before a person', body('020000000000000002 0100000001', 1, 1)],
    ['more persons than stated', body('0100000001', 0, 0)],
    ['fewer tags than stated', body('0100000001', 1, 1)],
  ])('with %s, and takes none of it', (_, file) => {
    const table = withFirst();
    expect(failureOf(table.revoke(file))).toBe('malformed');
    expect([table.state(), foundTags(table).length]).toEqual([first.state, 6]);
  });

  it('above 65,536 bytes', () => {
    expect(failureOf(withFirst().revoke(new Uint8Array(maxRevocationFileBytes + 1)))).toBe('tooLarge');
    expect(failureOf(withFirst().revoke(new Uint8Array(maxRevocationFileBytes)))).toBe('malformed');
  });

  it('when more than 4,096 would be in force at a time', () => {
    const table = withFirst();
    const many = Array.from({ length: maxRevoked }, (_, index) => personRevoked(index + 100));
    taken(table.revoke(revocation(1, 0, ...many)));
    expect(failureOf(table.revoke(revocation(2, 1, personRevoked(1))))).toBe('tooLarge');
    expect(taken(table.revoke(revocation(2, 1, personRevoked(100)))).revocation).toBe(2);
    expect(table.find(10n).found).toBe('record');
  });

  it('by a full disk, which forgets what is staged to make room', () => {
    const { table, medium } = bench();
    install(table, first.file);
    table.receive(0, snapshot(2, []).file);
    const full = tableOn(
      new MemoryTableDisk(medium, (write) => {
        if (write === 0) throw new Fault('disk.full', 'The disk is full.');
      }),
    );
    expect(failureOf(full.revoke(revocation(1, 0, personRevoked(1))))).toBe('diskFull');
    expect(full.staged()).toBeUndefined();
    expect(taken(full.revoke(revocation(1, 0, personRevoked(1)))).revocation).toBe(1);
  });
});

describe('the look-up', () => {
  it('reads a full list of revocations and still finds the others', () => {
    const table = withFirst();
    const tags = Array.from({ length: maxRevoked }, (_, index) => tagRevoked((BigInt(index) << 32n) | 11n));
    taken(table.revoke(revocation(1, 0, ...tags)));
    expect(foundTags(table)).toEqual([10, 20, 21, 30, 31]);
  });
});
