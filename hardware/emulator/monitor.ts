/** The emulator's own monitor (QMP): keys of its keyboard, its character devices. One question at a time. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Answer {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly QMP?: unknown;
}
interface CharacterDevice {
  readonly label: string;
  readonly filename: string;
}

const keyNames: Readonly<Record<string, string>> = { '#': 'ret', '*': 'kp_multiply' };

export class Monitor {
  readonly #socket: Socket;
  readonly #waiting: { resolve: (value: unknown) => void; reject: (reason: Error) => void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket })
      .on('line', (line) => this.#take(JSON.parse(line) as Answer))
      .on('error', () => undefined);
    socket.on('error', () => undefined);
  }

  static async on(socket: Socket): Promise<Monitor> {
    const monitor = new Monitor(socket);
    await monitor.#ask('qmp_capabilities');
    return monitor;
  }

  /** Presses and lets go of each, on the keyboard: digits, `*`, and Enter for `#`. */
  async type(keys: string): Promise<void> {
    for (const key of keys)
      for (const down of [true, false])
        await this.#ask('input-send-event', {
          events: [{ type: 'key', data: { down, key: { type: 'qcode', data: keyNames[key] ?? key } } }],
        });
  }

  async fileOf(label: string): Promise<string> {
    const devices = (await this.#ask('query-chardev')) as readonly CharacterDevice[];
    const found = devices.find((device) => device.label === label);
    if (found === undefined) throw new Error(`the emulator has no device ${label}`);
    return found.filename;
  }

  /** Puts a USB stick in: a raw disk, which is only read. `name` is new for each. */
  async plug(name: string, disk: string): Promise<void> {
    const file = { driver: 'file', filename: disk, 'read-only': true };
    await this.#ask('blockdev-add', { driver: 'raw', 'node-name': name, 'read-only': true, file });
    await this.#ask('device_add', { driver: 'usb-storage', id: name, drive: name, bus: 'usb.0' });
  }

  async unplug(name: string): Promise<void> {
    await this.#ask('device_del', { id: name });
  }

  #ask(execute: string, args: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  /** Greetings and events are nobody's answer. */
  #take(answer: Answer): void {
    if (answer.return === undefined && answer.error === undefined) return;
    const waiting = this.#waiting.shift();
    if (answer.error === undefined) waiting?.resolve(answer.return);
    else waiting?.reject(new Error(`the emulator refused: ${answer.error.desc}`));
  }
}
