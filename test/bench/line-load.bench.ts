/**
 * How soon a reader answers a POLL while it has its hands full: over a pair of terminals, with real stores in a process of its own that puts
 * tables in force, records events and has a disk that takes half a second a commit (SECURITY A16). Idle is serial.bench.ts's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PtyPair } from '../../sim/line/pty.ts';
import { snapshotOf } from '../store/publisher.ts';
import type { Bench } from './bench.ts';
import { Asker, Poller, percentile, startCat } from './line-poller.ts';

/** `cat`: the reader has its hands full, and somebody else answers, on a line beside it. */
type Manner = 'plain' | 'secure' | 'cat';

const commitMs = 500;
const pauseMs = 20;
/** What is there for comparison is watched for a third of the time. */
const catShare = 3;
const question = new Uint8Array(8).fill(1);
/** A program that has just started compiles what it does; a reader runs for months. */
const warmUpMs = 2_000;
const child = fileURLToPath(new URL('./line-load-child.ts', import.meta.url));

interface Size {
  readonly people: number;
  readonly tables: number;
  readonly seconds: number;
}
const quick: Size = { people: 50_000, tables: 12, seconds: 10 };
const full: Size = { people: 250_000, tables: 30, seconds: 60 };

interface Load {
  readonly tookMs: readonly number[];
  /** Put in force while it was asked. */
  readonly applied: number;
}

let files: readonly Uint8Array[] = [];

/** Made once: no version is put in force twice, but each reader begins with none. */
const tablesOf = ({ people, tables }: Size): readonly Uint8Array[] => {
  if (files.length === 0) files = Array.from({ length: tables }, (_, at) => snapshotOf(at + 1, people).file);
  return files;
};

/** The process, once it listens to its line. */
const start = async (path: string, manner: Manner, directory: string): Promise<{ readonly reader: ChildProcess; readonly said: () => string }> => {
  const reader = spawn(process.execPath, [child, path, manner, directory, String(commitMs)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  reader.stdout.on('data', (text: Buffer) => (said += text.toString()));
  await Promise.race([once(reader.stdout, 'data'), once(reader, 'exit').then(() => Promise.reject(new Error('the reader did not start')))]);
  return { reader, said: () => said };
};

const measure = async (manner: Manner, size: Size): Promise<Load> => {
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-bench-'));
  for (const [at, file] of tablesOf(size).entries()) writeFileSync(join(directory, `table-${String(at).padStart(3, '0')}`), file);
  const [pair, beside] = [new PtyPair(directory), new PtyPair(mkdtempSync(join(directory, 'beside-')))];
  await pair.plugIn();
  await beside.plugIn();
  const cat = await startCat(beside.far);
  const { reader, said } = await start(pair.far, manner, directory);
  const asker = new Asker(manner === 'cat' ? beside.near : pair.near, manner !== 'cat');
  const stop = await asker.attach();
  try {
    const poller = new Poller(asker);
    if (manner === 'secure') await poller.openSession();
    const ask = async (): Promise<number> => (manner === 'cat' ? (await asker.ask(question)).tookMs : poller.poll(manner === 'secure'));
    await askFor(warmUpMs, ask);
    const before = said().length;
    const tookMs = await askFor((size.seconds * 1_000) / (manner === 'cat' ? catShare : 1), ask);
    const applied =
      said()
        .slice(before)
        .match(/version/g)?.length ?? 0;
    if (applied === 0 || reader.exitCode !== null) throw new Error('the reader put no table in force');
    return { tookMs, applied };
  } finally {
    stop();
    reader.kill('SIGKILL');
    cat.kill('SIGKILL');
    await pair.unplug();
    await beside.unplug();
    rmSync(directory, { recursive: true, force: true });
  }
};

/** One question each 20 ms for so long; how long each answer took. */
const askFor = async (ms: number, ask: () => Promise<number>): Promise<readonly number[]> => {
  const tookMs: number[] = [];
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    tookMs.push(await ask());
  }
  return tookMs;
};

const loads = new Map<Manner, Promise<Load>>();

const words: Readonly<Record<Manner, string>> = {
  plain: 'POLL answered over a pty, plain, under table apply and slow commits',
  secure: 'POLL answered over a pty, secure, under table apply and slow commits',
  cat: '  for comparison: 8 bytes there and back by cat, beside the same reader',
};

const figure = (manner: Manner, what: string, unit: string, bar: number | undefined, of: (load: Load) => number): Bench => ({
  name: `${words[manner]}, ${what}`,
  unit,
  bar: manner === 'cat' ? undefined : bar,
  better: 'lower',
  run: async (isQuick) => {
    const measured = loads.get(manner) ?? measure(manner, isQuick ? quick : full);
    loads.set(manner, measured);
    return of(await measured);
  },
});

export const benches: readonly Bench[] = (['plain', 'secure', 'cat'] as const).flatMap((manner) => [
  figure(manner, 'p50', 'ms', undefined, ({ tookMs }) => percentile(tookMs, 0.5)),
  figure(manner, 'p99', 'ms', undefined, ({ tookMs }) => percentile(tookMs, 0.99)),
  figure(manner, 'p99.9', 'ms', 10, ({ tookMs }) => percentile(tookMs, 0.999)),
  figure(manner, 'max', 'ms', 50, ({ tookMs }) => percentile(tookMs, 1)),
  { ...figure(manner, 'tables put in force', 'tables', undefined, ({ applied }) => applied), better: 'higher' },
]);
