/**
 * What private messages are made of (docs/table-profile.md §14): numbers with the highest byte first, unlike OSDP's own, and fields of which
 * every value has exactly one encoding. Which message has which fields stands in messages.ts and status.ts.
 */
import { epochBytes, epochOf } from '../journal/entry.ts';
import { arrayOf, bytes, counted, countedText, type Schema, type Source, u8 } from '../osdp/schema.ts';
import { assert } from '../shared/assert.ts';

const unsigned = (byteCount: number): Schema<number> => ({
  read: (source) => source.take(byteCount).reduce((value, byte) => value * 256 + byte, 0),
  write: (target, value) => {
    assert(Number.isSafeInteger(value) && value >= 0 && value < 256 ** byteCount, `${value} is not a number of ${byteCount} bytes`);
    for (let power = 256 ** (byteCount - 1); power >= 1; power /= 256) target.number(Math.floor(value / power) % 256, 1);
  },
});

export const u16 = unsigned(2);
export const u32 = unsigned(4);
export const u48 = unsigned(6);

/** Only values for which `isAllowed` holds: any other is refused, and never written. */
export const only = <Value>(field: Schema<Value>, isAllowed: (value: Value) => boolean): Schema<Value> => ({
  read: (source) => {
    const value = field.read(source);
    if (!isAllowed(value)) source.refuse('value');
    return value;
  },
  write: (target, value) => {
    assert(isAllowed(value), 'a value of our own is one that may be sent');
    field.write(target, value);
  },
});

/** Only values from `least` to `most`. */
export const between = (size: Schema<number>, least: number, most: number): Schema<number> => only(size, (value) => value >= least && value <= most);

/** One byte: the place of a name in a list, the first being `first`. */
export const named = <Name extends string>(names: readonly Name[], first = 0): Schema<Name> => ({
  read: (source) => {
    const name = names[u8.read(source) - first];
    if (name === undefined) source.refuse('value');
    return name ?? (names[0] as Name);
  },
  write: (target, name) => {
    const index = names.indexOf(name);
    assert(index >= 0, `${name} has a code`);
    u8.write(target, index + first);
  },
});

/** One byte, 0 or 1. */
export const truth: Schema<boolean> = {
  read: (source) => only(u8, (value) => value <= 1).read(source) === 1,
  write: (target, value) => u8.write(target, value ? 1 : 0),
};

/** One byte of named bits, the first name the lowest; a bit without a name is refused. */
export const flags = <Name extends string>(names: readonly Name[]): Schema<{ readonly [N in Name]: boolean }> => ({
  read: (source) => {
    const byte = only(u8, (value) => value < 2 ** names.length).read(source);
    return Object.fromEntries(names.map((name, bit) => [name, (byte & (1 << bit)) !== 0])) as { [N in Name]: boolean };
  },
  write: (target, value) =>
    u8.write(
      target,
      names.reduce((byte, name, bit) => (value[name] ? byte | (1 << bit) : byte), 0),
    ),
});

/** 16 hexadecimal digits as 8 bytes: which life of the journal. */
export const epoch: Schema<string> = {
  read: (source) => epochOf(bytes(8).read(source)),
  write: (target, value) => target.put(epochBytes(value)),
};

/** Printable ASCII behind its length, at most `most` characters. */
export const text = (most: number): Schema<string> => only(countedText, (value) => value.length <= most);

/** At least one, each of at least one byte behind its length. */
export const blocks: Schema<readonly Uint8Array[]> = arrayOf(
  only(counted(u16), (block) => block.length > 0),
  1,
);

export interface Piece {
  /** Bytes of the whole. */
  readonly totalBytes: number;
  readonly offset: number;
  /** At least one byte, and none behind the whole. */
  readonly data: Uint8Array;
}

/** A piece of something of at most `most` bytes, up to the end of the message. */
export const piece = (size: Schema<number>, most: number): Schema<Piece> =>
  only(
    {
      read: (source: Source) => ({ totalBytes: size.read(source), offset: size.read(source), data: source.take(source.left) }),
      write: (target, { totalBytes, offset, data }) => {
        size.write(target, totalBytes);
        size.write(target, offset);
        target.put(data);
      },
    },
    ({ totalBytes, offset, data }) => totalBytes <= most && data.length > 0 && offset + data.length <= totalBytes,
  );

/** The fields of several schemas, one after the other, in one value. */
export const joined = <First extends object, Second extends object>(first: Schema<First>, second: Schema<Second>): Schema<First & Second> => ({
  read: (source) => ({ ...first.read(source), ...second.read(source) }),
  write: (target, value) => {
    first.write(target, value);
    second.write(target, value);
  },
});
