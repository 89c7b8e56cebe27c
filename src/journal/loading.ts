/**
 * What stands on disk at the start, and whether it is what was written (SECURITY C8, D7, D13): every unacknowledged row is
 * read and checked, alone, against the one before it, and against how many there should be. Damage is a list, never an
 * exception; what becomes of it is journal.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore, Row } from '../ports/record-store.ts';
import { type EventClass, openRow, type Recorded } from './entry.ts';
import { Ledger, type WhenFull } from './ledger.ts';
import { decodeState, emptyState, type State, stateKey, stateSpace } from './state.ts';

/**
 * `row`: bytes that are not what was written; the entry is left out. `missing`: entries that should be there and are not,
 * somewhere in the range. `order`: an entry that does not continue the one before it. `state`: the journal's own record;
 * acknowledgements and an untold gap are forgotten, so entries are sent again.
 */
export interface Damage {
  readonly what: 'row' | 'missing' | 'order' | 'state';
  readonly fromSequence: number;
  readonly toSequence: number;
  readonly count: number;
}

/** Findings told apart; beyond them, findings of one kind are one, over a wider range. */
export const maxDamage = 64;
/** Rows read at once. */
const scanRows = 1_000;

/** An epoch, and the first sequence of it that is known. */
export interface Span {
  readonly epoch: string;
  readonly from: number;
}

export interface Loaded {
  readonly ledger: Ledger;
  readonly spans: readonly Span[];
  readonly damage: readonly Damage[];
  readonly lastTrustedMs: number | undefined;
}

export interface LoadOptions {
  readonly store: Pick<RecordStore, 'scan'>;
  readonly crypto: Pick<Crypto, 'sha256' | 'isEqual'>;
  readonly classOf: (code: string) => EventClass;
  readonly events: number;
  readonly whenFull: WhenFull;
}

export const gapCode = 'journal.gap';

export async function loadLedger(options: LoadOptions): Promise<Loaded> {
  const { store, crypto } = options;
  const stateRow = (await store.scan(stateSpace, stateKey, 1)).find(({ key }) => key === stateKey);
  const state = stateRow === undefined ? undefined : decodeState(crypto, stateRow.value);
  const oldest = (await store.scan('event', 0, 1))[0]?.key;
  const loading = new Loading(options, state);
  if (state === undefined && (stateRow !== undefined || oldest !== undefined)) loading.damage.add('state', 0);
  // The row of the last number is read even when it was heard: the chain goes on from it.
  let from: number | undefined = Math.min(loading.state.acknowledged + 1, loading.state.last);
  while (from !== undefined) {
    const rows: readonly Row[] = await store.scan('event', from, scanRows);
    for (const row of rows) loading.take(row);
    const last = rows.at(-1);
    from = rows.length < scanRows || last === undefined ? undefined : last.key + 1;
  }
  return loading.finish(oldest);
}

class Loading {
  readonly state: State;
  readonly damage = new Findings();
  readonly #options: LoadOptions;
  readonly #isStateKnown: boolean;
  readonly #found: { sequence: number; kind: EventClass | 'gap' }[] = [];
  readonly #spans: Span[] = [];
  #last: number;
  #head: Uint8Array;
  #boot: number;
  #previous: Recorded | undefined;
  #badRows = 0;
  #lastTrustedMs: number | undefined;

  constructor(options: LoadOptions, state: State | undefined) {
    this.#options = options;
    this.#isStateKnown = state !== undefined;
    this.state = state ?? emptyState;
    this.#last = this.state.last;
    this.#head = this.state.head;
    this.#boot = this.state.boot;
  }

  take({ key, value }: Row): void {
    const { crypto, classOf } = this.#options;
    const isUnheard = key > this.state.acknowledged;
    this.#last = Math.max(this.#last, key);
    const row = openRow(crypto, key, value);
    if (row === undefined) {
      this.damage.add('row', key);
      if (isUnheard) this.#badRows += 1;
      return;
    }
    if (!this.#continues(row)) this.damage.add('order', key);
    this.#previous = row;
    if (key >= this.state.last) this.#head = row.link.slice();
    const { entry } = row;
    this.#boot = Math.max(this.#boot, entry.boot);
    if (entry.wallTrusted) this.#lastTrustedMs = entry.wallMs;
    if (this.#spans.at(-1)?.epoch !== entry.epoch) this.#spans.push({ epoch: entry.epoch, from: key });
    if (isUnheard) this.#found.push({ sequence: key, kind: entry.code === gapCode ? 'gap' : classOf(entry.code) });
  }

  finish(oldest: number | undefined): Loaded {
    const { acknowledged, missing: expected } = this.state;
    const last = this.#last;
    const missing = last - acknowledged - this.#found.length;
    const deleted = missing - this.#badRows - expected;
    if (this.#isStateKnown && deleted > 0) this.damage.add('missing', acknowledged + 1, last, deleted);
    const state = { ...this.state, boot: this.#boot + 1, last, head: this.#head, missing };
    const ledger = new Ledger({ ...this.#options, state, oldest: oldest ?? last + 1 });
    for (const { sequence, kind } of this.#found) ledger.load(sequence, kind);
    return { ledger, spans: this.#spans, damage: this.damage.list, lastTrustedMs: this.#lastTrustedMs };
  }

  /** Only neighbours can be compared: what stood between others may have been evicted. */
  #continues({ entry, previousLink, link }: Recorded): boolean {
    const { crypto } = this.#options;
    const { last, head } = this.state;
    const before = entry.sequence - 1;
    if (entry.sequence === last && !crypto.isEqual(link, head)) return false;
    if (this.#previous?.entry.sequence === before) return crypto.isEqual(previousLink, this.#previous.link);
    return before !== last || crypto.isEqual(previousLink, head);
  }
}

class Findings {
  readonly #list: Damage[] = [];

  get list(): readonly Damage[] {
    return this.#list;
  }

  add(what: Damage['what'], fromSequence: number, toSequence = fromSequence, count = 1): void {
    const index = this.#list.findLastIndex((each) => each.what === what);
    const last = this.#list[index];
    if (last !== undefined && (last.toSequence + 1 === fromSequence || this.#list.length >= maxDamage)) {
      this.#list[index] = { ...last, toSequence, count: last.count + count };
    } else {
      this.#list.push({ what, fromSequence, toSequence, count });
    }
  }
}
