/**
 * The controller's database file: private to its owner, every commit synced, brought to the present shape by steps that are counted in
 * `user_version`. Which facts there are stands here; what they mean is the stores' (site-store.ts, people-store.ts, event-store.ts).
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../src/shared/faults.ts';
import { diskFault } from '../../src/store/disk-fault.ts';

/** One after the other, never changed once they were in use: a database with `user_version` n has had the first n. */
const migrations: readonly string[] = [
  `CREATE TABLE site (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     site BLOB NOT NULL,
     authority_seed BLOB NOT NULL,
     last_change INTEGER NOT NULL DEFAULT 0,
     last_revocation INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE TABLE reader (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL,
     address INTEGER NOT NULL UNIQUE,
     reader BLOB NOT NULL UNIQUE,
     table_key BLOB NOT NULL,
     scbk BLOB NOT NULL,
     pending_scbk BLOB,
     order_number INTEGER NOT NULL DEFAULT 0,
     last_version INTEGER NOT NULL DEFAULT 0,
     in_force TEXT,
     journal TEXT
   ) STRICT;
   CREATE TABLE outgoing (reader INTEGER PRIMARY KEY REFERENCES reader, edition TEXT NOT NULL, file BLOB NOT NULL) STRICT;
   CREATE TABLE person (person INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
   CREATE TABLE change (number INTEGER PRIMARY KEY, person INTEGER NOT NULL, before TEXT, after TEXT) STRICT;
   CREATE TABLE withdrawn (
     place INTEGER PRIMARY KEY,
     number INTEGER NOT NULL,
     person INTEGER NOT NULL,
     is_whole INTEGER NOT NULL,
     text TEXT NOT NULL
   ) STRICT;
   CREATE INDEX withdrawn_number ON withdrawn (number);
   CREATE TABLE event (
     id INTEGER PRIMARY KEY,
     reader INTEGER NOT NULL REFERENCES reader,
     epoch TEXT NOT NULL,
     sequence INTEGER NOT NULL,
     received_ms INTEGER NOT NULL,
     code TEXT,
     person INTEGER,
     bytes BLOB NOT NULL,
     UNIQUE (reader, epoch, sequence)
   ) STRICT;`,
];

export class Database {
  readonly #database: DatabaseSync;
  readonly #name: string;
  #isWriting = false;

  /** Throws a Fault: the disk does not let it, the file is damaged, or a later version of this program made it. */
  constructor(path: string) {
    this.#name = basename(path);
    this.#database = this.#guarded(() => open(path, this.#name));
  }

  all(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#guarded(() => this.#database.prepare(sql).all(...values) as readonly Row[]);
  }

  first(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#guarded(() => this.#database.prepare(sql).get(...values) as Row | undefined);
  }

  /** How many rows it changed. Alone it is a commit of its own. */
  run(sql: string, ...values: readonly Value[]): number {
    return this.#guarded(() => Number(this.#database.prepare(sql).run(...values).changes));
  }

  /** All of it is on disk when this returns, or none. Inside another, it is part of that one. */
  write<Answer>(work: () => Answer): Answer {
    if (this.#isWriting) return work();
    this.#guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    this.#isWriting = true;
    try {
      const answer = work();
      this.#guarded(() => this.#database.exec('COMMIT'));
      return answer;
    } catch (thrown) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw thrown;
    } finally {
      this.#isWriting = false;
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #guarded<Answer>(work: () => Answer): Answer {
    try {
      return work();
    } catch (thrown) {
      throw diskFault(thrown, this.#name);
    }
  }
}

export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

const open = (path: string, name: string): DatabaseSync => {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path);
  try {
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF',
    );
    const [check] = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {});
    if (check !== 'ok') throw new Fault('disk.damaged', `${name} is damaged (${String(check)})`);
    migrate(database, name);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
};

const migrate = (database: DatabaseSync, name: string): void => {
  const had = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (had > migrations.length) throw new Fault('disk.failed', `${name} was written by a later version of this program`);
  for (const [at, migration] of migrations.entries()) {
    if (at < had) continue;
    database.exec(`BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${at + 1}; COMMIT`);
  }
};
