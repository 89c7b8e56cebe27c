/**
 * Single durable numbers of this reader: the floor of wall time, the highest order obeyed and table seen, the time spent offline. When
 * they change is the reader's; here is where they stand, twice each, and what they are taken for when both are damaged.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { assert } from '../shared/assert.ts';
import type { Change } from './change.ts';
import { seal, unseal } from './checked.ts';
import type { JournalEvent } from './entry.ts';

const space = 'meta';
/** Two rows for each fact, so that one damaged row loses nothing. Key 0 is the journal's. */
const keys = {
  timeFloor: [16, 17],
  order: [18, 19],
  offline: [20, 21],
  mode: [22, 23],
  table: [24, 25],
  revocation: [26, 27],
  moved: [28, 29],
  handedOver: [30, 31],
} as const;
type FactName = keyof typeof keys;
const names = Object.keys(keys) as readonly FactName[];
const firstKey = 16;
const mostRows = 2 * names.length;

const takenBack = 1;
const handedOver = 2;

export interface FactsOptions {
  readonly store: Pick<RecordStore, 'scan'>;
  readonly crypto: Pick<Crypto, 'sha256' | 'isEqual'>;
  /** Takes a `journal.damaged` for each fact of which a row is damaged. */
  readonly tell: (event: JournalEvent) => void;
  /** Newest trusted wall time in the journal: a second witness of the time floor. */
  readonly lastTrustedMs: number | undefined;
}

export class Facts {
  readonly #crypto: Pick<Crypto, 'sha256'>;
  readonly #values: Map<FactName, number | 'damaged'>;
  #lastTrustedMs: number | undefined;

  private constructor({ crypto, lastTrustedMs }: FactsOptions, values: Map<FactName, number | 'damaged'>) {
    this.#crypto = crypto;
    this.#values = values;
    this.#lastTrustedMs = lastTrustedMs;
  }

  /** Rejects with a Fault when the disk cannot be read. */
  static async open(options: FactsOptions): Promise<Facts> {
    const { store, crypto, tell } = options;
    const rows = await store.scan(space, firstKey, mostRows);
    const values = new Map<FactName, number | 'damaged'>();
    for (const name of names) {
      const copies = rows
        .filter(({ key }) => key === keys[name][0] || key === keys[name][1])
        .map(({ key, value }) => decode(unseal(crypto, space, key, value)));
      if (copies.length === 0) continue;
      if (copies.includes(undefined)) tell({ code: 'journal.damaged', fields: { what: name } });
      values.set(name, copies.find((copy) => copy !== undefined) ?? 'damaged');
    }
    return new Facts(options, values);
  }

  /** The latest trusted wall time seen, in milliseconds since 1970 (DESIGN R13). Undefined: none, or nobody knows any more. */
  get timeFloorMs(): number | undefined {
    const kept = this.#values.get('timeFloor');
    const witnesses = [kept === 'damaged' ? undefined : kept, this.#lastTrustedMs].filter((time) => time !== undefined);
    return witnesses.length === 0 ? undefined : Math.max(...witnesses);
  }

  /** Raises the floor to a trusted wall time; a lower one leaves it. */
  setTimeFloor(wallMs: number): Change {
    return this.#change('timeFloor', Math.max(wallMs, this.timeFloorMs ?? 0));
  }

  /** Puts the floor where a signed order has put the clock, also back. */
  resetTimeFloor(wallMs: number): Change {
    const { writes, onDisk } = this.#change('timeFloor', wallMs);
    return {
      writes,
      onDisk: () => {
        this.#lastTrustedMs = undefined;
        onDisk();
      },
    };
  }

  /** Number of the highest order obeyed; 0: none. Damaged, it is above any number: no order is obeyed a second time. */
  get orderNumber(): number {
    return this.#valueOf('order');
  }

  setOrderNumber(orderNumber: number): Change {
    return this.#change('order', orderNumber);
  }

  /** Time without a controller that was counted so far. Damaged, it is longer than any limit, until the link is back. */
  get offlineMs(): number {
    return this.#valueOf('offline');
  }

  setOfflineMs(offlineMs: number): Change {
    return this.#change('offline', offlineMs);
  }

  /** The mode that was last set, as a number of the caller's; 0: none, or nobody knows any more. */
  get mode(): number {
    return this.#knownOf('mode');
  }

  setMode(mode: number): Change {
    return this.#change('mode', mode);
  }

  /**
   * The highest table version and revocation that were ever in force; 0: none, or nobody knows any more. Unknown, they forbid nothing: the
   * alternative is a reader that takes no table ever again.
   */
  get seenTable(): { readonly version: number; readonly revocation: number } {
    return { version: this.#knownOf('table'), revocation: this.#knownOf('revocation') };
  }

  /** Raises them; lower ones leave them. Nothing to write where neither is higher. */
  setSeenTable(version: number, revocation: number): Change[] {
    const seen = this.seenTable;
    return [
      ...(version > seen.version ? [this.#change('table', version)] : []),
      ...(revocation > seen.revocation ? [this.#change('revocation', revocation)] : []),
    ];
  }

  /** By how much the clock was put forward without an order since the last one. Damaged, it is more than may be. */
  get movedMs(): number {
    return this.#valueOf('moved');
  }

  setMovedMs(movedMs: number): Change {
    return this.#change('moved', movedMs);
  }

  /** What the last order said of handing over to the panel; undefined: there was none, or nobody knows any more. */
  get isHandedOver(): boolean | undefined {
    const value = this.#knownOf('handedOver');
    return value === 0 ? undefined : value === handedOver;
  }

  setHandedOver(isHandedOver: boolean): Change {
    return this.#change('handedOver', isHandedOver ? handedOver : takenBack);
  }

  #knownOf(name: FactName): number {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : 0;
  }

  #valueOf(name: FactName): number {
    const value = this.#values.get(name) ?? 0;
    return value === 'damaged' ? Number.MAX_SAFE_INTEGER : value;
  }

  #change(name: FactName, value: number): Change {
    assert(isFact(value), 'a fact is a finite number, 0 or more');
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value);
    return {
      writes: keys[name].map((key) => ({ op: 'put', space, key, value: seal(this.#crypto, space, key, bytes) })),
      onDisk: () => void this.#values.set(name, value),
    };
  }
}

const isFact = (value: number): boolean => Number.isFinite(value) && value >= 0;

const decode = (bytes: Uint8Array | undefined): number | undefined => {
  if (bytes?.length !== 8) return undefined;
  const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
  return isFact(value) ? value : undefined;
};
