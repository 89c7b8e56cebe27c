/**
 * One Linux input device: opened, read as it has something, found again when it was away. Decides when it is there and at
 * which monotonic time an event happened; what the events mean is the keypad's, the card reader's and the inputs'.
 *
 * The file is non-blocking and waited for in the event loop: a blocking read a device would hold a thread of the pool each,
 * and four of them stop the serial line.
 */
import { closeSync, constants, openSync } from 'node:fs';
import type { Clock } from '../ports/clock.ts';
import type { Subscription } from '../ports/subscription.ts';
import { assert } from '../shared/assert.ts';
import { EvdevDecoder, type EvdevEvent, type EvdevEventBytes, eventBytesOf } from './evdev.ts';
import { readSome } from './read-some.ts';
import { type ReadableWatch, watchReadable } from './readable-watch.ts';
import { Retries } from './retries.ts';

/** Events taken in one turn of the event loop, so that a device that never stops leaves time for the line and the timers. */
export const maxEventsATurn = 256;
/** An event older than this, or from the future, counts as of now: the wall clock was set between the event and its reading. */
export const maxEventAgeMs = 1_000;

/** Codes that are on. */
export interface EvdevState {
  readonly keys: ReadonlySet<number>;
  readonly switches: ReadonlySet<number>;
}

/** What only ioctl() can do, which Node lacks. A board that brings it gets exact states; without it they are learnt from changes. */
export interface EvdevControl {
  /** EVIOCGRAB: what is typed reaches nobody else, such as a console. */
  grab(fd: number): void;
  /** EVIOCGKEY and EVIOCGSW. */
  state(fd: number): EvdevState;
}

/** An event on the reader's clock. */
export interface TimedEvdevEvent extends EvdevEvent {
  readonly atMs: number;
}

export interface EvdevListener {
  event(event: TimedEvdevEvent): void;
  /** What was held may no longer be: the device came, or events were lost. `state`: what is on now; undefined: cannot be asked. */
  resync(state: EvdevState | undefined, atMs: number): void;
  /** One report per change. A device that is there from the start is not reported. */
  attached(isAttached: boolean): void;
}

export interface EvdevDeviceOptions {
  /** /dev/input/…, by a name that stays (by-path, by-id or a udev rule). */
  readonly path: string;
  readonly clock: Clock;
  readonly control?: EvdevControl;
  readonly eventBytes?: EvdevEventBytes;
  /** The clock that stamps the events: the system's wall clock, never the one a controller set. */
  readonly systemWallMs?: () => number;
}

interface OpenDevice {
  readonly fd: number;
  readonly watch: ReadableWatch;
  readonly decoder: EvdevDecoder;
}

export class EvdevDevice {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #control: EvdevControl | undefined;
  readonly #eventBytes: EvdevEventBytes;
  readonly #systemWallMs: () => number;
  readonly #buffer: Uint8Array;
  readonly #retries: Retries;
  #listener: EvdevListener | undefined;
  #open: OpenDevice | undefined;
  #isAttached = true;
  /** Events never go back in time, whatever their stamps say. */
  #latestMs = Number.NEGATIVE_INFINITY;

  constructor({ path, clock, control, eventBytes = eventBytesOf(process.arch), systemWallMs = Date.now }: EvdevDeviceOptions) {
    this.#path = path;
    this.#clock = clock;
    this.#control = control;
    this.#eventBytes = eventBytes;
    this.#systemWallMs = systemWallMs;
    this.#buffer = new Uint8Array(eventBytes * maxEventsATurn);
    this.#retries = new Retries(clock, () => this.#find());
  }

  /** Tells everything until stopped, first after this call has returned. One listener at a time. */
  listen(listener: EvdevListener): Subscription {
    assert(this.#listener === undefined, 'an input device has one listener at a time');
    this.#listener = listener;
    this.#isAttached = true;
    this.#retries.reset();
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

  #find(): void {
    const open = this.#openDevice();
    // A FIFO opens without a writer: only the first read shows that somebody is there.
    const bytesRead = open && readSome(open.fd, this.#buffer).bytes;
    if (open === undefined || bytesRead === undefined) {
      this.#lost();
      return;
    }
    if (!this.#isAttached) {
      this.#isAttached = true;
      this.#listener?.attached(true);
    }
    this.#resync(this.#systemWallMs());
    this.#take(open, bytesRead);
  }

  #openDevice(): OpenDevice | undefined {
    const fd = openInput(this.#path);
    if (fd === undefined) return undefined;
    try {
      this.#control?.grab(fd);
      this.#open = { fd, watch: watchReadable(fd), decoder: new EvdevDecoder(this.#eventBytes) };
      this.#retries.found();
      return this.#open;
    } catch {
      // No input device, gone between the opening and here, or held by somebody else.
      closeSync(fd);
      return undefined;
    }
  }

  #readable(open: OpenDevice): void {
    const { bytes } = readSome(open.fd, this.#buffer);
    if (bytes === undefined) this.#lost();
    else this.#take(open, bytes);
  }

  #take(open: OpenDevice, bytesRead: number): void {
    open.decoder.feed(this.#buffer.subarray(0, bytesRead), {
      // Whoever was told may have stopped listening.
      event: (event) => {
        if (this.#open === open) this.#listener?.event({ ...event, atMs: this.#monotonicMs(event.atWallMs) });
      },
      dropped: (atWallMs) => {
        if (this.#open === open) this.#resync(atWallMs);
      },
    });
    if (this.#open === open) open.watch.once(() => this.#readable(open));
  }

  #resync(atWallMs: number): void {
    this.#listener?.resync(this.#state(), this.#monotonicMs(atWallMs));
  }

  #state(): EvdevState | undefined {
    try {
      return this.#open && this.#control?.state(this.#open.fd);
    } catch {
      return undefined;
    }
  }

  #lost(): void {
    this.#close();
    this.#retries.later();
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#listener?.attached(false);
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.watch.stop();
    closeSync(open.fd);
  }

  #monotonicMs(atWallMs: number): number {
    const nowMs = this.#clock.nowMs();
    const ageMs = this.#systemWallMs() - atWallMs;
    const atMs = ageMs >= 0 && ageMs <= maxEventAgeMs ? nowMs - ageMs : nowMs;
    this.#latestMs = Math.max(this.#latestMs, atMs);
    return this.#latestMs;
  }
}

/** The file, opened so that reading never waits; undefined: not there, or not ours to read. */
function openInput(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
