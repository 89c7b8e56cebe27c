/** The table on SQLite: the contract on its thread, in this one, and in memory; and what its thread adds. */
import { describe, expect, it } from 'vitest';
import { MemoryTableDisk, blankMedium } from '../../sim/devices/memory-table-disk.ts';
import { MemoryTableStore } from '../../sim/devices/memory-table-store.ts';
import { TableService, type TableServiceData } from '../../src/store/table-service.ts';
import { maxWaitingTableCalls, openTableStore } from '../../src/store/table-store.ts';
import { startHere } from '../../src/store/thread.ts';
import { describeTableStore, putInForce, send } from '../contracts/table-store.contract.ts';
import { crypto, snapshotOf, tableKey, trust } from './publisher.ts';
import { scratch } from './scratch.ts';

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
