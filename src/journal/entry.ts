/**
 * One event as it is kept and sent: its identity, its times, its code and facts, as bytes; and the row on disk, which adds
 * the links of the hash chain (SECURITY D7, D11, D13). When events are written, kept or dropped is journal.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import { assert } from '../shared/assert.ts';

/** What an event is worth when room is short: `grant` and `alarm` are never pushed out by `deny` or `info`. */
export type EventClass = 'grant' | 'alarm' | 'deny' | 'info';
export const eventClasses: readonly EventClass[] = ['grant', 'alarm', 'deny', 'info'];

export type EventFields = Readonly<Record<string, string | number | boolean>>;

/** An event to be recorded. The journal knows no catalogue: any code of 1–64 ASCII characters, a letter first, will do. */
export interface JournalEvent {
  readonly code: string;
  /** 0..2^32-1. */
  readonly person?: number | undefined;
  /** At most 16, names of at most 40 bytes. A text longer than 190 bytes is cut. Numbers are finite. */
  readonly fields?: EventFields | undefined;
}

/** When it happened, on both clocks. */
export interface Stamp {
  /** Milliseconds of this start, 0..2^48-1. */
  readonly monotonicMs: number;
  /** Milliseconds since 1970, 0..2^48-1. */
  readonly wallMs: number;
  readonly wallTrusted: boolean;
}

export interface Entry extends Stamp {
  /** 16 hexadecimal digits, new at every start: with the sequence, an identity that is never given twice (SECURITY D8). */
  readonly epoch: string;
  /** 1..2^48-1, rising over all epochs of one disk. */
  readonly sequence: number;
  /** Counts the starts that recorded anything. */
  readonly boot: number;
  readonly code: string;
  readonly person?: number | undefined;
  readonly fields: EventFields;
}

/** An entry as it stands on disk. */
export interface Recorded {
  readonly entry: Entry;
  /** The entry as bytes: what goes up the line, the same at each sending. */
  readonly bytes: Uint8Array;
  /** 16 bytes: the link of the entry written before this one. */
  readonly previousLink: Uint8Array;
  /** 16 bytes: SHA-256(previousLink ‖ bytes), cut. */
  readonly link: Uint8Array;
}

export const linkBytes = 16;
const version = 1;
const headBytes = 32;
const sequenceAt = 9;
const maxCodeBytes = 64;
const maxFields = 16;
const maxNameBytes = 40;
const maxTextBytes = 190;
/** Longest entry: every part at its limit. With its two links it fits a record of 4,096 bytes. */
export const maxEntryBytes = headBytes + 4 + 1 + maxCodeBytes + 1 + maxFields * (1 + maxNameBytes + 2 + maxTextBytes);

const trustedFlag = 1;
const personFlag = 2;

/** How a field's value is written: the two truths have no bytes of their own. */
const tags = { no: 0, yes: 1, whole: 2, float: 3, text: 4 } as const;

/** No digit in front: an object would put such a name before all others, and the same fields have one order only. */
const namePattern = /^[A-Za-z_][\x21-\x7e]*$/;

/** Where entries are put together: the usual one is a fortieth of the longest. */
const scratch = new Uint8Array(maxEntryBytes);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** At most `maxEntryBytes` bytes; `sequence` may be 0 until `setSequence`. The shapes are our own code's duty; texts may come from anywhere and are cut. */
export function encodeEntry(entry: Entry): Uint8Array {
  const bytes = scratch;
  const view = new DataView(bytes.buffer);
  bytes[0] = version;
  bytes.set(epochBytes(entry.epoch), 1);
  setUint48(view, sequenceAt, entry.sequence);
  view.setUint32(15, entry.boot);
  setUint48(view, 19, entry.monotonicMs);
  setUint48(view, 25, entry.wallMs);
  bytes[31] = (entry.wallTrusted ? trustedFlag : 0) | (entry.person === undefined ? 0 : personFlag);
  let at = headBytes;
  if (entry.person !== undefined) {
    view.setUint32(at, entry.person);
    at += 4;
  }
  at = putName(bytes, at, entry.code, maxCodeBytes);
  const fields = Object.entries(entry.fields);
  assert(fields.length <= maxFields, 'an event has at most 16 fields');
  bytes[at++] = fields.length;
  for (const [name, value] of fields) at = putValue(view, putName(bytes, at, name, maxNameBytes), value);
  return bytes.slice(0, at);
}

/** Gives encoded bytes their sequence. */
export function setSequence(bytes: Uint8Array, sequence: number): Uint8Array {
  setUint48(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), sequenceAt, sequence);
  return bytes;
}

function putName(bytes: Uint8Array, at: number, name: string, most: number): number {
  assert(name.length > 0 && name.length <= most && namePattern.test(name), 'codes and field names are short and ASCII');
  bytes[at] = name.length;
  encoder.encodeInto(name, bytes.subarray(at + 1));
  return at + 1 + name.length;
}

function putValue(view: DataView<ArrayBuffer>, at: number, value: string | number | boolean): number {
  const bytes = new Uint8Array(view.buffer);
  if (typeof value === 'boolean') {
    bytes[at] = value ? tags.yes : tags.no;
    return at + 1;
  }
  if (typeof value === 'string') {
    bytes[at] = tags.text;
    const { written } = encoder.encodeInto(value, bytes.subarray(at + 2, at + 2 + maxTextBytes));
    bytes[at + 1] = written;
    return at + 2 + written;
  }
  assert(Number.isFinite(value), 'a field is a finite number');
  if (!isWhole(value)) {
    bytes[at] = tags.float;
    view.setFloat64(at + 1, value);
    return at + 9;
  }
  bytes[at] = tags.whole;
  let rest = value;
  let next = at + 1;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) | 128;
  bytes[next] = rest;
  return next + 1;
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);

/** The entry, or undefined when the bytes are not exactly what `encodeEntry` makes of one. Never throws. */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  if (bytes.length < headBytes || bytes.length > maxEntryBytes || bytes[0] !== version) return undefined;
  const input = new Input(bytes);
  const flags = bytes[31] as number;
  if (flags > (trustedFlag | personFlag)) return undefined;
  input.at = headBytes;
  const person = flags & personFlag ? input.uint32() : undefined;
  const code = input.name(maxCodeBytes);
  const count = input.uint8();
  if (count > maxFields) return undefined;
  const fields = new Map<string, string | number | boolean>();
  for (let field = 0; field < count && input.isGood; field++) fields.set(input.name(maxNameBytes), input.value());
  if (!input.isGood || fields.size !== count || input.at !== bytes.length) return undefined;
  return {
    epoch: epochOf(bytes.subarray(1, 9)),
    sequence: uint48(input.view, sequenceAt),
    boot: input.view.getUint32(15),
    monotonicMs: uint48(input.view, 19),
    wallMs: uint48(input.view, 25),
    wallTrusted: (flags & trustedFlag) !== 0,
    code,
    ...(person === undefined ? {} : { person }),
    fields: Object.fromEntries(fields),
  };
}

/** Reads on past the end as zeros and remembers that it did, so that one question at the end is enough. */
class Input {
  readonly view: DataView;
  at = 0;
  isGood = true;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  uint8(): number {
    return this.#has(1) ? this.view.getUint8(this.at++) : 0;
  }

  uint32(): number {
    if (!this.#has(4)) return 0;
    this.at += 4;
    return this.view.getUint32(this.at - 4);
  }

  name(most: number): string {
    const length = this.uint8();
    const name = this.#text(length);
    this.isGood &&= length > 0 && length <= most && namePattern.test(name);
    return name;
  }

  value(): string | number | boolean {
    const tag = this.uint8();
    if (tag === tags.text) {
      const length = this.uint8();
      this.isGood &&= length <= maxTextBytes;
      return this.#text(length);
    }
    if (tag === tags.whole) return this.#whole();
    if (tag === tags.float) return this.#float();
    this.isGood &&= tag <= tags.yes;
    return tag === tags.yes;
  }

  #float(): number {
    if (!this.#has(8)) return 0;
    this.at += 8;
    const value = this.view.getFloat64(this.at - 8);
    this.isGood &&= Number.isFinite(value) && !isWhole(value);
    return value;
  }

  #whole(): number {
    let value = 0;
    let scale = 1;
    for (let digit = this.uint8(); ; digit = this.uint8()) {
      value += (digit & 127) * scale;
      scale *= 128;
      if (digit < 128) {
        // A last digit of zero would be a second way to write the same number.
        this.isGood &&= Number.isSafeInteger(value) && (digit > 0 || scale === 128);
        return value;
      }
      if (scale > Number.MAX_SAFE_INTEGER) this.isGood = false;
    }
  }

  #text(length: number): string {
    if (!this.#has(length)) return '';
    this.at += length;
    try {
      return decoder.decode(this.#bytes.subarray(this.at - length, this.at));
    } catch {
      this.isGood = false;
      return '';
    }
  }

  #has(count: number): boolean {
    this.isGood &&= this.at + count <= this.#bytes.length;
    return this.isGood;
  }
}

/** The row for an entry's bytes: previous link ‖ bytes ‖ link. */
export function sealRow(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array, previousLink: Uint8Array): Uint8Array {
  const row = new Uint8Array(bytes.length + 2 * linkBytes);
  row.set(previousLink);
  row.set(bytes, linkBytes);
  row.set(linkOf(crypto, row), row.length - linkBytes);
  return row;
}

/** What a row holds, or undefined when a byte of it is not what was written, or it stands under another's key. Never throws. */
export function openRow(crypto: Pick<Crypto, 'sha256' | 'isEqual'>, key: number, row: Uint8Array): Recorded | undefined {
  if (row.length < headBytes + 2 * linkBytes) return undefined;
  const link = row.subarray(row.length - linkBytes);
  if (!crypto.isEqual(link, linkOf(crypto, row))) return undefined;
  const bytes = row.subarray(linkBytes, row.length - linkBytes);
  const entry = decodeEntry(bytes);
  return entry?.sequence === key ? { entry, bytes, previousLink: row.subarray(0, linkBytes), link } : undefined;
}

const linkOf = (crypto: Pick<Crypto, 'sha256'>, row: Uint8Array): Uint8Array =>
  crypto.sha256(row.subarray(0, row.length - linkBytes)).subarray(0, linkBytes);

/** The 8 bytes of an epoch's 16 hexadecimal digits. */
export function epochBytes(epoch: string): Uint8Array {
  assert(/^[0-9a-f]{16}$/.test(epoch), 'an epoch is 16 hexadecimal digits');
  return Uint8Array.from({ length: 8 }, (_, index) => Number.parseInt(epoch.slice(2 * index, 2 * index + 2), 16));
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The 16 hexadecimal digits of an epoch's 8 bytes. */
export function epochOf(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += hexOfByte[byte];
  return digits;
}

/** 2^32: DataView has no 48-bit integers. */
const two32 = 0x1_0000_0000;

export function setUint48(view: DataView, at: number, value: number): void {
  assert(Number.isInteger(value) && value >= 0 && value < two32 * 0x1_0000, 'a 48-bit number');
  view.setUint16(at, Math.floor(value / two32));
  view.setUint32(at + 2, value % two32);
}

export const uint48 = (view: DataView, at: number): number => view.getUint16(at) * two32 + view.getUint32(at + 2);
