/**
 * Keeps the key of the line as it changes, without holding up the line while the disk writes: what osdp/ asks as `keepKeys`
 * (SECURITY B11). Which key is in use, and when a new one has proved itself, is osdp/pd-keys.ts's; the file is key-store.ts's.
 */
import { existsSync } from 'node:fs';
import type { PdKeySet } from '../osdp/pd-keys.ts';
import type { Keep } from '../osdp/pd-line-settings.ts';
import { fileKeeper, reasonOf } from './keep-file.ts';
import { keepLineKeys, readerFileWith } from './key-store.ts';

/** Asked for at a start, which waits for the disk. `later` until the key is on disk, or cannot be. `told` hears why not. */
export const lineKeyKeeper = (dataDir: string, told: (sentence: string) => void): Keep<PdKeySet> => {
  makePlace(dataDir, told);
  const keep = fileKeeper((reason) => told(`The key of the line could not be kept: ${reason}.`));
  return (keys) => {
    const file = readerFileWith(dataDir, keys);
    if (file.ok) return keep(file.value.path, file.value.text);
    told(`The key of the line could not be kept: ${file.failure}`);
    return 'failed';
  };
};

/** A file without a key, where there is none: one file is replaced off the thread that answers the line, a directory is not made there. */
const makePlace = (dataDir: string, told: (sentence: string) => void): void => {
  const none = { current: undefined, pending: undefined };
  const file = readerFileWith(dataDir, none);
  // Keys that are refused stay as they are.
  if (!file.ok || existsSync(file.value.path)) return;
  try {
    keepLineKeys(dataDir, none);
  } catch (thrown) {
    told(`There is no place for a key of the line: ${reasonOf(thrown)}.`);
  }
};
