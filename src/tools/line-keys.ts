/**
 * Keeps the key of the line as it changes, without holding up the line while the disk writes: what osdp/ asks as `keepKeys`
 * (SECURITY B11). Which key is in use, and when a new one has proved itself, is osdp/pd-keys.ts's; the file is key-store.ts's.
 */
import { existsSync } from 'node:fs';
import type { PdKeySet } from '../osdp/pd-keys.ts';
import type { Keep, Kept } from '../osdp/pd-line-settings.ts';
import { keepLineKeys, readerFileWith } from './key-store.ts';
import { replacePrivateFileLater } from './private-files.ts';

/** One write at a time; `later` until it has ended. `told` hears why a key could not be kept. */
export const lineKeyKeeper = (dataDir: string, told: (sentence: string) => void): Keep<PdKeySet> => {
  /** What is being written, or what came of it until somebody has asked. */
  let write: { readonly text: string; outcome: Kept } | undefined;

  const end = (ended: { outcome: Kept }, reason: unknown): void => {
    ended.outcome = reason === undefined ? 'kept' : 'failed';
    if (reason !== undefined) told(`The key of the line could not be kept: ${reasonOf(reason)}.`);
  };

  const begin = (path: string, text: string): void => {
    const begun = { text, outcome: 'later' as Kept };
    write = begun;
    replacePrivateFileLater(path, text).then(
      () => end(begun, undefined),
      (thrown: unknown) => end(begun, thrown),
    );
  };

  return (keys) => {
    const file = readerFileWith(dataDir, keys);
    if (!file.ok) {
      told(`The key of the line could not be kept: ${file.failure}`);
      return 'failed';
    }
    const { path, text } = file.value;
    if (!existsSync(path)) return keptAtOnce(dataDir, keys, told);
    if (write?.text === text && write.outcome !== 'later') {
      const { outcome } = write;
      write = undefined;
      return outcome;
    }
    if (write?.outcome !== 'later') begin(path, text);
    return 'later';
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

const reasonOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? String(thrown);
