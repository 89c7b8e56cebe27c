/** The journal on SQLite: the contract on its thread and in this one; full disks, failed disks, and a thread that dies. */
import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maxValueBytes, type Write } from '../../src/ports/record-store.ts';
import { RecordDatabase, rowsPerCheckpoint } from '../../src/store/record-database.ts';
import { RecordService } from '../../src/store/record-service.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { reserveBytes } from '../../src/store/space-reserve.ts';
import { startHere } from '../../src/store/thread.ts';
import { describeRecordStore, put, story } from '../contracts/record-store.contract.ts';
import { scratch, scratchEach } from './scratch.ts';

const inThisThread = startHere((data: ConstructorParameters<typeof RecordService>[0]) => new RecordService(data));

describeRecordStore('the journal on its own thread', () => {
  const { directory, dispose } = scratch();
  return { open: async () => (await openRecordStore({ directory })).store, dispose };
});

describeRecordStore('the journal in the thread of its caller', () => {
  const { directory, dispose } = scratch();
  return { open: async () => (await openRecordStore({ directory }, inThisThread)).store, dispose };
});

const plenty = (): number => 2 ** 40;
const bulky = (key: number): Write => ({ op: 'put', space: 'event', key, value: new Uint8Array(maxValueBytes).fill(key) });
const keysIn = (database: RecordDatabase): readonly number[] => database.scan('event', 0, 10_000).map(({ key }) => key);

describe('the journal', () => {
  let directory: string;
  scratchEach((made) => {
    directory = made;
  });

  it('says whether it is new', async () => {
    const first = await openRecordStore({ directory }, inThisThread);
    await first.store.close();
    const second = await openRecordStore({ directory }, inThisThread);
    await second.store.close();
    expect([first.isNew, second.isNew, first.openedDamaged, second.openedDamaged]).toEqual([true, false, undefined, undefined]);
  });

  it('lets one process at a time write it', async () => {
    const { store } = await openRecordStore({ directory }, inThisThread);
    await expect(openRecordStore({ directory }, inThisThread)).rejects.toMatchObject({
      code: 'disk.failed',
      message: expect.stringContaining('in use by another process'),
    });
    await store.close();
  });

  it('refuses with disk.full what does not fit, keeps nothing of it, and goes on', async () => {
    const { store } = await openRecordStore({ directory, maxBytes: 96 * 1024 }, inThisThread);
    await store.commit([put('event', 1, 'small')]);
    await expect(store.commit(Array.from({ length: 40 }, (_, at) => bulky(10 + at)))).rejects.toMatchObject({ code: 'disk.full' });
    expect(store.isSpaceLow).toBe(true);
    expect(await story(store, 'event')).toEqual(['1: small']);
    await store.commit([put('event', 2, 'after')]);
    await store.close();
    const again = await openRecordStore({ directory }, inThisThread);
    expect(await story(again.store, 'event')).toEqual(['1: small', '2: after']);
    await again.store.close();
  });

  it('refuses of the commits that share a sync only the one that does not fit', async () => {
    const { store } = await openRecordStore({ directory, maxBytes: 96 * 1024 }, inThisThread);
    const results = await Promise.allSettled([
      store.commit([put('event', 1, 'before')]),
      store.commit(Array.from({ length: 40 }, (_, at) => bulky(10 + at))),
      store.commit([put('event', 2, 'after')]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await story(store, 'event')).toEqual(['1: before', '2: after']);
    await store.close();
  });

  it('holds space when there is plenty, and lives on it when the disk is full', () => {
    let free = plenty();
    const reserve = join(directory, 'journal.reserve');
    const database = new RecordDatabase({ directory, maxBytes: 96 * 1024, freeBytes: () => free });
    database.maintain();
    expect([statSync(reserve).size, database.isSpaceLow]).toEqual([reserveBytes, false]);
    // Really taken: 512-byte blocks.
    expect(statSync(reserve).blocks * 512).toBeGreaterThanOrEqual(reserveBytes);
    free = 0;
    const [outcome] = database.commit([Array.from({ length: 40 }, (_, at) => bulky(at))]);
    expect(outcome?.code).toBe('disk.full');
    expect([existsSync(reserve), database.isSpaceLow]).toEqual([false, true]);
    database.maintain();
    expect(database.isSpaceLow).toBe(true);
    free = plenty();
    database.maintain();
    expect([existsSync(reserve), database.isSpaceLow]).toEqual([true, false]);
    database.close();
  });

  it('opens where there is no space to hold, and says so', () => {
    const database = new RecordDatabase({ directory, freeBytes: () => reserveBytes });
    database.maintain();
    expect([existsSync(join(directory, 'journal.reserve')), database.isSpaceLow]).toEqual([false, true]);
    database.close();
    const unknown = new RecordDatabase({
      directory,
      freeBytes: () => {
        throw new Error('no answer');
      },
    });
    unknown.maintain();
    expect(unknown.isSpaceLow).toBe(true);
    unknown.close();
  });

  it('moves its log into its file from time to time, so that neither grows without end', () => {
    const database = new RecordDatabase({ directory, freeBytes: plenty });
    const sizes: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (let turn = 0; turn < rowsPerCheckpoint; turn += 16) {
        expect(database.commit([Array.from({ length: 16 }, (_, at) => put('event', 16 * turn + at, `round ${round}`))])).toEqual([undefined]);
        database.maintain();
      }
      sizes.push(statSync(join(directory, 'journal.db-wal')).size);
    }
    expect(sizes.at(-1)).toBe(sizes[1]);
    database.close();
  });

  it('trusts a failed disk no more until it is opened again', () => {
    const database = new RecordDatabase({ directory, freeBytes: plenty });
    database.commit([Array.from({ length: 200 }, (_, key) => bulky(key))]);
    database.commit([[{ op: 'deleteRange', space: 'use', from: 0, to: 0 }]]);
    database.maintain();
    truncateSync(join(directory, 'journal.db'), 8_192);
    expect(() => keysIn(database)).toThrow('journal.db');
    const [first] = database.commit([[put('meta', 1, 'later')]]);
    expect(first?.code).toMatch(/^disk\.(failed|damaged)$/);
    expect(database.commit([[put('meta', 1, 'later')], []])).toEqual([first, first]);
    database.maintain();
    database.close();
    const reopened = new RecordDatabase({ directory, freeBytes: plenty });
    expect(reopened.openedDamaged).toContain('it is kept as journal.db.damaged-1');
    expect(reopened.commit([[put('meta', 1, 'now')]])).toEqual([undefined]);
    reopened.close();
    expect(readdirSync(directory)).toContain('journal.db.damaged-1');
  });
});
