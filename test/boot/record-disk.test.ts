/** What boot learns of the journal's disk: whether it takes records, and when it has failed for good. */
import { describe, expect, it } from 'vitest';
import { failCommit, MemoryRecordStore, RecordMedium } from '../../sim/devices/memory-record-store.ts';
import { openTriedRecords, WatchedRecordStore } from '../../src/boot/record-disk.ts';
import type { Fault } from '../../src/shared/faults.ts';
import { scratch } from '../store/scratch.ts';

const put = [{ op: 'put', space: 'event', key: 1, value: new Uint8Array(4) }] as const;

describe('a watched journal', () => {
  const watched = (code: 'disk.full' | 'disk.failed') => {
    const failures: Fault[] = [];
    const store = new MemoryRecordStore(new RecordMedium(), { beforeCommit: failCommit(1, code) });
    return { failures, store: new WatchedRecordStore(store, (fault) => void failures.push(fault)) };
  };

  it('passes on what the disk answers, and says nothing of a full one', async () => {
    const { failures, store } = watched('disk.full');
    await expect(store.commit(put)).rejects.toMatchObject({ code: 'disk.full' });
    await store.commit(put);
    expect(await store.scan('event', 0, 10)).toHaveLength(1);
    expect(failures).toEqual([]);
    await store.close();
    await expect(store.commit(put)).rejects.toMatchObject({ code: 'disk.closed' });
    expect(failures).toEqual([]);
  });

  it('tells of a disk that has failed for good, at commits and at scans', async () => {
    const { failures, store } = watched('disk.failed');
    await expect(store.commit(put)).rejects.toMatchObject({ code: 'disk.failed' });
    await expect(store.scan('event', 0, 10)).rejects.toMatchObject({ code: 'disk.failed' });
    expect(failures.map(({ code }) => code)).toEqual(['disk.failed', 'disk.failed']);
  });
});

describe('a journal that is opened', () => {
  it('has taken a record before anybody relies on it, and shows none of it', async () => {
    const { directory, dispose } = scratch();
    const { store } = await openTriedRecords(directory);
    expect(await store.scan('event', 0, 10)).toEqual([]);
    expect(await store.scan('meta', 0, 10)).toMatchObject([{ key: 8 }]);
    await store.close();
    dispose();
  });
});
