/**
 * A line for a bench: one real terminal, the asking process at its one end and whoever answers at the other, with nobody between who would have
 * to be woken for each byte. socat makes the terminal and turns into the asking process. What is asked of whom is the benches'.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { present } from '../../src/shared/assert.ts';

const child = fileURLToPath(new URL('./line-asking-child.ts', import.meta.url));

/** One question after the other, until there were `count` or `forMs` have passed, each `pauseMs` after the answer before it. */
export interface AskingOrder {
  /** `echo`: bytes that come back as they are; otherwise POLL. */
  readonly manner: 'plain' | 'secure' | 'echo';
  readonly count: number;
  readonly forMs: number;
  readonly pauseMs: number;
}

export interface AskingReport {
  /** Of each question, from its first byte to the last one of its answer. */
  readonly tookMs: readonly number[];
}

export class AskingEnd {
  /** The terminal for whoever answers. One answers, once: when that one lets go of it, the line is dead. */
  readonly path: string;
  readonly #process: ChildProcess;
  readonly #orders: Socket;
  readonly #reports: AsyncIterator<string>;

  private constructor(folder: string) {
    this.path = join(folder, 'line');
    // socat takes its words apart at blanks, commas and colons: so neither program is named by its path.
    this.#process = spawn('socat', [`pty,rawer,link=${this.path}`, `exec:${basename(process.execPath)} ${basename(child)},nofork`], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      cwd: dirname(child),
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
    });
    this.#orders = this.#process.stdio[3] as Socket;
    this.#reports = createInterface({ input: this.#orders })[Symbol.asyncIterator]();
  }

  /** The terminal is there once it resolves. */
  static async open(): Promise<AskingEnd> {
    const end = new AskingEnd(mkdtempSync(join(tmpdir(), 'doorpad-bench-')));
    await end.#report();
    return end;
  }

  /** Milliseconds of each answer. */
  async ask(order: AskingOrder): Promise<readonly number[]> {
    this.#orders.write(`${JSON.stringify(order)}\n`);
    return (await this.#report()).tookMs;
  }

  close(): void {
    this.#process.kill('SIGKILL');
    rmSync(dirname(this.path), { recursive: true, force: true });
  }

  async #report(): Promise<AskingReport> {
    const { value, done } = await this.#reports.next();
    if (done === true) throw new Error('the asking end has ended');
    return JSON.parse(value) as AskingReport;
  }
}

/** Sends everything back, and nothing more: what the machine itself takes. */
export const startCat = async (path: string): Promise<ChildProcess> => {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const cat = spawn('cat', { stdio: [fd, fd, 'ignore'] });
  closeSync(fd);
  await once(cat, 'spawn');
  return cat;
};

/** Of at least one value; `share` 0..1. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((left, right) => left - right);
  return present(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))], 'at least one value');
};
