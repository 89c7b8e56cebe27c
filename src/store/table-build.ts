/**
 * Decides how a whole table gets on disk fast: rows many at a time, each tree filled from one end to the other, so that
 * every page is written once and little memory is needed. When it counts is sqlite-table-disk.ts's.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredPerson } from '../ports/table-disk.ts';
import { asStored, createBuilt, switchBuilt } from './table-file.ts';

/** Rows one statement takes: more gain nothing (64 rows: 0.7 s for 250,000 people; 1 row: 1.4 s). */
const rowsAtOnce = 64;
const firstCapacity = 1_024;

/** Inside the transaction its owner has begun. */
export class TableBuild {
  readonly #database: DatabaseSync;
  readonly #persons: RowWriter;
  #tags = new BigInt64Array(firstCapacity);
  #holders = new Uint32Array(firstCapacity);
  #tagCount = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(createBuilt);
    this.#persons = new RowWriter(database, 'person_built');
  }

  add(persons: readonly StoredPerson[]): void {
    for (const { person, sealed, tags } of persons) {
      this.#persons.add(person, sealed);
      for (const tag of tags) this.#addTag(asStored(tag), person);
    }
  }

  /** Writes the tags in their order, and puts what was built in place. */
  finish(): void {
    this.#persons.flush();
    const writer = new RowWriter(this.#database, 'tag_built');
    for (const at of this.#byTag()) writer.add(this.#tags[at] as bigint, this.#holders[at] as number);
    writer.flush();
    this.#database.exec(switchBuilt);
  }

  #addTag(tag: bigint, person: number): void {
    if (this.#tagCount === this.#tags.length) this.#grow();
    this.#tags[this.#tagCount] = tag;
    this.#holders[this.#tagCount] = person;
    this.#tagCount += 1;
  }

  #grow(): void {
    const tags = new BigInt64Array(2 * this.#tagCount);
    const holders = new Uint32Array(2 * this.#tagCount);
    tags.set(this.#tags);
    holders.set(this.#holders);
    this.#tags = tags;
    this.#holders = holders;
  }

  /**
   * Places in `#tags`, by rising tag. Most are told apart by their upper halves, read as plain numbers: a bigint for each
   * comparison takes three times as long. Every processor Node runs on has the upper half second.
   */
  #byTag(): Uint32Array {
    const tags = this.#tags;
    const halves = new Int32Array(tags.buffer);
    const upper = (at: number): number => halves[2 * at + 1] as number;
    const order = new Uint32Array(this.#tagCount).map((_, at) => at);
    return order.sort((left, right) => upper(left) - upper(right) || Number((tags[left] as bigint) - (tags[right] as bigint)));
  }
}

/** Inserts rows of two values, `rowsAtOnce` with one statement. */
class RowWriter {
  readonly #database: DatabaseSync;
  readonly #table: string;
  readonly #full: StatementSync;
  #values: (number | bigint | Uint8Array)[] = [];

  constructor(database: DatabaseSync, table: string) {
    this.#database = database;
    this.#table = table;
    this.#full = this.#insert(rowsAtOnce);
  }

  add(key: number | bigint, value: number | Uint8Array): void {
    this.#values.push(key, value);
    if (this.#values.length === 2 * rowsAtOnce) this.#write(this.#full);
  }

  flush(): void {
    if (this.#values.length > 0) this.#write(this.#insert(this.#values.length / 2));
  }

  #write(statement: StatementSync): void {
    statement.run(...this.#values);
    this.#values = [];
  }

  #insert(rows: number): StatementSync {
    return this.#database.prepare(`INSERT INTO ${this.#table} VALUES ${Array(rows).fill('(?, ?)').join(', ')}`);
  }
}
