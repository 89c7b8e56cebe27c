/**
 * One process of the store's benches, so that its memory is its own: `make`, `apply`, `serve`, `commit` or `busy` in a directory, figures
 * as JSON on its output. What they are held against is store.bench.ts's.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRecordStore } from '../../src/store/record-store.ts';
import { openTableStore, type SqliteTableStore } from '../../src/store/table-store.ts';
import { maxChunkBytes } from '../../src/table/limits.ts';
import { crypto, snapshotOf, tableKey, tagOf, trust } from '../store/publisher.ts';

const [task = '', directory = '', amount = '1'] = process.argv.slice(2);
const state = join(directory, 'state');
const fileOf = (version: number): string => join(directory, `snapshot-${version}`);

/** Resident memory now, or at its highest, in MB of 1,000,000 bytes. */
const memoryMb = (field: 'VmRSS' | 'VmHWM'): number =>
  (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1_024) / 1e6;

const open = async (): Promise<SqliteTableStore> => (await openTableStore({ directory: state, crypto, trust, tableKey })).store;

/** Value below which this part (0..1) of them lies. */
const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor(part * (values.length - 1))] ?? Number.NaN;

const tasks: Readonly<Record<string, () => Promise<object>>> = {
  make: async () => {
    for (const version of [1, 2, 3]) writeFileSync(fileOf(version), snapshotOf(version, Number(amount)).file);
    return {};
  },
  apply: async () => {
    const store = await open();
    let applyMs = 0;
    for (const version of [1, 2]) {
      const file = readFileSync(fileOf(version));
      for (let at = 0; at < file.length; at += maxChunkBytes) await store.receive(at, file.subarray(at, at + maxChunkBytes));
      const beganMs = performance.now();
      const applied = await store.apply();
      applyMs = performance.now() - beganMs;
      if (!applied.ok) throw new Error(applied.failure);
    }
    await store.close();
    return { applyMs, peakMb: memoryMb('VmHWM') };
  },
  serve: async () => {
    const beganMs = performance.now();
    const store = await open();
    const openMs = performance.now() - beganMs;
    const version = store.state()?.version ?? 0;
    const persons = store.state()?.persons ?? 0;
    const lookUpUs: number[] = [];
    for (let turn = 0; turn < Number(amount); turn += 1) {
      const tag = tagOf(1 + ((turn * 7_919) % persons), version, 'pin');
      const askedMs = performance.now();
      const { found } = await store.find(tag);
      lookUpUs.push(1_000 * (performance.now() - askedMs));
      if (found !== 'record') throw new Error(`found ${found}`);
    }
    const servingMb = memoryMb('VmRSS');
    await store.close();
    return { openMs, servingMb, lookUpP50Us: quantile(lookUpUs, 0.5), lookUpP99Us: quantile(lookUpUs, 0.99) };
  },
  commit: async () => {
    const { store } = await openRecordStore({ directory: state });
    const value = new Uint8Array(100);
    const commitMs: number[] = [];
    await store.commit([{ op: 'put', space: 'event', key: 0, value }]);
    const writtenBefore = writtenBytes();
    for (let key = 1; key <= Number(amount); key += 1) {
      const askedMs = performance.now();
      await store.commit([{ op: 'put', space: 'event', key, value }]);
      commitMs.push(performance.now() - askedMs);
    }
    const bytesPerEvent = (writtenBytes() - writtenBefore) / Number(amount);
    await store.close();
    return { commitP50Ms: quantile(commitMs, 0.5), commitP99Ms: quantile(commitMs, 0.99), bytesPerEvent };
  },
  busy: async () => {
    const [table, { store }] = [await open(), await openRecordStore({ directory: state })];
    const file = readFileSync(fileOf(3));
    for (let at = 0; at < file.length; at += maxChunkBytes) await table.receive(at, file.subarray(at, at + maxChunkBytes));
    let isApplied = false;
    const applied = table.apply().finally(() => {
      isApplied = true;
    });
    const commitMs: number[] = [];
    for (let key = 0; !isApplied; key += 1) {
      const askedMs = performance.now();
      await store.commit([{ op: 'put', space: 'event', key, value: new Uint8Array(100) }]);
      commitMs.push(performance.now() - askedMs);
    }
    await applied;
    await Promise.all([table.close(), store.close()]);
    return { busyCommitP99Ms: quantile(commitMs, 0.99), busyCommitMaxMs: quantile(commitMs, 1) };
  },
};

/** Given to write calls by this process: what a card is asked to take, before the file system's own. */
const writtenBytes = (): number => Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

process.stdout.write(JSON.stringify(await tasks[task]?.()));
