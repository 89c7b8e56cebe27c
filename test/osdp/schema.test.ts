/** The parts payloads are made of, where the rows of commands and replies do not show them already: limits, and our own errors. */
import { describe, expect, it } from 'vitest';
import { authenticationPart, cardBits, extendedIdentity, fileStatus, part } from '../../src/osdp/records.ts';
import {
  arrayOf,
  bits,
  bytes,
  counted,
  countedText,
  decode,
  encode,
  i16,
  oneOf,
  record,
  type Schema,
  tenths,
  tenths16,
  u8,
  u16,
  u24,
  u32,
} from '../../src/osdp/schema.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { taken } from './secure-pair.ts';

const there = <Value>(schema: Schema<Value>, value: Value): string => hexOf(encode(schema, value));

describe('a schema', () => {
  it.each([
    ['u8', u8, 0xff, 'ff'],
    ['u16', u16, 0x0102, '0201'],
    ['u24', u24, 0x010203, '030201'],
    ['u32', u32, 0xfffefdfc, 'fcfdfeff'],
    ['i16', i16, -1, 'ffff'],
    ['i16', i16, -0x8000, '0080'],
    ['i16', i16, 0x7fff, 'ff7f'],
    ['tenths', tenths, 25_500, 'ff'],
    ['tenths16', tenths16, 6_553_500, 'ffff'],
  ])('%s goes over the line low byte first, and back', (_, schema, value, hex) => {
    expect(there(schema, value)).toBe(hex);
    expect(taken(decode(schema, bytesOf(hex)))).toBe(value);
  });

  it.each<[string, () => unknown]>([
    ['256 is not a number of 1 bytes', () => encode(u8, 256)],
    ['-1 is not a number of 2 bytes', () => encode(u16, -1)],
    ['0.5 is not a number of 4 bytes', () => encode(u32, 0.5)],
    ['1.5 is not a number of 1 bytes', () => encode(tenths, 150)],
    ['32768 is not a signed number of 2 bytes', () => encode(i16, 0x8000)],
    ['-32769 is not a signed number of 2 bytes', () => encode(i16, -0x8001)],
    ['3 bytes are needed, not 2', () => encode(bytes(3), bytesOf('0102'))],
    ['256 is not a number of 1 bytes', () => encode(counted(u8), new Uint8Array(256))],
    ['text on the line is printable ASCII', () => encode(countedText, 'Ł')],
    ['text on the line is printable ASCII', () => encode(countedText, 'a\n')],
    ['at least 1 are needed', () => encode(arrayOf(u8, 1), [])],
    ['card data has the bytes its bits need', () => encode(cardBits, { bitCount: 9, bits: bytesOf('00') })],
    ['a part ends within the whole', () => encode(part, { totalBytes: 1, offset: 0, uncountedBytes: 0, data: bytesOf('0102') })],
  ])('asserts, when a value of our own does not fit: %s', (sentence, write) => {
    expect(write).toThrow(sentence);
  });

  it('has bits by name, and neither reads nor writes those without one', () => {
    const flags = bits({ low: 0x01, high: 0x80 });
    expect(taken(decode(flags, bytesOf('ff')))).toEqual({ low: true, high: true });
    expect(taken(decode(flags, bytesOf('7e')))).toEqual({ low: false, high: false });
    expect(there(flags, { low: false, high: true })).toBe('80');
  });

  it('refuses for its length what is both too short and wrong', () => {
    const pair = record({ kind: oneOf({ one: 1 }), number: u16 });
    expect(decode(pair, bytesOf('02 00'))).toEqual({ ok: false, failure: 'length' });
    expect(decode(pair, bytesOf('02 0000'))).toEqual({ ok: false, failure: 'value' });
    expect(decode(pair, bytesOf('02 0000 00'))).toEqual({ ok: false, failure: 'length' });
    expect(decode(record({ number: u16, kind: oneOf({ one: 1 }) }), bytesOf('00'))).toEqual({ ok: false, failure: 'length' });
  });

  it('gives bytes that outlive those they were read from', () => {
    const line = bytesOf('010203');
    const read = taken(decode(bytes(3), line));
    line.fill(0);
    expect(hexOf(read)).toBe('010203');
  });

  it('of an extended identity is tags with text', () => {
    const identity = [
      { tag: 0, text: bytesOf('c384') },
      { tag: 3, text: bytesOf('') },
    ];
    expect(there(extendedIdentity, identity)).toBe('000200c384030000');
    expect(taken(decode(extendedIdentity, bytesOf('000200c384030000')))).toEqual(identity);
  });

  it('of a part is 6 bytes of header and what they say', () => {
    expect(taken(decode(authenticationPart, bytesOf('0200 0000 0000 0102')))).toMatchObject({ uncountedBytes: 2 });
    for (const schema of [part, authenticationPart]) expect(decode(schema, bytesOf('0200 0000 00'))).toEqual({ ok: false, failure: 'length' });
  });

  it('of a file status has the numbers of OSDP.md §9', () => {
    expect(Object.values(fileStatus)).toEqual([0, 1, 2, 3, -1, -2, -3]);
  });
});
