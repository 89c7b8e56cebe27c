/**
 * Who was revoked ahead of the next table: the body of a revocation file, and the list in force, packed as it lies in the
 * state fact (docs/table-profile.md §7). When an entry stops binding is table.ts's.
 */
import { viewOf } from './record.ts';

export type Revoked = { readonly kind: 'person'; readonly person: number } | { readonly kind: 'tag'; readonly tag: bigint };

const kindByte = { person: 1, tag: 2 } as const;
const personEntryBytes = 5;
const tagEntryBytes = 9;
/** Packed: key (kind u8, value u64), then the revocation number u32. */
const packedBytes = 13;

export interface RevocationBody {
  readonly persons: number;
  readonly tags: number;
  readonly entries: readonly Revoked[];
}

/** The entries of a body: persons first, then tags, each strictly rising. Undefined when it is anything else. */
export const readRevocationBody = (body: Uint8Array): RevocationBody | undefined => {
  const view = viewOf(body);
  const entries: Revoked[] = [];
  let lastKey = 0n;
  let persons = 0;
  for (let at = 0; at < body.length; ) {
    const entry = entryAt(view, at);
    if (entry === undefined || keyOf(entry) <= lastKey) return undefined;
    entries.push(entry);
    lastKey = keyOf(entry);
    if (entry.kind === 'person') persons += 1;
    at += entry.kind === 'person' ? personEntryBytes : tagEntryBytes;
  }
  return { persons, tags: entries.length - persons, entries };
};

const entryAt = (view: DataView, at: number): Revoked | undefined => {
  const kind = view.getUint8(at);
  if (kind === kindByte.person && at + personEntryBytes <= view.byteLength) {
    const person = view.getUint32(at + 1);
    return person === 0 ? undefined : { kind: 'person', person };
  }
  if (kind === kindByte.tag && at + tagEntryBytes <= view.byteLength) return { kind: 'tag', tag: view.getBigUint64(at + 1) };
  return undefined;
};

/** The body that lists these, in order, each once. */
export const writeRevocationBody = (entries: readonly Revoked[]): Uint8Array => {
  const unique = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const sorted = [...unique].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entry]) => entry);
  const body = new Uint8Array(sorted.reduce((sum, { kind }) => sum + (kind === 'person' ? personEntryBytes : tagEntryBytes), 0));
  const view = viewOf(body);
  let at = 0;
  for (const entry of sorted) {
    view.setUint8(at, kindByte[entry.kind]);
    if (entry.kind === 'person') view.setUint32(at + 1, entry.person);
    else view.setBigUint64(at + 1, entry.tag);
    at += entry.kind === 'person' ? personEntryBytes : tagEntryBytes;
  }
  return body;
};

/** Entries by kind and value, so that persons come before tags and each kind rises. */
const keyOf = (entry: Revoked): bigint =>
  entry.kind === 'person' ? (BigInt(kindByte.person) << 64n) | BigInt(entry.person) : (BigInt(kindByte.tag) << 64n) | entry.tag;

export const packedCount = (packed: Uint8Array): number => packed.length / packedBytes;

/** True when the list is whole; which entries it holds is covered by the seal around it. */
export const isPacked = (packed: Uint8Array): boolean => packed.length % packedBytes === 0;

/** The list with these added under `number`; what is there already takes the higher number. */
export const withRevoked = (packed: Uint8Array, entries: readonly Revoked[], number: number): Uint8Array => {
  const numbers = unpack(packed);
  for (const entry of entries) numbers.set(keyOf(entry), number);
  return pack(numbers);
};

/** The list without what a table that includes revocations up to `number` has taken in. */
export const withoutIncluded = (packed: Uint8Array, number: number): Uint8Array =>
  pack(new Map([...unpack(packed)].filter(([, each]) => each > number)));

/** Whether the person, or this one credential of theirs, is on the list. */
export const isRevoked = (packed: Uint8Array, person: number, tag: bigint): boolean => {
  const view = viewOf(packed);
  const tagHigh = Number(tag >> 32n);
  const tagLow = Number(tag & 0xffff_ffffn);
  for (let at = 0; at < packed.length; at += packedBytes) {
    const high = view.getUint32(at + 1);
    const low = view.getUint32(at + 5);
    const isPerson = view.getUint8(at) === kindByte.person;
    if (isPerson ? low === person : low === tagLow && high === tagHigh) return true;
  }
  return false;
};

const unpack = (packed: Uint8Array): Map<bigint, number> => {
  const view = viewOf(packed);
  const numbers = new Map<bigint, number>();
  for (let at = 0; at < packed.length; at += packedBytes) {
    numbers.set((BigInt(view.getUint8(at)) << 64n) | view.getBigUint64(at + 1), view.getUint32(at + 9));
  }
  return numbers;
};

const pack = (numbers: ReadonlyMap<bigint, number>): Uint8Array => {
  const packed = new Uint8Array(numbers.size * packedBytes);
  const view = viewOf(packed);
  let at = 0;
  for (const [key, number] of numbers) {
    view.setUint8(at, Number(key >> 64n));
    view.setBigUint64(at + 1, key & 0xffff_ffff_ffff_ffffn);
    view.setUint32(at + 9, number);
    at += packedBytes;
  }
  return packed;
};
