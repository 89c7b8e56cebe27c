/** A terminal of its own for a test: starts a command in tmux, types, pastes, and reads what is on the screen. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Longest a screen is waited for. */
const deadlineMs = 45_000;
/** Between two looks at it. */
const lookSeconds = 0.03;

export class Screen {
  /** Apart from every other tmux on the machine. */
  readonly #place = mkdtempSync(join(tmpdir(), 'doorpad-screen-'));

  /** Shows `before`, runs the command, shows `ended with <code>`, and stays. */
  static async run(
    command: string,
    { cwd, columns, rows }: { readonly cwd: string; readonly columns: number; readonly rows: number },
  ): Promise<Screen> {
    if (spawnSync('tmux', ['-V']).error !== undefined) throw new Error('This test needs tmux, which is not installed: apt-get install tmux.');
    const screen = new Screen();
    const line = `echo before; ${command}; echo "ended with $?"; exec cat`;
    await screen.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, '-c', cwd, 'sh', '-c', line);
    return screen;
  }

  type(...keys: readonly string[]): Promise<string> {
    return this.#tmux('send-keys', ...keys);
  }

  async paste(text: string): Promise<void> {
    await this.#tmux('set-buffer', text);
    await this.#tmux('paste-buffer', '-p');
  }

  text(): Promise<string> {
    return this.#tmux('capture-pane', '-p');
  }

  /** The screen once it is as wanted; rejects with the screen when that takes too long. */
  async until(isThere: (text: string) => boolean): Promise<string> {
    const endMs = performance.now() + deadlineMs;
    for (;;) {
      const text = await this.text();
      if (isThere(text)) return text;
      if (performance.now() > endMs) throw new Error(`the screen did not become as wanted:\n${text}`);
      await execute('sleep', [`${lookSeconds}`]);
    }
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
    rmSync(this.#place, { recursive: true, force: true });
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { stdout } = await execute('tmux', ['-S', join(this.#place, 'socket'), ...args]);
    return stdout;
  }
}
