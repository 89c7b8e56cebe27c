/** A new key that has proved itself and a disk that fails: the reader does not forget it. What keys do in sessions is pd-security.test.ts's. */
import { expect, it } from 'vitest';
import { keepPauseMs, type PdKeySet, PdKeys } from '../../src/osdp/pd-keys.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { Disk } from './pd-bench.ts';
import { scbk } from './secure-pair.ts';

it('goes on trying to save a key that has proved itself, after a pause each time, when the disk fails', () => {
  const disk = new Disk<PdKeySet>({ current: undefined, pending: scbk });
  const keys = new PdKeys(disk.value, disk.keep);
  expect(keys.proven(scbk)).toBe(true);
  disk.answer = 'failed';
  for (const atMs of [0, 1, keepPauseMs - 1]) keys.save(atMs);
  expect(disk.asked).toHaveLength(1);
  keys.save(keepPauseMs);
  keys.save(2 * keepPauseMs - 1);
  expect(disk.asked).toHaveLength(2);
  disk.answer = 'later';
  for (const afterMs of [0, 1]) keys.save(2 * keepPauseMs + afterMs);
  expect(disk.asked).toHaveLength(4);
  disk.answer = 'kept';
  for (const afterMs of [2, 3, keepPauseMs]) keys.save(2 * keepPauseMs + afterMs);
  expect([disk.asked.length, disk.value]).toEqual([5, { current: scbk, pending: undefined }]);
});

it('saves the next key that proves itself without that pause', () => {
  const disk = new Disk<PdKeySet>({ current: undefined, pending: scbk });
  const keys = new PdKeys(disk.value, disk.keep);
  keys.proven(scbk);
  disk.answer = 'failed';
  keys.save(0);
  disk.answer = 'kept';
  const next = new SecretBytes(scbk.reveal().toReversed());
  expect(keys.propose(next)).toBe('kept');
  keys.proven(next);
  keys.save(1);
  expect(disk.value).toEqual({ current: next, pending: undefined });
});
