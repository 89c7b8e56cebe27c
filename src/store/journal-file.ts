/**
 * Decides the shape of `journal.db`: one table a space, and what is saved from a damaged one. Rows go in and out as they
 * are: whether the bytes are what was written, and what a row that is not is taken for, is journal/'s. Commits are
 * record-database.ts's.
 */
import { DatabaseSync } from 'node:sqlite';
import { type Row, type Space, spaces } from '../ports/record-store.ts';
import { Fault } from '../shared/faults.ts';
import { closeQuietly, type FileKind } from './database-file.ts';

export const journalFileName = 'journal.db';
const pageBytes = 4_096;
/** The log is cut back to this after a commit that made it longer. */
const keptLogBytes = 2 * 1024 * 1024;

/** SQLite keeps the kind of a value beside the value, and a flipped bit makes text of bytes: whatever stands there is given as bytes. */
export const rowColumns = "key, ifnull(CAST(value AS BLOB), x'') AS value";

/** Events are many, and read in their own time; the rest is what the rules start from. */
const readAtOpen: readonly Space[] = spaces.filter((space) => space !== 'event');

/** The lock is held while it is open: two writers would each know half of the attempts. It also spares the shared memory file. */
export const journalFile = (maxBytes: number): FileKind => ({
  schemaVersion: 1,
  schema: spaces.map((space) => `CREATE TABLE "${space}" (key INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT`).join(';'),
  settings: `
    PRAGMA page_size = ${pageBytes}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1024;
    PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}; PRAGMA journal_size_limit = ${keptLogBytes}`,
  check: (database, isSuspect) => {
    for (const space of isSuspect ? spaces : readAtOpen) {
      for (const { key } of rowsOf(database, space, 'ASC')) {
        if (key < 0) throw new Fault('disk.damaged', `${journalFileName} is damaged (${space} has a row where none is written)`);
      }
    }
  },
  salvage: (damagedPath, fresh) => {
    const saved = saveRows(damagedPath, fresh);
    return `${saved} of its records could be read and are kept`;
  },
});

const rowsOf = (database: DatabaseSync, space: Space, order: 'ASC' | 'DESC'): Iterable<Row> =>
  database.prepare(`SELECT ${rowColumns} FROM "${space}" ORDER BY key ${order}`).iterate() as Iterable<unknown> as Iterable<Row>;

/** Copies every row as it is, from either end up to the first page that cannot be read. Answers how many there were. */
const saveRows = (damagedPath: string, fresh: DatabaseSync): number => {
  const damaged = new DatabaseSync(damagedPath, { readOnly: true });
  let saved = 0;
  fresh.exec('BEGIN IMMEDIATE');
  for (const space of spaces) {
    const put = fresh.prepare(`INSERT INTO "${space}" VALUES (?, ?) ON CONFLICT DO NOTHING`);
    for (const order of ['ASC', 'DESC'] as const) {
      for (const { key, value } of readableRows(damaged, space, order)) saved += Number(put.run(key, value).changes);
    }
  }
  fresh.exec('COMMIT');
  closeQuietly(damaged);
  return saved;
};

function* readableRows(damaged: DatabaseSync, space: Space, order: 'ASC' | 'DESC'): Generator<Row> {
  try {
    for (const row of rowsOf(damaged, space, order)) if (row.key >= 0) yield row;
  } catch {
    // From here on the file cannot be read in this direction.
  }
}
