/** What a controller may put into a file, and what it is told before any reader refuses it. */
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { publishDelta, publishOrder, publishRevocation, publishSnapshot } from '../../src/table/publish.ts';
import { card, delta, failureOf, person, pin, plain, publisher, snapshot } from './site.ts';

describe('a publisher', () => {
  it('names the two persons who would share a tag, and the one who would hold it twice', () => {
    const snapshotOf = (...people: Parameters<typeof plain>[0][]) => people.map((id) => plain(id));
    expect(failureOf(publishSnapshot(publisher, { version: 1, revocation: 0, people: [...snapshotOf(1, 2), person(7, [card(20n)])] }))).toEqual({
      persons: [2, 7],
    });
    expect(failureOf(publishSnapshot(publisher, { version: 1, revocation: 0, people: [person(3, [pin(1n), card(1n)])] }))).toEqual({
      persons: [3, 3],
    });
    expect(failureOf(publishSnapshot(publisher, { version: 1, revocation: 0, people: snapshotOf(4, 4) }))).toEqual({ persons: [4, 4] });
  });

  it('makes the same file from the same people in any order', () => {
    const people = [plain(1), plain(70_000), plain(2)];
    expect(snapshot(1, people.toReversed()).file).toEqual(snapshot(1, people).file);
  });

  it('names the same people by another hash for a reader with another table key', () => {
    const other = { ...publisher, tableKey: new SecretBytes(new Uint8Array(32)) };
    expect(snapshot(1, [plain(1)], 0, other).state.contentHash).not.toEqual(snapshot(1, [plain(1)]).state.contentHash);
  });

  it('makes 25 bytes of a person with one PIN and one card', () => {
    expect(snapshot(1, [plain(1), plain(2)]).file.length - snapshot(1, [plain(1)]).file.length).toBe(25);
  });

  it('makes a delta whose size is that of the change', () => {
    const { state } = snapshot(
      1,
      Array.from({ length: 200 }, (_, index) => plain(index + 1)),
    );
    const oneDeleted = delta(state, 2, [[plain(1), undefined]]).file.length - delta(state, 2, []).file.length;
    expect(oneDeleted).toBe(5);
  });

  it('lists a revocation named twice once, in order', () => {
    const entries = [{ kind: 'person', person: 5 } as const, { kind: 'tag', tag: 5n } as const, { kind: 'person', person: 4 } as const];
    const make = (...each: typeof entries): Uint8Array => publishRevocation(publisher, { number: 1, after: 0, entries: each });
    expect(make(...entries, ...entries.toReversed())).toEqual(make(...entries));
  });

  it('asserts what no reader would take', () => {
    const { state } = snapshot(5, []);
    const make = (changes: Parameters<typeof publishDelta>[1]['changes'], version = 6) =>
      publishDelta(publisher, { base: state, version, revocation: 0, changes });
    expect(() => make([], 5)).toThrow();
    expect(() => make([{ before: undefined, after: undefined }])).toThrow();
    expect(() => make([{ before: plain(1), after: plain(2) }])).toThrow();
    expect(() => publishOrder(publisher, 1, 0, { kind: 'enrol' })).toThrow();
    expect(() => publishOrder(publisher, 0, 1, { kind: 'enrol' })).toThrow();
    expect(() => publishRevocation(publisher, { number: 1, after: 1, entries: [] })).toThrow();
    expect(() => publishRevocation(publisher, { number: 1, after: 0, entries: [{ kind: 'person', person: 0 }] })).toThrow();
    expect(() => publishOrder({ ...publisher, site: new Uint8Array(15) }, 1, 1, { kind: 'enrol' })).toThrow();
    expect(() => publishOrder({ ...publisher, reader: new Uint8Array(17) }, 1, 1, { kind: 'enrol' })).toThrow();
  });
});
