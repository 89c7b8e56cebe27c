/**
 * A journal's disk in memory that can lose its power before or after any commit, refuse one, and lie about being synced.
 * It keeps the promises of `RecordStore` as the real one does; when to break which is the caller's (`RecordFaults`).
 */
import type { Clock } from '../../src/ports/clock.ts';
import { maxWaitingCommits, type RecordStore, type Row, type Space, spaces, type Write } from '../../src/ports/record-store.ts';
import { asFault, Fault } from '../../src/shared/faults.ts';
import { assertScan, copyOfWrites } from '../../src/store/record-calls.ts';

export interface RecordFaults {
  /**
   * Called before commit `n` (from 1, over the life of the medium) changes anything. May cut the power; a Fault it throws
   * is what the commit rejects with: `disk.full` passes, any other stays until the store is opened again.
   */
  beforeCommit?(n: number): void;
  /** Called when commit `n` is on the medium and nobody was told yet. May cut the power. */
  afterCommit?(n: number): void;
  /** A planted fault: commits resolve before they are on the medium, and are gone after a power cut. */
  readonly skipFsync?: boolean;
  /** How long a commit takes, on the clock. */
  readonly slow?: { readonly clock: Clock; readonly commitMs: number } | undefined;
}

/** Lets commit `n` fail with this code. */
export const failCommit =
  (n: number, code: 'disk.full' | 'disk.failed'): ((commit: number) => void) =>
  (commit) => {
    if (commit === n) throw new Fault(code, `the simulated disk fails commit ${n}`);
  };

type Rows = ReadonlyMap<Space, Map<number, Uint8Array>>;

/** What is left when the power goes. Stores come and go on it, one at a time. */
export class RecordMedium {
  #synced: Rows = emptyRows();
  #seen: Rows = emptyRows();
  readonly #watchers: ((writes: readonly Write[]) => void)[] = [];
  #powerCuts = 0;
  #commits = 0;

  get powerCuts(): number {
    return this.#powerCuts;
  }

  /** Whoever has it open is dead from now on: none of its calls settles any more. */
  cutPower(): void {
    this.#powerCuts += 1;
    this.#seen = copyOf(this.#synced);
  }

  /** Calls with the writes of every commit from now on, as they become what a power cut leaves: before anybody is told. */
  watch(watcher: (writes: readonly Write[]) => void): void {
    this.#watchers.push(watcher);
  }

  nextCommit(): number {
    this.#commits += 1;
    return this.#commits;
  }

  write(writes: readonly Write[], isSynced: boolean): void {
    for (const rows of isSynced ? [this.#seen, this.#synced] : [this.#seen]) for (const write of writes) apply(rows, write);
    if (isSynced) for (const watcher of this.#watchers) watcher(writes);
  }

  /** At most `limit` rows from this key on, rising. */
  rows(space: Space, from = 0, limit = Number.POSITIVE_INFINITY): readonly Row[] {
    const found = [...rowsOf(this.#seen, space)].filter(([key]) => key >= from).sort(([left], [right]) => left - right);
    return found.slice(0, limit).map(([key, value]) => ({ key, value: Uint8Array.from(value) }));
  }
}

export class MemoryRecordStore implements RecordStore {
  readonly #medium: RecordMedium;
  readonly #faults: RecordFaults;
  readonly #life: number;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;
  #failure: Fault | undefined;

  constructor(medium: RecordMedium = new RecordMedium(), faults: RecordFaults = {}) {
    this.#medium = medium;
    this.#faults = faults;
    this.#life = medium.powerCuts;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    const copy = copyOfWrites(writes);
    this.#throwClosed();
    if (this.#waiting >= maxWaitingCommits) throw new Fault('queue.full', `${maxWaitingCommits} commits wait for the simulated disk`);
    this.#waiting += 1;
    const committed = this.#last.then(() => this.#commit(copy)).finally(() => (this.#waiting -= 1));
    this.#last = committed.catch(() => {});
    await committed;
  }

  async scan(space: Space, from: number, limit: number): Promise<readonly Row[]> {
    assertScan(from, limit);
    this.#throwClosed();
    await this.#alive();
    if (this.#failure !== undefined) throw this.#failure;
    return this.#medium.rows(space, from, limit);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#life === this.#medium.powerCuts) await this.#last;
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    const { slow, skipFsync = false } = this.#faults;
    if (slow !== undefined) await new Promise<void>((resolve) => slow.clock.setTimeout(resolve, slow.commitMs));
    await this.#alive();
    if (this.#failure !== undefined) throw this.#failure;
    const n = this.#medium.nextCommit();
    this.#ask(() => this.#faults.beforeCommit?.(n));
    await this.#alive();
    this.#medium.write(writes, !skipFsync);
    this.#faults.afterCommit?.(n);
    await this.#alive();
  }

  #ask(hook: () => void): void {
    try {
      hook();
    } catch (thrown) {
      const fault = asFault(thrown, 'disk.failed', 'the simulated disk failed');
      if (fault.code !== 'disk.full') this.#failure = fault;
      throw fault;
    }
  }

  /** Never settles once the power was cut. */
  #alive(): Promise<void> {
    return this.#life === this.#medium.powerCuts ? Promise.resolve() : new Promise(() => {});
  }

  #throwClosed(): void {
    if (this.#isClosed) throw new Fault('disk.closed', 'the simulated journal is closed');
  }
}

const emptyRows = (): Rows => new Map(spaces.map((space) => [space, new Map()]));
const copyOf = (rows: Rows): Rows => new Map([...rows].map(([space, values]) => [space, new Map(values)]));
const rowsOf = (rows: Rows, space: Space): Map<number, Uint8Array> => rows.get(space) ?? new Map<number, Uint8Array>();

const apply = (rows: Rows, write: Write): void => {
  const values = rowsOf(rows, write.space);
  if (write.op === 'put') values.set(write.key, write.value);
  else if (write.op === 'delete') values.delete(write.key);
  else for (const key of [...values.keys()].filter((held) => held >= write.from && held <= write.to)) values.delete(key);
};
