/**
 * The durable half of guessing budgets and use counts (DESIGN R10, R13; SECURITY E12): what was spent, as it stood when it
 * was written. How a budget moves with time, and what a wrong PIN costs, is access/budget.ts's. A restart reads back the
 * same relative times, so that it assumes no time passed.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { assert } from '../shared/assert.ts';
import type { Change } from './change.ts';
import type { JournalEvent } from './entry.ts';
import { KeyedRows } from './keyed-rows.ts';

/** A budget, with every time relative to the moment of writing. */
export interface StoredBudget {
  /** 0..255. */
  readonly level: number;
  /** Finite, 0 or more; as the others. */
  readonly waitMs: number;
  readonly quietMs: number;
  /** At most 10. */
  readonly spentAgesMs: readonly number[];
}

/** Persons whose budgets, and whose use counts, are kept in memory; others are asked of the disk. */
export const maxPersonsInMemory = 4_096;
/** Key of the reader's own budget; no person has it. */
export const doorKey = 0;
const maxSpent = 10;

interface Uses {
  readonly serial: number;
  readonly spent: number;
}

export interface AttemptLogOptions {
  readonly store: Pick<RecordStore, 'scan'>;
  readonly crypto: Pick<Crypto, 'sha256' | 'isEqual'>;
  /** Takes a `journal.damaged` for each damaged row that is found. */
  readonly tell: (event: JournalEvent) => void;
}

export class AttemptLog {
  readonly #budgets: KeyedRows<StoredBudget>;
  readonly #uses: KeyedRows<Uses>;

  private constructor(budgets: KeyedRows<StoredBudget>, uses: KeyedRows<Uses>) {
    this.#budgets = budgets;
    this.#uses = uses;
  }

  /** Rejects with a Fault when the disk cannot be read. */
  static async open({ store, crypto, tell }: AttemptLogOptions): Promise<AttemptLog> {
    const common = { store, crypto, limit: maxPersonsInMemory };
    const damaged = (what: 'attempt' | 'use') => (key: number) =>
      tell({ code: 'journal.damaged', ...(key === doorKey ? {} : { person: key }), fields: { what } });
    const budgets = await KeyedRows.open({ ...common, ...budgetCodec, space: 'attempt', onDamage: damaged('attempt') });
    const uses = await KeyedRows.open({ ...common, ...usesCodec, space: 'use', onDamage: damaged('use') });
    return new AttemptLog(budgets, uses);
  }

  /**
   * The budget of a person, or of the reader (`doorKey`), exactly as it was written last; undefined: nothing was ever
   * spent. `damaged`: it must be taken for the worst there can be. Rejects with a Fault when the disk cannot be read.
   */
  budget(key: number): Promise<StoredBudget | 'damaged' | undefined> {
    return this.#budgets.get(key);
  }

  /** Writes a budget down, to be committed by the journal; one that is as good as new leaves no row. */
  setBudget(key: number, budget: StoredBudget): Change {
    return this.#budgets.change(key, isFresh(budget) ? undefined : budget);
  }

  /** Uses spent of the allowance with this serial. A damaged count reads as more than any limit: no uses are left. */
  async usesSpent(person: number, serial: number): Promise<number> {
    const uses = await this.#uses.get(person);
    if (uses === 'damaged') return Number.MAX_SAFE_INTEGER;
    return uses?.serial === serial ? uses.spent : 0;
  }

  /** Counts one use more, to be committed with the grant. Not to be asked again for this person before that is done. */
  async spendUse(person: number, serial: number): Promise<Change> {
    const spent = await this.usesSpent(person, serial);
    return this.#uses.change(person, { serial, spent: Math.min(spent + 1, mostSpent) });
  }
}

const isFresh = ({ level, waitMs, quietMs, spentAgesMs }: StoredBudget): boolean =>
  level === 0 && waitMs === 0 && quietMs === 0 && spentAgesMs.length === 0;

const isTime = (ms: number): boolean => Number.isFinite(ms) && ms >= 0;

/** level u8, then wait, quiet and each age as float64: a monotonic clock has fractions of a millisecond. */
const budgetCodec = {
  encode: ({ level, waitMs, quietMs, spentAgesMs }: StoredBudget): Uint8Array => {
    const times = [waitMs, quietMs, ...spentAgesMs];
    assert(
      Number.isInteger(level) && level >= 0 && level <= 255 && spentAgesMs.length <= maxSpent && times.every(isTime),
      'a budget within its ranges',
    );
    const bytes = new Uint8Array(1 + 8 * times.length);
    const view = new DataView(bytes.buffer);
    bytes[0] = level;
    for (const [index, time] of times.entries()) view.setFloat64(1 + 8 * index, time);
    return bytes;
  },
  decode: (bytes: Uint8Array): StoredBudget | undefined => {
    const count = (bytes.length - 1) / 8;
    if (!Number.isInteger(count) || count < 2 || count > 2 + maxSpent) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [waitMs, quietMs, ...spentAgesMs] = Array.from({ length: count }, (_, index) => view.getFloat64(1 + 8 * index)) as [
      number,
      number,
      ...number[],
    ];
    return [waitMs, quietMs, ...spentAgesMs].every(isTime) ? { level: view.getUint8(0), waitMs, quietMs, spentAgesMs } : undefined;
  },
  isIdle: ({ level, waitMs, spentAgesMs }: StoredBudget): boolean => level === 0 && waitMs === 0 && spentAgesMs.length === 0,
};

const mostSpent = 0xffff_ffff;

/** serial u32, spent u32. */
const usesCodec = {
  encode: ({ serial, spent }: Uses): Uint8Array => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, serial);
    view.setUint32(4, spent);
    return bytes;
  },
  decode: (bytes: Uint8Array): Uses | undefined => {
    if (bytes.length !== 8) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return { serial: view.getUint32(0), spent: view.getUint32(4) };
  },
  isIdle: (): boolean => true,
};
