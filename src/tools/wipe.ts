/**
 * Takes a reader out of service: its keys first, overwritten and seen to be gone, then everything else in its data directory (SECURITY I5).
 * Without its keys the tags of the table say nothing of a PIN or a card, so a power cut after that step leaves nothing to read. Flash may keep
 * what was overwritten (SECURITY §8.6): a card that leaves the house is better destroyed. Who may ask for it is the command's.
 */
import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Fault } from '../shared/faults.ts';
import { keysDirectory } from './key-store.ts';
import { exists, privateFileMode, syncDirectory } from './private-files.ts';

const markFile = 'wipe.begun';
/** Held by whoever wipes; it is empty, and nothing is in it. */
const lockFile = 'run.lock';

export interface Wiped {
  readonly dataDir: string;
  /** The copy of the settings that the door last ran with, where that goes as well. */
  readonly lastGood: string | undefined;
  /** Kept, should it lie in the data directory. */
  readonly keep: readonly string[];
}

/** A wipe that was begun and did not end, in a sentence. */
export const unfinishedWipe = (dataDir: string): string | undefined =>
  exists(join(dataDir, markFile)) ? 'A wipe was begun here and did not end: run doorpad wipe again.' : undefined;

/**
 * Does one thing after the other, each on disk when it is given, and says which: power may go between any two. Begun anew it goes on.
 * Throws a Fault, and what is left is as it was.
 */
export function* wiping({ dataDir, lastGood, keep }: Wiped): Generator<string, void> {
  yield done('the mark', () => mark(dataDir));
  for (const file of keyFiles(dataDir)) yield done(`the keys in ${file}`, () => destroy(file));
  yield done('the keys', () => removeKeys(dataDir));
  const kept = new Set([...keep.map((path) => resolve(path)), join(resolve(dataDir), markFile), join(resolve(dataDir), lockFile)]);
  for (const name of readdirSync(dataDir)) {
    const path = join(resolve(dataDir), name);
    if (!kept.has(path)) yield done(path, () => remove(path));
  }
  for (const path of lastGood === undefined ? [] : [lastGood, `${lastGood}.new`]) {
    if (exists(path)) yield done(path, () => remove(path));
  }
  yield done('the mark', () => remove(join(dataDir, markFile)));
}

const done = (what: string, work: () => void): string => {
  try {
    work();
    return what;
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('disk.failed', `${what} could not be wiped (${(thrown as NodeJS.ErrnoException).code})`, thrown);
  }
};

const mark = (dataDir: string): void => {
  closeSync(openSync(join(dataDir, markFile), 'a', privateFileMode));
  syncDirectory(dataDir);
};

/** Of the directory of keys, and of those that were being made when the power went. */
const keyDirectories = (dataDir: string): readonly string[] =>
  readdirSync(dataDir)
    .filter((name) => name === keysDirectory || name.startsWith(`${keysDirectory}.new-`))
    .map((name) => join(dataDir, name));

const keyFiles = (dataDir: string): readonly string[] =>
  keyDirectories(dataDir).flatMap((directory) =>
    lstatSync(directory).isDirectory()
      ? readdirSync(directory, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
      : [],
  );

/** Zeros in its place on disk, as far as a file system writes in place, before its name goes. */
const destroy = (path: string): void => {
  const { size } = lstatSync(path);
  const handle = openSync(path, 'r+');
  try {
    for (let at = 0; at < size; ) at += writeSync(handle, new Uint8Array(size - at), 0, size - at, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  remove(path);
};

const removeKeys = (dataDir: string): void => {
  for (const directory of keyDirectories(dataDir)) remove(directory);
  const left = keyDirectories(dataDir);
  if (left.length > 0) throw new Fault('disk.failed', `${left.map((path) => basename(path)).join(', ')} did not go`);
};

const remove = (path: string): void => {
  rmSync(path, { recursive: true, force: true });
  syncDirectory(dirname(path));
};
