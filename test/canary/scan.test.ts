/** The scanner finds a secret in each encoding, in the middle of other things, and does not take anything else for one. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { printed, Scanner } from './scan.ts';

const digits = '07419352';
const backwards = '25391470';
const bytes = Uint8Array.from([0x9e, 0x41, 0xd7, 0x03, 0xb8, 0x6c, 0xf0, 0x2a]);
const scanner = new Scanner([
  { name: 'PIN', digits },
  { name: 'card', bytes },
]);
const found = (output: string | Uint8Array): readonly string[] => [...new Set(scanner.hits('here', output).map(({ secret }) => secret))];
const around = (middle: Uint8Array, before = 5): Buffer => Buffer.concat([Buffer.alloc(before, 0xa5), middle, Buffer.alloc(4, 0x5a)]);
const of = (value: number, write: 'setFloat64' | 'setUint32', length: number, isLittle: boolean): Buffer => {
  const view = new DataView(new ArrayBuffer(length));
  view[write](0, value, isLittle);
  return Buffer.from(view.buffer);
};

describe('digits are found', () => {
  it.each<[string, string | Uint8Array]>([
    ['as text', `level=30 pin=${digits} ok`],
    ['within a longer number', `20261122${digits}99`],
    ['backwards', `x${backwards}y`],
    ['in hexadecimal', Buffer.from(digits).toString('hex')],
    ['in hexadecimal, as Node prints a buffer', inspect(Buffer.from(`>${digits}<`))],
    ['in hexadecimal with 0x', [...Buffer.from(digits)].map((byte) => `0x${byte.toString(16)}`).join(', ')],
    ['in hexadecimal, in capitals and backwards', Buffer.from(backwards).toString('hex').toUpperCase()],
    ['in base64', Buffer.from(digits).toString('base64')],
    ['in base64, one byte on', Buffer.from(`"${digits}"`).toString('base64')],
    ['in base64, two bytes on', Buffer.from(`: ${digits}, and more`).toString('base64')],
    ['in base64 of UTF-16', Buffer.from(`"${digits}`, 'utf16le').toString('base64')],
    ['as BCD', around(Buffer.from(digits, 'hex'))],
    ['as BCD with its nibbles exchanged', around(Buffer.from('70143925', 'hex'))],
    ['as BCD in base64', around(Buffer.from(digits, 'hex')).toString('base64')],
    ['as a JSON number', JSON.stringify({ pin: Number(digits) })],
    ['as a number with thousands apart', Number(digits).toLocaleString('en-US')],
    ['as a number with an exponent', '7.419352e6'],
    ['as a hexadecimal number', Number(digits).toString(16)],
    ['as a float', around(of(Number(digits), 'setFloat64', 8, false))],
    ['as a float, little end first', around(of(Number(digits), 'setFloat64', 8, true))],
    ['as an integer', around(of(Number(digits), 'setUint32', 4, false))],
    ['as an integer, little end first', around(of(Number(digits), 'setUint32', 4, true))],
    ['as the journal writes a whole number', around(Uint8Array.of(0xd8, 0xeb, 0xc4, 0x03))],
    ['as UTF-16', around(Buffer.from(digits, 'utf16le'))],
    ['as UTF-16, big end first', around(Buffer.from(digits, 'utf16le').swap16())],
    ['as a JSON list of digits', JSON.stringify([...digits])],
    ['as a JSON list of numbers', JSON.stringify([...digits].map(Number))],
    ['as a list, as Node prints it', inspect([...digits])],
    ['as a byte a digit', around(Uint8Array.from([...digits].map(Number)))],
    ['as a byte a digit, as Node prints it', inspect(Uint8Array.from([...digits].map(Number)))],
    ['as character codes', JSON.stringify([...Buffer.from(digits)])],
    ['as a digit a line', [...digits].join('\n')],
    ['as the key codes of the upper row', '11,8,5,2,10,4,6,3'],
    ['as the key codes of the number pad', '[82, 71, 75, 79, 73, 81, 76, 80]'],
  ])('%s', (_, output) => {
    expect(found(output)).toContain('PIN');
  });
});

describe('bytes are found', () => {
  const text = Buffer.from(bytes);
  it.each<[string, string | Uint8Array]>([
    ['as they are', around(bytes)],
    ['backwards', around(Uint8Array.from(bytes).reverse())],
    ['in hexadecimal', `key: ${text.toString('hex').toUpperCase()}`],
    ['as Node prints them', inspect(text)],
    ['in base64, at each place', text.toString('base64')],
    ['in base64, one byte on', around(bytes, 1).toString('base64')],
    ['in base64 for addresses, two bytes on', around(bytes, 2).toString('base64url')],
    ['as a list', JSON.stringify([...bytes])],
    ['as a decimal number', String(BigInt(`0x${text.toString('hex')}`))],
    ['as bits', [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')],
  ])('%s', (_, output) => {
    expect(found(output)).toContain('card');
  });
});

describe('the scanner', () => {
  it('takes nothing for a secret that is none: noise, times, or the last two digits of a card', () => {
    const noise = new Random(11).bytes(200_000);
    expect(found(noise)).toEqual([]);
    expect(found(Buffer.from(noise).toString('base64') + Buffer.from(noise).toString('hex'))).toEqual([]);
    expect(found('{"time":"2026-11-22T13:26:55.636Z","card":"…52","person":7419}')).toEqual([]);
  });

  it('says which secret, in which encoding, and where', () => {
    expect(scanner.hits('stderr', `a ${digits} b`)).toContainEqual({ secret: 'PIN', encoding: 'digits, together or apart', place: 'stderr' });
  });

  it('sees in a printed value what a log or a crash would show of it', () => {
    const deep = { a: [{ b: new Map([['c', { d: new Error('x', { cause: { pin: digits } }) }]]) }] };
    expect(found(printed(deep))).toEqual(['PIN']);
    expect(found(printed(new Error(`cannot use ${digits}`)))).toEqual(['PIN']);
    expect(found(printed({ key: bytes }))).toEqual(['card']);
    expect(found(printed({ key: new SecretBytes(bytes), tag: 7n }))).toEqual([]);
  });
});
