/**
 * A root shell inside the emulated machine, for tests alone: a unit that the emulator hands to systemd as a credential, on a console no board has.
 * Nothing of it is on the card. What is asked of the shell is the checks'.
 */
import type { Socket } from 'node:net';

export const handsUnit = {
  /** The emulator allows no longer one (55 characters with what goes before it). */
  name: 'h.service',
  text: `[Unit]
Description=Hands of the test
StartLimitIntervalSec=0
[Service]
ExecStart=/bin/sh -c 'stty raw -echo; while read -r number command; do sh -c "$$command" </dev/null 2>&1; echo "@$$number@ $$?"; done'
StandardInput=tty-force
StandardOutput=tty
StandardError=journal
TTYPath=/dev/hvc0
Restart=always
RestartSec=1
`,
} as const;

const answerDeadlineMs = 60_000;

export class Hands {
  readonly #socket: Socket;
  #heard = '';
  #asked = 0;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#heard += bytes.toString('latin1');
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  /** Resolves when the shell answers for the first time. */
  async ready(deadlineMs: number): Promise<void> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      try {
        await this.#ask('true', 3_000);
        return;
      } catch (thrown) {
        if (performance.now() > end) throw thrown;
      }
    }
  }

  /** What the command, a single line, printed. Rejects when it ended with another code than 0. */
  async do(command: string, deadlineMs = answerDeadlineMs): Promise<string> {
    const { code, text } = await this.#ask(command, deadlineMs);
    if (code !== 0) throw new Error(`${command}: ended with ${code}: ${text.trim()}`);
    return text.trim();
  }

  /** How long the command, which prints nothing, took: in milliseconds of the machine's own clock. */
  async took(command: string): Promise<number> {
    const said = await this.do(`read -r before rest </proc/uptime; ${command}; read -r after rest </proc/uptime; echo $before $after`);
    const [before = Number.NaN, after = Number.NaN] = said.split(' ').map(Number);
    return (after - before) * 1_000;
  }

  async #ask(command: string, deadlineMs: number): Promise<{ code: number; text: string }> {
    this.#asked += 1;
    const mark = `@${this.#asked}@`;
    this.#heard = '';
    this.#socket.write(`${this.#asked} ${command}\n`);
    const end = performance.now() + deadlineMs;
    for (;;) {
      const found = new RegExp(`${mark} (\\d+)`).exec(this.#heard);
      if (found !== null) return { code: Number(found[1]), text: this.#heard.slice(0, found.index).replaceAll('\r', '') };
      const leftMs = end - performance.now();
      if (leftMs <= 0) throw new Error(`no answer within ${deadlineMs / 1_000} s: ${command}`);
      await this.#more(leftMs);
    }
  }

  #more(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
