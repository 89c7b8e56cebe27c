/**
 * SQLite of node:sqlite as kysely speaks to it: one connection, its turns in the order they were asked for, statements prepared once. The one
 * file that knows which database it is; another one is another dialect beside it. What goes wrong with the disk is a Fault.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { Fault } from '../../src/shared/faults.ts';
import { diskFault } from '../../src/store/disk-fault.ts';

/** Calls that wait for the connection. More are refused: whoever asks faster than a disk writes is told so. */
export const maxWaitingCalls = 1_000;
/** Statements kept prepared; the longest unused goes. */
export const maxPrepared = 128;

export interface NodeSqliteParts {
  readonly database: DatabaseSync;
  /** Of the file, for what people are told. */
  readonly name: string;
}

export class NodeSqliteDialect implements Dialect {
  readonly #driver: NodeSqliteDriver;

  constructor(driver: NodeSqliteDriver) {
    this.#driver = driver;
  }

  createDriver(): Driver {
    return this.#driver;
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new TurnsAdapter();
  }

  createIntrospector(kysely: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(kysely);
  }
}

/** Turns are the driver's: kysely's own may let a later call go first, and have no limit. */
class TurnsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Rejects with a Fault: of the disk, `queue.full`, or `disk.closed`. */
export class NodeSqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #connection: SqliteConnection;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;
  #isClosing = false;

  constructor({ database, name }: NodeSqliteParts) {
    this.#database = database;
    this.#name = name;
    this.#connection = new SqliteConnection(database, name);
  }

  async init(): Promise<void> {
    // It is open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isClosing) throw this.#closed();
    await this.#turn();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return run(connection, 'begin immediate');
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return run(connection, 'commit');
  }

  /** Some failures have ended the transaction already. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await run(connection, 'rollback');
  }

  /** Once everything that was asked before is done; what is asked from here on is refused. */
  async destroy(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await this.#turn();
    this.#database.close();
    await this.releaseConnection();
  }

  async #turn(): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return;
    }
    if (this.#waiting.length >= maxWaitingCalls && !this.#isClosing) {
      throw new Fault('queue.full', `${this.#name} has more to do than it keeps up with`);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }

  #closed(): Fault {
    return new Fault('disk.closed', `${this.#name} is closed`);
  }
}

const run = async (connection: DatabaseConnection, sql: string): Promise<void> => {
  await connection.executeQuery(CompiledQuery.raw(sql));
};

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync, name: string) {
    this.#database = database;
    this.#name = name;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const { statement, hasRows } = this.#prepare(sql);
      const values = parameters as readonly SQLInputValue[];
      if (hasRows) return { rows: statement.all(...values) as Row[] };
      const { changes } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes) };
    } catch (thrown) {
      throw diskFault(thrown, this.#name);
    }
  }

  /** All at once: nobody here streams, and what is long is asked for in pages. */
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery(query);
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql) ?? prepared(this.#database.prepare(sql));
    this.#prepared.delete(sql);
    this.#prepared.set(sql, known);
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size > maxPrepared && oldest !== undefined) this.#prepared.delete(oldest);
    return known;
  }
}

interface Prepared {
  readonly statement: StatementSync;
  readonly hasRows: boolean;
}

const prepared = (statement: StatementSync): Prepared => ({ statement, hasRows: statement.columns().length > 0 });
