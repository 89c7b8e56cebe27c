/**
 * How soon a reader answers a POLL while it has its hands full: over a terminal, with real stores in a process of its own that puts
 * tables in force, records events and has a disk that takes half a second a commit (SECURITY A16). Idle is serial.bench.ts's.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench } from './bench.ts';
import { AskingEnd, type AskingOrder, percentile, startCat } from './line-asking.ts';

/** `echo`: the reader has its hands full, and somebody else answers, on a line beside it. */
type Manner = AskingOrder['manner'];

const commitMs = 500;
const pauseMs = 20;
/** What is there for comparison is watched for a third of the time. */
const echoShare = 3;
/** A program that has just started compiles what it does; a reader runs for months. */
const warmUpMs = 2_000;
const child = fileURLToPath(new URL('./line-load-child.ts', import.meta.url));
const tableMaker = fileURLToPath(new URL('./line-load-tables.ts', import.meta.url));
const run = promisify(execFile);

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

let tables: Promise<string> | undefined;

/** A directory. Made once: no version is put in force twice, but each reader begins with none. */
const makeTables = async (size: Size): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  await run(process.execPath, [tableMaker, directory, String(size.tables), String(size.people)]);
  return directory;
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
  tables ??= makeTables(size);
  const directory = await tables;
  const [end, beside] = [await AskingEnd.open(), await AskingEnd.open()];
  const cat = await startCat(beside.path);
  const { reader, said } = await start(end.path, manner, directory);
  try {
    const asked = manner === 'echo' ? beside : end;
    const order = { manner, count: Number.MAX_SAFE_INTEGER, pauseMs };
    await asked.ask({ ...order, forMs: warmUpMs });
    const before = said().length;
    const tookMs = await asked.ask({ ...order, forMs: (size.seconds * 1_000) / (manner === 'echo' ? echoShare : 1) });
    const applied =
      said()
        .slice(before)
        .match(/version/g)?.length ?? 0;
    if (applied === 0 || reader.exitCode !== null) throw new Error('the reader put no table in force');
    return { tookMs, applied };
  } finally {
    end.close();
    beside.close();
    cat.kill('SIGKILL');
    const ended = once(reader, 'exit');
    if (reader.exitCode === null && reader.kill('SIGKILL')) await ended;
    rmSync(join(directory, `state-${reader.pid}`), { recursive: true, force: true });
  }
};

const loads = new Map<Manner, Promise<Load>>();

const words: Readonly<Record<Manner, string>> = {
  plain: 'POLL answered over a pty, plain, under table apply and slow commits',
  secure: 'POLL answered over a pty, secure, under table apply and slow commits',
  echo: '  for comparison: 8 bytes there and back by cat, beside the same reader',
};

const figure = (manner: Manner, what: string, unit: string, bar: number | undefined, of: (load: Load) => number): Bench => ({
  name: `${words[manner]}, ${what}`,
  unit,
  bar: manner === 'echo' ? undefined : bar,
  better: 'lower',
  run: async (isQuick) => {
    const measured = loads.get(manner) ?? measure(manner, isQuick ? quick : full);
    loads.set(manner, measured);
    return of(await measured);
  },
});

export const benches: readonly Bench[] = (['plain', 'secure', 'echo'] as const).flatMap((manner) => [
  figure(manner, 'p50', 'ms', undefined, ({ tookMs }) => percentile(tookMs, 0.5)),
  figure(manner, 'p99', 'ms', undefined, ({ tookMs }) => percentile(tookMs, 0.99)),
  figure(manner, 'p99.9', 'ms', 10, ({ tookMs }) => percentile(tookMs, 0.999)),
  figure(manner, 'max', 'ms', 50, ({ tookMs }) => percentile(tookMs, 1)),
  { ...figure(manner, 'tables put in force', 'tables', undefined, ({ applied }) => applied), better: 'higher' },
]);
