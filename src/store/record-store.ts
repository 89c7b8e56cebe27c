/**
 * Decides what waits for the journal's disk, how long the queue may get, and which commits share a sync. What a commit
 * does to the disk is record-database.ts's, on its own thread.
 */
import { maxCommitWrites, maxWaitingCommits, type RecordStore, type Row, type Space, type Write } from '../ports/record-store.ts';
import { Fault } from '../shared/faults.ts';
import { assertScan, copyOfWrites } from './record-calls.ts';
import type { RecordService, RecordServiceData } from './record-service.ts';
import { fromMessage, type StartThread, startWorker, Thread } from './thread.ts';

interface Waiting {
  readonly writes: readonly Write[];
  resolve(): void;
  reject(fault: Fault): void;
}

export interface OpenedRecordStore {
  readonly store: SqliteRecordStore;
  /** There was no journal: the first start, or somebody removed it. */
  readonly isNew: boolean;
  /** Undefined, or one sentence for people: what was wrong with the journal, and what became of it. */
  readonly openedDamaged: string | undefined;
}

/** Opens `journal.db` in the directory. Rejects with a Fault: `disk.failed` (also on a read-only file system), `disk.full`. */
export const openRecordStore = async (
  data: RecordServiceData,
  start: StartThread<RecordServiceData> = startWorker('record-worker'),
): Promise<OpenedRecordStore> => {
  const thread = new Thread<RecordService>(start(data), 'the journal');
  try {
    const { isNew, openedDamaged } = await thread.call('opened');
    return { store: new SqliteRecordStore(thread), isNew, openedDamaged };
  } catch (thrown) {
    await thread.close();
    throw thrown;
  }
};

export class SqliteRecordStore implements RecordStore {
  readonly #thread: Thread<RecordService>;
  readonly #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #isSpaceLow = false;

  constructor(thread: Thread<RecordService>) {
    this.#thread = thread;
  }

  /** The disk is full and the journal lives on the space kept for it: somebody has to see to the disk. */
  get isSpaceLow(): boolean {
    return this.#isSpaceLow;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    const copy = copyOfWrites(writes);
    if (this.#closed !== undefined) throw closedFault();
    if (this.#waiting.length >= maxWaitingCommits) throw new Fault('queue.full', `${maxWaitingCommits} commits wait for the disk`);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ writes: copy, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  async scan(space: Space, from: number, limit: number): Promise<readonly Row[]> {
    assertScan(from, limit);
    if (this.#closed !== undefined) throw closedFault();
    return this.#thread.call('scan', space, from, limit);
  }

  close(): Promise<void> {
    this.#closed ??= (this.#working ?? Promise.resolve()).then(() => this.#thread.close());
    return this.#closed;
  }

  /** While one group is on its way to the disk, the next one gathers. */
  async #work(): Promise<void> {
    // Whoever began this is still about to note that it has begun.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commitGroup(this.#waiting.splice(0, groupLength(this.#waiting)));
    this.#working = undefined;
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const { outcomes, isSpaceLow } = await this.#thread.call(
        'commit',
        group.map(({ writes }) => writes),
      );
      this.#isSpaceLow = isSpaceLow;
      for (const [index, { resolve, reject }] of group.entries()) {
        const fault = outcomes[index];
        if (fault === undefined) resolve();
        else reject(fromMessage(fault));
      }
    } catch (thrown) {
      for (const { reject } of group) reject(thrown as Fault);
    }
  }
}

/** How many of the first commits fit in one transaction of at most `maxCommitWrites` writes; at least one. */
const groupLength = (waiting: readonly Waiting[]): number => {
  let writes = 0;
  let commits = 0;
  for (const commit of waiting) {
    writes += commit.writes.length;
    if (writes > maxCommitWrites) break;
    commits += 1;
  }
  return Math.max(1, commits);
};

const closedFault = (): Fault => new Fault('disk.closed', 'the journal is closed');
