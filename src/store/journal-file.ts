/**
 * Decides the shape of `journal.db`: one table a space, a checksum a row, and what is saved from a damaged one. Commits
 * are record-database.ts's.
 */
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { type Row, type Space, spaces } from '../ports/record-store.ts';
import { Fault } from '../shared/faults.ts';
import { bytesOf, numberOf } from './column.ts';
import { closeQuietly, type FileKind } from './database-file.ts';

export const journalFileName = 'journal.db';
const pageBytes = 4_096;
/** The log is cut back to this after a commit that made it longer. */
const keptLogBytes = 2 * 1024 * 1024;

/** As SQLite gives it back: any of it may be of another kind than was written. */
export interface StoredRow {
  readonly key: unknown;
  readonly crc: unknown;
  readonly value: unknown;
}

/** SQLite keeps no checksum of its pages: each row carries its own, over its place as well as its bytes. */
export const rowCrc = (space: Space, key: number, value: Uint8Array): number => crc32(value, crc32(`${space} ${key} `));

/** The row without its checksum; throws `disk.damaged` when that does not fit. */
export const checkedRow = (space: Space, stored: StoredRow): Row => {
  const row = { key: numberOf(stored.key, journalFileName), value: bytesOf(stored.value, journalFileName) };
  if (rowCrc(space, row.key, row.value) === stored.crc) return row;
  throw new Fault('disk.damaged', `${journalFileName} is damaged (${space} ${row.key} is not what was written)`);
};

/** Events are many, and read in their own time; the rest is what the rules start from. */
const readAtOpen: readonly Space[] = spaces.filter((space) => space !== 'event');

/** The lock is held while it is open: two writers would each know half of the attempts. It also spares the shared memory file. */
export const journalFile = (maxBytes: number): FileKind => ({
  schemaVersion: 1,
  schema: spaces.map((space) => `CREATE TABLE "${space}" (key INTEGER PRIMARY KEY, crc INTEGER NOT NULL, value BLOB NOT NULL) STRICT`).join(';'),
  settings: `
    PRAGMA page_size = ${pageBytes}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1024;
    PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}; PRAGMA journal_size_limit = ${keptLogBytes}`,
  check: (database, isSuspect) => {
    for (const space of isSuspect ? spaces : readAtOpen) {
      for (const row of rowsOf(database, space, 'ASC')) checkedRow(space, row);
    }
  },
  salvage: (damagedPath, fresh) => {
    const saved = saveRows(damagedPath, fresh);
    return `${saved} of its records could be read and are kept`;
  },
});

const rowsOf = (database: DatabaseSync, space: Space, order: 'ASC' | 'DESC'): Iterable<StoredRow> =>
  database.prepare(`SELECT key, crc, value FROM "${space}" ORDER BY key ${order}`).iterate() as Iterable<unknown> as Iterable<StoredRow>;

/** Copies every sound row, from either end up to the first page that cannot be read. Answers how many there were. */
const saveRows = (damagedPath: string, fresh: DatabaseSync): number => {
  const damaged = new DatabaseSync(damagedPath, { readOnly: true });
  let saved = 0;
  fresh.exec('BEGIN IMMEDIATE');
  for (const space of spaces) {
    const put = fresh.prepare(`INSERT INTO "${space}" VALUES (?, ?, ?) ON CONFLICT DO NOTHING`);
    for (const order of ['ASC', 'DESC'] as const) {
      for (const { key, value } of soundRows(damaged, space, order)) saved += Number(put.run(key, rowCrc(space, key, value), value).changes);
    }
  }
  fresh.exec('COMMIT');
  closeQuietly(damaged);
  return saved;
};

function* soundRows(damaged: DatabaseSync, space: Space, order: 'ASC' | 'DESC'): Generator<Row> {
  try {
    for (const stored of rowsOf(damaged, space, order)) {
      const row = soundRow(space, stored);
      if (row !== undefined) yield row;
    }
  } catch {
    // From here on the file cannot be read in this direction.
  }
}

const soundRow = (space: Space, stored: StoredRow): Row | undefined => {
  try {
    return checkedRow(space, stored);
  } catch {
    return undefined;
  }
};
