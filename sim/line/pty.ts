/**
 * A pair of real terminals that are joined like the two ends of a cable, for what must be shown on a real file: made by socat, found by two
 * links that stay while what they point to changes, as a USB adapter's name in /dev/serial/by-id does. What runs on them is others'.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Cable {
  readonly socat: ChildProcess;
  /** The near and the far terminal, held so that socat does not end when whoever uses one lets go of it. */
  readonly held: number[];
}

export class PtyPair {
  /** One end and the other, as paths. */
  readonly near: string;
  readonly far: string;
  #cable: Cable | undefined;

  /** The links go into `folder`. Nothing is plugged in yet. */
  constructor(folder: string) {
    this.near = join(folder, 'near');
    this.far = join(folder, 'far');
  }

  /** Both terminals are there once it resolves; they have other numbers than before. */
  async plugIn(): Promise<void> {
    if (this.#cable !== undefined) return;
    const ends = [this.near, this.far].map((link) => `pty,raw,echo=0,link=${link}`);
    const socat = spawn('socat', ['-d', '-d', ...ends], { stdio: ['ignore', 'ignore', 'pipe'] });
    const cable: Cable = { socat, held: [] };
    // From here on it can be unplugged, also before it is ready.
    this.#cable = cable;
    const lines = createInterface({ input: socat.stderr });
    for await (const line of lines) if (line.includes('starting data transfer loop')) break;
    socat.stderr.resume();
    for (const path of [this.near, this.far]) cable.held.push(openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  }

  /** As when the adapter is pulled: both terminals are gone, and the links with them. */
  async unplug(): Promise<void> {
    const cable = this.#cable;
    if (cable === undefined) return;
    this.#cable = undefined;
    // First: the numbers of these terminals may be another program's a moment later.
    for (const link of [this.near, this.far]) rmSync(link, { force: true });
    const ended = once(cable.socat, 'close');
    cable.socat.kill('SIGKILL');
    await ended;
    for (const fd of cable.held) closeSync(fd);
  }

  /** A cable on which nothing moves, and one on which it does again. */
  stall(isStalled: boolean): void {
    this.#cable?.socat.kill(isStalled ? 'SIGSTOP' : 'SIGCONT');
  }
}
