/** The project's own controller as a process of this machine, on the other end of the board's line. What it says is kept, for the checks to look at. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { project } from '../image/host.ts';
import { startChild } from './child.ts';
import { until } from './machine.ts';
import { baudRate, type Place } from './place.ts';

export class Controller {
  readonly #process: ChildProcess;
  /** Since it was hushed. */
  said = '';
  everything = '';

  constructor(port: string, { site, people }: Place) {
    const args = ['controller', '--port', port, '--site', site, '--people', people, '--baud', String(baudRate)];
    this.#process = startChild(process.execPath, [join(project, 'sim', 'main.ts'), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const keep = (bytes: Buffer): void => {
      this.said += bytes.toString('utf8');
      this.everything += bytes.toString('utf8');
    };
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
  }

  /** Forgets what was said so far. */
  hush(): void {
    this.said = '';
  }

  async says(pattern: RegExp, deadlineMs: number): Promise<string> {
    try {
      return await until(`the controller says ${pattern.source}`, deadlineMs, () => pattern.exec(this.said)?.[0]);
    } catch (thrown) {
      throw new Error(
        `${thrown instanceof Error ? thrown.message : String(thrown)}; it said:\n${this.said.trim().split('\n').slice(-8).join('\n')}`,
        {
          cause: thrown,
        },
      );
    }
  }

  ask(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
