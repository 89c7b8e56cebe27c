/** The journal on SQLite: the contract on its thread and in this one, and what its thread adds. */
import { describe, expect, it } from 'vitest';
import { RecordService } from '../../src/store/record-service.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { startHere } from '../../src/store/thread.ts';
import { describeRecordStore, put, story } from '../contracts/record-store.contract.ts';
import { scratch } from './scratch.ts';

const inThisThread = startHere((data: ConstructorParameters<typeof RecordService>[0]) => new RecordService(data));

describeRecordStore('the journal on its own thread', () => {
  const { directory, dispose } = scratch();
  return { open: async () => (await openRecordStore({ directory })).store, dispose };
});

describeRecordStore('the journal in the thread of its caller', () => {
  const { directory, dispose } = scratch();
  return { open: async () => (await openRecordStore({ directory }, inThisThread)).store, dispose };
});
