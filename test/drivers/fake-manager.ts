/** A service manager's end of the socket: it keeps what was sent, and lets go of what came with it, as a barrier asks (sd_notify_barrier(3)). */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

const listening = `
import os, socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1])
while True:
    os.write(1, heard.recv(4096) + b"\\n")
`;

export class FakeManager {
  readonly #place = mkdtempSync(join(tmpdir(), 'doorpad-notify-'));
  readonly #child: ChildProcess;
  #text = '';
  /** Called with each notice, barriers left out. */
  heard: (notice: string) => void = () => undefined;

  private constructor() {
    this.#child = spawn('python3', ['-c', listening, this.socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const before = this.notices.length;
      this.#text += chunk.toString();
      for (const notice of this.notices.slice(before)) this.heard(notice);
    });
  }

  static async listen(): Promise<FakeManager> {
    const manager = new FakeManager();
    await vi.waitFor(
      () => {
        if (!existsSync(manager.socket)) throw new Error('not listening yet');
      },
      { timeout: 10_000 },
    );
    return manager;
  }

  get socket(): string {
    return join(this.#place, 'notify');
  }

  get notices(): readonly string[] {
    return this.#text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line !== 'BARRIER=1');
  }

  stop(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#place, { recursive: true, force: true });
  }
}
