/** What every RecordStore keeps: order, all or nothing, limits, and what is there when it is opened again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  maxCommitWrites,
  maxRowKey,
  maxScanRows,
  maxValueBytes,
  maxWaitingCommits,
  type RecordStore,
  type Space,
  spaces,
  type Write,
} from '../../src/ports/record-store.ts';

export interface RecordStoreBench {
  /** Opens a store on this bench's medium; the one before must be closed. */
  open(): Promise<RecordStore>;
  dispose(): void;
}

export const put = (space: Space, key: number, text: string): Write => ({ op: 'put', space, key, value: new TextEncoder().encode(text) });

/** Every row of a space as `key: text`. */
export const story = async (store: RecordStore, space: Space): Promise<readonly string[]> =>
  (await store.scan(space, 0, maxScanRows)).map(({ key, value }) => `${key}: ${new TextDecoder().decode(value)}`);

export function describeRecordStore(name: string, make: () => RecordStoreBench): void {
  describe(`${name} keeps the RecordStore contract`, () => {
    let bench: RecordStoreBench;
    let store: RecordStore;
    beforeEach(async () => {
      bench = make();
      store = await bench.open();
    });
    afterEach(async () => {
      await store.close();
      bench.dispose();
    });

    it('begins empty in every space', async () => {
      for (const space of spaces) expect(await story(store, space)).toEqual([]);
    });

    it('shows a commit once it has resolved, in its space only, by rising key', async () => {
      await store.commit([put('event', 9, 'nine'), put('event', 2, 'two'), put('meta', 2, 'other')]);
      expect(await story(store, 'event')).toEqual(['2: two', '9: nine']);
      expect(await story(store, 'meta')).toEqual(['2: other']);
      expect(await story(store, 'use')).toEqual([]);
    });

    it('keeps what was committed when it is closed and opened again', async () => {
      await store.commit([put('attempt', 1, 'spent')]);
      await store.close();
      store = await bench.open();
      expect(await story(store, 'attempt')).toEqual(['1: spent']);
    });

    it('carries the writes of a commit out in their order', async () => {
      await store.commit([put('use', 1, 'a'), put('use', 1, 'b'), { op: 'delete', space: 'use', key: 1 }, put('use', 1, 'c')]);
      await store.commit([{ op: 'delete', space: 'use', key: 7 }]);
      expect(await story(store, 'use')).toEqual(['1: c']);
    });

    it('deletes a range with both its ends and nothing beside it', async () => {
      await store.commit([1, 2, 3, 4, 5].map((key) => put('event', key, 'e')));
      await store.commit([{ op: 'deleteRange', space: 'event', from: 2, to: 4 }]);
      await store.commit([{ op: 'deleteRange', space: 'event', from: 9, to: 3 }]);
      expect(await story(store, 'event')).toEqual(['1: e', '5: e']);
    });

    it('carries commits out in the order asked for, without waiting in between', async () => {
      const order: number[] = [];
      const take = async (turn: number): Promise<void> => {
        await store.commit([put('meta', 1, `turn ${turn}`)]);
        order.push(turn);
      };
      await Promise.all([1, 2, 3, 4].map(take));
      expect(order).toEqual([1, 2, 3, 4]);
      expect(await story(store, 'meta')).toEqual(['1: turn 4']);
    });

    it('takes an empty commit, an empty value, the largest value and the largest key', async () => {
      await store.commit([]);
      await store.commit([
        { op: 'put', space: 'meta', key: 0, value: new Uint8Array(0) },
        { op: 'put', space: 'meta', key: maxRowKey, value: new Uint8Array(maxValueBytes).fill(7) },
      ]);
      const rows = await store.scan('meta', 0, 10);
      expect(rows.map(({ key, value }) => [key, value.length])).toEqual([
        [0, 0],
        [maxRowKey, maxValueBytes],
      ]);
    });

    it('scans from a key, and no further than the limit', async () => {
      await store.commit([3, 5, 7, 9].map((key) => put('event', key, 'e')));
      expect((await store.scan('event', 5, 2)).map(({ key }) => key)).toEqual([5, 7]);
      expect((await store.scan('event', 6, 9)).map(({ key }) => key)).toEqual([7, 9]);
      expect(await store.scan('event', 10, 9)).toEqual([]);
    });

    it('has its own copy of what it is given and of what it gives', async () => {
      const value = new Uint8Array([1, 2, 3]);
      const writes: Write[] = [{ op: 'put', space: 'meta', key: 1, value }];
      const committed = store.commit(writes);
      value.fill(9);
      writes.length = 0;
      await committed;
      (await store.scan('meta', 0, 1))[0]?.value.fill(8);
      expect([...((await store.scan('meta', 0, 1))[0]?.value ?? [])]).toEqual([1, 2, 3]);
    });

    it('refuses with queue.full what comes when enough commits wait, and keeps the promises it gave', async () => {
      const commits = Array.from({ length: maxWaitingCommits + 5 }, (_, key) => store.commit([put('event', key, 'e')]));
      const refused = (await Promise.allSettled(commits)).filter(({ status }) => status === 'rejected');
      expect(refused.map((result) => (result as PromiseRejectedResult).reason.code)).toEqual(Array(5).fill('queue.full'));
      expect(await store.scan('event', 0, maxScanRows)).toHaveLength(maxWaitingCommits);
      await store.commit([put('event', maxWaitingCommits, 'again')]);
    });

    it('asserts keys, sizes and limits, and goes on', async () => {
      for (const key of [-1, 1.5, Number.NaN, maxRowKey + 1])
        await expect(store.commit([put('meta', key, '')])).rejects.toThrow('a key is an integer');
      await expect(store.commit([{ op: 'deleteRange', space: 'meta', from: 0, to: -1 }])).rejects.toThrow('a key is an integer');
      await expect(store.commit([{ op: 'put', space: 'meta', key: 1, value: new Uint8Array(maxValueBytes + 1) }])).rejects.toThrow(
        'a value is at most',
      );
      await expect(store.commit(Array(maxCommitWrites + 1).fill(put('meta', 1, '')))).rejects.toThrow('a commit is of at most');
      for (const limit of [0, 1.5, maxScanRows + 1]) await expect(store.scan('meta', 0, limit)).rejects.toThrow('a scan is of');
      await expect(store.scan('meta', -1, 1)).rejects.toThrow('a key is an integer');
      await store.commit(Array(maxCommitWrites).fill(put('meta', 1, 'most')));
      expect(await story(store, 'meta')).toEqual(['1: most']);
    });

    it('carries out what was asked before it was closed, and refuses what comes after with disk.closed', async () => {
      const before = store.commit([put('event', 1, 'before')]);
      const closing = store.close();
      await expect(store.commit([put('event', 2, 'after')])).rejects.toMatchObject({ code: 'disk.closed' });
      await expect(store.scan('event', 0, 1)).rejects.toMatchObject({ code: 'disk.closed' });
      await Promise.all([before, closing, store.close()]);
      store = await bench.open();
      expect(await story(store, 'event')).toEqual(['1: before']);
    });
  });
}
