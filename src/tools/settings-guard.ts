/**
 * With which settings a door starts: those of its file; or, at a reader of a site, those it last ran with, while the file weakens the door and no
 * signed order has accepted it (DESIGN §2, docs/decisions/0018). How files are read is settings-file.ts's, how a door runs boot's.
 */
import { dirname } from 'node:path';
import { settingsHash, weakenedBy } from '../config/compare.ts';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import type { WaitingSettings } from '../reader/waiting-settings.ts';
import { Fault } from '../shared/faults.ts';
import { isAskedThere } from './line-settings.ts';
import { fromHex, toHex } from './private-files.ts';
import type { LastRun, SettingsFile } from './settings-file.ts';
import { isOfSite, type Mark, type MarkHashes, markIn, marksIn, readMark, writeMark, writeMarkLater } from './settings-mark.ts';

/** Of a hash, as people compare it. */
const shownDigits = 16;

/** Settings that wait to be accepted by order, and the names of what is weaker in them. */
export interface WaitingFile extends WaitingSettings {
  readonly weaker: readonly string[];
}

export interface Judged {
  /** To run with; undefined: there are none, or they are `lost`. */
  readonly settings: SettingsFile | undefined;
  /** They count whatever mode was set before: an order has accepted them, or this reader belongs to no site. */
  readonly areAccepted: boolean;
  /** The file, while the door goes on without it. */
  readonly waiting?: WaitingFile;
  /** The marks of the site, where the file may weaken the door and what it would have to be measured by is not at hand. */
  readonly lost?: readonly string[];
  /** Why that is not at hand, or why nobody knows whether the file was accepted, though it may all be whole: a sentence. */
  readonly unreadable?: string;
}

const crypto = new NodeCrypto();
const hashOf = ({ config }: SettingsFile): string => toHex(settingsHash(config.settings, (message) => crypto.sha256(message)));

/** `wanted`: the file, where it is in order. Writes nothing. */
export const judgeSettings = (wanted: SettingsFile | undefined, lastRun: LastRun): Judged => {
  const before = lastRun.settings;
  if (wanted === undefined) return { settings: before, areAccepted: false };
  // A file that names another directory does not choose whose keys it is judged by, nor leaves those of the one it names.
  const marks = marksIn([...ownDirectories(lastRun), wanted.config.dataDir]);
  if (marks.length === 0) return { settings: wanted, areAccepted: true };
  const hash = hashOf(wanted);
  if (before === undefined) {
    if (marks.every(({ hashes }) => hashes?.inForce === hash)) return { settings: wanted, areAccepted: false };
    return { settings: undefined, areAccepted: false, lost: marks.map(({ dataDir }) => markIn(dataDir)), ...unreadableOf(marks, lastRun.unreadable) };
  }
  const own = marksIn(ownDirectories(lastRun));
  const areAccepted = own.some(({ hashes }) => hashes?.accepted === hash);
  const weaker = weakenedIn(before, wanted);
  if (weaker.length === 0 || areAccepted) return { settings: wanted, areAccepted };
  const waiting = { weaker, hash: fromHex(hash), accept: () => accept(own[0], hashOf(before), hash) };
  return { settings: before, areAccepted: false, waiting, ...unreadableOf(own) };
};

/**
 * The door runs with these: they are what the next start is measured by, and no acceptance is left. With new keys that begins with the first
 * file that is in order (`isOfFile`), not with what ran before. Throws what the disk says.
 */
export const settleSettings = (running: SettingsFile, lastRun: LastRun, isOfFile: boolean): void => {
  const { dataDir } = running.config;
  const settled: MarkHashes = { inForce: hashOf(running), accepted: null };
  const marks = marksIn([dataDir, ...ownDirectories(lastRun)]);
  const isFirst = isOfFile && isOfSite(dataDir) && readMark(dataDir) === undefined;
  if (isFirst) writeMark(dataDir, settled);
  for (const { dataDir: marked, hashes } of marks) {
    if (hashes?.inForce !== settled.inForce || hashes.accepted !== null) writeMark(marked, settled);
  }
};

/** What a person does about it; the hash is what the controller has to show. */
export const waitingSentence = (file: string, lastGood: string, { weaker, hash }: Pick<WaitingFile, 'weaker' | 'hash'>): string =>
  `${file} weakens the door (${weaker.join(', ')}), and this reader belongs to a site: the settings wait for a signed order, and the door goes on with those it last ran with (${lastGood}). To accept them, say at the controller: accept-settings READER ${toHex(hash).slice(0, shownDigits)}. Or put them back.`;

/** Advises to remove a mark only where nothing that may be whole is in its way. */
export const lostSentence = (file: string, lastGood: string, lost: readonly string[], unreadable: string | undefined): string =>
  unreadable === undefined
    ? `The door does not start: the settings it last ran with (${lastGood}) are lost, and this reader belongs to a site, so ${file} could weaken it unseen. Put the settings back as they were; or remove ${lost.join(' and ')} on the reader, and the next start takes the file as it is.`
    : `The door does not start: this reader belongs to a site, and ${file} could weaken it unseen, because what it would be measured by cannot be read. ${unreadable} Put the settings back as they were, or let the user that the door runs as read it.`;

/** For whoever only asks: another user may have the answer. */
export const unjudgedSentence = (file: string, unreadable: string): string =>
  `Whether the door takes ${file} cannot be judged as this user. ${unreadable} Ask again as the user that the door runs as.`;

/** Where the door has been: in what it last ran with, and beside the copy of that. */
const ownDirectories = ({ path, settings }: LastRun): readonly (string | undefined)[] => [settings?.config.dataDir, dirname(path)];

/** Of the line, what the reader is not moved away by does not weaken. */
const weakenedIn = ({ config: before }: SettingsFile, { config: wanted }: SettingsFile): readonly string[] => {
  const weaker = weakenedBy(before.settings, wanted.settings);
  const isAsked = before.line !== undefined && wanted.line !== undefined && isAskedThere(before.dataDir, before.line, wanted.line);
  return isAsked ? weaker.filter((name) => name !== 'line.address' && name !== 'line.baudRate') : weaker;
};

const unreadableOf = (marks: readonly Mark[], lastRun?: string): Pick<Judged, 'unreadable'> => {
  const unreadable = lastRun ?? marks.find((mark) => mark.unreadable !== undefined)?.unreadable;
  return unreadable === undefined ? {} : { unreadable };
};

/** Undefined: where the door has been there is no site whose order it could be. */
const accept = async (mark: Mark | undefined, inForce: string, accepted: string): Promise<void> => {
  try {
    if (mark === undefined) throw new Error('no site is known here');
    await writeMarkLater(mark.dataDir, { inForce, accepted });
  } catch (thrown) {
    throw new Fault('disk.failed', 'the settings could not be accepted', thrown);
  }
};
