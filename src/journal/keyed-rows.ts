/**
 * Small values under integer keys: checked on disk, kept in memory as far as a limit goes, asked for beyond it. What the
 * values mean, and what a damaged one is taken for, is its user's.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore, Row, Space } from '../ports/record-store.ts';
import type { Change } from './change.ts';
import { seal, unseal } from './checked.ts';

export interface KeyedRowsOptions<Value> {
  readonly store: Pick<RecordStore, 'scan'>;
  readonly crypto: Pick<Crypto, 'sha256' | 'isEqual'>;
  readonly space: Space;
  /** Most values kept in memory. */
  readonly limit: number;
  readonly encode: (value: Value) => Uint8Array;
  /** Undefined: not what `encode` makes. Never throws. */
  readonly decode: (bytes: Uint8Array) => Value | undefined;
  /** Leaves memory before others. */
  readonly isIdle: (value: Value) => boolean;
  /** A row was found that is not what was written. */
  readonly onDamage: (key: number) => void;
}

export class KeyedRows<Value> {
  readonly #options: KeyedRowsOptions<Value>;
  /** In the order of writing. */
  readonly #values = new Map<number, Value | 'damaged'>();
  /** Every row of the disk is in memory: what is not here is nowhere. */
  #isWhole = true;

  private constructor(options: KeyedRowsOptions<Value>) {
    this.#options = options;
  }

  /** Rejects with a Fault when the disk cannot be read. */
  static async open<Value>(options: KeyedRowsOptions<Value>): Promise<KeyedRows<Value>> {
    const rows = new KeyedRows(options);
    for (const row of await options.store.scan(options.space, 0, options.limit + 1)) rows.#take(row);
    return rows;
  }

  /** The value on disk, `damaged`, or undefined when there is none. Rejects with a Fault when the disk cannot be read. */
  async get(key: number): Promise<Value | 'damaged' | undefined> {
    if (this.#values.has(key) || this.#isWhole) return this.#values.get(key);
    const { store, space } = this.#options;
    const row = (await store.scan(space, key, 1)).find((each) => each.key === key);
    // A change that came to the disk meanwhile is newer than what was read.
    if (row !== undefined && !this.#values.has(key)) this.#take(row);
    return this.#values.get(key);
  }

  /** Puts a value in the key's place; undefined removes it. In memory once it is on disk. */
  change(key: number, value: Value | undefined): Change {
    const { crypto, space, encode } = this.#options;
    if (value === undefined) return { writes: [{ op: 'delete', space, key }], onDisk: () => void this.#values.delete(key) };
    const bytes = seal(crypto, space, key, encode(value));
    return { writes: [{ op: 'put', space, key, value: bytes }], onDisk: () => this.#remember(key, value) };
  }

  #take({ key, value: bytes }: Row): void {
    const { crypto, space, decode, onDamage } = this.#options;
    const opened = unseal(crypto, space, key, bytes);
    const value = opened === undefined ? undefined : decode(opened);
    if (value === undefined) onDamage(key);
    this.#remember(key, value ?? 'damaged');
  }

  #remember(key: number, value: Value | 'damaged'): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#options.limit) return;
    this.#isWhole = false;
    for (const [held, other] of this.#values) {
      if (other === 'damaged' || !this.#options.isIdle(other) || held === key) continue;
      this.#values.delete(held);
      return;
    }
    const [oldest] = this.#values.keys();
    this.#values.delete(oldest as number);
  }
}
