/**
 * Keeps the key of the line as it changes, without holding up the line while the disk writes: what osdp/ asks as `keepKeys`
 * (SECURITY B11). Which key is in use, and when a new one has proved itself, is osdp/pd-keys.ts's; the file is key-store.ts's.
 */
import { existsSync } from 'node:fs';
import type { PdKeySet } from '../osdp/pd-keys.ts';
import type { Keep, Kept } from '../osdp/pd-line-settings.ts';
import { fileKeeper, reasonOf } from './keep-file.ts';
import { keepLineKeys, readerFileWith } from './key-store.ts';

/** `later` until the key is on disk, or cannot be. `told` hears why not. */
export const lineKeyKeeper = (dataDir: string, told: (sentence: string) => void): Keep<PdKeySet> => {
  const keep = fileKeeper((reason) => told(`The key of the line could not be kept: ${reason}.`));
  return (keys) => {
    const file = readerFileWith(dataDir, keys);
    if (!file.ok) {
      told(`The key of the line could not be kept: ${file.failure}`);
      return 'failed';
    }
    const { path, text } = file.value;
    return existsSync(path) ? keep(path, text) : keptAtOnce(dataDir, keys, told);
  };
};

/** The first key of all: there is no file yet. Once in the life of a reader the line waits for the disk. */
const keptAtOnce = (dataDir: string, keys: PdKeySet, told: (sentence: string) => void): Kept => {
  try {
    keepLineKeys(dataDir, keys);
    return 'kept';
  } catch (thrown) {
    told(`The key of the line could not be kept: ${reasonOf(thrown)}.`);
    return 'failed';
  }
};
