/**
 * The reader whose power is cut: carries out the steps on the real stores and marks, in a file of its own, what it asks for and what
 * it was told. It judges nothing. Arguments: the stores' directory, the file of marks.
 */
import { openSync, writeSync } from 'node:fs';
import { Fault } from '../../../src/shared/faults.ts';
import { openRecordStore } from '../../../src/store/record-store.ts';
import { openTableStore } from '../../../src/store/table-store.ts';
import { crypto, tableKey, trust } from '../publisher.ts';
import { journalSteps, restart, type Step, type StoreName, tableSteps } from './steps.ts';

const [directory = '', marksPath = ''] = process.argv.slice(2);
const marks = openSync(marksPath, 'w');
const mark = (text: string): void => {
  writeSync(marks, text);
};

/** A refusal for want of space is no end; any other failure is. */
const carryOut = async <Store extends { close(): Promise<void> }>(
  name: StoreName,
  steps: readonly Step<Store>[],
  open: () => Promise<Store>,
): Promise<void> => {
  let store = await open();
  for (const [index, step] of steps.entries()) {
    mark(`asked ${name} ${index}`);
    try {
      if (step === restart) {
        await store.close();
        store = await open();
      } else {
        await step(store);
      }
      mark(`told ${name} ${index}`);
    } catch (thrown) {
      const isFull = thrown instanceof Fault && thrown.code === 'disk.full';
      mark(`${isFull ? 'refused' : 'failed'} ${name} ${index}`);
      if (!isFull) break;
    }
  }
  await store.close();
};

await Promise.allSettled([
  carryOut('journal', journalSteps, async () => (await openRecordStore({ directory })).store),
  carryOut('table', tableSteps, async () => (await openTableStore({ directory, crypto, trust, tableKey })).store),
]);
