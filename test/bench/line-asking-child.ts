/**
 * The asking end of a line, in a process that does nothing else: its standard input and output are the line itself, the master of a terminal.
 * Orders come on file 3, a line of JSON each, and their stopwatch's figures go back the same way. Who gives them is line-asking.ts.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { AskingOrder, AskingReport } from './line-asking.ts';
import { Asker, Poller } from './line-poller.ts';

const [lineOut, orders] = [1, 3];
/** As many as a POLL in clear has. */
const question = new Uint8Array(8).fill(1);

const asker = new Asker({ send: (bytes) => writeSync(lineOut, bytes) });
process.stdin.on('data', (bytes: Buffer) => asker.received(bytes));
const poller = new Poller(asker);
let isInSession = false;

const carryOut = async ({ manner, count, forMs, pauseMs }: AskingOrder): Promise<readonly number[]> => {
  if (manner === 'secure' && !isInSession) await poller.openSession();
  isInSession ||= manner === 'secure';
  const tookMs: number[] = [];
  const endMs = performance.now() + forMs;
  while (tookMs.length < count && performance.now() < endMs) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    tookMs.push(await (manner === 'echo' ? asker.echo(question) : poller.poll(manner === 'secure')));
  }
  return tookMs;
};

const boss = new Socket({ fd: orders });
const report = (said: AskingReport): void => {
  boss.write(`${JSON.stringify(said)}\n`);
};
report({ tookMs: [] });
for await (const line of createInterface({ input: boss })) report({ tookMs: await carryOut(JSON.parse(line) as AskingOrder) });
process.exit();
