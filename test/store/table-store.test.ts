/** The table on SQLite: the contract on its thread, in this one, and in memory; full disks, full queues, failed disks. */
import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blankMedium, MemoryTableDisk } from '../../sim/devices/memory-table-disk.ts';
import { MemoryTableStore } from '../../sim/devices/memory-table-store.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { leftFreeBytes, SqliteTableDisk } from '../../src/store/sqlite-table-disk.ts';
import { TableService, type TableServiceData } from '../../src/store/table-service.ts';
import { maxWaitingTableCalls, openTableStore } from '../../src/store/table-store.ts';
import { startHere } from '../../src/store/thread.ts';
import { maxChunkBytes, maxRevocationFileBytes } from '../../src/table/limits.ts';
import { Table } from '../../src/table/table.ts';
import { describeTableStore, putInForce } from '../contracts/table-store.contract.ts';
import { crypto, deltaOf, range, snapshotOf, tableKey, tagOf, trust } from './publisher.ts';
import { scratch, scratchEach } from './scratch.ts';

const inThisThread = startHere((data: TableServiceData) => new TableService(data, crypto));

describeTableStore('the table on its own thread', () => {
  const { directory, dispose } = scratch();
  return { open: async () => (await openTableStore({ directory, crypto, trust, tableKey })).store, dispose };
});

describeTableStore('the table in the thread of its caller', () => {
  const { directory, dispose } = scratch();
  return { open: async () => (await openTableStore({ directory, crypto, trust, tableKey }, inThisThread)).store, dispose };
});

describeTableStore('the table in memory', () => {
  const medium = blankMedium();
  return { open: async () => new MemoryTableStore({ crypto, trust, tableKey, disk: new MemoryTableDisk(medium) }), dispose: () => {} };
});

describe('the table', () => {
  let directory: string;
  scratchEach((made) => {
    directory = made;
  });

  const open = (maxBytes?: number) =>
    openTableStore({ directory, crypto, trust, tableKey, ...(maxBytes === undefined ? {} : { maxBytes }) }, inThisThread);

  it('keeps limits of its own where its reader has some', async () => {
    const { store } = await openTableStore(
      { directory, crypto, trust, tableKey, limits: { persons: 5, credentials: 50, fileBytes: 10_000 } },
      inThisThread,
    );
    expect(await store.receive(0, snapshotOf(1, 6).file)).toEqual({ ok: false, failure: 'tooLarge' });
    await putInForce(store, snapshotOf(1, 5).file);
    await store.close();
  });

  it('refuses with queue.full what comes when enough calls wait', async () => {
    const { store } = await open();
    const calls = await Promise.allSettled(range(maxWaitingTableCalls + 2).map(() => store.scrub()));
    expect(calls.map(({ status }) => status).lastIndexOf('fulfilled')).toBe(maxWaitingTableCalls - 1);
    expect(calls.at(-1)).toMatchObject({ reason: { code: 'queue.full' } });
    expect(await store.scrub()).toBe(true);
    await store.close();
  });

  it('asserts the sizes it is given', async () => {
    const { store } = await open();
    for (const length of [0, maxChunkBytes + 1])
      await expect(store.receive(0, new Uint8Array(length))).rejects.toThrow('bytes are received at a time');
    await expect(store.revoke(new Uint8Array(maxRevocationFileBytes + 1))).rejects.toThrow('a revocation is at most');
    await store.close();
  });

  it('refuses with diskFull a version for which there is no space, at any point, and keeps the one in force', async () => {
    const first = snapshotOf(1, 200);
    const second = snapshotOf(2, 3_000);
    let refusedWhileReceived = 0;
    let refusedAtApply = 0;
    for (let maxBytes = 80 * 1024; maxBytes <= 640 * 1024; maxBytes += 40 * 1024) {
      const { directory: here, dispose } = scratch();
      const { store } = await openTableStore({ directory: here, crypto, trust, tableKey, maxBytes }, inThisThread);
      await putInForce(store, first.file);
      for (let at = 0; at < second.file.length; at += 16_384) {
        const received = await store.receive(at, second.file.subarray(at, at + 16_384));
        if (received.ok) continue;
        expect(received.failure).toBe('diskFull');
        refusedWhileReceived += 1;
        break;
      }
      const applied = store.staged() === undefined ? undefined : await store.apply();
      if (applied?.ok === false) refusedAtApply += 1;
      const version = applied?.ok === true ? 2 : 1;
      expect(store.state()?.version).toBe(version);
      expect((await store.find(tagOf(200, version, 'pin'))).found).toBe('record');
      expect(await store.scrub()).toBe(true);
      await store.close();
      dispose();
    }
    expect(refusedWhileReceived).toBeGreaterThan(0);
    expect(refusedAtApply).toBeGreaterThan(0);
  });

  it('leaves the last of the disk to the journal, and takes revocations all the same', () => {
    let free = 2 ** 40;
    const disk = new SqliteTableDisk({ directory, freeBytes: () => free });
    const table = new Table({ disk, crypto, trust, tableKey });
    const { file } = snapshotOf(1, 100);
    expect(table.receive(0, file)).toMatchObject({ ok: true });
    free = leftFreeBytes;
    expect(table.apply()).toEqual({ ok: false, failure: 'diskFull' });
    expect(table.receive(0, file)).toEqual({ ok: false, failure: 'diskFull' });
    disk.transaction(() => disk.putState(new Uint8Array(100)));
    free = 2 ** 40;
    disk.close();
  });

  it('moves its log into its file after a whole version, and after many small changes', async () => {
    const { store } = await open();
    const first = snapshotOf(1, 2_000);
    await putInForce(store, first.file);
    await store.scrub();
    const log = join(directory, 'table.db-wal');
    expect(statSync(log).size).toBe(0);
    let base = first.state;
    for (let version = 2; version < 12; version += 1) {
      const delta = deltaOf(base, version === 2 ? 1 : version - 1, version, range(100));
      await putInForce(store, delta.file);
      base = delta.state;
    }
    await store.scrub();
    expect(statSync(log).size).toBeLessThan(4 * 1024 * 1024);
    await store.close();
  });

  it('trusts a failed disk no more until it is opened again', async () => {
    const { store } = await open();
    await putInForce(store, snapshotOf(1, 3_000).file);
    // Answered after the log was moved and the cache emptied.
    await store.receive(0, new Uint8Array(1));
    truncateSync(join(directory, 'table.db'), 8_192);
    await expect(store.scrub()).rejects.toMatchObject({ code: expect.stringMatching(/^disk\.(damaged|failed)$/) });
    await expect(store.receive(0, snapshotOf(2, 10).file)).rejects.toMatchObject({ code: expect.stringMatching(/^disk\.(damaged|failed)$/) });
    await store.close();
    const again = await open();
    expect(again.openedDamaged).toContain('table.db');
    expect((await again.store.find(tagOf(1, 1, 'pin'))).found).toBe('nobody');
    await again.store.close();
  });

  it('is whole to a scrub during which another process puts the next version in force', () => {
    let meanwhile = (): void => {};
    class InterruptedCrypto extends NodeCrypto {
      override hmacSha256(key: SecretBytes, message: Uint8Array): Uint8Array {
        meanwhile();
        return super.hmacSha256(key, message);
      }
    }
    const data = () => ({ directory, trust, tableKey: Uint8Array.from(tableKey.reveal()) });
    const [service, other] = [new TableService(data(), new InterruptedCrypto()), new TableService(data(), crypto)];
    service.receive(0, snapshotOf(1, 10).file);
    service.apply();
    other.reopen();
    meanwhile = () => {
      meanwhile = () => {};
      other.receive(0, snapshotOf(2, 20).file);
      expect(other.apply().result).toMatchObject({ ok: true });
    };
    expect([service.scrub(), service.scrub()]).toEqual([true, true]);
    expect(service.reopen().state?.version).toBe(2);
    service.close();
    other.close();
  });

  it('files tags over all 64 bits, in any order, also those that begin alike', () => {
    const disk = new SqliteTableDisk({ directory });
    const tags = [2n ** 63n + 5n, 7n, 2n ** 64n - 1n, 2n ** 63n, 0n, 2n ** 63n - 1n, 2n ** 32n, 2n ** 32n - 1n, 5n, 2n ** 63n + 4n];
    disk.beginBuild();
    disk.build(tags.map((tag, at) => ({ person: at + 1, sealed: Uint8Array.of(at), tags: [tag] })));
    disk.transaction(() => disk.switchToBuilt());
    expect(tags.map((tag) => disk.lookUp(tag).person)).toEqual(range(tags.length));
    expect([disk.tagCount(), disk.lookUp(6n).person]).toEqual([tags.length, undefined]);
    disk.close();
  });

  it('forgets a build that was cut off, and asserts a commit that leaves one open', () => {
    const disk = new SqliteTableDisk({ directory });
    const people = [{ person: 1, sealed: new Uint8Array(10), tags: [1n, 2n ** 64n - 1n] }];
    disk.beginBuild();
    disk.build(people);
    expect(() => disk.transaction(() => {})).toThrow('what was built is switched to, or dropped');
    expect(disk.tagCount()).toBe(0);
    disk.beginBuild();
    disk.build(people);
    disk.dropBuild();
    disk.dropBuild();
    expect(() => disk.transaction(() => disk.switchToBuilt())).toThrow('a table is being built');
    disk.beginBuild();
    disk.build(people);
    disk.transaction(() => disk.switchToBuilt());
    expect(disk.lookUp(2n ** 64n - 1n)).toMatchObject({ person: 1 });
    expect(disk.lookUp(3n)).toEqual({ state: undefined, person: undefined, sealed: undefined });
    disk.close();
    expect(() => disk.lookUp(1n)).toThrow('the table is closed');
  });
});
