/**
 * Decides the shape of `table.db`, and how one look-up reads it in one statement, which is what makes it see one version
 * only (SECURITY C15). Writing is sqlite-table-disk.ts's; what the bytes mean is table/'s.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TableLookUp, TableReader } from '../ports/table-disk.ts';
import { Fault } from '../shared/faults.ts';
import { bytesOf, numberOf, optional } from './column.ts';
import type { FileKind } from './database-file.ts';
import { diskFault } from './disk-fault.ts';

export const tableFileName = 'table.db';

/** The largest file: two full tables, the file one of them came from, and room to spare. Reaching it is `disk.full`. */
export const maxTableBytes = 256 * 1024 * 1024;
const pageBytes = 4_096;

const personTable = (name: string): string => `CREATE TABLE ${name} (person INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT`;
/** SQLite's integers are signed: a tag is stored as the signed number of the same 64 bits. */
const tagTable = (name: string): string => `CREATE TABLE ${name} (tag INTEGER PRIMARY KEY, person INTEGER NOT NULL) STRICT`;

export const asStored = (tag: bigint): bigint => BigInt.asIntN(64, tag);

export const createBuilt = `${personTable('person_built')}; ${tagTable('tag_built')}`;
export const switchBuilt = `
  DROP TABLE person; ALTER TABLE person_built RENAME TO person;
  DROP TABLE tag; ALTER TABLE tag_built RENAME TO tag`;

/**
 * `state` holds one fact under 0; `staged` the file being received, each piece under its offset, the header under -1.
 * Damage is looked for where it is read: each record has an integrity code, and the scrub reads all of them.
 */
export const tableFile = (maxBytes: number): FileKind => ({
  schemaVersion: 1,
  schema: `
    CREATE TABLE state (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE staged (at INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    ${personTable('person')}; ${tagTable('tag')}`,
  settings: `
    PRAGMA page_size = ${pageBytes}; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -2048;
    PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}; PRAGMA journal_size_limit = 2097152`,
  check: (database) => {
    new SqliteTableReader(database).lookUp(0n);
    const strange = database.prepare("SELECT count(*) AS pieces FROM staged WHERE typeof(bytes) <> 'blob'").get()?.pieces;
    if (strange !== 0) throw new Fault('disk.damaged', `${tableFileName} is damaged (what is staged is no file)`);
  },
  salvage: () => 'the new one is empty, and nobody gets in until the controller has sent the table again',
});

const lookUpSql = `
  SELECT state.bytes, tag.person, person.sealed FROM (SELECT 1)
  LEFT JOIN state ON state.id = 0 LEFT JOIN tag ON tag.tag = ? LEFT JOIN person ON person.person = tag.person`;

/** Look-ups on any connection. */
export class SqliteTableReader implements TableReader {
  readonly #lookUp: StatementSync;

  constructor(database: DatabaseSync) {
    this.#lookUp = database.prepare(lookUpSql);
    this.#lookUp.setReturnArrays(true);
  }

  lookUp(tag: bigint): TableLookUp {
    try {
      const [state, person, sealed] = this.#lookUp.get(asStored(tag)) as unknown as readonly unknown[];
      return {
        state: optional(bytesOf, state, tableFileName),
        person: optional(numberOf, person, tableFileName),
        sealed: optional(bytesOf, sealed, tableFileName),
      };
    } catch (thrown) {
      throw diskFault(thrown, tableFileName);
    }
  }
}
