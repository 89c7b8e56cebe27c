/**
 * Finds a secret in anything a program puts out, in every encoding it might have slipped into (SECURITY I1): digits as
 * text, backwards, one by one, as numbers, as the key codes they were typed with; bytes raw, in hexadecimal, in base64.
 * Which secrets there are, and where none may be, is for those who scan.
 */
import { inspect } from 'node:util';

/** A PIN or a card number of digits, or bytes that are secret as they are: the bits of a card, a key. */
export type Secret = { readonly name: string; readonly digits: string } | { readonly name: string; readonly bytes: Uint8Array };

export interface Hit {
  readonly secret: string;
  readonly encoding: string;
  /** Where: what was scanned. */
  readonly place: string;
}

interface Form {
  readonly encoding: string;
  /** Over latin-1 text, a character a byte. */
  readonly pattern: RegExp;
}

/** What may stand between two digits of one number that is written digit by digit: quotes, commas, zero bytes, line ends. */
const between = '[^0-9A-Za-z]{0,12}';
const escaped = (text: string): string =>
  text.replaceAll(/[^0-9A-Za-z]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const literal = (encoding: string, text: string): Form => ({ encoding, pattern: new RegExp(escaped(text)) });
const raw = (encoding: string, bytes: Uint8Array): Form => literal(encoding, latin1(bytes));

/** With or without spaces, colons, commas or 0x between the bytes. */
const hex = (encoding: string, bytes: Uint8Array): Form => ({
  encoding,
  pattern: new RegExp([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('[^0-9A-Za-z]{0,3}(?:0x)?'), 'i'),
});

/** Numbers one by one, in decimal, not part of longer ones. */
const list = (encoding: string, numbers: readonly number[]): Form => ({
  encoding,
  pattern: new RegExp(`(?<![0-9])${numbers.join('[^0-9A-Za-z]{1,12}')}(?![0-9])`),
});

/** The characters that depend on nothing but these bytes, wherever in a longer message they stand. */
const base64 = (encoding: string, bytes: Uint8Array): Form[] =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([new Uint8Array(before), bytes]).toString('base64');
    const whole = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [
      literal(`${encoding}, alignment ${before}`, whole),
      literal(`${encoding} for addresses, alignment ${before}`, whole.replaceAll('+', '-').replaceAll('/', '_')),
    ];
  });

const bytesOf = (length: number, write: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
};

const varint = (value: number): Uint8Array => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
};

/** Decimal and binary forms of a number, as JSON, SQLite, the journal and people write it. */
const numberForms = (value: number): Form[] => [
  { encoding: 'number', pattern: new RegExp(`(?<![0-9])0*${value}(?![0-9])`) },
  { encoding: 'number with thousands apart', pattern: new RegExp(escaped(value.toLocaleString('en-US')).replaceAll('\\x2c', "[ ,._']")) },
  literal('number with exponent', value.toExponential().replace('e+', 'e')),
  { encoding: 'hexadecimal number', pattern: new RegExp(`(?<![0-9a-f])(?:0x)?0*${value.toString(16)}(?![0-9a-f])`, 'i') },
  raw(
    'float64',
    bytesOf(8, (view) => view.setFloat64(0, value)),
  ),
  raw(
    'float64, little end first',
    bytesOf(8, (view) => view.setFloat64(0, value, true)),
  ),
  ...(value < 2 ** 32
    ? [
        raw(
          'uint32',
          bytesOf(4, (view) => view.setUint32(0, value)),
        ),
        raw(
          'uint32, little end first',
          bytesOf(4, (view) => view.setUint32(0, value, true)),
        ),
      ]
    : []),
  raw('varint', varint(value)),
];

/** KEY_1..KEY_9 and KEY_0 of the upper row, and those of the number pad (include/uapi/linux/input-event-codes.h). */
const upperRow = [11, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const numberPad = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73];

const digitForms = (digits: string): Form[] => {
  const values = [...digits].map(Number);
  const backwards = [...digits].toReversed().join('');
  const ascii = Buffer.from(digits);
  const pairs = digits.length % 2 === 0 ? digits : `0${digits}`;
  const codes = [upperRow, numberPad].map((row) => values.map((value) => row[value] ?? 0));
  return [
    { encoding: 'digits, together or apart', pattern: new RegExp([...digits].join(between)) },
    { encoding: 'digits backwards, together or apart', pattern: new RegExp([...backwards].join(between)) },
    hex('hexadecimal of the text', ascii),
    hex('hexadecimal of the text backwards', Buffer.from(backwards)),
    ...base64('base64', ascii),
    ...base64('base64 of the text backwards', Buffer.from(backwards)),
    ...base64('base64 of UTF-16', Buffer.from(digits, 'utf16le')),
    list('character codes', [...ascii]),
    raw('BCD', Buffer.from(pairs, 'hex')),
    raw('BCD, nibbles exchanged', Buffer.from(pairs.replaceAll(/(.)(.)/g, '$2$1'), 'hex')),
    ...base64('base64 of BCD', Buffer.from(pairs, 'hex')),
    raw('a byte a digit', Uint8Array.from(values)),
    hex('hexadecimal of a byte a digit', Uint8Array.from(values)),
    ...codes.map((row) => list('key codes', row)),
    ...numberForms(Number(digits)),
  ];
};

const byteForms = (bytes: Uint8Array): Form[] => {
  const backwards = Uint8Array.from(bytes).reverse();
  return [
    raw('bytes', bytes),
    raw('bytes backwards', backwards),
    hex('hexadecimal', bytes),
    hex('hexadecimal backwards', backwards),
    ...base64('base64', bytes),
    list('list of bytes', [...bytes]),
    literal('decimal number', BigInt(`0x${Buffer.from(bytes).toString('hex')}`).toString()),
    literal('bits', [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')),
  ];
};

/** Zeros hold nothing, and disks are full of them. */
const withoutZeros = (text: string): string => text.replaceAll(/\0{64,}/g, '\0');

/** Looks for the same secrets in many places. */
export class Scanner {
  readonly #forms: readonly (Form & { readonly secret: string })[];

  constructor(secrets: readonly Secret[]) {
    this.#forms = secrets.flatMap((secret) =>
      ('digits' in secret ? digitForms(secret.digits) : byteForms(secret.bytes)).map((form) => ({ ...form, secret: secret.name })),
    );
  }

  /** Text is looked at as UTF-8, as it would be written. */
  hits(place: string, output: string | Uint8Array): readonly Hit[] {
    const text = withoutZeros(latin1(typeof output === 'string' ? Buffer.from(output) : output));
    return this.#forms.filter(({ pattern }) => pattern.test(text)).map(({ secret, encoding }) => ({ secret, encoding, place }));
  }
}

const shallow = { depth: 1, showHidden: true, maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY };

/**
 * All that can be got out of a value by printing it, as a log, a crash or a debugger would: it, and once each whatever can
 * be reached from it, hidden properties, causes and stacks included.
 */
export const printed = (value: unknown): string => {
  const seen = new Set<unknown>();
  const lines: string[] = [jsonOf(value)];
  for (const waiting = [value]; waiting.length > 0; ) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) {
      lines.push(String(next));
      continue;
    }
    if (seen.has(next)) continue;
    seen.add(next);
    lines.push(inspect(next, shallow));
    if (!ArrayBuffer.isView(next)) waiting.push(...partsOf(next));
  }
  return lines.join('\n');
};

const partsOf = (whole: object): readonly unknown[] => [
  ...(whole instanceof Map ? [...whole].flat() : whole instanceof Set ? whole : []),
  ...Reflect.ownKeys(whole).map((key) => Object.getOwnPropertyDescriptor(whole, key)?.value as unknown),
];

const jsonOf = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ?? '';
  } catch {
    // It holds itself; what it holds is printed one by one.
    return '';
  }
};
