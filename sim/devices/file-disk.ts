/**
 * The disk of a simulated reader in files, as a real one has them, for virtual time: every call is done before anything else happens. It keeps the
 * promises of the ports by src/store's own databases; when the power goes is the caller's.
 */
import { maxWaitingCommits, type RecordStore, type Row, type Space, type Write } from '../../src/ports/record-store.ts';
import type { TableDisk } from '../../src/ports/table-disk.ts';
import { Fault } from '../../src/shared/faults.ts';
import { assertScan, copyOfWrites } from '../../src/store/record-calls.ts';
import { RecordDatabase } from '../../src/store/record-database.ts';
import { SqliteTableDisk } from '../../src/store/sqlite-table-disk.ts';

/** What a start finds. */
export interface OpenedDisk {
  readonly records: RecordStore;
  readonly table: TableDisk;
  /** One of the files was damaged, and another has begun in its place. */
  readonly isJournalDamaged: boolean;
  readonly isTableDamaged: boolean;
}

/** What outlives a power cut. */
export interface DoorDisk {
  /** At each start. Throws a Fault when it cannot be opened. */
  open(): OpenedDisk;
  /** Whoever has it open is dead from now on: none of its calls settles any more. */
  cutPower(): void;
  /** After an orderly end. */
  close(): void;
}

/** No space is kept for a full disk: the files of a bench are small, and nobody waits at its doors. */
const noReserve = (): number => 0;

export class FileDisk implements DoorDisk {
  readonly #directory: string;
  #records: FileRecordStore | undefined;
  #table: SqliteTableDisk | undefined;

  /** `directory` is made when missing. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  open(): OpenedDisk {
    this.close();
    const directory = this.#directory;
    const database = new RecordDatabase({ directory, freeBytes: noReserve });
    const records = new FileRecordStore(database);
    this.#records = records;
    const table = new SqliteTableDisk({ directory });
    this.#table = table;
    const [isJournalDamaged, isTableDamaged] = [database.openedDamaged !== undefined, table.openedDamaged !== undefined];
    return { records, table, isJournalDamaged, isTableDamaged };
  }

  cutPower(): void {
    this.#records?.cutPower();
    this.close();
  }

  close(): void {
    this.#records?.letGo();
    this.#table?.close();
    [this.#records, this.#table] = [undefined, undefined];
  }
}

export class FileRecordStore implements RecordStore {
  readonly #database: RecordDatabase;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #hasPower = true;
  #isClosed = false;

  constructor(database: RecordDatabase) {
    this.#database = database;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    const copy = copyOfWrites(writes);
    this.#throwClosed();
    if (this.#waiting >= maxWaitingCommits) throw new Fault('queue.full', `${maxWaitingCommits} commits wait for the disk`);
    this.#waiting += 1;
    const committed = this.#last.then(() => this.#commit(copy)).finally(() => (this.#waiting -= 1));
    this.#last = committed.catch(() => {});
    await committed;
  }

  async scan(space: Space, from: number, limit: number): Promise<readonly Row[]> {
    assertScan(from, limit);
    this.#throwClosed();
    if (!this.#hasPower) await never();
    return this.#database.scan(space, from, limit);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#hasPower) await this.#last;
    this.letGo();
  }

  cutPower(): void {
    this.#hasPower = false;
  }

  /** Whatever still waits is refused. */
  letGo(): void {
    this.#database.close();
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    if (!this.#hasPower) await never();
    const [fault] = this.#database.commit([writes]);
    if (fault !== undefined) throw fault;
    this.#database.maintain();
  }

  #throwClosed(): void {
    if (this.#isClosed) throw new Fault('disk.closed', 'the journal is closed');
  }
}

const never = (): Promise<never> => new Promise(() => {});
