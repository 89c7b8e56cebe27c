/**
 * What goes over one end of a line, counted: bytes both ways, and from one POLL of a reader to its next. Reads what stands in every frame for all
 * to see, and changes nothing; what the figures are held against is the reader's of them.
 */
import { commands } from '../../src/osdp/commands.ts';
import { decodeFrame, mark } from '../../src/osdp/frame.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Line, LineListener } from '../../src/ports/line.ts';
import type { Subscription } from '../../src/ports/subscription.ts';

interface Polled {
  readonly frame: string;
  readonly atMs: number;
}

export class MeteredLine implements Line {
  readonly #line: Line;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #polled = new Map<number, Polled>();
  #cycles: number[] = [];
  #bytes = 0;

  constructor(line: Line, clock: Pick<Clock, 'nowMs'>) {
    this.#line = line;
    this.#clock = clock;
  }

  /** Said and heard here since the last time this was asked; and the milliseconds between POLLs, a repeated one counted once. */
  take(): { readonly bytes: number; readonly pollCycles: readonly number[] } {
    const taken = { bytes: this.#bytes, pollCycles: this.#cycles };
    this.#bytes = 0;
    this.#cycles = [];
    return taken;
  }

  listen(listener: LineListener): Subscription {
    return this.#line.listen({
      received: (bytes, atMs) => {
        this.#bytes += bytes.length;
        listener.received(bytes, atMs);
      },
      attached: (isAttached) => listener.attached(isAttached),
    });
  }

  send(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#notePoll(bytes);
    this.#line.send(bytes);
  }

  setBaudRate(baudRate: number): void {
    this.#line.setBaudRate(baudRate);
  }

  #notePoll(bytes: Uint8Array): void {
    const decoded = decodeFrame(bytes[0] === mark ? bytes.subarray(1) : bytes);
    if (!decoded.ok || decoded.value.code !== commands.poll.code) return;
    const { address } = decoded.value;
    const frame = Buffer.from(bytes).toString('base64');
    const before = this.#polled.get(address);
    if (before?.frame === frame) return;
    const atMs = this.#clock.nowMs();
    if (before !== undefined) this.#cycles.push(atMs - before.atMs);
    this.#polled.set(address, { frame, atMs });
  }
}
