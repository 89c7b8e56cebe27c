/**
 * The Line port on a serial port of Linux: opened, listened to, lost and found again. Decides when the wire is there; when a line that is
 * there is dead, and what the bytes mean, is link's. Who drives an RS-485 pair, and when, is left to the kernel or the transceiver.
 *
 * Every connection is a new port object, opened by the name it was given (/dev/serial/by-id/…, which may point elsewhere by then), and
 * begins with empty queues. Reading and writing never wait and use no thread of the pool; only opening, closing and a change of rate do.
 * Why the parts are these: docs/decisions/0015-serial-port.md.
 */
import { writeSync } from 'node:fs';
import { LinuxBinding, type LinuxPortBinding } from '@serialport/bindings-cpp';
import type { Clock } from '../ports/clock.ts';
import { type Line, type LineListener, maxReceivedBytes, maxSendBytes } from '../ports/line.ts';
import type { Subscription } from '../ports/subscription.ts';
import { assert } from '../shared/assert.ts';
import { slowLatencyMs } from './latency-timer.ts';
import { readSome } from './read-some.ts';
import { type ReadableWatch, watchWith } from './readable-watch.ts';
import { Retries } from './retries.ts';

/** Opening a port, closing the one before it included, is given up after this. */
export const openDeadlineMs = 5_000;
/** What was sent is out by then, also the longest frame at 9 600 baud (1.5 s), and the new rate is set. */
export const rateDeadlineMs = 3_000;
/** How long an adapter may keep bytes that the system takes for sent, beyond their time on the wire: two turns of full-speed USB, and some. */
const adapterMs = 5;
/** 8N1. */
const bitsPerByte = 10;

export interface SerialLinkNews {
  /** `opened`: bytes flow. `lost`: they no longer do. `away`: it cannot be opened, or for another reason than before. `slow`: it should be set otherwise. */
  readonly what: 'opened' | 'lost' | 'away' | 'slow';
  /** Constant, for people. */
  readonly sentence: string;
  /** What the system said. */
  readonly cause?: unknown;
}

export interface SerialLinkOptions {
  /** A name that stays: /dev/serial/by-id/… for an adapter, /dev/serial0 on a board. */
  readonly path: string;
  readonly baudRate: number;
  readonly clock: Clock;
  /** Hears of every change of state, once: one line of the log each. */
  readonly told?: (news: SerialLinkNews) => void;
  /** Where the kernel shows its devices. */
  readonly sysfs?: string;
}

interface OpenPort {
  readonly port: LinuxPortBinding;
  readonly fd: number;
  readonly watch: ReadableWatch;
  baudRate: number;
  /** When what was sent is out, going by its time on the wire. */
  outAtMs: number;
  /** Set while the rate changes: what was sent meanwhile, the last of it. A protocol of question and answer has no more. */
  change: { held: Uint8Array | undefined } | undefined;
}

export class SerialLink implements Line {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #told: (news: SerialLinkNews) => void;
  readonly #sysfs: string | undefined;
  readonly #buffer = new Uint8Array(maxReceivedBytes);
  readonly #retries: Retries;
  #baudRate: number;
  #listener: LineListener | undefined;
  #open: OpenPort | undefined;
  /** The try under way, so that one given up is known when it ends after all. */
  #attempt: object | undefined;
  /** Resolves once every port before is closed: the lock on the device goes with it. */
  #closed: Promise<void> = Promise.resolve();
  #openDeadline: unknown;
  #isAttached: boolean | undefined;
  #awaySentence: string | undefined;

  constructor({ path, baudRate, clock, told = () => undefined, sysfs }: SerialLinkOptions) {
    checkRate(baudRate);
    this.#path = path;
    this.#baudRate = baudRate;
    this.#clock = clock;
    this.#told = told;
    this.#sysfs = sysfs;
    this.#retries = new Retries(clock, () => this.#find());
  }

  listen(listener: LineListener): Subscription {
    assert(this.#listener === undefined, 'a line has one listener at a time');
    this.#listener = listener;
    this.#isAttached = undefined;
    this.#awaySentence = undefined;
    this.#retries.reset();
    this.#find();
    return {
      stop: () => {
        if (this.#listener !== listener) return;
        this.#listener = undefined;
        this.#attempt = undefined;
        this.#clock.clearTimeout(this.#openDeadline);
        this.#retries.cancel();
        this.#close();
      },
    };
  }

  send(bytes: Uint8Array): void {
    assert(bytes.length >= 1 && bytes.length <= maxSendBytes, `a piece is 1..${maxSendBytes} bytes`);
    const open = this.#open;
    if (open === undefined) return;
    if (open.change === undefined) this.#write(open, bytes);
    else open.change.held = bytes.slice();
  }

  setBaudRate(baudRate: number): void {
    checkRate(baudRate);
    this.#baudRate = baudRate;
    if (this.#open !== undefined) this.#followRate(this.#open);
  }

  /** Lets go of the port and opens it anew at once: for a line that is open and dead. One that is away is being tried anyway. */
  reopen(): void {
    const listener = this.#listener;
    if (this.#open === undefined || listener === undefined) return;
    this.#lose('the serial port is opened anew');
    if (this.#listener !== listener) return;
    this.#retries.cancel();
    this.#find();
  }

  #find(): void {
    const attempt = {};
    this.#attempt = attempt;
    this.#openDeadline = this.#clock.setTimeout(() => this.#away('the serial port does not open in time'), openDeadlineMs);
    const baudRate = this.#baudRate;
    const isWanted = (): boolean => this.#attempt === attempt;
    this.#closed = this.#closed
      .then(() => (isWanted() ? LinuxBinding.open({ path: this.#path, baudRate, lock: true }) : undefined))
      .then(
        (port) => {
          if (port !== undefined && !isWanted()) return closeEmpty(port);
          if (port !== undefined) this.#found(port, baudRate);
          return undefined;
        },
        (cause: unknown) => {
          if (isWanted()) this.#away(sentenceOn(cause), cause);
        },
      );
  }

  #found(port: LinuxPortBinding, baudRate: number): void {
    const { fd } = port;
    assert(fd !== null, 'a port just opened is open');
    this.#attempt = undefined;
    this.#clock.clearTimeout(this.#openDeadline);
    this.#retries.found();
    const open: OpenPort = {
      port,
      fd,
      watch: watchWith(port.poller),
      baudRate,
      outAtMs: Number.NEGATIVE_INFINITY,
      change: undefined,
    };
    this.#open = open;
    this.#awaySentence = undefined;
    open.watch.once(() => this.#readable(open));
    this.#followRate(open);
    const latencyMs = slowLatencyMs(this.#path, this.#sysfs);
    this.#told({ what: 'opened', sentence: 'the serial port is open' });
    if (latencyMs !== undefined) this.#told({ what: 'slow', sentence: slowSentence, cause: `${latencyMs} ms` });
    if (this.#open === open) this.#report(true);
  }

  #readable(open: OpenPort): void {
    const read = readSome(open.fd, this.#buffer);
    if (read.bytes === undefined) {
      this.#lose('the serial port is gone', read.cause);
      return;
    }
    if (read.bytes > 0) this.#listener?.received(this.#buffer.slice(0, read.bytes), this.#clock.nowMs());
    if (this.#open === open) open.watch.once(() => this.#readable(open));
  }

  /** A port with more waiting than the system takes is stuck: what is half out is as good as lost, and so is the port. */
  #write(open: OpenPort, bytes: Uint8Array): void {
    const cause = writeWhole(open.fd, bytes);
    open.outAtMs = Math.max(this.#clock.nowMs(), open.outAtMs) + (bytes.length * bitsPerByte * 1_000) / open.baudRate;
    if (cause === undefined) return;
    // The caller may be in the middle of its own work.
    queueMicrotask(() => {
      if (this.#open === open) this.#lose('the serial port takes no more bytes', cause);
    });
  }

  /** One change at a time; another rate asked for meanwhile is set after it. Setting a rate drops what has not gone out, so that goes first. */
  #followRate(open: OpenPort): void {
    if (open.change !== undefined || open.baudRate === this.#baudRate) return;
    open.change = { held: undefined };
    this.#clock.setTimeout(
      () => {
        if (this.#open === open) this.#setRate(open, this.#baudRate);
      },
      Math.max(0, open.outAtMs + adapterMs - this.#clock.nowMs()),
    );
  }

  #setRate(open: OpenPort, baudRate: number): void {
    const fail = (cause: unknown): void => {
      this.#clock.clearTimeout(deadline);
      if (this.#open === open) this.#lose('the serial port does not take the new rate', cause);
    };
    const deadline = this.#clock.setTimeout(() => fail(undefined), rateDeadlineMs);
    open.port
      .drain()
      .then(() => open.port.update({ baudRate }))
      .then(() => {
        this.#clock.clearTimeout(deadline);
        if (this.#open === open) this.#haveRate(open, baudRate);
      }, fail);
  }

  #haveRate(open: OpenPort, baudRate: number): void {
    const held = open.change?.held;
    open.baudRate = baudRate;
    open.change = undefined;
    this.#followRate(open);
    if (held !== undefined) this.send(held);
  }

  #lose(sentence: string, cause?: unknown): void {
    this.#close();
    this.#retries.later();
    this.#told(newsOf('lost', sentence, cause));
    this.#report(false);
  }

  #away(sentence: string, cause?: unknown): void {
    const isNews = this.#awaySentence !== sentence;
    this.#attempt = undefined;
    this.#awaySentence = sentence;
    this.#clock.clearTimeout(this.#openDeadline);
    this.#retries.later();
    if (isNews) this.#told(newsOf('away', sentence, cause));
    this.#report(false);
  }

  /** Whoever was told something else first may have stopped listening. */
  #report(isAttached: boolean): void {
    if (this.#isAttached === isAttached) return;
    this.#isAttached = isAttached;
    this.#listener?.attached(isAttached);
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.watch.stop();
    this.#closed = Promise.all([this.#closed, closeEmpty(open.port)]).then(() => undefined);
  }
}

/** Drops what has not gone out, or closing would wait for it up to 30 s. A device that is gone refuses both, and is closed by that. */
const closeEmpty = (port: LinuxPortBinding): Promise<void> =>
  port
    .flush()
    .catch(() => undefined)
    .then(() => port.close())
    .catch(() => undefined);

/** Of `away`: somebody else has it open. */
export const inUseSentence = 'the serial port is in use by another program';
const slowSentence = 'the USB adapter holds bytes back: allow its latency_timer to be written, or set it to 1';

const newsOf = (what: SerialLinkNews['what'], sentence: string, cause: unknown): SerialLinkNews =>
  cause === undefined ? { what, sentence } : { what, sentence, cause };

const checkRate = (baudRate: number): void => assert(Number.isInteger(baudRate) && baudRate > 0, 'a rate is a whole number of bits a second');

/** What stood in the way; undefined: the system has taken it all. */
function writeWhole(fd: number, bytes: Uint8Array): unknown {
  try {
    const written = writeSync(fd, bytes);
    return written === bytes.length ? undefined : new Error(`${written} of ${bytes.length} bytes were taken`);
  } catch (cause) {
    return cause;
  }
}

/** The binding tells failures in the words of the C library, without a code. */
const reasons: readonly (readonly [words: RegExp, sentence: string])[] = [
  [/Cannot lock/i, inUseSentence],
  [/Permission denied/i, 'the serial port may not be opened: is the user in the group of the device?'],
  [/No such file|No such device/i, 'the serial port is not there'],
];

const sentenceOn = (cause: unknown): string => reasons.find(([words]) => words.test(String(cause)))?.[1] ?? 'the serial port cannot be opened';
