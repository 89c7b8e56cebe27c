/** Events as bytes: what goes in comes out, and nothing else is taken for an event. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEntry,
  type Entry,
  encodeEntry,
  epochBytes,
  epochOf,
  linkBytes,
  maxEntryBytes,
  openRow,
  sealRow,
  setSequence,
  setUint48,
} from '../../src/journal/entry.ts';
import { maxValueBytes } from '../../src/ports/record-store.ts';
import { AssertionError } from '../../src/shared/assert.ts';
import { crypto } from './bench.ts';

const plain: Entry = {
  epoch: '0123456789abcdef',
  sequence: 7,
  boot: 2,
  monotonicMs: 5_000,
  wallMs: Date.UTC(2026, 0, 5),
  wallTrusted: true,
  code: 'access.granted',
  person: 41,
  fields: { by: 'card', tries: 300, exempt: true, late: false, rate: -1.5, huge: Number.MAX_SAFE_INTEGER },
};

const uint48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const name = (most: number) => fc.stringMatching(new RegExp(`^[A-Za-z_][!-~]{0,${most - 1}}$`));
const entries: fc.Arbitrary<Entry> = fc
  .record({
    epoch: fc.uint8Array({ minLength: 8, maxLength: 8 }).map(epochOf),
    sequence: uint48,
    boot: fc.nat(0xffff_ffff),
    monotonicMs: uint48,
    wallMs: uint48,
    wallTrusted: fc.boolean(),
    code: name(64),
    person: fc.option(fc.nat(0xffff_ffff), { nil: undefined }),
    fields: fc.uniqueArray(
      fc.tuple(
        name(40),
        fc.oneof(
          fc.boolean(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.maxSafeInteger(),
          fc.string({ unit: 'grapheme', maxLength: 10 }),
        ),
      ),
      { selector: ([key]) => key, maxLength: 16 },
    ),
  })
  .map(({ fields, person, ...rest }) => ({ ...rest, ...(person === undefined ? {} : { person }), fields: Object.fromEntries(fields) }));

const headBytes = 32;
const first = new Uint8Array(linkBytes);
const rowOf = (entry: Entry): Uint8Array => sealRow(crypto, encodeEntry(entry), first);
/** An entry whose head is right and whose rest is these bytes. */
const withTail = (flags: number, ...tail: number[]): Uint8Array => {
  const bytes = Uint8Array.from([...encodeEntry(plain).subarray(0, headBytes), ...tail]);
  bytes[31] = flags;
  return bytes;
};
/** The code `a`, then one field `b` with this value. */
const withValue = (...value: number[]): Uint8Array => withTail(0, 1, 97, 1, 1, 98, ...value);

describe('entry', () => {
  it('comes back as it went in', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const bytes = encodeEntry(entry);
        const back = decodeEntry(bytes);
        expect(back).toStrictEqual(entry);
        if (back !== undefined) expect(encodeEntry(back)).toEqual(bytes);
      }),
    );
  });

  it('fits a record even with every part at its limit', () => {
    const text = 'é'.repeat(95);
    const fields = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`${index}`.padStart(40, '_'), text]));
    const entry = { ...plain, code: 'c'.repeat(64), fields };
    const row = rowOf(entry);
    expect(row.length).toBe(maxEntryBytes + 2 * linkBytes);
    expect(row.length).toBeLessThanOrEqual(maxValueBytes);
    expect(openRow(crypto, 7, row)?.entry).toStrictEqual(entry);
  });

  it('is small: a usual event takes less than 80 bytes on the line, no more than 110 on disk', () => {
    const row = rowOf({ ...plain, fields: { by: 'card', mode: 'cardAndPin' } });
    expect(row.length - 2 * linkBytes).toBeLessThan(80);
    expect(row.length).toBeLessThanOrEqual(110);
  });

  it('cuts a long text between characters', () => {
    const { fields } = decodeEntry(encodeEntry({ ...plain, fields: { long: `x${'é'.repeat(200)}` } })) as Entry;
    expect(fields.long).toBe(`x${'é'.repeat(94)}`);
  });

  it('keeps a byte order mark and a field named __proto__', () => {
    const entry = { ...plain, fields: Object.fromEntries([['__proto__', '\ufeffx']]) };
    expect(decodeEntry(encodeEntry(entry))?.fields).toStrictEqual(entry.fields);
  });

  it('takes its number after it was encoded', () => {
    expect(decodeEntry(setSequence(encodeEntry({ ...plain, sequence: 0 }), 7))).toStrictEqual(plain);
  });

  it.each([
    ['a code without characters', { code: '' }],
    ['a code too long', { code: 'c'.repeat(65) }],
    ['a code that is not ASCII', { code: 'é' }],
    ['a code that begins with a digit', { code: '1st' }],
    ['a field that begins with a digit', { fields: { '0': 1 } }],
    ['too many fields', { fields: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`f${index}`, 1])) }],
    ['a number that is none', { fields: { rate: Number.NaN } }],
    ['an epoch of another length', { epoch: '01' }],
    ['a time below zero', { wallMs: -1 }],
    ['a time beyond 48 bits', { monotonicMs: 2 ** 48 }],
    ['a sequence with a fraction', { sequence: 1.5 }],
  ])('asserts that nobody records %s', (_, change) => {
    expect(() => encodeEntry({ ...plain, ...change })).toThrow(AssertionError);
  });

  it('never throws, and refuses every shorter and every longer run of bytes', () => {
    const bytes = encodeEntry(plain);
    for (let length = 0; length < bytes.length; length++) expect(decodeEntry(bytes.subarray(0, length))).toBeUndefined();
    expect(decodeEntry(Uint8Array.from([...bytes, 0]))).toBeUndefined();
    expect(decodeEntry(new Uint8Array(maxEntryBytes + 1).fill(1))).toBeUndefined();
  });

  it('never throws on anything, and what it takes is exactly what it would write', () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    const mended = fc.tuple(entries, fc.nat(), fc.nat(255)).map(([entry, at, byte]) => {
      const bytes = encodeEntry(entry);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(noise, mended), (bytes) => {
        const entry = decodeEntry(bytes);
        if (entry !== undefined) expect(encodeEntry(entry)).toEqual(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['unknown flags', withTail(4, 1, 97, 0)],
    ['an empty code', withTail(0, 0, 0)],
    ['a code too long', withTail(0, 65, ...new Array<number>(65).fill(97), 0)],
    ['a code that is not ASCII', withTail(0, 2, 0xc3, 0xa9, 0)],
    ['more fields than there may be', withTail(0, 1, 97, 17)],
    ['a person that is cut off', withTail(2, 1, 97)],
    ['a field that begins with a digit', withTail(0, 1, 97, 1, 1, 48, 1)],
    ['the same field twice', withTail(0, 1, 97, 2, 1, 98, 1, 1, 98, 1)],
    ['an unknown kind of value', withValue(5)],
    ['a text too long', withValue(4, 191, ...new Array<number>(191).fill(97))],
    ['a text that is not UTF-8', withValue(4, 1, 0xff)],
    ['a float that is whole', withValue(3, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['a float that is none', withValue(3, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0)],
    ['a float that is cut off', withValue(3, 0, 0)],
    ['a whole number with a needless zero', withValue(2, 0x80, 0)],
    ['a whole number that never ends', withValue(2, ...new Array<number>(12).fill(0xff))],
    ['a whole number beyond 2^53', withValue(2, ...new Array<number>(7).fill(0xff), 0x7f)],
  ])('refuses %s', (_, bytes) => {
    expect(decodeEntry(bytes)).toBeUndefined();
  });
});

describe('row', () => {
  it('is found out whichever byte of it flips', () => {
    const row = rowOf(plain);
    for (let at = 0; at < row.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const flipped = Uint8Array.from(row);
        flipped[at] = (flipped[at] as number) ^ mask;
        expect(openRow(crypto, 7, flipped)).toBeUndefined();
      }
    }
  });

  it('is found out at every cut, and under the key of another', () => {
    const row = rowOf(plain);
    for (let length = 0; length < row.length; length++) expect(openRow(crypto, 7, row.subarray(0, length))).toBeUndefined();
    expect(openRow(crypto, 8, row)).toBeUndefined();
    expect(openRow(crypto, 7, row)?.entry).toStrictEqual(plain);
  });

  it('is refused when its links are right and its entry is none', () => {
    expect(openRow(crypto, 7, sealRow(crypto, new Uint8Array(40), first))).toBeUndefined();
  });

  it('depends on the row before it', () => {
    const other = sealRow(crypto, encodeEntry(plain), new Uint8Array(linkBytes).fill(1));
    expect(openRow(crypto, 7, other)?.link).not.toEqual(openRow(crypto, 7, rowOf(plain))?.link);
  });
});

describe('epoch', () => {
  it('is eight bytes or sixteen digits', () => {
    expect(epochBytes('00ff10a5deadbeef')).toEqual(Uint8Array.of(0, 0xff, 0x10, 0xa5, 0xde, 0xad, 0xbe, 0xef));
    expect(epochOf(epochBytes('00ff10a5deadbeef'))).toBe('00ff10a5deadbeef');
  });
});

describe('48-bit numbers', () => {
  it('are asserted to be such', () => {
    const view = new DataView(new ArrayBuffer(6));
    for (const value of [-1, 0.5, 2 ** 48, Number.NaN]) expect(() => setUint48(view, 0, value)).toThrow('48-bit');
  });
});
