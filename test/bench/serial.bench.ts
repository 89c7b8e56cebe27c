/**
 * What the line costs beyond its bits: a POLL and its answer over a pair of terminals, the PD in a process of its own, plain and in a
 * session. Beside it stands what the same bytes take there and back when nothing but `cat` answers them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PtyPair } from '../../sim/line/pty.ts';
import type { Bench } from './bench.ts';
import { Asker, Poller, percentile, startCat } from './line-poller.ts';

type Task = 'plain' | 'secure' | 'cat';

const pauseMs = 20;
const child = fileURLToPath(new URL('./serial-child.ts', import.meta.url));

const answering = async (task: Task, path: string): Promise<ChildProcess> => {
  if (task === 'cat') return startCat(path);
  const pd = spawn(process.execPath, [child, path, task], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(pd.stdout, 'data');
  return pd;
};

/** Milliseconds of each exchange, the first few not counted. */
const measure = async (task: Task, count: number, pause: number): Promise<readonly number[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'doorpad-bench-'));
  const pair = new PtyPair(folder);
  await pair.plugIn();
  const process = await answering(task, pair.far);
  const asker = new Asker(pair.near, task !== 'cat');
  const stop = await asker.attach();
  try {
    const poller = new Poller(asker);
    if (task === 'secure') await poller.openSession();
    const warmUp = Math.min(500, count);
    const took: number[] = [];
    for (let done = 0; done < warmUp + count; done += 1) {
      if (pause > 0 && done >= warmUp) await new Promise((resolve) => setTimeout(resolve, pause));
      const tookMs = task === 'cat' ? (await asker.ask(new Uint8Array(8).fill(1))).tookMs : await poller.poll(task === 'secure');
      if (done >= warmUp) took.push(tookMs);
    }
    return took;
  } finally {
    stop();
    process.kill('SIGKILL');
    await pair.unplug();
    rmSync(folder, { recursive: true });
  }
};

const figures = new Map<string, Promise<readonly number[]>>();

/** Each run feeds two figures. */
const bench = (words: string, task: Task, pause: number, share: number, bar: number | undefined): Bench => ({
  name: `${words}, p${share * 100}`,
  unit: 'µs',
  bar,
  better: 'lower',
  run: async (isQuick) => {
    const key = `${task} ${pause}`;
    const count = pause === 0 ? (isQuick ? 3_000 : 30_000) : isQuick ? 150 : 1_500;
    const measured = figures.get(key) ?? measure(task, count, pause);
    figures.set(key, measured);
    return percentile(await measured, share) * 1_000;
  },
});

const both = (words: string, task: Task, pause: number, p50: number | undefined, p99: number | undefined): readonly Bench[] => [
  bench(words, task, pause, 0.5, p50),
  bench(words, task, pause, 0.99, p99),
];

export const benches: readonly Bench[] = [
  ...both('POLL answered over a pty, plain, flat out', 'plain', 0, 150, 500),
  ...both('POLL answered over a pty, secure, flat out', 'secure', 0, 150, 500),
  ...both('POLL answered over a pty, plain, one each 20 ms', 'plain', pauseMs, 300, 2_000),
  ...both('POLL answered over a pty, secure, one each 20 ms', 'secure', pauseMs, 300, 2_000),
  ...both('  for comparison: 8 bytes there and back by cat, flat out', 'cat', 0, undefined, undefined),
  ...both('  for comparison: 8 bytes there and back by cat, one each 20 ms', 'cat', pauseMs, undefined, undefined),
];
