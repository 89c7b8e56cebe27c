/** A file system that turned read-only (SECURITY C7): the table serves and takes nothing, the journal says why it cannot be written. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openForReading } from '../../src/store/database-file.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { SqliteTableReader, tableFile } from '../../src/store/table-file.ts';
import { openTableStore } from '../../src/store/table-store.ts';
import { putInForce } from '../contracts/table-store.contract.ts';
import { whyNoTrace } from './power-cut/trace.ts';
import { crypto, snapshotOf, tableKey, tagOf, trust } from './publisher.ts';
import { scratch } from './scratch.ts';

it('is served from, and not written to', async () => {
  expect(whyNoTrace()).toBeUndefined();
  const { directory, dispose } = scratch();
  const { store } = await openTableStore({ directory, crypto, trust, tableKey });
  await putInForce(store, snapshotOf(1, 10).file);
  await store.close();
  const { store: journal } = await openRecordStore({ directory });
  await journal.close();
  // The first time either file is opened is for writing, and fails as it does on a read-only file system.
  const paths = ['table.db', 'journal.db'].flatMap((name) => ['-P', join(directory, name)]);
  const values = ['-f', ...paths, '-e', 'trace=openat', '-e', 'inject=openat:error=EROFS:when=1', '-o', '/dev/null', process.execPath];
  const { stdout, stderr } = spawnSync('strace', [...values, fileURLToPath(new URL('./read-only-child.ts', import.meta.url)), directory], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    spent: 'EROFS',
    journal: expect.stringMatching(/^disk\.failed: journal\.db is on a read-only file system/),
    readOnly: expect.stringMatching(/^table\.db is on a read-only file system/),
    version: 1,
    found: 'record',
    isWhole: true,
    received: expect.stringMatching(/^disk\.failed: table\.db is on a read-only file system/),
  });
  dispose();
});

it('is read as it stands where there is no log and none can be begun', async () => {
  const { directory, dispose } = scratch();
  const { store } = await openTableStore({ directory, crypto, trust, tableKey });
  await putInForce(store, snapshotOf(1, 10).file);
  await store.close();
  const database = openForReading(join(directory, 'table.db'), tableFile(2 ** 28));
  expect(new SqliteTableReader(database).lookUp(tagOf(1, 1, 'pin'))).toMatchObject({ person: 1 });
  expect(() => database.exec('DELETE FROM person')).toThrow('readonly');
  database.close();
  new DatabaseSync(join(directory, 'other.db')).close();
  expect(() => openForReading(join(directory, 'other.db'), tableFile(2 ** 28))).toThrow('has format 0');
  expect(() => openForReading(join(directory, 'missing.db'), tableFile(2 ** 28))).toThrow('missing.db cannot be read or written');
  dispose();
});
