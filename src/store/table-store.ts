/**
 * Decides where the work of the PIN table is done: look-ups here, on a read-only connection, because a thread would cost
 * more than the look-up; everything else on the table's own thread, so that nothing waits while a version is put in force.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Crypto } from '../ports/crypto.ts';
import type { FindResult, StagedState, TableRefusal, TableState, TableStore } from '../ports/table-store.ts';
import { assert } from '../shared/assert.ts';
import { Fault } from '../shared/faults.ts';
import type { Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { Trust } from '../table/header.ts';
import { maxChunkBytes, maxRevocationFileBytes, type TableLimits } from '../table/limits.ts';
import { findPerson } from '../table/lookup.ts';
import { openState } from '../table/state.ts';
import { deriveTableKeys, type TableKeys } from '../table/tags.ts';
import { closeQuietly, type FileKind, fileIdentity, openForReading } from './database-file.ts';
import { maxTableBytes, SqliteTableReader, tableFile, tableFileName } from './table-file.ts';
import type { Answered, TableService, TableServiceData, TableView } from './table-service.ts';
import { type StartThread, startWorker, Thread } from './thread.ts';

/** Calls that may wait for the table's thread; one more is refused with `queue.full`. A line has one file on its way. */
export const maxWaitingTableCalls = 64;

export interface TableStoreOptions {
  /** The directory of `table.db`; it is made when missing and closed to other users. */
  readonly directory: string;
  readonly crypto: Crypto;
  readonly trust: Trust;
  /** The table key of this reader, 32 bytes. */
  readonly tableKey: SecretBytes;
  readonly limits?: TableLimits;
  /** Largest `table.db`; reaching it is `diskFull`. */
  readonly maxBytes?: number;
}

export interface OpenedTableStore {
  readonly store: SqliteTableStore;
  /** There was no table: the first start, or somebody removed it. */
  readonly isNew: boolean;
  /** Undefined, or one sentence for people: what was wrong with the table, and what became of it. */
  readonly openedDamaged: string | undefined;
  /** Undefined, or one sentence for people: why the table serves, but takes no changes (SECURITY C7). */
  readonly readOnly: string | undefined;
}

/** Opens `table.db` in the directory. Rejects with a Fault when it can not even be read, or not be made. */
export const openTableStore = async (
  { directory, crypto, trust, tableKey, limits, maxBytes = maxTableBytes }: TableStoreOptions,
  start: StartThread<TableServiceData> = startWorker('table-worker'),
): Promise<OpenedTableStore> => {
  const data = { directory, trust, tableKey: Uint8Array.from(tableKey.reveal()), maxBytes };
  const thread = new Thread<TableService>(start(limits === undefined ? data : { ...data, limits }), 'the table');
  data.tableKey.fill(0);
  try {
    const { isNew, openedDamaged, readOnly, ...view } = await thread.call('opened');
    const open = (): SharedFile => openShared(join(directory, tableFileName), tableFile(maxBytes));
    const store = new SqliteTableStore({ thread, open, crypto, keys: deriveTableKeys(crypto, tableKey), view });
    return { store, isNew, openedDamaged, readOnly };
  } catch (thrown) {
    await thread.close();
    throw thrown;
  }
};

/** The file as look-ups read it. Another process may set it aside, and begin anew in its place. */
interface SharedFile {
  readonly database: DatabaseSync;
  readonly reader: SqliteTableReader;
  isReplaced(): boolean;
}

const openShared = (path: string, kind: FileKind): SharedFile => {
  // Asked before it is opened: one that was replaced in between is opened once more, and that is all.
  const identity = fileIdentity(path);
  const database = openForReading(path, kind);
  const isReplaced = (): boolean => {
    const now = fileIdentity(path);
    return now !== undefined && now !== identity;
  };
  return { database, reader: new SqliteTableReader(database), isReplaced };
};

interface Parts {
  readonly thread: Thread<TableService>;
  readonly open: () => SharedFile;
  readonly crypto: Crypto;
  readonly keys: TableKeys;
  readonly view: TableView;
}

export class SqliteTableStore implements TableStore {
  readonly #thread: Thread<TableService>;
  readonly #open: () => SharedFile;
  readonly #crypto: Crypto;
  readonly #keys: TableKeys;
  #file: SharedFile;
  #view: TableView;
  #waiting = 0;
  #closed: Promise<void> | undefined;

  constructor({ thread, open, crypto, keys, view }: Parts) {
    this.#thread = thread;
    this.#open = open;
    this.#file = open();
    this.#crypto = crypto;
    this.#keys = keys;
    this.#view = view;
  }

  state(): TableState | undefined {
    return this.#view.state;
  }

  staged(): StagedState | undefined {
    return this.#view.staged;
  }

  async find(tag: bigint): Promise<FindResult> {
    this.#throwClosed();
    const found = this.#find(tag);
    if (found.found === 'damaged') this.#thread.call('suspect').catch(() => {});
    return found;
  }

  async receive(offset: number, bytes: Uint8Array): Promise<Result<StagedState, TableRefusal>> {
    assert(bytes.length >= 1 && bytes.length <= maxChunkBytes, `1..${maxChunkBytes} bytes are received at a time`);
    return this.#change(() => this.#thread.call('receive', offset, Uint8Array.from(bytes)));
  }

  async apply(): Promise<Result<TableState, TableRefusal>> {
    return this.#change(() => this.#thread.call('apply'));
  }

  async revoke(file: Uint8Array): Promise<Result<TableState, TableRefusal>> {
    assert(file.length <= maxRevocationFileBytes, `a revocation is at most ${maxRevocationFileBytes} bytes`);
    return this.#change(() => this.#thread.call('revoke', Uint8Array.from(file)));
  }

  async scrub(): Promise<boolean> {
    return this.#ask(() => this.#thread.call('scrub'));
  }

  /**
   * Takes up a version that another process has put in force, and says whether there was one. `find` reads the newest
   * version of its file in any case; this is for `state()`, for the files that follow, and for another file in the place
   * of one that was set aside.
   */
  async refresh(): Promise<boolean> {
    this.#throwClosed();
    const isReplaced = this.#file.isReplaced();
    if (!isReplaced && isSameVersion(this.#stateOnDisk(), this.#view.state)) return false;
    const view = await this.#ask(() => this.#thread.call('reopen'));
    this.#throwClosed();
    const file = this.#open();
    closeQuietly(this.#file.database);
    this.#file = file;
    const isChanged = isReplaced || !isSameVersion(view.state, this.#view.state);
    this.#view = view;
    return isChanged;
  }

  #stateOnDisk(): TableState | undefined {
    const sealed = this.#file.reader.lookUp(0n).state;
    return sealed && openState(this.#crypto, this.#keys, sealed);
  }

  /** What was asked before is still done. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    closeQuietly(this.#file.database);
    await this.#thread.close();
  }

  /** A page that is not what was written is damage, as a record would be; a disk that does not answer is a Fault. */
  #find(tag: bigint): FindResult {
    try {
      return findPerson(this.#file.reader, this.#crypto, this.#keys, tag);
    } catch (thrown) {
      if (!(thrown instanceof Fault && thrown.code === 'disk.damaged')) throw thrown;
      return { found: 'damaged', sentence: thrown.message };
    }
  }

  async #change<Value>(call: () => Promise<Answered<Value>>): Promise<Result<Value, TableRefusal>> {
    const { result, ...view } = await this.#ask(call);
    this.#view = view;
    return result;
  }

  async #ask<Value>(call: () => Promise<Value>): Promise<Value> {
    this.#throwClosed();
    if (this.#waiting >= maxWaitingTableCalls) throw new Fault('queue.full', `${maxWaitingTableCalls} calls wait for the table`);
    this.#waiting += 1;
    try {
      return await call();
    } finally {
      this.#waiting -= 1;
    }
  }

  #throwClosed(): void {
    if (this.#closed !== undefined) throw new Fault('disk.closed', 'the table is closed');
  }
}

const isSameVersion = (left: TableState | undefined, right: TableState | undefined): boolean =>
  left?.version === right?.version && left?.revocation === right?.revocation;
