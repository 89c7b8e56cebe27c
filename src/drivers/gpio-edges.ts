/**
 * Falling edges of a few GPIO lines, with the kernel's times. Decides when the lines are ours, when they are lost and asked for again, and when
 * there are more edges than any reader sends; what an edge means is wiegand.ts's.
 *
 * Edges are lost only in a flood, and then that is told: the kernel keeps 1 024 of them while this process is busy.
 */
import { closeSync, constants, openSync } from 'node:fs';
import type { Clock } from '../ports/clock.ts';
import type { Subscription } from '../ports/subscription.ts';
import { assert } from '../shared/assert.ts';
import type { DeviceNews } from './device-news.ts';
import { EdgeDecoder, type EdgeSink, edgeBytes, getLineRequest, grantedFd, lineRequest } from './gpio-v2.ts';
import { type Ioctl, systemIoctl } from './ioctl.ts';
import { readSome } from './read-some.ts';
import { type ReadableWatch, watchReadable } from './readable-watch.ts';
import { Retries } from './retries.ts';

/** Edges taken in one turn of the event loop, so that a wire that never rests leaves time for the line and the timers. */
export const maxEdgesATurn = 256;
/** Densest edges of a reader: one each 200 µs (SIA AC-01). More in a second are noise, or somebody at the wires: the lines are let go of for a while. */
export const maxEdgesASecond = 5_000;

/** FIONBIO (include/uapi/asm-generic/ioctls.h): the kernel hands the lines out as a file whose reads wait. */
const nonBlockingRequest = 0x5421;

export interface EdgeListener extends EdgeSink {
  /** One report per change. Lines that are ours from the start are not reported. */
  attached(isAttached: boolean): void;
}

/** Where edges come from, for what makes bits of them. */
export interface EdgeSource {
  /** Tells everything until stopped, first after this call has returned. One listener at a time. */
  listen(listener: EdgeListener): Subscription;
  /** Tells at once what waits to be read, for who is about to conclude that nothing came. */
  catchUp(): void;
}

export interface GpioEdgesOptions {
  /** /dev/gpiochip… */
  readonly chip: string;
  /** Numbers of lines of that chip. */
  readonly lines: readonly number[];
  readonly clock: Clock;
  readonly ioctl?: Ioctl;
  readonly told?: (news: DeviceNews) => void;
}

interface OpenLines {
  readonly fd: number;
  readonly watch: ReadableWatch;
  readonly decoder: EdgeDecoder;
}

export class GpioEdges implements EdgeSource {
  readonly #chip: string;
  readonly #lines: readonly number[];
  readonly #clock: Clock;
  readonly #ioctl: Ioctl;
  readonly #told: (news: DeviceNews) => void;
  readonly #buffer = new Uint8Array(edgeBytes * maxEdgesATurn);
  readonly #retries: Retries;
  #listener: EdgeListener | undefined;
  #open: OpenLines | undefined;
  #isAttached = true;
  #awayCause: string | undefined;
  #second = { startMs: Number.NEGATIVE_INFINITY, edges: 0 };

  constructor({ chip, lines, clock, ioctl = systemIoctl, told = () => undefined }: GpioEdgesOptions) {
    this.#chip = chip;
    this.#lines = lines;
    this.#clock = clock;
    this.#ioctl = ioctl;
    this.#told = told;
    this.#retries = new Retries(clock, () => this.#find());
  }

  listen(listener: EdgeListener): Subscription {
    assert(this.#listener === undefined, 'lines have one listener at a time');
    this.#listener = listener;
    this.#isAttached = true;
    this.#retries.reset();
    this.#awayCause = undefined;
    queueMicrotask(() => {
      if (this.#listener === listener) this.#find();
    });
    return {
      stop: () => {
        if (this.#listener !== listener) return;
        this.#listener = undefined;
        this.#retries.cancel();
        this.#close();
      },
    };
  }

  catchUp(): void {
    const open = this.#open;
    // No more than the kernel keeps, so that a flood is not followed for ever.
    for (let turn = 0; open !== undefined && this.#open === open && turn < 4; turn++) if (!this.#read(open)) return;
  }

  #find(): void {
    try {
      const fd = this.#request();
      this.#open = { fd, watch: this.#watch(fd), decoder: new EdgeDecoder() };
      this.#retries.found();
    } catch (cause) {
      this.#away(cause);
      return;
    }
    this.#awayCause = undefined;
    const open = this.#open;
    open.watch.once(() => this.#readable(open));
    if (this.#isAttached) return;
    this.#isAttached = true;
    this.#listener?.attached(true);
  }

  /** The file of the lines; the chip's own is not needed after it. */
  #request(): number {
    const chip = openSync(this.#chip, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const request = lineRequest(this.#lines);
      this.#ioctl(chip, getLineRequest, request);
      return grantedFd(request);
    } finally {
      closeSync(chip);
    }
  }

  #watch(fd: number): ReadableWatch {
    try {
      this.#ioctl(fd, nonBlockingRequest, Uint8Array.of(1, 0, 0, 0));
      return watchReadable(fd);
    } catch (cause) {
      closeSync(fd);
      throw cause;
    }
  }

  #readable(open: OpenLines): void {
    this.#read(open);
    if (this.#open === open) open.watch.once(() => this.#readable(open));
  }

  /** Whether there may be more. */
  #read(open: OpenLines): boolean {
    const { bytes } = readSome(open.fd, this.#buffer);
    if (bytes === undefined) {
      this.#lost();
      return false;
    }
    const isFlood = this.#isFlood(bytes / edgeBytes);
    open.decoder.feed(this.#buffer.subarray(0, bytes), {
      // Whoever was told may have stopped listening.
      edge: (edge) => {
        if (this.#open === open) this.#listener?.edge(edge);
      },
      lost: () => {
        if (this.#open === open) this.#listener?.lost();
      },
    });
    if (isFlood && this.#open === open) this.#flooded();
    return bytes === this.#buffer.length;
  }

  #isFlood(edges: number): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#second.startMs >= 1_000) this.#second = { startMs: nowMs, edges: 0 };
    this.#second.edges += edges;
    return this.#second.edges > maxEdgesASecond;
  }

  /** While the lines are not ours the kernel takes no interrupts for them. */
  #flooded(): void {
    this.#second = { startMs: Number.NEGATIVE_INFINITY, edges: 0 };
    this.#told({ what: 'flooded', sentence: 'the wires of the card reader never rest, so they are not listened to for a while' });
    this.#lost();
  }

  #away(cause: unknown): void {
    const text = String(cause);
    const isNews = this.#awayCause !== text;
    this.#awayCause = text;
    if (isNews) this.#told({ what: 'away', sentence: 'the wires of the card reader cannot be listened to', cause });
    this.#lost();
  }

  #lost(): void {
    this.#close();
    // Whoever was told may have stopped listening.
    if (this.#listener === undefined) return;
    this.#retries.later();
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#listener.attached(false);
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.watch.stop();
    closeSync(open.fd);
  }
}
