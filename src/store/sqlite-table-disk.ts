/**
 * Decides how the PIN table is written to `table.db`: small changes as rows, a new version beside the one in force and
 * switched to in the same transaction. What is written, and when it is refused, is table/'s.
 */
import { dirname, join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StagedFile, StoredPerson, TableDisk, TableLookUp } from '../ports/table-disk.ts';
import { assert, present } from '../shared/assert.ts';
import { Fault } from '../shared/faults.ts';
import { maxFileBytes } from '../table/limits.ts';
import { bytesOf, numberOf, optional } from './column.ts';
import { closeQuietly, type FileKind, markSuspect, type OpenedFile, openDatabaseFile, openForReading } from './database-file.ts';
import { diskFault, isNotWritable } from './disk-fault.ts';
import { type FreeBytes, freeBytesOf } from './space-reserve.ts';
import { TableBuild } from './table-build.ts';
import { asStored, maxTableBytes, SqliteTableReader, tableFile, tableFileName } from './table-file.ts';

/** The table never takes the last of the disk: that is the journal's (SECURITY C5). */
export const leftFreeBytes = 16 * 1024 * 1024;
/** Bytes written between two checkpoints, about. */
const checkpointBytes = 1024 * 1024;
/** What a changed person takes in the log, about: a page each for the record and the tags. */
const bytesPerPerson = 8_192;
/** After a whole new version the log is cut back at once. */
const wholeTable = Number.POSITIVE_INFINITY;
/** Where the header of the staged file lies. */
const headerAt = -1;

export interface TableDiskOptions {
  /** The directory of `table.db`; it is made when missing and closed to other users. */
  readonly directory: string;
  readonly maxBytes?: number;
  readonly freeBytes?: FreeBytes;
}

export class SqliteTableDisk implements TableDisk {
  /** See `OpenedFile`. */
  readonly isNew: boolean;
  readonly openedDamaged: string | undefined;
  /** Why nothing can be written, though what is in force can be read (SECURITY C7); undefined when it can. */
  readonly readOnly: Fault | undefined;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #freeBytes: FreeBytes;
  readonly #reader: SqliteTableReader;
  readonly #sql: Statements;
  #build: TableBuild | undefined;
  #bytesSinceCheckpoint = 0;
  #failure: Fault | undefined;

  /** Throws a Fault when the disk does not let it. */
  constructor({ directory, maxBytes = maxTableBytes, freeBytes = freeBytesOf }: TableDiskOptions) {
    this.#path = join(directory, tableFileName);
    const { database, isNew, openedDamaged, readOnly } = openOrRead(this.#path, tableFile(maxBytes));
    this.#database = database;
    this.isNew = isNew;
    this.openedDamaged = openedDamaged;
    this.readOnly = readOnly;
    this.#freeBytes = freeBytes;
    this.#reader = new SqliteTableReader(database);
    this.#sql = prepare(database);
  }

  lookUp(tag: bigint): TableLookUp {
    return this.#try(() => this.#reader.lookUp(tag));
  }

  state(): Uint8Array | undefined {
    return this.#try(() => optional(bytesOf, this.#sql.state.get()?.bytes, tableFileName));
  }

  /** Of no use where nothing more can be added to it. */
  staged(): StagedFile | undefined {
    if (this.readOnly !== undefined) return undefined;
    return this.#try(() => {
      const header = optional(bytesOf, this.#sql.staged.get(headerAt)?.bytes, tableFileName);
      return header && { header, bodyBytes: this.#stagedBytes() };
    });
  }

  stagedBody(): Uint8Array {
    return this.#try(() => {
      const body = new Uint8Array(this.#stagedBytes());
      for (const { at, bytes } of this.#sql.stagedBody.iterate()) body.set(bytesOf(bytes, tableFileName), numberOf(at, tableFileName));
      return body;
    });
  }

  sealedOf(person: number): Uint8Array | undefined {
    return this.#try(() => optional(bytesOf, this.#sql.sealedOf.get(person)?.sealed, tableFileName));
  }

  scan(after: number, limit: number): readonly { readonly person: number; readonly sealed: Uint8Array }[] {
    return this.#try(() =>
      this.#sql.scan
        .all(after, limit)
        .map(({ person, sealed }) => ({ person: numberOf(person, tableFileName), sealed: bytesOf(sealed, tableFileName) })),
    );
  }

  tagCount(): number {
    return this.#try(() => Number(this.#sql.tagCount.get()?.tags));
  }

  transaction(work: () => void): void {
    if (this.readOnly !== undefined) throw this.readOnly;
    try {
      if (this.#build === undefined) this.#try(() => this.#database.exec('BEGIN IMMEDIATE'));
      work();
      assert(this.#build === undefined, 'what was built is switched to, or dropped');
      this.#try(() => this.#database.exec('COMMIT'));
    } catch (thrown) {
      this.#rollBack();
      throw thrown;
    } finally {
      this.#build = undefined;
    }
  }

  putState(state: Uint8Array): void {
    this.#write(() => this.#sql.putState.run(state), state.length);
  }

  beginStaged(header: Uint8Array): void {
    this.dropStaged();
    this.#keepFree(header.length);
    this.#write(() => this.#sql.stage.run(headerAt, header), header.length);
  }

  appendStaged(bytes: Uint8Array): void {
    this.#keepFree(bytes.length);
    this.#write(() => this.#sql.stage.run(this.#stagedBytes(), bytes), bytes.length);
  }

  dropStaged(): void {
    this.#write(() => this.#database.exec('DELETE FROM staged'), 0);
  }

  deletePersons(persons: readonly StoredPerson[]): void {
    this.#write(() => {
      for (const { person, tags } of persons) {
        this.#sql.deletePerson.run(person);
        for (const tag of tags) this.#sql.deleteTag.run(asStored(tag));
      }
    }, persons.length * bytesPerPerson);
  }

  putPersons(persons: readonly StoredPerson[]): void {
    this.#write(() => {
      for (const { person, sealed, tags } of persons) {
        this.#sql.putPerson.run(person, sealed);
        for (const tag of tags) this.#sql.putTag.run(asStored(tag), person);
      }
    }, persons.length * bytesPerPerson);
  }

  switchToBuilt(): void {
    const build = this.#building();
    this.#build = undefined;
    this.#write(() => build.finish(), wholeTable);
  }

  /** All that the work reads is of one version, whatever another process puts in force meanwhile. */
  reading<Value>(work: () => Value): Value {
    this.#try(() => this.#database.exec('BEGIN'));
    try {
      return work();
    } finally {
      this.#rollBack();
    }
  }

  /** The build is a transaction that `transaction` commits: what is never committed was never there. */
  beginBuild(): void {
    this.dropBuild();
    // The new rows pass through the log into the file, and take about twice what they take in the staged file.
    this.#keepFree(4 * this.#try(() => this.#stagedBytes()));
    this.#try(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#build = new TableBuild(this.#database);
    });
  }

  build(persons: readonly StoredPerson[]): void {
    const build = this.#building();
    try {
      this.#try(() => build.add(persons));
    } catch (thrown) {
      this.dropBuild();
      throw thrown;
    }
  }

  dropBuild(): void {
    if (this.#build === undefined) return;
    this.#build = undefined;
    this.#rollBack();
  }

  /** What can wait until the caller was answered: moving the log into the file. */
  maintain(): void {
    if (this.#failure !== undefined || this.#build !== undefined || this.#bytesSinceCheckpoint < checkpointBytes) return;
    const mode = this.#bytesSinceCheckpoint >= wholeTable ? 'TRUNCATE' : 'PASSIVE';
    try {
      this.#try(() => this.#database.exec(`PRAGMA wal_checkpoint(${mode}); PRAGMA shrink_memory`));
      this.#bytesSinceCheckpoint = 0;
    } catch {
      // A full disk: the log is whole and goes on. Anything else has been kept by #try, and every call says so.
    }
  }

  /** Reads everything again at the next open: somebody found what was not written. */
  suspect(): void {
    markSuspect(this.#path);
  }

  close(): void {
    this.#failure ??= new Fault('disk.closed', 'the table is closed');
    closeQuietly(this.#database);
  }

  #building(): TableBuild {
    return present(this.#build, 'a table is being built');
  }

  #stagedBytes(): number {
    const bytes = optional(numberOf, this.#sql.stagedBytes.get()?.bytes, tableFileName) ?? 0;
    if (bytes > maxFileBytes) throw new Fault('disk.damaged', `${tableFileName} is damaged (more is staged than any file has)`);
    return bytes;
  }

  #keepFree(bytes: number): void {
    if (this.#try(() => this.#freeBytes(dirname(this.#path))) >= bytes + leftFreeBytes) return;
    throw new Fault('disk.full', `${tableFileName} leaves the last ${leftFreeBytes} bytes of the disk to the journal`);
  }

  #write(work: () => unknown, bytes: number): void {
    this.#try(work);
    this.#bytesSinceCheckpoint += bytes;
  }

  #rollBack(): void {
    if (this.#failure === undefined && this.#database.isTransaction) this.#try(() => this.#database.exec('ROLLBACK'));
  }

  /** Every use of the database. A failure other than a full disk stays until it is opened again (SECURITY C6). */
  #try<Value>(work: () => Value): Value {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return work();
    } catch (thrown) {
      const fault = diskFault(thrown, tableFileName);
      if (fault.code === 'disk.damaged') markSuspect(this.#path);
      if (fault.code !== 'disk.full') this.#failure = fault;
      throw fault;
    }
  }
}

const openOrRead = (path: string, kind: FileKind): OpenedFile & { readonly readOnly: Fault | undefined } => {
  try {
    return { ...openDatabaseFile(path, kind), readOnly: undefined };
  } catch (thrown) {
    if (!isNotWritable(thrown)) throw thrown;
    return { database: openForReading(path, kind), isNew: false, openedDamaged: undefined, readOnly: thrown as Fault };
  }
};

type Statements = { readonly [N in keyof typeof statements]: StatementSync };

const statements = {
  state: 'SELECT bytes FROM state WHERE id = 0',
  putState: 'INSERT INTO state VALUES (0, ?) ON CONFLICT DO UPDATE SET bytes = excluded.bytes',
  staged: 'SELECT bytes FROM staged WHERE at = ?',
  stagedBytes: 'SELECT at + length(bytes) AS bytes FROM staged WHERE at >= 0 ORDER BY at DESC LIMIT 1',
  stagedBody: 'SELECT at, bytes FROM staged WHERE at >= 0',
  stage: 'INSERT INTO staged VALUES (?, ?)',
  sealedOf: 'SELECT sealed FROM person WHERE person = ?',
  scan: 'SELECT person, sealed FROM person WHERE person > ? ORDER BY person LIMIT ?',
  tagCount: 'SELECT count(*) AS tags FROM tag',
  deletePerson: 'DELETE FROM person WHERE person = ?',
  deleteTag: 'DELETE FROM tag WHERE tag = ?',
  putPerson: 'INSERT INTO person VALUES (?, ?)',
  putTag: 'INSERT INTO tag VALUES (?, ?)',
} as const;

const prepare = (database: DatabaseSync): Statements =>
  Object.fromEntries(Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)])) as unknown as Statements;
