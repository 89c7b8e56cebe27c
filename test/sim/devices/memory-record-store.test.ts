/** The journal's disk in memory: the same contract as the real one, and the faults only a simulated disk can have. */
import { describe, expect, it } from 'vitest';
import { failCommit, MemoryRecordStore, RecordMedium } from '../../../sim/devices/memory-record-store.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { Fault } from '../../../src/shared/faults.ts';
import { describeRecordStore, put, story } from '../../contracts/record-store.contract.ts';

describeRecordStore('the journal in memory', () => {
  const medium = new RecordMedium();
  return { open: async () => new MemoryRecordStore(medium), dispose: () => {} };
});

/** Whether the promise settles before everything that can happen by itself has happened. */
const settles = async (promise: Promise<unknown>): Promise<boolean> => {
  let hasSettled = false;
  promise.then(
    () => (hasSettled = true),
    () => (hasSettled = true),
  );
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  return hasSettled;
};

describe('a power cut', () => {
  it('before a commit leaves nothing of it, after a commit all of it, and tells nobody either way', async () => {
    for (const [hook, left] of [
      ['beforeCommit', ['1: one']],
      ['afterCommit', ['1: one', '2: two']],
    ] as const) {
      const medium = new RecordMedium();
      const store = new MemoryRecordStore(medium, { [hook]: (n: number) => n === 2 && medium.cutPower() });
      await store.commit([put('event', 1, 'one')]);
      expect(await settles(store.commit([put('event', 2, 'two')]))).toBe(false);
      expect(await settles(store.scan('event', 0, 1))).toBe(false);
      await store.close();
      expect(await story(new MemoryRecordStore(medium), 'event')).toEqual(left);
      expect(medium.powerCuts).toBe(1);
    }
  });

  it('shows a disk that resolves before it has synced', async () => {
    const medium = new RecordMedium();
    const store = new MemoryRecordStore(medium, { skipFsync: true });
    await store.commit([put('attempt', 1, 'spent')]);
    expect(await story(store, 'attempt')).toEqual(['1: spent']);
    medium.cutPower();
    expect(await story(new MemoryRecordStore(medium), 'attempt')).toEqual([]);
  });
});

describe('a planted fault', () => {
  it('disk.full refuses one commit, and the next may pass', async () => {
    const store = new MemoryRecordStore(new RecordMedium(), { beforeCommit: failCommit(2, 'disk.full') });
    const results = await Promise.allSettled([1, 2, 3].map((key) => store.commit([put('event', key, 'e')])));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await story(store, 'event')).toEqual(['1: e', '3: e']);
  });

  it('disk.failed stays until the store is opened again', async () => {
    const medium = new RecordMedium();
    const store = new MemoryRecordStore(medium, { beforeCommit: failCommit(2, 'disk.failed') });
    const results = await Promise.allSettled([1, 2, 3].map((key) => store.commit([put('event', key, 'e')])));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(store.scan('event', 0, 1)).rejects.toMatchObject({ code: 'disk.failed' });
    const reopened = new MemoryRecordStore(medium);
    await reopened.commit([put('event', 4, 'e')]);
    expect(await story(reopened, 'event')).toEqual(['1: e', '4: e']);
  });

  it('of any other kind is a failed disk', async () => {
    const store = new MemoryRecordStore(new RecordMedium(), {
      beforeCommit: () => {
        throw new Error('a hook of the test');
      },
    });
    await expect(store.commit([])).rejects.toEqual(new Fault('disk.failed', 'the simulated disk failed'));
  });

  it('slow takes its time, commit by commit', async () => {
    const clock = new VirtualClock();
    const store = new MemoryRecordStore(new RecordMedium(), { slow: { clock, commitMs: 500 } });
    const doneAtMs: number[] = [];
    const commits = [1, 2].map((key) => store.commit([put('event', key, 'e')]).then(() => doneAtMs.push(clock.nowMs())));
    const beganAtMs = clock.nowMs();
    await clock.advance(1_000);
    await Promise.all(commits);
    expect(doneAtMs).toEqual([beganAtMs + 500, beganAtMs + 1_000]);
  });
});
