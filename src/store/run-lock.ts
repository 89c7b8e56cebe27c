/**
 * Decides that one door at a time runs on a data directory: two would share a strike and a keypad, and each know half of the
 * attempts. The lock is the kernel's, so it ends with its process, however that ends.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../shared/faults.ts';
import { closeQuietly } from './database-file.ts';

const lockFileName = 'run.lock';
/** https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

/**
 * Takes the lock, and gives what lets go of it; undefined where the disk has no place for one, for a door starts without its
 * disk as well. Throws a Fault when another process holds it. Nothing is ever written to the file: it stays empty.
 */
export const takeRunLock = (directory: string): (() => void) | undefined => {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, lockFileName);
    closeSync(openSync(path, 'a', 0o600));
    database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => database?.close();
  } catch (thrown) {
    if (database !== undefined) closeQuietly(database);
    if (isBusy(thrown)) throw new Fault('hardware.failed', `another doorpad runs this door (it holds ${join(directory, lockFileName)})`, thrown);
    return undefined;
  }
};

const isBusy = (thrown: unknown): boolean => thrown instanceof Error && 'errcode' in thrown && thrown.errcode === sqliteBusy;
