/**
 * With which settings a door starts: those of its file; or, at a reader of a site, those it last ran with, while the file weakens the door and no
 * signed order has accepted it (DESIGN §2, docs/decisions/0018). How files are read is settings-file.ts's, how a door runs boot's.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { settingsHash, weakenedBy } from '../config/compare.ts';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import type { WaitingSettings } from '../reader/waiting-settings.ts';
import { Fault } from '../shared/faults.ts';
import { ok } from '../shared/result.ts';
import { keyOriginOf, keysDirectory, readReaderKeys } from './key-store.ts';
import { checked, exists, fromHex, hexBytes, readPrivateFile, replacePrivateFile, replacePrivateFileLater, toHex } from './private-files.ts';
import type { SettingsFile } from './settings-file.ts';

/** Beside the keys: who keys the reader anew begins anew. */
const markFile = 'settings.json';
/** Of a hash, as people compare it. */
const shownDigits = 16;

/** Hashes of settings. `inForce`: what the door last ran with under these keys. `accepted`: what an order has accepted, until it is in force. */
const markShape = v.strictObject({ format: v.literal(1), inForce: hexBytes(32), accepted: v.nullable(hexBytes(32)) });
type Mark = v.InferOutput<typeof markShape>;

/** Settings that wait to be accepted by order, and the names of what is weaker in them. */
export interface HeldSettings extends WaitingSettings {
  readonly weaker: readonly string[];
}

export interface Judged {
  /** To run with; undefined: there are none, or `lost`. */
  readonly settings: SettingsFile | undefined;
  readonly held?: HeldSettings;
  /** The file, where it may weaken the door and what it would have to be measured by is lost. */
  readonly lost?: SettingsFile;
}

const crypto = new NodeCrypto();
const hashOf = ({ config }: SettingsFile): string => toHex(settingsHash(config.settings, (message) => crypto.sha256(message)));

/** `wanted`: the file, where it is in order. `lastRun`: what the door last ran with, where that is known. Writes nothing. */
export const judgeSettings = (wanted: SettingsFile | undefined, lastRun: SettingsFile | undefined): Judged => {
  if (wanted === undefined) return { settings: lastRun };
  // A file that names another directory does not choose whose keys it is judged by.
  const { dataDir } = (lastRun ?? wanted).config;
  const mark = isOfSite(dataDir) ? readMark(dataDir) : 'none';
  if (mark === 'none') return { settings: wanted };
  const hash = hashOf(wanted);
  const { inForce, accepted } = mark === 'damaged' ? { accepted: null } : mark;
  if (lastRun === undefined) return inForce === hash ? { settings: wanted } : { settings: undefined, lost: wanted };
  const weaker = weakenedBy(lastRun.config.settings, wanted.config.settings);
  if (weaker.length === 0 || accepted === hash) return { settings: wanted };
  return { settings: lastRun, held: { weaker, hash: fromHex(hash), accept: () => accept(lastRun, hash) } };
};

/**
 * The door runs with these: they are what the next start is measured by, and no acceptance is left. With new keys that begins with the first
 * file that is in order (`isOfFile`), not with what ran before. Throws what the disk says.
 */
export const settleSettings = (running: SettingsFile, isOfFile: boolean): void => {
  const { dataDir } = running.config;
  if (!isOfSite(dataDir)) return;
  const before = readMark(dataDir);
  if (before === 'none' && !isOfFile) return;
  const settled: Mark = { format: 1, inForce: hashOf(running), accepted: null };
  if (JSON.stringify(before) !== JSON.stringify(settled)) replacePrivateFile(markIn(dataDir), textOf(settled));
};

/** What a person does about it; the hash is what the controller has to show. */
export const heldSentence = (file: string, lastGood: string, { weaker, hash }: Pick<HeldSettings, 'weaker' | 'hash'>): string =>
  `${file} weakens the door (${weaker.join(', ')}), and this reader belongs to a site: the settings wait for a signed order, and the door goes on with those it last ran with (${lastGood}). To accept them, say at the controller: accept-settings READER ${toHex(hash).slice(0, shownDigits)}. Or put them back.`;

export const lostSentence = (file: string, lastGood: string, { config: { dataDir } }: SettingsFile): string =>
  `The door does not start: the settings it last ran with (${lastGood}) are lost, and this reader belongs to a site, so ${file} could weaken it unseen. Put the settings back as they were; or remove ${markIn(dataDir)} on the reader, and the next start takes the file as it is.`;

const accept = async (running: SettingsFile, hash: string): Promise<void> => {
  try {
    await replacePrivateFileLater(markIn(running.config.dataDir), textOf({ format: 1, inForce: hashOf(running), accepted: hash }));
  } catch (thrown) {
    throw new Fault('disk.failed', 'the settings could not be accepted', thrown);
  }
};

/** Keys that are refused were somebody's: what is not known to be stand-alone is held. */
const isOfSite = (dataDir: string): boolean => !readReaderKeys(dataDir).ok || keyOriginOf(dataDir) === 'site';

const readMark = (dataDir: string): Mark | 'none' | 'damaged' => {
  const path = markIn(dataDir);
  const mark = checked<Mark | 'none'>(path, () => (exists(path) ? readPrivateFile(path, markShape, '') : ok('none')));
  return mark.ok ? mark.value : 'damaged';
};

const markIn = (dataDir: string): string => join(dataDir, keysDirectory, markFile);
const textOf = (mark: Mark): string => `${JSON.stringify(mark)}\n`;
