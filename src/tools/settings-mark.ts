/**
 * What a reader of a site keeps beside its keys about its settings: the hash it last ran with, and the one that an order has accepted. What
 * follows from a mark is settings-guard.ts's.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { keysDirectory, readKeyOrigin } from './key-store.ts';
import { hexBytes, readPrivateFile, replacePrivateFile, replacePrivateFileLater } from './private-files.ts';

/** Beside the keys: who keys the reader anew begins anew. */
const markFile = 'settings.json';

/** Hashes of settings. `inForce`: what the door last ran with under these keys. `accepted`: what an order has accepted, until it is in force. */
const markShape = v.strictObject({ format: v.literal(1), inForce: hexBytes(32), accepted: v.nullable(hexBytes(32)) });
export type MarkHashes = Pick<v.InferOutput<typeof markShape>, 'inForce' | 'accepted'>;

/** The mark of a site in one data directory. */
export interface Mark {
  readonly dataDir: string;
  /** Undefined: damaged, or not to be read. */
  readonly hashes: MarkHashes | undefined;
  /** Why it cannot be read, though it may be whole, as a sentence. */
  readonly unreadable?: string;
}

export const markIn = (dataDir: string): string => join(dataDir, keysDirectory, markFile);

/** Undefined: there is none, or the directory has no keys of a site. Never throws. */
export const readMark = (dataDir: string): Mark | undefined => {
  if (!isOfSite(dataDir)) return undefined;
  const path = markIn(dataDir);
  const place = placeOf(path);
  if (place === 'none') return undefined;
  if (place !== 'own') return { dataDir, hashes: undefined, unreadable: place };
  const read = readPrivateFile(path, markShape, '');
  return { dataDir, hashes: read.ok ? read.value : undefined };
};

/** The marks in these directories, one for each that has one. */
export const marksIn = (dataDirs: readonly (string | undefined)[]): readonly Mark[] =>
  [...new Set(dataDirs)].flatMap((dataDir) => (dataDir === undefined ? [] : (readMark(dataDir) ?? [])));

/** On disk when this returns. Throws what the disk says. */
export const writeMark = (dataDir: string, hashes: MarkHashes): void => replacePrivateFile(markIn(dataDir), textOf(hashes));

/** The same without holding up the process. Rejects with what the disk says. */
export const writeMarkLater = (dataDir: string, hashes: MarkHashes): Promise<void> => replacePrivateFileLater(markIn(dataDir), textOf(hashes));

/** Keys that are refused were somebody's: what is not known to be stand-alone is a site's. */
export const isOfSite = (dataDir: string): boolean => {
  const origin = readKeyOrigin(dataDir);
  return !origin.ok || origin.value === 'site';
};

/** A file of this user's, none, or the sentence that says why nobody knows. */
const placeOf = (path: string): 'own' | 'none' | (string & {}) => {
  try {
    const { uid } = lstatSync(path);
    return uid === process.geteuid?.() ? 'own' : `${path} belongs to another user (${uid}).`;
  } catch (thrown) {
    const code = String((thrown as NodeJS.ErrnoException).code);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'none' : `${path} cannot be read: ${code}.`;
  }
};

const textOf = ({ inForce, accepted }: MarkHashes): string => `${JSON.stringify({ format: 1, inForce, accepted })}\n`;
