/**
 * Decides how a database file comes to be: created whole or not at all, private to its owner, opened with every commit
 * synced, and set aside when it is damaged so that a fresh one can begin. What is in it is its owner's (`FileKind`).
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { Fault } from '../shared/faults.ts';
import { diskFault } from './disk-fault.ts';

/** Damaged files kept per database, so that a failing card does not fill itself with them; the oldest goes first. */
export const keptDamaged = 3;

export interface FileKind {
  /** Rises when the tables change shape; a file with a higher one is left alone and not opened. */
  readonly schemaVersion: number;
  /** SQL that makes the tables of a new file. */
  readonly schema: string;
  /** SQL run on each open, before anything is read. */
  readonly settings: string;
  /** Reads what must be right before the file is used: all of it when `isSuspect`. Throws what SQLite throws, or a Fault `disk.damaged`. */
  check(database: DatabaseSync, isSuspect: boolean): void;
  /** Takes what can still be read of a damaged file into its fresh successor, and says in a few words what that was. */
  salvage(damagedPath: string, fresh: DatabaseSync): string;
}

export interface OpenedFile {
  readonly database: DatabaseSync;
  /** There was no file: the first start, or somebody removed it. */
  readonly isNew: boolean;
  /** Undefined, or one sentence for people: what was wrong, and where the damaged file is now. */
  readonly openedDamaged: string | undefined;
}

/** Opens the file, making it and its directory first where there is none. Throws a Fault when the disk does not let it. */
export const openDatabaseFile = (path: string, kind: FileKind): OpenedFile => {
  try {
    const isNew = createFile(path, kind);
    try {
      return { database: openChecked(path, kind), isNew, openedDamaged: undefined };
    } catch (thrown) {
      const fault = diskFault(thrown, basename(path));
      if (fault.code !== 'disk.damaged') throw fault;
      return { ...beginAfresh(path, kind, fault), isNew };
    }
  } catch (thrown) {
    throw diskFault(thrown, basename(path));
  }
};

/**
 * Opens what is there without a write, as a second connection or on a read-only file system (SECURITY C7). Throws a
 * Fault; nothing is set aside.
 */
export const openForReading = (path: string, kind: FileKind): DatabaseSync => {
  try {
    return openCheckedForReading(path, kind);
  } catch (thrown) {
    throw diskFault(thrown, basename(path));
  }
};

const openCheckedForReading = (path: string, kind: FileKind): DatabaseSync => {
  const database = new DatabaseSync(readingUrl(path), { readOnly: true });
  try {
    database.exec(`${kind.settings}; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF`);
    checkVersion(database, basename(path), kind.schemaVersion);
    kind.check(database, false);
    return database;
  } catch (thrown) {
    closeQuietly(database);
    throw thrown;
  }
};

/** Without a log, and without the right to begin one, SQLite reads a file only when told that nobody changes it. */
const readingUrl = (path: string): URL => {
  const url = pathToFileURL(path);
  if (!existsSync(`${path}-wal`) && !isWritable(dirname(path))) url.searchParams.set('immutable', '1');
  return url;
};

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** Tells one file from another that was put in its place; undefined: there is none at this moment. Throws a Fault. */
export const fileIdentity = (path: string): string | undefined => {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat && `${stat.dev}:${stat.ino}`;
  } catch (thrown) {
    throw diskFault(thrown, basename(path));
  }
};

/** Leaves a mark beside the file, so that the next open reads all of it before it is trusted again. Never throws. */
export const markSuspect = (path: string): void => {
  try {
    closeSync(openSync(suspectPath(path), 'w', 0o600));
    sync(dirname(path));
  } catch {
    // The disk takes no more writes: whoever reads the damaged page next finds out again.
  }
};

const suspectPath = (path: string): string => `${path}.suspect`;

/**
 * `cell_size_check` finds a misplaced page before it is searched. Checkpoints are the owner's: an automatic one happens
 * inside a commit, makes it late, and swallows its errors.
 */
const durable = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
  PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF`;

const openChecked = (path: string, kind: FileKind): DatabaseSync => {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    database.exec(kind.settings);
    // Before anything is written: what is not ours is kept as it was found.
    checkVersion(database, basename(path), kind.schemaVersion);
    database.exec(durable);
    const isSuspect = existsSync(suspectPath(path));
    if (isSuspect) checkPages(database, basename(path));
    kind.check(database, isSuspect);
    if (isSuspect) rmSync(suspectPath(path));
    // The log was made by the first read. SQLite syncs its name too, but keeps a failure of that to itself.
    sync(dirname(path));
    return database;
  } catch (thrown) {
    closeQuietly(database);
    throw thrown;
  }
};

const checkVersion = (database: DatabaseSync, name: string, known: number): void => {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version > known) throw new Fault('disk.failed', `${name} was written by a newer doorpad (format ${version}; this one knows ${known})`);
  if (version !== known) throw new Fault('disk.damaged', `${name} has format ${version}, which no doorpad writes`);
};

const checkPages = (database: DatabaseSync, name: string): void => {
  const verdict = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check);
  if (verdict !== 'ok') throw new Fault('disk.damaged', `${name} is damaged (${verdict})`);
};

/** Closing a damaged file may fail once more; by then everything is said. */
export const closeQuietly = (database: DatabaseSync): void => {
  try {
    database.close();
  } catch {}
};

/**
 * The successor is whole and synced, with all that could be saved in it, before the damaged file moves out of its way:
 * power lost at any moment leaves the one or the other to be found by the next open.
 */
const beginAfresh = (path: string, kind: FileKind, fault: Fault): { database: DatabaseSync; openedDamaged: string } => {
  const successor = `${path}.successor`;
  writeEmpty(successor, kind);
  const fresh = new DatabaseSync(successor);
  fresh.exec(kind.settings);
  const kept = kind.salvage(path, fresh);
  fresh.close();
  const aside = setAside(path);
  renameSync(successor, path);
  sync(dirname(path));
  return { database: openChecked(path, kind), openedDamaged: `${fault.message}; it is kept as ${basename(aside)}; ${kept}` };
};

/** What SQLite keeps beside a database. A log left behind would be played into the successor. */
const companions = ['-wal', '-journal', '-shm'];

const setAside = (path: string): string => {
  const earlier = damagedNumbers(path);
  const aside = `${path}.damaged-${(earlier.at(-1) ?? 0) + 1}`;
  for (const number of earlier.slice(0, -(keptDamaged - 1))) {
    for (const suffix of ['', ...companions]) rmSync(`${path}.damaged-${number}${suffix}`, { force: true });
  }
  renameSync(path, aside);
  moveCompanions(path, aside);
  rmSync(suspectPath(path), { force: true });
  sync(dirname(path));
  return aside;
};

const moveCompanions = (path: string, aside: string): void => {
  for (const suffix of companions) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
};

const damagedNumbers = (path: string): readonly number[] =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.damaged-`))
    .map((name) => Number(name.slice(basename(path).length + '.damaged-'.length)))
    .filter(Number.isInteger)
    .sort((left, right) => left - right);

/** True when there was none. The directory and the file are readable by their owner only (SECURITY G8). */
const createFile = (path: string, kind: FileKind): boolean => {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  tighten(directory, 0o700);
  const isNew = !existsSync(path) && !finishReplacing(path);
  if (isNew) {
    writeEmpty(`${path}.new`, kind);
    renameSync(`${path}.new`, path);
    sync(directory);
    sync(join(directory, '..'));
  }
  tighten(path, 0o600);
  // SQLite opens a file it may not write all the same, and says so only at the first commit.
  closeSync(openSync(path, 'r+'));
  return isNew;
};

/** Power was lost while a damaged file was being replaced: goes on where it stopped. */
const finishReplacing = (path: string): boolean => {
  moveCompanions(path, `${path}.damaged-${damagedNumbers(path).at(-1) ?? 0}`);
  if (!existsSync(`${path}.successor`)) return false;
  renameSync(`${path}.successor`, path);
  sync(dirname(path));
  return true;
};

const tighten = (path: string, mode: number): void => {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, mode);
};

/** Synced before it gets its name: so a file too short to hold its tables is always damage, never a first start cut short. */
const writeEmpty = (path: string, kind: FileKind): void => {
  const blueprint = new DatabaseSync(':memory:');
  blueprint.exec(`${kind.settings}; ${kind.schema}; PRAGMA user_version = ${kind.schemaVersion}`);
  writeFileSync(path, blueprint.serialize(), { mode: 0o600, flush: true });
  blueprint.close();
};

const sync = (path: string): void => {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
