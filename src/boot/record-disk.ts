/**
 * The disk of the journal as a starting and a running door meet it: whether it takes records at all, and the moment from
 * which nothing on it may be trusted any more (SECURITY C6). What a door without one may do is the rules'.
 */
import type { RecordStore, Row, Space, Write } from '../ports/record-store.ts';
import { asFault, type Fault } from '../shared/faults.ts';
import type { StoreThreads } from '../store/early-threads.ts';
import { type OpenedRecordStore, openRecordStore } from '../store/record-store.ts';

/** Where the trial record lies: the journal's own facts are at 0 and from 16 on. */
const trial: readonly Write[] = [{ op: 'put', space: 'meta', key: 8, value: new Uint8Array(1) }];

/**
 * Opens the journal's disk and writes one record to it. Rejects with the Fault of a disk that opens and takes nothing: a
 * process that started with it would end with its first event, and so would the next.
 */
export const openTriedRecords = async (directory: string, thread?: StoreThreads['records']): Promise<OpenedRecordStore> => {
  const opened = await openRecordStore({ directory }, thread);
  try {
    await opened.store.commit(trial);
  } catch (thrown) {
    const fault = asFault(thrown, 'disk.failed', 'the journal takes no record');
    if (isForGood(fault)) {
      await opened.store.close();
      throw fault;
    }
  }
  return opened;
};

/** A full disk may have room again; of any other only a new start reads back what is really there. */
const isForGood = ({ code }: Fault): boolean => code === 'disk.failed' || code === 'disk.damaged';

/** Passes every call on, and tells once when the disk has failed for good. */
export class WatchedRecordStore implements RecordStore {
  readonly #store: RecordStore;
  readonly #failed: (fault: Fault) => void;

  constructor(store: RecordStore, failed: (fault: Fault) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  commit(writes: readonly Write[]): Promise<void> {
    return this.#watched(this.#store.commit(writes));
  }

  scan(space: Space, from: number, limit: number): Promise<readonly Row[]> {
    return this.#watched(this.#store.scan(space, from, limit));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #watched<Value>(call: Promise<Value>): Promise<Value> {
    try {
      return await call;
    } catch (thrown) {
      const fault = asFault(thrown, 'disk.failed', 'the journal does not answer');
      if (isForGood(fault)) this.#failed(fault);
      throw thrown;
    }
  }
}
