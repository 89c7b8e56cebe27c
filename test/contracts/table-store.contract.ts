/** What every TableStore keeps: one complete version in force, a file that survives a restart, refusals that change nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TableStore } from '../../src/ports/table-store.ts';
import { headerBytes } from '../../src/table/header.ts';
import { maxChunkBytes } from '../../src/table/limits.ts';
import { deltaOf, revocationOf, snapshotOf, tagOf } from '../store/publisher.ts';

export interface TableStoreBench {
  /** Opens a store on this bench's medium, for the reader of publisher.ts; the one before must be closed. */
  open(): Promise<TableStore>;
  dispose(): void;
}

/** Sends the file from `offset` on, at most `pieceBytes` at a time, up to `end`. */
const send = async (store: TableStore, file: Uint8Array, { offset = 0, end = file.length, pieceBytes = maxChunkBytes } = {}): Promise<void> => {
  for (let at = offset; at < end; at += pieceBytes)
    expect(await store.receive(at, file.subarray(at, Math.min(at + pieceBytes, end)))).toMatchObject({ ok: true });
};

export const putInForce = async (store: TableStore, file: Uint8Array): Promise<void> => {
  await send(store, file);
  expect(await store.apply()).toMatchObject({ ok: true });
};

/** Whether the person's PIN of that version finds a record. */
const finds = async (store: TableStore, person: number, version: number): Promise<string> => (await store.find(tagOf(person, version, 'pin'))).found;

export function describeTableStore(name: string, make: () => TableStoreBench): void {
  describe(`${name} keeps the TableStore contract`, () => {
    let bench: TableStoreBench;
    let store: TableStore;
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await bench.open();
    };
    beforeEach(async () => {
      bench = make();
      store = await bench.open();
    });
    afterEach(async () => {
      await store.close();
      bench.dispose();
    });

    it('begins with nothing in force, nothing staged and nobody to find', async () => {
      expect(store.state()).toBeUndefined();
      expect(store.staged()).toBeUndefined();
      expect(await finds(store, 1, 1)).toBe('nobody');
      expect(await store.scrub()).toBe(true);
      expect(await store.apply()).toEqual({ ok: false, failure: 'incomplete' });
    });

    it('puts a snapshot in force whole, and the next one in its place', async () => {
      const first = snapshotOf(1, 300);
      await putInForce(store, first.file);
      expect(store.state()).toEqual(first.state);
      expect([await finds(store, 1, 1), await finds(store, 300, 1), await finds(store, 301, 1)]).toEqual(['record', 'record', 'nobody']);
      const second = snapshotOf(2, 200);
      await send(store, second.file);
      expect(store.state()).toEqual(first.state);
      expect([await finds(store, 1, 1), await finds(store, 1, 2)]).toEqual(['record', 'nobody']);
      expect(await store.apply()).toMatchObject({ ok: true });
      expect(store.state()).toEqual(second.state);
      expect([await finds(store, 1, 1), await finds(store, 200, 2), await finds(store, 201, 1)]).toEqual(['nobody', 'record', 'nobody']);
      expect(await store.scrub()).toBe(true);
    });

    it('changes by a delta those it names and nobody else', async () => {
      const first = snapshotOf(1, 100);
      await putInForce(store, first.file);
      const { file, state } = deltaOf(first.state, 1, 2, [7, 8]);
      await putInForce(store, file);
      expect(store.state()).toEqual(state);
      expect([await finds(store, 6, 1), await finds(store, 7, 1), await finds(store, 7, 2)]).toEqual(['record', 'nobody', 'record']);
      expect(await store.scrub()).toBe(true);
    });

    it('has the same version in force after it is opened again', async () => {
      const { file, state } = snapshotOf(3, 50);
      await putInForce(store, file);
      await reopen();
      expect(store.state()).toEqual(state);
      expect(store.staged()).toBeUndefined();
      expect(await finds(store, 50, 3)).toBe('record');
    });

    it('goes on with a file where it stopped, also after it is opened again', async () => {
      const { file, state } = snapshotOf(1, 200);
      await send(store, file, { end: 2_000, pieceBytes: 700 });
      expect(store.staged()).toMatchObject({ receivedBytes: 2_000, totalBytes: file.length });
      await reopen();
      expect(store.staged()).toMatchObject({ receivedBytes: 2_000, totalBytes: file.length });
      expect(await store.apply()).toEqual({ ok: false, failure: 'incomplete' });
      expect(await store.receive(1_999, file.subarray(1_999, 2_100))).toEqual({ ok: false, failure: 'wrongOffset' });
      await send(store, file, { offset: 2_000, pieceBytes: 5_000 });
      await reopen();
      expect(await store.apply()).toMatchObject({ ok: true });
      expect(store.state()).toEqual(state);
    });

    it('stages nothing until the header is whole and right, and shows no part of it', async () => {
      const { file } = snapshotOf(1, 10);
      expect(await store.receive(0, file.subarray(0, 100))).toMatchObject({ ok: true, value: { receivedBytes: 100, totalBytes: 0 } });
      expect(store.staged()).toBeUndefined();
      const forged = Uint8Array.from(file);
      forged[headerBytes - 1] = (forged[headerBytes - 1] ?? 0) ^ 1;
      expect(await store.receive(0, forged)).toEqual({ ok: false, failure: 'wrongSignature' });
      expect(store.staged()).toBeUndefined();
    });

    it('keeps the version in force when a staged file turns out wrong, and forgets that file', async () => {
      const first = snapshotOf(1, 40);
      await putInForce(store, first.file);
      const wrong = Uint8Array.from(snapshotOf(2, 40).file);
      wrong[wrong.length - 1] = (wrong[wrong.length - 1] ?? 0) ^ 1;
      await send(store, wrong);
      expect(await store.apply()).toEqual({ ok: false, failure: 'wrongBody' });
      expect(store.state()).toEqual(first.state);
      expect(store.staged()).toBeUndefined();
      expect(await finds(store, 40, 1)).toBe('record');
      expect(await store.receive(0, first.file)).toEqual({ ok: false, failure: 'staleVersion' });
    });

    it('finds nobody whom a revocation names, also after it is opened again', async () => {
      await putInForce(store, snapshotOf(1, 20).file);
      expect(await store.revoke(revocationOf(1, 5))).toMatchObject({ ok: true, value: { version: 1, revocation: 1 } });
      expect(store.state()).toMatchObject({ revocation: 1 });
      await reopen();
      expect([await finds(store, 5, 1), await finds(store, 6, 1)]).toEqual(['nobody', 'record']);
      expect(await store.revoke(revocationOf(1, 6))).toEqual({ ok: false, failure: 'staleVersion' });
      expect(await finds(store, 6, 1)).toBe('record');
    });

    it('sees exactly one version in every look-up while another is put in force', async () => {
      await putInForce(store, snapshotOf(1, 400).file);
      await send(store, snapshotOf(2, 400).file);
      let isApplied = false;
      const applied = store.apply().finally(() => {
        isApplied = true;
      });
      const seen = new Set<string>();
      for (let turn = 0; !isApplied || turn < 20; turn += 1) {
        const person = 1 + (turn % 400);
        const [old, next] = [await finds(store, person, 1), await finds(store, person, 2)];
        seen.add(`${old} ${next}`);
        await new Promise(setImmediate);
      }
      await applied;
      // The two look-ups of one turn may stand on either side of the switch: then the first finds and so does the second.
      expect([...seen].filter((pair) => !['record nobody', 'nobody record', 'record record'].includes(pair))).toEqual([]);
      expect(await finds(store, 1, 2)).toBe('record');
    });

    it('refuses what comes after it was closed with disk.closed', async () => {
      await store.close();
      await expect(store.find(1n)).rejects.toMatchObject({ code: 'disk.closed' });
      await expect(store.apply()).rejects.toMatchObject({ code: 'disk.closed' });
      await expect(store.scrub()).rejects.toMatchObject({ code: 'disk.closed' });
      await store.close();
      store = await bench.open();
    });
  });
}
