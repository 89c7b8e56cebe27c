/**
 * What the line costs beyond its bits: a POLL and its answer over a pair of terminals, the PD in a process of its own, plain and in a
 * session. Beside it stands what the same bytes take there and back when nothing but `cat` answers them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PtyPair } from '../../sim/line/pty.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { SerialLink } from '../../src/drivers/serial-link.ts';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame, type Frame, scs } from '../../src/osdp/frame.ts';
import { Framer } from '../../src/osdp/framer.ts';
import { decodeReply, replies } from '../../src/osdp/replies.ts';
import { AcuSecureChannel, scbkKinds } from '../../src/osdp/secure-channel.ts';
import { present } from '../../src/shared/assert.ts';
import { crypto, scbk, taken } from '../osdp/secure-pair.ts';
import type { Bench } from './bench.ts';

type Task = 'plain' | 'secure' | 'cat';

const address = 1;
const none = new Uint8Array(0);
const pauseMs = 20;
const deadlineMs = 10_000;
const child = fileURLToPath(new URL('./serial-child.ts', import.meta.url));
const clock = new NodeClock();

/** Asks, one question at a time, and has a stopwatch on the answer. */
class Asker {
  readonly #link: SerialLink;
  #framer: Framer | undefined;
  #answered: ((frame: Frame | undefined) => void) | undefined;
  #answeredAtMs = 0;

  constructor(path: string, isFramed: boolean) {
    this.#link = new SerialLink({ path, baudRate: 230_400, clock });
    if (isFramed) this.#framer = new Framer({ frame: (frame) => this.#answer(frame), dropped: () => undefined });
  }

  async attach(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const subscription = this.#link.listen({
      received: (bytes, atMs) => {
        if (this.#framer === undefined) this.#answer(undefined);
        else this.#framer.receive(bytes, atMs);
      },
      attached: () => resolve(undefined),
    });
    await promise;
    return () => subscription.stop();
  }

  /** The answer, and the milliseconds from the question to its last byte. */
  async ask(question: Uint8Array): Promise<{ readonly frame: Frame | undefined; readonly tookMs: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame | undefined>();
    this.#answered = resolve;
    const late = clock.setTimeout(() => reject(new Error('the line did not answer')), deadlineMs);
    const askedMs = performance.now();
    this.#link.send(question);
    const frame = await promise;
    clock.clearTimeout(late);
    return { frame, tookMs: this.#answeredAtMs - askedMs };
  }

  #answer(frame: Frame | undefined): void {
    this.#answeredAtMs = performance.now();
    this.#answered?.(frame);
  }
}

/** Says POLL in clear, or in a session it has opened, with sequence numbers that are right. */
class Poller {
  readonly #asker: Asker;
  readonly #channel = new AcuSecureChannel(crypto);
  #sequence = -1;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  async openSession(): Promise<void> {
    const { rndA } = this.#channel.challenge(scbk);
    const kind = Uint8Array.of(scbkKinds.own);
    const ccrypt = await this.#plain(commands.chlng.code, rndA, { type: scs.challenge, data: kind });
    const reply = taken(decodeReply(ccrypt.code, ccrypt.data));
    if (reply.name !== 'ccrypt') throw new Error(`${reply.name} to a challenge`);
    const { serverCryptogram } = taken(this.#channel.answer(reply.payload.rndB, reply.payload.clientCryptogram));
    taken(this.#channel.establish((await this.#plain(commands.scrypt.code, serverCryptogram, { type: scs.serverCryptogram, data: kind })).data));
  }

  /** Milliseconds. */
  async poll(isSecure: boolean): Promise<number> {
    const code = commands.poll.code;
    const question = isSecure ? this.#channel.seal({ address, sequence: this.#next(), check: 'crc16' }, code, none) : this.#frame(code, none);
    const { frame, tookMs } = await this.#asker.ask(question);
    const answer = present(frame, 'a frame');
    if (isSecure) taken(this.#channel.open(answer));
    if (answer.code !== replies.ack.code) throw new Error(`code ${answer.code} to a POLL`);
    return tookMs;
  }

  async #plain(code: number, data: Uint8Array, security: Frame['security']): Promise<Frame> {
    return present((await this.#asker.ask(this.#frame(code, data, security))).frame, 'a frame');
  }

  #frame(code: number, data: Uint8Array, security?: Frame['security']): Uint8Array {
    return encodeFrame({ address, isReply: false, sequence: this.#next(), check: 'crc16', security, code, data });
  }

  /** 0, then 1, 2, 3, 1, … */
  #next(): number {
    this.#sequence = this.#sequence <= 0 ? this.#sequence + 1 : (this.#sequence % 3) + 1;
    return this.#sequence;
  }
}

const answering = async (task: Task, path: string): Promise<ChildProcess> => {
  if (task === 'cat') {
    const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    const cat = spawn('cat', { stdio: [fd, fd, 'inherit'] });
    closeSync(fd);
    await once(cat, 'spawn');
    return cat;
  }
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

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((left, right) => left - right);
  return present(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))], 'at least one value');
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
