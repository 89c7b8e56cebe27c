/**
 * The card a reader runs from, as an update sees it: which slot runs, of which release, whose key signs, how far back it may go, and what came of the
 * last update. Everything is a small file that the scripts of hardware/systemd write too. What is done with it is update.ts's.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type UpdateRefusal, updateRefusals } from '../ports/update-store.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { type BootEnv, decodeBootEnv, otherSlot, type Slot } from './boot-env.ts';
import { readBounded } from './bounded-file.ts';
import { writeFileSynced } from './update-disk.ts';

/** On /data, which no update touches, beside what the reader itself keeps. */
const updateFolder = '/data/update';
/** The names of what is wrong with the reader that runs: its self-test's checks, and `line`. Written by boot/slot-watch.ts, for root to read. */
const wrongFile = '/run/doorpad/wrong';
const mostSmallBytes = 4_096;
const partitionOf: Readonly<Record<Slot, string>> = { A: '02', B: '03' };

/** `root` stands before every path: '' on a card. */
export interface Card {
  readonly root: string;
  readonly running: Slot;
  readonly release: number;
  readonly version: string;
  /** The block device of the slot that does not run. */
  readonly otherDevice: string;
}

/** One that was put in a slot, and whose start was asked for. */
export interface Tried {
  readonly release: number;
  readonly slot: Slot;
}
/** What /data keeps of updates. */
export interface UpdateState {
  /** Nothing below it is installed. */
  readonly floor: number;
  /** Not marked good so far. */
  readonly tried: Tried | undefined;
  /** The release that did not come up well, and was left again. */
  readonly rolledBack: number | undefined;
  /** What was wrong before it, by name: none of that is the update's fault. */
  readonly before: readonly string[];
  /** The last sentence. */
  readonly last: string | undefined;
  /** What became of the last update that `doorpad update` refused, unless one was taken since. */
  readonly refused: RefusedUpdate | undefined;
}
export interface RefusedUpdate {
  readonly reason: UpdateRefusal;
  /** Another time, another refusal. */
  readonly atMs: number;
}

/** '' when it is not there, or is no small file. */
const smallText = (path: string): string => {
  const bytes = readBounded(path, mostSmallBytes);
  return bytes.ok ? Buffer.from(bytes.value).toString('utf8').trim() : '';
};
const wholeIn = (text: string): number | undefined => (/^\d{1,10}$/.test(text) ? Number(text) : undefined);

/** Undefined: what runs was not started by U-Boot from a slot of a card, so nothing can be updated here. */
export const readCard = (root: string): Card | undefined => {
  const words = smallText(`${root}/proc/cmdline`);
  const running = /(?:^| )doorpad\.slot=([AB])(?: |$)/.exec(words)?.[1] as Slot | undefined;
  const disk = /(?:^| )root=PARTUUID=([0-9a-f]{8})-0[23](?: |$)/.exec(words)?.[1];
  const [release = '', version = ''] = smallText(`${root}/usr/lib/doorpad/release`).split(/\s+/);
  const number = wholeIn(release);
  if (running === undefined || disk === undefined || number === undefined) return undefined;
  const otherDevice = `${root}/dev/disk/by-partuuid/${disk}-${partitionOf[otherSlot(running)]}`;
  return { root, running, release: number, version, otherDevice };
};

/** The key that updates of this card are signed with, or why there is none. */
export const updateKey = (root: string): Result<KeyObject, string> => {
  const pem = smallText(`${root}/usr/lib/doorpad/update.pub`);
  if (pem === '')
    return failed('This card was made without a key for updates, so none is taken: write a new card (npm run image -- --update-key FILE).');
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return ok(key);
  } catch {
    // The same sentence serves.
  }
  return failed('The key for updates on this card is no Ed25519 key: write a new card (npm run image -- --update-key FILE).');
};

export const readBootEnv = (root: string): BootEnv => {
  const bytes = readBounded(`${root}/boot/firmware/doorpad.env`, mostSmallBytes);
  return decodeBootEnv(bytes.ok ? Buffer.from(bytes.value) : Buffer.alloc(0));
};

const namesIn = (text: string): readonly string[] => text.split(/\s+/).filter((name) => name !== '');

export const readUpdateState = (root: string): UpdateState => {
  const textOf = (name: string): string => smallText(join(`${root}${updateFolder}`, name));
  const [release, slot] = textOf('tried').split(' ');
  const tried = wholeIn(release ?? '');
  const last = textOf('last');
  return {
    floor: wholeIn(textOf('floor')) ?? 0,
    tried: tried !== undefined && (slot === 'A' || slot === 'B') ? { release: tried, slot } : undefined,
    rolledBack: wholeIn(textOf('rolled-back')),
    before: namesIn(textOf('before')),
    last: last === '' ? undefined : last,
    refused: readRefused(root),
  };
};

const refusedFile = `${updateFolder}/refused`;

/** `doorpad update` has refused one, and none was taken since. */
export const readRefused = (root: string): RefusedUpdate | undefined => {
  const word = smallText(`${root}${refusedFile}`);
  const reason = updateRefusals.find((each) => each === word);
  const found = statSync(`${root}${refusedFile}`, { throwIfNoEntry: false });
  return reason === undefined || found === undefined ? undefined : { reason, atMs: found.mtimeMs };
};

/** Nothing below it is installed: what was once in force here, and what runs. */
export const floorOf = (card: Card, { floor }: Pick<UpdateState, 'floor'>): number => Math.max(floor, card.release);

/** On disk when it returns. */
export const keepTried = ({ root }: Card, { release, slot }: Tried): void => {
  const wrong = smallText(`${root}${wrongFile}`);
  writeFileSynced(`${root}${updateFolder}/before`, `${wrong}\n`);
  writeFileSynced(`${root}${updateFolder}/tried`, `${release} ${slot}\n`);
};
export const forgetTried = ({ root }: Card): void => {
  for (const name of ['tried', 'before']) rmSync(`${root}${updateFolder}/${name}`, { force: true });
};
/** The last sentence, and the word of a refusal, which the running reader tells its controller (boot/slot-watch.ts). */
export const keepLast = (root: string, sentence: string, refused?: UpdateRefusal): void => {
  writeFileSynced(`${root}${updateFolder}/last`, `${sentence}\n`);
  if (refused === undefined) rmSync(`${root}${refusedFile}`, { force: true });
  else writeFileSynced(`${root}${refusedFile}`, `${refused}\n`);
};
