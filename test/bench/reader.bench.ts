/**
 * How long people wait: from the key to the beep, from # to the strike, at a reader with its real stores and 250,000 people. Beside the
 * latter stands what the machine's own disk takes at the same pace: a processor that sleeps between two openings wakes up slowly.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { present } from '../../src/shared/assert.ts';
import type { Bench } from './bench.ts';

const run = promisify(execFile);
const child = fileURLToPath(new URL('./reader-child.ts', import.meta.url));

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((left, right) => left - right);
  return present(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))], 'at least one value');
};

let prepared: Promise<string> | undefined;
const figures = new Map<string, Promise<readonly number[]>>();

const prepare = async (): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true }));
  await run(process.execPath, [child, 'make', directory]);
  return directory;
};

const measure = async (task: string, isQuick: boolean): Promise<readonly number[]> => {
  prepared ??= prepare();
  const { stdout } = await run(process.execPath, [child, task, await prepared, isQuick ? '60' : '400']);
  return JSON.parse(stdout) as readonly number[];
};

/** Each run feeds several figures. */
const figure =
  (task: string, share: number): Bench['run'] =>
  async (isQuick) => {
    const measured = figures.get(task) ?? measure(task, isQuick);
    figures.set(task, measured);
    return percentile(await measured, share);
  };

const bench = (name: string, bar: number | undefined, task: string, share: number): Bench => ({
  name,
  unit: 'ms',
  bar,
  better: 'lower',
  run: figure(task, share),
});

export const benches: readonly Bench[] = [
  bench('# → strike asked, 250,000 people, on disk, p50', undefined, 'openOnDisk', 0.5),
  bench('# → strike asked, 250,000 people, on disk, p99', 5, 'openOnDisk', 0.99),
  bench('  for comparison: two bare writes, synced, at the same pace, p50', undefined, 'writeBare', 0.5),
  bench('  for comparison: two bare writes, synced, at the same pace, p99', undefined, 'writeBare', 0.99),
  bench('# → strike asked, 250,000 people, without the disk, p50', undefined, 'openInMemory', 0.5),
  bench('# → strike asked, 250,000 people, without the disk, p99', 0.5, 'openInMemory', 0.99),
  bench('key → beep asked, idle, p99', 2, 'keyIdle', 0.99),
  bench('key → beep asked, while 250,000 people are applied, p99', 2, 'keyWhileApplied', 0.99),
];
