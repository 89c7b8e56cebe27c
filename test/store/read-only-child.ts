/** Opens both stores where neither may be written, and prints what they say and do. Argument: their directory. It judges nothing. */
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { asFault } from '../../src/shared/faults.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { openTableStore } from '../../src/store/table-store.ts';
import { crypto, snapshotOf, tableKey, tagOf, trust } from './publisher.ts';

const directory = process.argv[2] ?? '';
const faultOf = (thrown: unknown): string => {
  const { code, message } = asFault(thrown, 'disk.failed', 'no Fault');
  return `${code}: ${message}`;
};

// In every thread the first opening fails, as one for writing does. This thread only reads: its first one is spent here.
let spent = '';
try {
  openSync(join(directory, 'table.db'), 'r+');
} catch (thrown) {
  spent = String(Object(thrown).code);
}

const journal = await openRecordStore({ directory }).then(() => 'opened', faultOf);
const { store, readOnly } = await openTableStore({ directory, crypto, trust, tableKey });
const found = (await store.find(tagOf(7, 1, 'pin'))).found;
const received = await store.receive(0, snapshotOf(2, 10).file).then(() => 'received', faultOf);
const report = { spent, journal, readOnly, version: store.state()?.version, found, isWhole: await store.scrub(), received };
await store.close();
process.stdout.write(JSON.stringify(report));
