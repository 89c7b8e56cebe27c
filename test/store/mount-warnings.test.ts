/** Mount options under which synced is not safe, from mount tables made up for the purpose. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mountWarnings } from '../../src/store/mount-warnings.ts';
import { scratch } from './scratch.ts';

const warnings = (...lines: readonly string[]): readonly string[] => {
  const { directory, dispose } = scratch();
  mkdirSync(directory);
  const table = join(directory, 'mounts');
  writeFileSync(table, lines.map((line) => line.replace('HERE', directory)).join('\n'));
  try {
    return mountWarnings(directory, table).map((sentence) => sentence.replace(directory, 'HERE'));
  } finally {
    dispose();
  }
};

it.each([
  ['/dev/mmcblk0p2 / ext4 rw,noatime,data=writeback 0 0', '/ is mounted with data=writeback'],
  ['/dev/mmcblk0p2 / ext4 rw,commit=600 0 0', '/ is mounted with commit=600'],
  ['/dev/mmcblk0p2 / ext4 rw,nobarrier 0 0', '/ is mounted with nobarrier'],
  ['/dev/mmcblk0p2 HERE ext4 rw,barrier=0 0 0', 'HERE is mounted with barrier=0'],
  ['tmpfs HERE tmpfs rw,size=64k 0 0', 'HERE is tmpfs'],
])('warns of %s', (line, sentence) => {
  expect(warnings(line)).toEqual([expect.stringContaining(sentence)]);
});

it('says nothing of a file system that syncs, nor of one that holds other directories', () => {
  expect(warnings('/dev/mmcblk0p2 / ext4 rw,noatime,commit=5 0 0', 'tmpfs /run tmpfs rw 0 0', 'tmpfs HERE-not tmpfs rw 0 0')).toEqual([]);
  expect(warnings('tmpfs / tmpfs rw 0 0', '/dev/mmcblk0p2 HERE ext4 rw 0 0', '')).toEqual([]);
});

it('is a Fault when the system does not say', () => {
  expect(() => mountWarnings('/', '/nowhere/mounts')).toThrow('cannot be read');
});
