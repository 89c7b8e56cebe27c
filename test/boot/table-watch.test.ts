/** How a running reader notices a table that another process has put in force: told once, not told when it is the reader's own. */
import { open as openFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { AccessEvent } from '../../src/access/events.ts';
import { lookMs, type SharedTable, watchTable } from '../../src/boot/table-watch.ts';
import type { TableState } from '../../src/ports/table-store.ts';
import { openTableStore } from '../../src/store/table-store.ts';
import { putInForce } from '../contracts/table-store.contract.ts';
import { crypto, snapshotOf, tableKey, tagOf, trust } from '../store/publisher.ts';
import { scratch } from '../store/scratch.ts';

const version = (number: number): TableState => ({ version: number, contentHash: new Uint8Array(32), persons: 1, credentials: 1, revocation: 0 });

/** A table on which others work; `refresh` answers what it is told to. */
class Shared implements SharedTable {
  now: TableState | undefined = version(1);
  isChanged = false;
  looks = 0;

  state(): TableState | undefined {
    return this.now;
  }

  async refresh(): Promise<boolean> {
    this.looks += 1;
    const { isChanged } = this;
    this.isChanged = false;
    return isChanged;
  }

  change(state: TableState | undefined): void {
    this.now = state;
    this.isChanged = true;
  }
}

const watching = (table: SharedTable) => {
  const clock = new VirtualClock();
  const told: AccessEvent[] = [];
  return { clock, told, watch: watchTable(clock, table, (event) => void told.push(event)) };
};

describe('a reader beside which others work on the table', () => {
  it('looks every two seconds, and tells each new version once', async () => {
    const table = new Shared();
    const { clock, told } = watching(table);
    await clock.advance(3 * lookMs);
    expect([table.looks, told]).toEqual([3, []]);
    table.change(version(2));
    await clock.advance(3 * lookMs);
    expect(told).toEqual([{ code: 'table.applied', fields: { version: 2 } }]);
  });

  it('tells damage when the table in force is none any more', async () => {
    const table = new Shared();
    const { clock, told } = watching(table);
    table.change(undefined);
    await clock.advance(lookMs);
    expect(told).toEqual([{ code: 'table.damaged', fields: { by: 'look' } }]);
  });

  it('goes on looking when the disk does not answer, and no more once it is stopped', async () => {
    const table = new Shared();
    let fails = 0;
    const failing: SharedTable = { state: () => table.state(), refresh: () => (fails++ === 0 ? Promise.reject(new Error('EIO')) : table.refresh()) };
    const { clock, told, watch } = watching(failing);
    table.change(version(2));
    await clock.advance(2 * lookMs);
    expect(told).toHaveLength(1);
    watch.stop();
    table.change(version(3));
    await clock.advance(10 * lookMs);
    expect(told).toHaveLength(1);
  });

  it('tells nothing when it was stopped while it looked', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const { clock, told, watch } = watching({ state: () => version(2), refresh: () => promise });
    await clock.advance(lookMs);
    watch.stop();
    resolve(true);
    await clock.advance(lookMs);
    expect([told, clock.nextDueMs]).toEqual([[], undefined]);
  });
});

describe('the table of two processes', () => {
  it('is refreshed by what the other has put in force, and by nothing of its own', async () => {
    const { directory, dispose } = scratch();
    const open = async () => (await openTableStore({ directory, crypto, trust, tableKey })).store;
    const [reader, other] = [await open(), await open()];
    expect(await reader.refresh()).toBe(false);
    await putInForce(other, snapshotOf(1, 10).file);
    expect(reader.state()).toBeUndefined();
    expect(await reader.refresh()).toBe(true);
    expect(reader.state()).toEqual(other.state());
    expect(await reader.refresh()).toBe(false);
    expect(await reader.find(tagOf(3, 1, 'pin'))).toMatchObject({ found: 'record' });
    // Its own thread goes on from the other's version.
    await putInForce(reader, snapshotOf(2, 20).file);
    expect(await reader.refresh()).toBe(false);
    expect(await other.refresh()).toBe(true);
    expect(other.state()?.version).toBe(2);
    await reader.close();
    await expect(reader.refresh()).rejects.toMatchObject({ code: 'disk.closed' });
    await other.close();
    dispose();
  });

  it.each([
    ['before it is looked at', true],
    ['as it is built up', false],
  ])('is the new file, once the other had to set the damaged one aside, %s', async (_, isDone) => {
    const { directory, dispose } = scratch();
    const open = async () => (await openTableStore({ directory, crypto, trust, tableKey })).store;
    const reader = await open();
    await putInForce(reader, snapshotOf(1, 10).file);
    const { clock, told, watch } = watching(reader);
    const look = async (): Promise<void> => {
      const looked = told.length;
      await clock.advance(lookMs);
      await vi.waitUntil(() => told.length > looked, { interval: 1, timeout: 10_000 });
    };
    // Answered when the log is in the file: then a first page that is none lets the next who opens it set it aside.
    expect(await reader.scrub()).toBe(true);
    const file = await openFile(join(directory, 'table.db'), 'r+');
    await file.write(new Uint8Array(4_096), 0, 4_096, 0);
    await file.close();
    const other = await open();
    if (!isDone) {
      await look();
      expect(told).toEqual([{ code: 'table.damaged', fields: { by: 'look' } }]);
      expect(await reader.find(tagOf(3, 1, 'pin'))).toEqual({ found: 'nobody' });
    }
    // The same number as before: a new file begins to count anew.
    await putInForce(other, snapshotOf(1, 2).file);
    await look();
    expect(told.at(-1)).toEqual({ code: 'table.applied', fields: { version: 1 } });
    expect(reader.state()).toEqual(other.state());
    expect(await reader.find(tagOf(3, 1, 'pin'))).toEqual({ found: 'nobody' });
    expect(await reader.find(tagOf(2, 1, 'pin'))).toMatchObject({ found: 'record' });
    await putInForce(reader, snapshotOf(2, 10).file);
    expect(await other.refresh()).toBe(true);
    watch.stop();
    await reader.close();
    await other.close();
    dispose();
  });

  it('goes on as it is while its file is away, and takes up the next one', async () => {
    const { directory, dispose } = scratch();
    const open = async () => (await openTableStore({ directory, crypto, trust, tableKey })).store;
    const reader = await open();
    await putInForce(reader, snapshotOf(1, 10).file);
    await rename(join(directory, 'table.db'), join(directory, 'away'));
    expect([await reader.refresh(), reader.state()?.persons]).toEqual([false, 10]);
    const other = await open();
    expect([await reader.refresh(), reader.state()]).toEqual([true, undefined]);
    await reader.close();
    await other.close();
    dispose();
  });

  it('is read no more when it was closed while it was refreshed', async () => {
    const { directory, dispose } = scratch();
    const open = async () => (await openTableStore({ directory, crypto, trust, tableKey })).store;
    const [reader, other] = [await open(), await open()];
    await putInForce(other, snapshotOf(1, 10).file);
    const refreshed = reader.refresh();
    const closed = reader.close();
    await expect(refreshed).rejects.toMatchObject({ code: 'disk.closed' });
    await closed;
    await other.close();
    dispose();
  });
});
