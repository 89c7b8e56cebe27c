/**
 * What a table holds, as one number that does not depend on order and follows a change at the cost of the change: the sum
 * modulo 2^256 of one keyed leaf a record (docs/table-profile.md §4). The first bytes of a leaf lie beside its record on
 * disk, so that a flipped byte is noticed at the look-up itself (SECURITY C8).
 */
import type { Crypto } from '../ports/crypto.ts';
import { recordAt, viewOf } from './record.ts';
import type { TableKeys } from './tags.ts';

export const hashBytes = 32;
export const codeBytes = 8;

const words = 8;
const wordSize = 0x1_0000_0000;

/** 32 bytes. */
export const leafOf = (crypto: Crypto, keys: TableKeys, record: Uint8Array): Uint8Array => crypto.hmacSha256(keys.integrity, record);

/** The record and, behind it, its integrity code. */
export const seal = (record: Uint8Array, leaf: Uint8Array): Uint8Array => {
  const sealed = new Uint8Array(record.length + codeBytes);
  sealed.set(record);
  sealed.set(leaf.subarray(0, codeBytes), record.length);
  return sealed;
};

export interface Unsealed {
  readonly record: Uint8Array;
  readonly tags: readonly bigint[];
  readonly leaf: Uint8Array;
}

/** What was sealed, or undefined when the bytes are not what was written for this person. */
export const unseal = (crypto: Crypto, keys: TableKeys, person: number, sealed: Uint8Array): Unsealed | undefined => {
  const record = sealed.subarray(0, Math.max(0, sealed.length - codeBytes));
  const leaf = leafOf(crypto, keys, record);
  if (!crypto.isEqual(leaf.subarray(0, codeBytes), sealed.subarray(record.length))) return undefined;
  const span = recordAt(viewOf(record), 0);
  return span?.person === person ? { record, tags: span.tags, leaf } : undefined;
};

/** The running sum. Exact for 2^20 additions and removals in all, far above what one table or one delta can ask for. */
export class ContentHash {
  /** Most significant word first; each may leave 0..2^32-1 until `digest` carries. */
  readonly #words = new Float64Array(words);

  constructor(start?: Uint8Array) {
    if (start !== undefined) this.add(start);
  }

  add(leaf: Uint8Array): void {
    const view = viewOf(leaf);
    for (let index = 0; index < words; index += 1) this.#change(index, view.getUint32(index * 4));
  }

  remove(leaf: Uint8Array): void {
    const view = viewOf(leaf);
    for (let index = 0; index < words; index += 1) this.#change(index, -view.getUint32(index * 4));
  }

  /** 32 bytes, most significant first. An empty table's are zero. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(hashBytes);
    const view = viewOf(bytes);
    let carry = 0;
    for (let index = words - 1; index >= 0; index -= 1) {
      const sum = (this.#words[index] as number) + carry;
      carry = Math.floor(sum / wordSize);
      view.setUint32(index * 4, sum - carry * wordSize);
    }
    return bytes;
  }

  #change(index: number, by: number): void {
    this.#words[index] = (this.#words[index] as number) + by;
  }
}
