/**
 * Updates for the emulated machine, on sticks: a good one, one that does not start, and those that are refused; and the card, which learns the key
 * that they are signed with. The key is made anew for each run and belongs to no card but this.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partitionOf } from '../image/card.ts';
import { freshFolder, run } from '../image/host.ts';
import { out } from '../image/out.ts';
import { makeUpdate, readRelease } from '../image/release.ts';
import type { Place } from './place.ts';

const version = 'emulated';
const mebibyte = 1 << 20;

export interface UpdatePlace {
  readonly place: Place;
  /** The card that takes updates. One life of it goes through all checks. */
  readonly disk: string;
  /** Of the card, the good update, the broken one, and the one that comes over the line. */
  readonly releases: { readonly card: number; readonly good: number; readonly broken: number; readonly line: number };
  /** Raw disks with a FAT file system: `doorpad.update` on each. */
  readonly sticks: { readonly refused: string; readonly good: string; readonly broken: string };
  /** For the line, as files of this machine: a short one whose slot has nothing to start, and one that somebody else has signed. */
  readonly overLine: { readonly empty: string; readonly foreign: string };
  /** The names of the files on the stick that is refused, and what each is refused with. */
  readonly refusals: Readonly<Record<string, RegExp>>;
}

const newKey = (folder: string, name: string): { readonly secret: string; readonly open: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const [secret, open] = [join(folder, `${name}.key`), join(folder, `${name}.pub`)];
  writeFileSync(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
  return { secret, open };
};

/** Puts files into an ext4 file system, in place of those there, and takes files away. Nothing is mounted. */
const changeExt4 = (image: string, files: Readonly<Record<string, string>>, removed: readonly string[] = []): void => {
  const away = [...Object.keys(files), ...removed].map((path) => `rm ${path}`);
  const here = Object.entries(files).map(([path, from]) => `write ${from} ${path}`);
  run('debugfs', ['-w', '-f', '-', image], { input: `${[...away, ...here].join('\n')}\n` });
};

const stickOf = (folder: string, name: string, files: Readonly<Record<string, string>>): string => {
  const stick = join(folder, `${name}.stick`);
  const bytes = Object.values(files).reduce((sum, file) => sum + statSync(file).size, 0);
  run('truncate', ['-s', `${Math.ceil(bytes / mebibyte) + 64}M`, stick]);
  run('mkfs.vfat', ['-F', '32', '-n', 'STICK', stick]);
  for (const [to, from] of Object.entries(files)) run('mcopy', ['-i', stick, from, `::/${to}`]);
  return stick;
};

/** The card of the place, with a key for updates in slot A. */
const keyedCard = (place: Place, folder: string, files: Readonly<Record<string, string>>): string => {
  const card = join(folder, 'card.img');
  const slot = join(folder, 'slot.ext4');
  run('cp', ['--sparse=always', out.root, slot]);
  changeExt4(slot, files);
  run('cp', ['--sparse=always', place.card, card]);
  run('dd', [`if=${slot}`, `of=${card}`, 'bs=1M', `seek=${partitionOf('rootA').startMiB}`, 'conv=notrunc,sparse', 'status=none']);
  return card;
};

export const prepareUpdates = (place: Place): UpdatePlace => {
  const folder = freshFolder(place.folder('updates'));
  const [key, foreign] = [newKey(folder, 'updates'), newKey(folder, 'foreign')];
  const { release: card } = readRelease({ release: undefined, updateKey: undefined });
  const releases = { card, good: card + 1, broken: card + 2, line: card + 3 };
  const keyFile = { '/usr/lib/doorpad/update.pub': key.open };
  const updateOf = (name: string, release: number, slot: string, secret = key.secret): string => {
    const file = join(folder, `${name}.update`);
    makeUpdate(slot, { release, version, updateKey: undefined }, secret, file);
    return file;
  };
  const slotOf = (name: string, release: number, removed: readonly string[] = []): string => {
    const [slot, text] = [join(folder, `${name}.ext4`), join(folder, `${name}.release`)];
    run('cp', ['--sparse=always', out.root, slot]);
    writeFileSync(text, `${release} ${version}\n`);
    changeExt4(slot, { ...keyFile, '/usr/lib/doorpad/release': text }, removed);
    return slot;
  };
  const good = updateOf('good', releases.good, slotOf('good', releases.good));
  const broken = updateOf('broken', releases.broken, slotOf('broken', releases.broken, ['/usr/lib/systemd/systemd']));
  const small = join(folder, 'small.ext4');
  writeFileSync(small, Buffer.alloc(mebibyte, 1));
  const older = updateOf('older', card - 1, small);
  const wrong = updateOf('wrong', releases.good, small, foreign.secret);
  const unsigned = join(folder, 'unsigned.update');
  // Of a file of one piece: the signature stands after 98 bytes.
  writeFileSync(unsigned, readFileSync(updateOf('small', releases.good, small)).fill(0, 98, 162));
  const cut = join(folder, 'cut.update');
  run('bash', ['-c', 'head -c 9000000 "$1" > "$2"', 'cut', good, cut]);
  const noise = join(folder, 'noise.ext4');
  writeFileSync(noise, Buffer.concat([randomBytes(mebibyte / 8), Buffer.alloc(mebibyte - mebibyte / 8)]));
  const overLine = { empty: updateOf('empty', releases.line, noise), foreign: updateOf('foreign', releases.line, noise, foreign.secret) };
  const refused = { 'doorpad.update': older, 'wrong.update': wrong, 'unsigned.update': unsigned, 'cut.update': cut };
  const disk = keyedCard(place, folder, keyFile);
  return {
    place,
    disk,
    releases,
    sticks: {
      refused: stickOf(folder, 'refused', refused),
      good: stickOf(folder, 'good', { 'doorpad.update': good }),
      broken: stickOf(folder, 'broken', { 'doorpad.update': broken }),
    },
    overLine,
    refusals: {
      'doorpad.update': /takes none below/,
      'wrong.update': /not by the key of this card/,
      'unsigned.update': /not by the key of this card/,
      'cut.update': /damaged or not whole/,
    },
  };
};
