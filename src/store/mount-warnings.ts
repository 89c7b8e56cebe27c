/**
 * Decides which mount options make a lie of "it is on disk" (SECURITY C22): the stores sync, and the file system must mean
 * it. Whether to go on is the caller's.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { Fault } from '../shared/faults.ts';

/** ext4 commits every 5 s; above this, names of new files and freed space lag far behind what was synced. */
const longestCommitS = 30;

const inMemory: readonly string[] = ['tmpfs', 'ramfs', 'overlay'];

/** Sentences for people, none when all is well. Throws a Fault when the system does not say what is mounted. */
export const mountWarnings = (directory: string, mountsPath = '/proc/mounts'): readonly string[] => {
  try {
    return warningsIn(readFileSync(mountsPath, 'utf8'), realpathSync(directory));
  } catch (thrown) {
    throw new Fault('disk.failed', `what ${directory} is mounted with cannot be read`, thrown);
  }
};

export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** `mounts` as in proc(5); the last line that holds the path (absolute, without links) is in force. */
export const mountOf = (mounts: string, path: string): Mount => {
  const lines = mounts.split('\n').map((line) => line.split(' '));
  const holding = lines.filter(([, point]) => point !== undefined && isBelow(path, point.replaceAll('\\040', ' ')));
  const [, point = '', type = '', options = ''] = holding.reduce<readonly string[]>(
    (best, line) => ((line[1] ?? '').length >= (best[1] ?? '').length ? line : best),
    [],
  );
  return { point, type, options: options.split(',') };
};

const warningsIn = (mounts: string, path: string): readonly string[] => {
  const { point, type, options } = mountOf(mounts, path);
  const found = options.map(warningOf);
  if (inMemory.includes(type)) found.push(`is ${type}: what is written is gone when the power is`);
  return found.filter((sentence) => sentence !== undefined).map((sentence) => `${point} ${sentence}`);
};

const isBelow = (path: string, point: string): boolean =>
  point !== '' && (path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`));

const warningOf = (option: string): string | undefined => {
  if (option === 'data=writeback') return 'is mounted with data=writeback: after a power cut, files may hold what others had deleted';
  if (option === 'nobarrier' || option === 'barrier=0') return `is mounted with ${option}: what was synced may be lost in a power cut`;
  const commitS = /^commit=(\d+)$/.exec(option)?.[1];
  if (commitS !== undefined && Number(commitS) > longestCommitS)
    return `is mounted with ${option}: more than ${longestCommitS} s of changes may be lost in a power cut`;
  return undefined;
};
