/**
 * Decides how the journal's facts lie in SQLite (`journal.db`), and what each commit's outcome is. Synchronous, for a
 * thread of its own; what waits, and for how long, is record-store.ts's, what the facts mean is journal/'s.
 */
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Row, type Space, spaces, type Write } from '../ports/record-store.ts';
import { Fault } from '../shared/faults.ts';
import { closeQuietly, markSuspect, openDatabaseFile } from './database-file.ts';
import { diskFault } from './disk-fault.ts';
import { journalFile, journalFileName, rowColumns } from './journal-file.ts';
import { type FreeBytes, SpaceReserve } from './space-reserve.ts';

/** Largest `journal.db`: above a million events. Reaching it is `disk.full`. */
const maxJournalBytes = 256 * 1024 * 1024;
/** Rows written between two checkpoints: about 1 MiB of log. */
export const rowsPerCheckpoint = 256;

export interface RecordDatabaseOptions {
  /** The directory of `journal.db`; it is made when missing and closed to other users. */
  readonly directory: string;
  readonly maxBytes?: number;
  readonly freeBytes?: FreeBytes;
}

/** Undefined: on disk. */
export type CommitOutcome = Fault | undefined;

interface SpaceStatements {
  readonly put: StatementSync;
  readonly delete: StatementSync;
  readonly deleteRange: StatementSync;
  readonly scan: StatementSync;
}

export class RecordDatabase {
  /** See `OpenedFile`. */
  readonly isNew: boolean;
  readonly openedDamaged: string | undefined;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements: ReadonlyMap<Space, SpaceStatements>;
  readonly #reserve: SpaceReserve;
  #rowsSinceCheckpoint = 0;
  #isSpaceLow = false;
  #failure: Fault | undefined;

  /** Throws a Fault when the disk does not let it. */
  constructor({ directory, maxBytes = maxJournalBytes, freeBytes }: RecordDatabaseOptions) {
    this.#path = join(directory, journalFileName);
    const opened = openDatabaseFile(this.#path, journalFile(maxBytes));
    this.#database = opened.database;
    this.isNew = opened.isNew;
    this.openedDamaged = opened.openedDamaged;
    this.#statements = new Map(spaces.map((space) => [space, prepare(opened.database, space)]));
    this.#reserve = new SpaceReserve(join(directory, 'journal.reserve'), freeBytes);
  }

  /** The disk is full and the journal lives on the space kept for it: somebody has to see to the disk. */
  get isSpaceLow(): boolean {
    return this.#isSpaceLow;
  }

  /**
   * One outcome for each commit, in order. All of them share one transaction, and so one sync; when that is refused, each
   * is tried alone, so that one commit too large for the disk takes no other with it.
   */
  commit(group: readonly (readonly Write[])[]): readonly CommitOutcome[] {
    const together = this.#transact(group.flat());
    if (together === undefined) return group.map(() => undefined);
    if (group.length === 1 || together.code !== 'disk.full') return group.map(() => together);
    return group.map((writes) => this.#transact(writes));
  }

  scan(space: Space, from: number, limit: number): readonly Row[] {
    this.#throwFailure();
    try {
      return this.#of(space).scan.all(from, limit) as unknown as readonly Row[];
    } catch (thrown) {
      throw this.#fail(diskFault(thrown, journalFileName));
    }
  }

  /** What can wait until a commit was answered: moving the log into the file, and taking the reserve (back). */
  maintain(): void {
    if (this.#failure !== undefined) return;
    this.#reserve.hold();
    this.#isSpaceLow = !this.#reserve.isHeld;
    if (this.#rowsSinceCheckpoint >= rowsPerCheckpoint) this.#checkpoint();
  }

  close(): void {
    this.#failure ??= new Fault('disk.closed', 'the journal is closed');
    closeQuietly(this.#database);
  }

  /** A full disk is no reason to stop: the log is whole, and goes on when there is space again. Any other failure is. */
  #checkpoint(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint');
      this.#rowsSinceCheckpoint = 0;
    } catch (thrown) {
      const fault = diskFault(thrown, journalFileName);
      if (fault.code === 'disk.full') this.#giveUpReserve();
      else this.#fail(fault);
    }
  }

  #transact(writes: readonly Write[]): CommitOutcome {
    const outcome = this.#tryTransact(writes);
    return outcome?.code === 'disk.full' && this.#giveUpReserve() ? this.#tryTransact(writes) : outcome;
  }

  #giveUpReserve(): boolean {
    this.#isSpaceLow = true;
    return this.#reserve.giveUp();
  }

  #tryTransact(writes: readonly Write[]): CommitOutcome {
    if (this.#failure !== undefined) return this.#failure;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const write of writes) this.#write(write);
      this.#database.exec('COMMIT');
      return undefined;
    } catch (thrown) {
      return this.#rollBack(diskFault(thrown, journalFileName));
    }
  }

  #rollBack(fault: Fault): Fault {
    if (fault.code !== 'disk.full') return this.#fail(fault);
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return fault;
    } catch (thrown) {
      return this.#fail(diskFault(thrown, journalFileName));
    }
  }

  #write(write: Write): void {
    const { space } = write;
    this.#rowsSinceCheckpoint += write.op === 'deleteRange' ? rowsPerCheckpoint : 1;
    if (write.op === 'put') this.#of(space).put.run(write.key, write.value);
    else if (write.op === 'delete') this.#of(space).delete.run(write.key);
    else this.#of(space).deleteRange.run(write.from, write.to);
  }

  /**
   * After a failed sync the kernel may call the lost pages clean, and a second sync would say "done" (SECURITY C6): so
   * nothing is tried again, until the store is opened anew and reads back what is really there.
   */
  #fail(fault: Fault): Fault {
    if (fault.code === 'disk.damaged') markSuspect(this.#path);
    this.#failure ??= fault;
    return this.#failure;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #of(space: Space): SpaceStatements {
    return this.#statements.get(space) as SpaceStatements;
  }
}

const prepare = (database: DatabaseSync, space: Space): SpaceStatements => ({
  put: database.prepare(`INSERT INTO "${space}" VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`),
  delete: database.prepare(`DELETE FROM "${space}" WHERE key = ?`),
  deleteRange: database.prepare(`DELETE FROM "${space}" WHERE key BETWEEN ? AND ?`),
  scan: database.prepare(`SELECT ${rowColumns} FROM "${space}" WHERE key >= ? ORDER BY key LIMIT ?`),
});
