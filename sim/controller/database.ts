/**
 * The controller's database file: private to its owner, every commit synced, brought to the present shape when it is opened. Decides how stores
 * speak to it and what is one commit; how SQLite is spoken to is sqlite-dialect.ts's, what tables there are migrations.ts's.
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { Fault } from '../../src/shared/faults.ts';
import { diskFault } from '../../src/store/disk-fault.ts';
import { migrations } from './migrations.ts';
import { NodeSqliteDialect, NodeSqliteDriver } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';

/** Lets whatever else there is to do have its turn, between two parts of long work. */
export type Rest = () => Promise<void>;
/** Of virtual time, which goes on once nothing waits but for time. */
export const noRest: Rest = () => Promise.resolve();

/** What a store speaks to: the database, where each statement is a commit of its own, or a commit that somebody has begun. */
export interface Access {
  readonly sql: Kysely<Tables>;
  readonly rest: Rest;
  /**
   * All that `work` does with its own access is on disk when this resolves, or none of it. Inside another, it is part of that one. Whoever speaks
   * to the database by another access meanwhile waits until the end of it: inside of `work`, for ever.
   */
  write<Answer>(work: (within: Access) => Promise<Answer>): Promise<Answer>;
}

export class Database implements Access {
  readonly sql: Kysely<Tables>;
  readonly rest: Rest;
  readonly #driver: NodeSqliteDriver;

  private constructor(driver: NodeSqliteDriver, rest: Rest) {
    this.#driver = driver;
    this.rest = rest;
    this.sql = new Kysely({ dialect: new NodeSqliteDialect(driver) });
  }

  /**
   * Rejects with a Fault: the disk does not let it, the file is damaged, or a later version of this program made it. `rest`: in virtual time one
   * that waits for promises only.
   */
  static async open(path: string, rest: Rest = setImmediate): Promise<Database> {
    const name = basename(path);
    try {
      return new Database(new NodeSqliteDriver({ database: open(path, name), name }), rest);
    } catch (thrown) {
      throw diskFault(thrown, name);
    }
  }

  write<Answer>(work: (within: Access) => Promise<Answer>): Promise<Answer> {
    const { rest } = this;
    return this.sql.transaction().execute((sql) => {
      const within: Access = { sql, rest, write: (inner) => inner(within) };
      return work(within);
    });
  }

  /** Once everything that was asked before is on disk. */
  close(): Promise<void> {
    return this.#driver.destroy();
  }
}

const open = (path: string, name: string): DatabaseSync => {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path);
  // SQLite's own knows small letters of English alone.
  database.function('lower', { deterministic: true, directOnly: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : text));
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
