/**
 * A site for the emulated machine: its keys, its people, its settings, and the card with these on it. The slots are the card's own, byte for byte;
 * only the FAT partition (settings, words to the kernel) and the data partition (the keys an installer brought) are other ones.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { changeBootPart } from '../image/boot-part.ts';
import { partitionOf } from '../image/card.ts';
import { freshFolder, project, run } from '../image/host.ts';
import { out } from '../image/out.ts';
import { makeExt4 } from '../image/slot.ts';
import { kernelWords } from './machine.ts';

/** Of Ada, the first of the people. Nobody else has these, so any other PIN or card is a wrong one. */
export const rightPin = '04179';
export const wrongPin = '59218';
/** 26 bits as SIA AC-01 has them: parity, facility 42, number 1234, parity. */
export const rightCard = `1${'00101010'}${'0000010011010010'}0`;
/** Others are there for their sake: their codes change. */
export const others = 40;
export const baudRate = 38_400;
/** Of a release, where nothing else is said: an emulated machine beside others needs long to be killed and looked at. */
export const strikeSeconds = 20;

/** As doorpad.toml of the card, but for its line, its numbers and its card reader. */
const settings = (dataDir: string, port: string, seconds: number): string => `[reader]
name = "emulated"
mode = "cardOrPin"
dataDir = "${dataDir}"
[door]
strike = "relay"
strikeSeconds = ${seconds}
[lockout]
doorAttempts = 10
[line]
port = "${port}"
address = 1
baudRate = ${baudRate}
[devices]
cardReader = "wiegand"
wiegandChip = "/dev/doorpad/wires"
rex = "normallyOpen"
doorContact = "normallyClosed"
tamper = "normallyClosed"
`;

export interface PlaceOptions {
  /** `installed`: on the data partition, as an installer leaves them who has a login. `bundle`: the bundle lies beside the settings. */
  readonly keys?: 'installed' | 'bundle';
  /** Of the line, as the machine names it. */
  readonly port?: string;
  readonly strikeSeconds?: number;
}

export interface Place {
  /** What `doorpad provision` made: the controller's. */
  readonly site: string;
  readonly people: string;
  /** Opens the bundle. */
  readonly code: string;
  /** The changed card. */
  readonly card: string;
  /** A copy of the changed card. */
  newDisk(name: string): string;
  /** The same, with a slot that holds nothing U-Boot can start. */
  newDiskWithout(slot: 'rootA' | 'rootB', name: string): string;
  /** A folder for whatever one start leaves. */
  folder(name: string): string;
}

export const bundleName = '001-emulated.bundle';

const peopleFile = (): string => {
  const rows = Array.from({ length: others }, (_, index) => `${index + 2},Person ${index + 2},${680_300 + index * 37},\n`);
  return `person,name,pin,cards\n1,Ada,${rightPin},26:0x${BigInt(`0b${rightCard}`).toString(16)}\n${rows.join('')}`;
};

export const preparePlace = (workFolder: string, options: PlaceOptions = {}): Place => {
  const { keys = 'installed', port = '/dev/ttyS0', strikeSeconds: seconds = strikeSeconds } = options;
  const folder = freshFolder(workFolder);
  const site = join(folder, 'site');
  const people = join(folder, 'people.csv');
  const codes = join(folder, 'codes');
  doorpad('provision', '--site', site, '--name', 'emulated', '--address', '1', '--codes-file', codes);
  writeFileSync(people, peopleFile());
  const bundle = join(site, 'bundles', bundleName);
  const data = freshFolder(folder, 'data');
  if (keys === 'installed') {
    const local = join(folder, 'local.toml');
    writeFileSync(local, settings(join(data, 'doorpad'), port, seconds));
    doorpad('install-keys', bundle, '--config', local, '--code-file', codes);
  }
  const changes = { 'doorpad.toml': settings('/data/doorpad', port, seconds), 'doorpad.args': `doorpad_args=${kernelWords}\n` };
  const card = changedCard(folder, data, keys === 'installed' ? changes : { ...changes, [bundleName]: readFileSync(bundle) });
  const newDisk = (name: string): string => copied(card, join(folder, `${name}.img`));
  return {
    site,
    people,
    code: readFileSync(codes, 'utf8')
      .replace(/ {2}.*/s, '')
      .replaceAll(' ', ''),
    card,
    folder: (name) => join(folder, name),
    newDisk,
    newDiskWithout: (slot, name) => {
      const broken = newDisk(name);
      run('dd', ['if=/dev/zero', `of=${broken}`, 'bs=1M', `seek=${partitionOf(slot).startMiB}`, 'count=16', 'conv=notrunc', 'status=none']);
      return broken;
    },
  };
};

/** The path of the copy. */
export const copied = (card: string, copy: string): string => {
  run('cp', ['--sparse=always', card, copy]);
  return copy;
};

const doorpad = (...args: readonly string[]): void => {
  run(process.execPath, [join(project, 'src', 'main.ts'), ...args]);
};

const changedCard = (folder: string, data: string, changes: Readonly<Record<string, string | Buffer>>): string => {
  const card = copied(out.card, join(folder, 'card.img'));
  changeBootPart(card, folder, changes);
  if (!existsSync(join(data, 'doorpad'))) return card;
  chmodSync(data, 0o755);
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
