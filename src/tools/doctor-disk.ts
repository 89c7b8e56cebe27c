/** Whether the disk keeps what a reader must not lose, and for how long: mounts, room, a write that is synced, wear. Writes one file, and removes it. */
import { closeSync, fsyncSync, openSync, readFileSync, realpathSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mountOf, mountWarnings } from '../store/mount-warnings.ts';
import { freeBytesOf } from '../store/space-reserve.ts';
import { type Board, type Check, type Finding, good, note, wrong } from './doctor.ts';
import { exists, privateFileMode } from './private-files.ts';

/** A table of 250,000 people is applied beside the one in force, some 20 MB each, and the journal grows to its capacity. */
const leastFreeBytes = 64 * 1024 * 1024;
/** A sync that takes longer holds up whoever stands at the door: a grant waits for one. */
const slowSyncMs = 500;
/** Some 500 times the size of a small card in ten years: a reader alone writes a hundredth of it. */
const mostDailyBytes = 2_000_000_000;
/** Of JEDEC's tenths of an eMMC's life (EXT_CSD 268, 269): 80 to 90 % is used up. */
const lastTenths = 9;
const trialBytes = 4_096;
const trialByte = 0xa5;
const dayS = 86_400;

export const diskChecks: readonly Check[] = [
  {
    name: 'mounts',
    needs: 'nothing',
    run: (board) => (isMade(board) ? mounts(board) : [note(`${board.config.dataDir} is not made yet: the first start makes it, or install-keys.`)]),
  },
  { name: 'room', needs: 'start', run: (board) => (isMade(board) ? room(board) : []) },
  { name: 'sync', needs: 'nothing', run: (board) => (isMade(board) ? sync(board) : []) },
  { name: 'wear', needs: 'nothing', run: (board) => (isMade(board) ? wear(board) : []) },
];

const isMade = ({ config: { dataDir } }: Board): boolean => exists(dataDir);

const mounts = ({ config: { dataDir }, root }: Board): readonly Finding[] => {
  const table = `${root}/proc/mounts`;
  const lies = mountWarnings(dataDir, table).map((sentence) => wrong(`${sentence}. Mount it as hardware/image/slot/fstab does.`));
  const mounted = readFileSync(table, 'utf8');
  const { point, options } = mountOf(mounted, realpathSync(dataDir));
  const missing = ['nosuid', 'nodev', 'noexec'].filter((option) => !options.includes(option));
  const isRootReadOnly = mountOf(mounted, '/').options.includes('ro');
  return [
    ...lies,
    ...(missing.length > 0 ? [note(`${point} is mounted without ${missing.join(', ')}: add them in fstab, so that nothing on it can be run.`)] : []),
    ...(isRootReadOnly ? [] : [note('The root file system can be written: mount it read-only, so that a power cut cannot damage the program.')]),
    ...(lies.length > 0 ? [] : [good(`${point} keeps what is synced.`)]),
  ];
};

const room = ({ config: { dataDir } }: Board): readonly Finding[] => {
  const free = freeBytesOf(dataDir);
  const said = `${megabytes(free)} are free where ${dataDir} is`;
  return [
    free >= leastFreeBytes
      ? good(`${said}.`)
      : wrong(`${said}: remove what is not the reader's, for events and tables need ${megabytes(leastFreeBytes)}.`),
  ];
};

const sync = ({ config: { dataDir } }: Board): readonly Finding[] => {
  try {
    const { tookMs, isSame } = tried(join(dataDir, `doctor.${process.pid}.trial`));
    if (!isSame) return [wrong('The disk gives back something else than was written: replace the card.')];
    return [
      tookMs < slowSyncMs
        ? good(`A write is on disk after ${tookMs} ms.`)
        : wrong(`A write is on disk only after ${tookMs} ms, and whoever enters waits so long: use an industrial card or an eMMC.`),
    ];
  } catch (thrown) {
    return [wrong(`Nothing can be written to ${dataDir} (${(thrown as NodeJS.ErrnoException).code}): mount it for writing, or replace the card.`)];
  }
};

/** Throws what the disk says. */
const tried = (path: string): { readonly tookMs: number; readonly isSame: boolean } => {
  const written = new Uint8Array(trialBytes).fill(trialByte);
  const beganMs = performance.now();
  const handle = openSync(path, 'wx', privateFileMode);
  try {
    writeSync(handle, written);
    fsyncSync(handle);
    return { tookMs: Math.ceil(performance.now() - beganMs), isSame: readFileSync(path).every((byte) => byte === trialByte) };
  } finally {
    closeSync(handle);
    rmSync(path, { force: true });
  }
};

const wear = ({ config: { dataDir }, root }: Board): readonly Finding[] => {
  const device = deviceOf(dataDir, root);
  if (device === undefined) return [note('The disk does not say how much is written to it.')];
  const kilobytes = numberIn(`${root}/sys/fs/ext4/${basename(device)}/session_write_kbytes`);
  const upS = numberIn(`${root}/proc/uptime`);
  const tenths = [...textOf(join(dirname(device), 'device', 'life_time')).matchAll(/0x[0-9a-f]+/gi)].map(([hex]) => Number(hex));
  const used = Math.max(0, ...tenths);
  return [
    ...(used >= lastTenths ? [wrong(`The disk says that ${used * 10 - 10} % or more of its life is used up: replace it soon.`)] : []),
    kilobytes === undefined || upS === undefined ? note('The disk does not say how much is written to it.') : dailyFinding(kilobytes * 1_024, upS),
  ];
};

const dailyFinding = (bytes: number, upS: number): Finding => {
  if (upS < dayS) return good(`${megabytes(bytes)} were written since the start, ${Math.ceil(upS / 3_600)} h ago.`);
  const daily = (bytes / upS) * dayS;
  const said = `${megabytes(daily)} a day are written since the start, ${Math.round(upS / dayS)} days ago`;
  return daily <= mostDailyBytes ? good(`${said}.`) : wrong(`${said}: find out what writes so much, for a card wears out.`);
};

/** The disk's directory in sysfs. */
const deviceOf = (path: string, root: string): string | undefined => {
  const { dev } = statSync(path);
  // Of Linux's device number: 12 bits of major, 20 of minor, interleaved (makedev(3)).
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  try {
    return realpathSync(`${root}/sys/dev/block/${major}:${minor}`);
  } catch {
    return undefined;
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
};

const numberIn = (path: string): number | undefined => {
  const text = textOf(path);
  return text === '' ? undefined : Number.parseFloat(text);
};

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000).toLocaleString('en-US')} MB`;
