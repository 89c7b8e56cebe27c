/**
 * What a payload is made of, in wire order, low byte first (OSDP.md, head). A schema reads and writes; which payload a code has stands
 * in commands.ts and replies.ts. Bytes from outside are refused, never thrown at; a value of our own that does not fit is an assert.
 */
import { assert } from '../shared/assert.ts';
import { failed, ok, type Result } from '../shared/result.ts';

/** `length`: too few bytes, or some left over. `value`: a field holds what it may not. */
export type PayloadRefusal = 'length' | 'value';

export interface Schema<Value> {
  read(source: Source): Value;
  write(target: Target, value: Value): void;
}

export type ValueOf<S> = S extends Schema<infer Value> ? Value : never;

/** Bytes being read. Reading beyond the end gives zeros and is refused when all is read: no field has to look. */
export class Source {
  readonly bytes: Uint8Array;
  at = 0;
  refusal: PayloadRefusal | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The first refusal stands, but for a length: what follows a missing byte means nothing. */
  refuse(refusal: PayloadRefusal): void {
    if (this.refusal !== 'length') this.refusal = refusal;
  }

  /** `byteCount` (0..6) bytes as one number. */
  number(byteCount: number): number {
    let value = 0;
    for (let index = byteCount - 1; index >= 0; index -= 1) value = value * 256 + (this.bytes[this.at + index] ?? 0);
    this.#pass(byteCount);
    return value;
  }

  /** A copy: the payload outlives the frame it came in. */
  take(byteCount: number): Uint8Array {
    const taken = new Uint8Array(this.bytes.subarray(this.at, this.at + byteCount));
    this.#pass(byteCount);
    return taken;
  }

  #pass(byteCount: number): void {
    if (byteCount > this.left) this.refuse('length');
    this.at = Math.min(this.at + byteCount, this.bytes.length);
  }
}

/** Bytes being written. */
export class Target {
  readonly bytes: number[] = [];

  number(value: number, byteCount: number): void {
    assert(Number.isInteger(value) && value >= 0 && value < 256 ** byteCount, `${value} is not a number of ${byteCount} bytes`);
    for (let rest = value, index = 0; index < byteCount; index += 1, rest = Math.floor(rest / 256)) this.bytes.push(rest % 256);
  }

  put(bytes: Uint8Array): void {
    for (const byte of bytes) this.bytes.push(byte);
  }
}

const none = new Uint8Array(0);

/** The value, when these bytes are exactly one. */
export const decode = <Value>(schema: Schema<Value>, bytes: Uint8Array): Result<Value, PayloadRefusal> => {
  const source = new Source(bytes);
  const value = schema.read(source);
  if (source.left > 0) source.refuse('length');
  return source.refusal === undefined ? ok(value) : failed(source.refusal);
};

export const encode = <Value>(schema: Schema<Value>, value: Value): Uint8Array => {
  const target = new Target();
  schema.write(target, value);
  return target.bytes.length === 0 ? none : new Uint8Array(target.bytes);
};

const unsigned = (byteCount: number): Schema<number> => ({
  read: (source) => source.number(byteCount),
  write: (target, value) => target.number(value, byteCount),
});

export const u8 = unsigned(1);
export const u16 = unsigned(2);
export const u24 = unsigned(3);
export const u32 = unsigned(4);

export const i16: Schema<number> = {
  read: (source) => (source.number(2) ^ 0x8000) - 0x8000,
  write: (target, value) => {
    assert(value >= -0x8000 && value < 0x8000, `${value} is not a signed number of 2 bytes`);
    target.number(value & 0xffff, 2);
  },
};

/** Milliseconds that go over the line in tenths of a second. */
const inTenths = (tenths: Schema<number>): Schema<number> => ({
  read: (source) => tenths.read(source) * 100,
  write: (target, ms) => tenths.write(target, ms / 100),
});
/** 0..25 500 ms, in steps of 100. */
export const tenths = inTenths(u8);
/** 0..6 553 500 ms, in steps of 100. */
export const tenths16 = inTenths(u16);

export const bytes = (byteCount: number): Schema<Uint8Array> => ({
  read: (source) => source.take(byteCount),
  write: (target, value) => {
    assert(value.length === byteCount, `${byteCount} bytes are needed, not ${value.length}`);
    target.put(value);
  },
});

/** Everything up to the end of the payload. */
export const rest: Schema<Uint8Array> = {
  read: (source) => source.take(source.left),
  write: (target, value) => target.put(value),
};

/** Bytes behind their own count. */
export const counted = (count: Schema<number>): Schema<Uint8Array> => ({
  read: (source) => source.take(count.read(source)),
  write: (target, value) => {
    count.write(target, value.length);
    target.put(value);
  },
});

/** Text behind its own count, in ASCII: 0x20..0x7e. */
export const countedText: Schema<string> = {
  read: (source) => {
    const characters = counted(u8).read(source);
    if (!characters.every(isPrintable)) source.refuse('value');
    return String.fromCharCode(...characters);
  },
  write: (target, value) => {
    assert(/^[\x20-\x7e]*$/.test(value), 'text on the line is printable ASCII');
    counted(u8).write(
      target,
      Uint8Array.from(value, (character) => character.charCodeAt(0)),
    );
  },
};

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e;

/** One byte that has a name; any other is refused. */
export const oneOf = <Name extends string>(codes: Readonly<Record<Name, number>>): Schema<Name> => {
  const names = new Map(Object.entries(codes).map(([name, code]) => [code as number, name as Name]));
  const [first] = names.values();
  return {
    read: (source) => {
      const name = names.get(source.number(1));
      if (name === undefined) source.refuse('value');
      return name ?? (first as Name);
    },
    write: (target, name) => target.number(codes[name], 1),
  };
};

/** One byte of named bits. Bits without a name are reserved: not looked at, and written as zero. */
export const bits = <Name extends string>(masks: Readonly<Record<Name, number>>): Schema<{ readonly [N in Name]: boolean }> => {
  const entries = Object.entries(masks) as [Name, number][];
  return {
    read: (source) => {
      const byte = source.number(1);
      return Object.fromEntries(entries.map(([name, mask]) => [name, (byte & mask) !== 0])) as { [N in Name]: boolean };
    },
    write: (target, value) =>
      target.number(
        entries.reduce((byte, [name, mask]) => (value[name] ? byte | mask : byte), 0),
        1,
      ),
  };
};

/** No bytes at all. */
export const nothing: Schema<undefined> = { read: () => undefined, write: () => undefined };

/** A field that some senders leave out; it is written always. */
export const orElse = <Value>(field: Schema<Value>, missing: Value): Schema<Value> => ({
  read: (source) => (source.left === 0 ? missing : field.read(source)),
  write: (target, value) => field.write(target, value),
});

export const record = <Fields extends Readonly<Record<string, Schema<unknown>>>>(
  fields: Fields,
): Schema<{ readonly [Name in keyof Fields]: ValueOf<Fields[Name]> }> => {
  const entries = Object.entries(fields);
  return {
    read: (source) =>
      Object.fromEntries(entries.map(([name, field]) => [name, field.read(source)])) as { [Name in keyof Fields]: ValueOf<Fields[Name]> },
    write: (target, value) => {
      for (const [name, field] of entries) field.write(target, value[name]);
    },
  };
};

/** At least `least` of the same (each has a byte or more), up to the end of the payload. */
export const arrayOf = <Value>(item: Schema<Value>, least = 0): Schema<readonly Value[]> => ({
  read: (source) => {
    const values: Value[] = [];
    while (source.left > 0) values.push(item.read(source));
    if (values.length < least) source.refuse('length');
    return values;
  },
  write: (target, values) => {
    assert(values.length >= least, `at least ${least} are needed`);
    for (const value of values) item.write(target, value);
  },
});
