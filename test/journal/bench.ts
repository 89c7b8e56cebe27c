/** A journal on a table: a quick store, a clock told by hand, and codes whose first word says their class. */
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { Entry, EventClass, EventFields } from '../../src/journal/entry.ts';
import { Journal, type JournalLimits } from '../../src/journal/journal.ts';
import { maxCommitWrites, maxValueBytes, type RecordStore, type Row, type Space, spaces, type Write } from '../../src/ports/record-store.ts';
import { assert, present } from '../../src/shared/assert.ts';
import { Fault, type FaultCode } from '../../src/shared/faults.ts';

export const crypto = new NodeCrypto();

export const classOf = (code: string): EventClass => {
  const [first] = code.split('.');
  if (first === 'grant' || first === 'deny' || first === 'info') return first;
  return code === 'journal.more' ? 'deny' : 'alarm';
};

/** Rows in arrays by key: months of events in moments. Refuses when told to, and holds commits back when told to. */
export class QuickStore implements RecordStore {
  readonly rows: Readonly<Record<Space, (Uint8Array | undefined)[]>> = { meta: [], event: [], attempt: [], use: [] };
  commits = 0;
  writes = 0;
  refuses: FaultCode | undefined;
  /** Set: commits wait for it. */
  held: Promise<void> | undefined;

  async commit(writes: readonly Write[]): Promise<void> {
    if (this.held !== undefined) await this.held;
    if (this.refuses !== undefined) throw new Fault(this.refuses, 'the quick store refuses');
    assert(writes.length > 0 && writes.length <= maxCommitWrites, 'a commit has writes, and not too many');
    this.commits += 1;
    this.writes += writes.length;
    for (const write of writes) this.#apply(write);
  }

  #apply(write: Write): void {
    const rows = this.rows[write.space];
    if (write.op === 'deleteRange') {
      const to = Math.min(write.to, rows.length - 1);
      for (let key = write.from; key <= to; key++) rows[key] = undefined;
      return;
    }
    if (write.op === 'put') assert(write.value.length <= maxValueBytes, 'a value within its limit');
    rows[write.key] = write.op === 'put' ? Uint8Array.from(write.value) : undefined;
  }

  async scan(space: Space, from: number, limit: number): Promise<readonly Row[]> {
    if (this.refuses === 'disk.failed') throw new Fault(this.refuses, 'the quick store refuses');
    const found: Row[] = [];
    const rows = this.rows[space];
    for (let key = from; key < rows.length && found.length < limit; key++) {
      const value = rows[key];
      if (value !== undefined) found.push({ key, value: Uint8Array.from(value) });
    }
    return found;
  }

  async close(): Promise<void> {}

  row(space: Space, key: number): Uint8Array {
    return present(this.rows[space][key], 'a row');
  }

  keys(space: Space): number[] {
    return [...this.rows[space].keys()].filter((key) => this.rows[space][key] !== undefined);
  }

  copy(): QuickStore {
    const copy = new QuickStore();
    for (const space of spaces) for (const key of this.keys(space)) copy.rows[space][key] = Uint8Array.from(this.row(space, key));
    return copy;
  }
}

export interface Bench {
  readonly journal: Journal;
  readonly store: QuickStore;
  readonly clock: VirtualClock;
}

export async function openBench(limits: Partial<JournalLimits> = {}, store = new QuickStore(), clock = new VirtualClock()): Promise<Bench> {
  return { journal: await Journal.open({ store, crypto, clock, classOf, limits }), store, clock };
}

/** Everything that is to be read from `after`, as the link would fetch it. */
export async function readAll(journal: Journal, after = journal.acknowledged): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = after; ; ) {
    const found = await journal.read(from, 500);
    entries.push(...found.map(({ entry }) => entry));
    const last = found.at(-1);
    if (last === undefined) return entries;
    from = last.entry.sequence;
  }
}

/** Reads and acknowledges until nothing is left. */
export async function drain(journal: Journal): Promise<Entry[]> {
  const entries: Entry[] = [];
  while (journal.pending > 0) {
    const found = await readAll(journal);
    const last = present(found.at(-1), 'what is pending can be read');
    for (const entry of found) entries.push(entry);
    assert((await journal.acknowledge(last.epoch, last.sequence)).ok, 'what was read can be acknowledged');
  }
  return entries;
}

export const codes = (entries: readonly Entry[]): string[] => entries.map(({ code }) => code);
export const sequences = (entries: readonly Entry[]): number[] => entries.map(({ sequence }) => sequence);
export const fieldsOf = (entries: readonly Entry[], code: string): EventFields[] =>
  entries.filter((entry) => entry.code === code).map(({ fields }) => fields);

/** How many events a gap counts. */
export const lost = (gap: EventFields): number => ['grants', 'alarms', 'denials', 'infos'].reduce((sum, name) => sum + Number(gap[name]), 0);

/** A new event of this class, unlike all others, so that no flood limit is met. */
export const append = async (journal: Journal, kind: EventClass, times = 1): Promise<void> => {
  for (let time = 0; time < times; time++) await journal.append({ code: `${kind}.one` });
};
