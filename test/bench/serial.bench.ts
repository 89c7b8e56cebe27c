/**
 * What the line costs beyond its bits: a POLL and its answer over a terminal, each end a process of its own, plain and in a session. Beside
 * it stands what as many bytes take there and back when nothing but `cat` answers them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { AskingEnd, type AskingOrder, percentile, startCat } from './line-asking.ts';

type Manner = AskingOrder['manner'];

const pauseMs = 20;
const warmUp = 500;
const child = fileURLToPath(new URL('./serial-child.ts', import.meta.url));

const answering = async (manner: Manner, path: string): Promise<ChildProcess> => {
  if (manner === 'echo') return startCat(path);
  const pd = spawn(process.execPath, [child, path, manner], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(pd.stdout, 'data');
  return pd;
};

/** Milliseconds of each exchange, the first few, without a pause, not counted. */
const measure = async (manner: Manner, count: number, pause: number): Promise<readonly number[]> => {
  const end = await AskingEnd.open();
  const answerer = await answering(manner, end.path);
  try {
    const order = { manner, forMs: Number.MAX_SAFE_INTEGER };
    await end.ask({ ...order, count: warmUp, pauseMs: 0 });
    return await end.ask({ ...order, count, pauseMs: pause });
  } finally {
    end.close();
    answerer.kill('SIGKILL');
  }
};

const figures = new Map<string, Promise<readonly number[]>>();

/** Each run feeds three figures. */
const bench = (words: string, manner: Manner, pause: number, share: number, bar: number | undefined): Bench => ({
  name: `${words}, ${share === 1 ? 'max' : `p${share * 100}`}`,
  unit: 'µs',
  bar,
  better: 'lower',
  run: async (isQuick) => {
    const key = `${manner} ${pause}`;
    const count = pause === 0 ? (isQuick ? 3_000 : 30_000) : isQuick ? 150 : 1_500;
    const measured = figures.get(key) ?? measure(manner, count, pause);
    figures.set(key, measured);
    return percentile(await measured, share) * 1_000;
  },
});

const figuresOf = (words: string, manner: Manner, pause: number, p50: number | undefined, p99: number | undefined): readonly Bench[] => [
  bench(words, manner, pause, 0.5, p50),
  bench(words, manner, pause, 0.99, p99),
  bench(words, manner, pause, 1, undefined),
];

export const benches: readonly Bench[] = [
  ...figuresOf('POLL answered over a pty, plain, flat out', 'plain', 0, 150, 500),
  ...figuresOf('POLL answered over a pty, secure, flat out', 'secure', 0, 150, 500),
  ...figuresOf('POLL answered over a pty, plain, one each 20 ms', 'plain', pauseMs, 300, 2_000),
  ...figuresOf('POLL answered over a pty, secure, one each 20 ms', 'secure', pauseMs, 300, 2_000),
  ...figuresOf('  for comparison: 8 bytes there and back by cat, flat out', 'echo', 0, undefined, undefined),
  ...figuresOf('  for comparison: 8 bytes there and back by cat, one each 20 ms', 'echo', pauseMs, undefined, undefined),
];
