/**
 * What the stores cost: time and memory with 250,000 people, and the journal's commits. Measured in processes of their own, bundled
 * as the door's own file is: the sources alone take 40 MB more, for stripping their types.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Bench } from './bench.ts';

interface Figures {
  readonly applyMs: number;
  readonly peakMb: number;
  readonly openMs: number;
  readonly servingMb: number;
  readonly lookUpP50Us: number;
  readonly lookUpP99Us: number;
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
  readonly bytesPerEvent: number;
  readonly busyCommitP99Ms: number;
  readonly busyCommitMaxMs: number;
}

const people = 250_000;
/** A busy door (SECURITY D12). */
const eventsInTenYears = 500 * 3_652;
const run = promisify(execFile);

const measure = async (isQuick: boolean): Promise<Figures> => {
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-store-bench-'));
  try {
    const sources = [
      new URL('./store-child.ts', import.meta.url),
      new URL('../../src/store/table-worker.ts', import.meta.url),
      new URL('../../src/store/record-worker.ts', import.meta.url),
    ];
    const entryPoints = sources.map((url) => fileURLToPath(url));
    await build({
      entryPoints,
      bundle: true,
      platform: 'node',
      format: 'esm',
      outdir: directory,
      entryNames: '[name]',
      outExtension: { '.js': '.mjs' },
    });
    const task = async (name: string, amount: number): Promise<object> => {
      const { stdout } = await run(process.execPath, [join(directory, 'store-child.mjs'), name, directory, String(amount)]);
      return JSON.parse(stdout) as object;
    };
    await task('make', people);
    const applied = await task('apply', people);
    const served = await task('serve', isQuick ? 20_000 : 200_000);
    const committed = await task('commit', isQuick ? 500 : 5_000);
    const busy = await task('busy', 1);
    return { ...applied, ...served, ...committed, ...busy } as Figures;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Measured once for all of them. */
let measured: Promise<Figures> | undefined;
const figure =
  (name: keyof Figures): Bench['run'] =>
  async (isQuick) => {
    measured ??= measure(isQuick);
    return (await measured)[name];
  };

export const benches: readonly Bench[] = [
  { name: 'table: apply a snapshot, 250 000 people', unit: 'ms', bar: 2_000, better: 'lower', run: figure('applyMs') },
  { name: 'table: memory at its peak while applying, 250 000 people', unit: 'MB', bar: 220, better: 'lower', run: figure('peakMb') },
  { name: 'table: open at start, 250 000 people', unit: 'ms', bar: 100, better: 'lower', run: figure('openMs') },
  { name: 'table: memory serving, 250 000 people', unit: 'MB', bar: 120, better: 'lower', run: figure('servingMb') },
  { name: 'table: look-up, verified, p50', unit: 'µs', bar: undefined, better: 'lower', run: figure('lookUpP50Us') },
  { name: 'table: look-up, verified, p99', unit: 'µs', bar: 500, better: 'lower', run: figure('lookUpP99Us') },
  { name: 'journal: commit of one event, p50', unit: 'ms', bar: undefined, better: 'lower', run: figure('commitP50Ms') },
  { name: 'journal: commit of one event, p99', unit: 'ms', bar: undefined, better: 'lower', run: figure('commitP99Ms') },
  { name: 'journal: commit while 250 000 people are put in force, p99', unit: 'ms', bar: undefined, better: 'lower', run: figure('busyCommitP99Ms') },
  {
    name: 'journal: commit while 250 000 people are put in force, longest',
    unit: 'ms',
    bar: undefined,
    better: 'lower',
    run: figure('busyCommitMaxMs'),
  },
  { name: 'journal: bytes written for one event', unit: 'bytes', bar: 8_192, better: 'lower', run: figure('bytesPerEvent') },
  {
    name: 'journal: written in ten years of 500 events a day',
    unit: 'GB',
    bar: undefined,
    better: 'lower',
    run: async (isQuick) => ((await figure('bytesPerEvent')(isQuick)) as number) * eventsInTenYears * 1e-9,
  },
];
