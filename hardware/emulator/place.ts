/**
 * A site for the emulated machine: its keys, its people, its settings, and the card with these on it. The slots are the card's own, byte for byte;
 * only the FAT partition (settings, words to the kernel) and the data partition (the keys an installer brought) are other ones.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { changedFat } from '../image/boot-part.ts';
import { partitionOf } from '../image/card.ts';
import { freshFolder, project, run } from '../image/host.ts';
import { out } from '../image/out.ts';
import { makeExt4 } from '../image/slot.ts';
import { kernelWords, overlayDisk } from './machine.ts';

/** Of the one person of the site. Nobody else has one, so any other PIN is a wrong one. */
export const rightPin = '04179';
export const wrongPin = '59218';
export const baudRate = 38_400;
/** Long enough to be seen, short enough to be waited for, at the speed of an emulated machine. */
export const strikeSeconds = 6;

/** As doorpad.toml of the card, but for its line and its numbers. */
const settings = (dataDir: string, line: string): string => `[reader]
name = "emulated"
mode = "pinOnly"
dataDir = "${dataDir}"
[door]
strike = "relay"
strikeSeconds = ${strikeSeconds}
[lockout]
doorAttempts = 10
[line]
port = "${line}"
address = 1
baudRate = ${baudRate}
[devices]
cardReader = "none"
rex = "normallyOpen"
doorContact = "normallyClosed"
tamper = "normallyClosed"
`;

export interface Place {
  /** What `doorpad provision` made: the controller's. */
  readonly site: string;
  readonly people: string;
  /** The changed card. */
  readonly card: string;
  /** A qcow2 file over the changed card. */
  newDisk(name: string): string;
  /** The same, with a slot that holds nothing U-Boot can start. */
  newDiskWithout(slot: 'rootA' | 'rootB', name: string): string;
  /** A folder for whatever one start leaves. */
  folder(name: string): string;
}

export const preparePlace = (workFolder: string): Place => {
  const folder = freshFolder(workFolder);
  const site = join(folder, 'site');
  const people = join(folder, 'people.csv');
  const codes = join(folder, 'codes');
  doorpad('provision', '--site', site, '--name', 'emulated', '--address', '1', '--codes-file', codes);
  writeFileSync(people, `person,name,pin,cards\n1,Ada,${rightPin},12345678\n`);
  const data = freshFolder(folder, 'data');
  const local = join(folder, 'local.toml');
  writeFileSync(local, settings(join(data, 'doorpad'), '/dev/ttyS0'));
  doorpad('install-keys', join(site, 'bundles', '001-emulated.bundle'), '--config', local, '--code-file', codes);
  const card = changedCard(folder, data);
  const diskOver = (image: string, name: string): string => {
    const disk = join(folder, `${name}.qcow2`);
    overlayDisk(image, disk);
    return disk;
  };
  return {
    site,
    people,
    card,
    folder: (name) => join(folder, name),
    newDisk: (name) => diskOver(card, name),
    newDiskWithout: (slot, name) => {
      const broken = join(folder, `${name}.img`);
      run('cp', ['--sparse=always', card, broken]);
      run('dd', ['if=/dev/zero', `of=${broken}`, 'bs=1M', `seek=${partitionOf(slot).startMiB}`, 'count=16', 'conv=notrunc', 'status=none']);
      return diskOver(broken, name);
    },
  };
};

const doorpad = (...args: readonly string[]): void => {
  run(process.execPath, [join(project, 'src', 'main.ts'), ...args]);
};

const changedCard = (folder: string, data: string): string => {
  const card = join(folder, 'card.img');
  run('cp', ['--sparse=always', out.card, card]);
  const boot = join(folder, 'boot.vfat');
  changedFat(out.card, boot, { 'doorpad.toml': settings('/data/doorpad', '/dev/ttyS0'), 'doorpad.args': `doorpad_args=${kernelWords}\n` });
  writeInto(card, boot, partitionOf('boot').startMiB);
  chmodSync(data, 0o755);
  mkdirSync(join(data, 'doorpad'), { recursive: true });
  run('chown', ['-R', ownerOnTheCard(), join(data, 'doorpad')]);
  const made = join(folder, 'data.ext4');
  makeExt4('data', data, made);
  writeInto(card, made, partitionOf('data').startMiB);
  return card;
};

const writeInto = (card: string, part: string, startMiB: number): void => {
  run('dd', [`if=${part}`, `of=${card}`, 'bs=1M', `seek=${startMiB}`, 'conv=notrunc', 'status=none']);
};

/** `uid:gid` of the reader there. */
const ownerOnTheCard = (): string => {
  const [, uid, gid] = /^doorpad:[^:]*:(\d+):(\d+):/m.exec(run('debugfs', ['-R', 'cat /etc/passwd', out.root])) ?? [];
  return `${uid}:${gid}`;
};

export const isImageThere = (): boolean => {
  try {
    return readFileSync(out.sum, 'latin1') !== '';
  } catch {
    return false;
  }
};
