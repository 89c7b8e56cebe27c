/**
 * Asks on a line as an installer's tool does: one frame out, everything that comes back in, with the time it took. Opens no session
 * and repeats nothing: what to ask, and what the answers mean, is the tool's. Not for a line on which a controller speaks.
 */
import { type CommandName, type CommandPayload, commands, encodeCommand } from '../osdp/commands.ts';
import { encodeFrame, type Frame, mark, maxFrameBytes, type SecurityBlock } from '../osdp/frame.ts';
import { Framer } from '../osdp/framer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Line } from '../ports/line.ts';
import type { Subscription } from '../ports/subscription.ts';
import { assert } from '../shared/assert.ts';

/** A reader begins its reply within this (OSDP.md §1). */
export const replyWaitMs = 200;
/** Silence that ends what came back: twice the pause inside a frame (OSDP.md §1). */
const quietMs = 40;
/** 8N1. */
const bitsPerByte = 10;

/** What was on the line for a while. */
export interface Overheard {
  /** Whole and undamaged, but for those this tool sent itself. */
  readonly frames: readonly Frame[];
  /** Of bytes that belong to no such frame. */
  readonly damagedBytes: number;
  /** How many of all bytes were 0: a line that is held the wrong way round reads so. */
  readonly zeroBytes: number;
  readonly bytes: number;
  /** From the end of the question to the first byte; undefined: nothing came. */
  readonly firstMs: number | undefined;
}

export interface Question<Name extends CommandName> {
  readonly address: number;
  readonly name: Name;
  readonly payload: CommandPayload<Name>;
  readonly security?: SecurityBlock;
  /** From the end of the question; a reply that begins later is not waited for. */
  readonly waitMs?: number;
  /** Ends with the first whole reply, without waiting for a second. */
  readonly isHasty?: boolean;
}

interface Hearing {
  frames: Frame[];
  damagedBytes: number;
  zeroBytes: number;
  bytes: number;
  firstMs: number | undefined;
  readonly sent: Uint8Array | undefined;
  /** When the question is out. */
  readonly fromMs: number;
  /** When it ends though nothing came, and when it ends in any case. */
  readonly silentMs: number;
  readonly latestMs: number;
  readonly isHasty: boolean;
  readonly end: (overheard: Overheard) => void;
}

export class LineAsker {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #framer: Framer;
  readonly #subscription: Subscription;
  readonly #attached = Promise.withResolvers<void>();
  #baudRate: number;
  #hearing: Hearing | undefined;
  #timer: unknown;

  /** `baudRate`: what the line has been opened with. */
  constructor(line: Line, clock: Clock, baudRate: number) {
    this.#line = line;
    this.#clock = clock;
    this.#baudRate = baudRate;
    this.#framer = new Framer({
      frame: (frame) => this.#heard(frame),
      dropped: (_, bytes) => {
        if (this.#hearing !== undefined) this.#hearing.damagedBytes += bytes;
      },
    });
    this.#subscription = line.listen({
      received: (bytes, atMs) => this.#received(bytes, atMs),
      attached: (isAttached) => {
        if (isAttached) this.#attached.resolve();
      },
    });
  }

  /** Resolves once the wire is there; never when it never is. */
  get attached(): Promise<void> {
    return this.#attached.promise;
  }

  /** Lets go of the line; a question under way is never answered. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#hearing = undefined;
    this.#subscription.stop();
  }

  setBaudRate(baudRate: number): void {
    this.#baudRate = baudRate;
    this.#line.setBaudRate(baudRate);
    this.#framer.reset();
  }

  /** What others say for this long. */
  overhear(forMs: number): Promise<Overheard> {
    const untilMs = this.#clock.nowMs() + forMs;
    return this.#hear(undefined, this.#clock.nowMs(), untilMs, untilMs, false);
  }

  /** With sequence 0, which every reader takes at any time (OSDP.md §3). One question at a time. */
  ask<Name extends CommandName>({ address, name, payload, security, waitMs = replyWaitMs, isHasty = false }: Question<Name>): Promise<Overheard> {
    const data = encodeCommand(name, payload);
    const frame = encodeFrame({ address, isReply: false, sequence: 0, check: 'crc16', security, code: commands[name].code, data });
    const bytes = Uint8Array.of(mark, ...frame);
    this.#framer.reset();
    const outMs = this.#clock.nowMs() + this.#wireMs(bytes.length);
    const silentMs = outMs + waitMs;
    const answer = this.#hear(frame, outMs, silentMs, silentMs + this.#wireMs(maxFrameBytes), isHasty);
    this.#line.send(bytes);
    return answer;
  }

  #wireMs(bytes: number): number {
    return (bytes * bitsPerByte * 1_000) / this.#baudRate;
  }

  #hear(sent: Uint8Array | undefined, fromMs: number, silentMs: number, latestMs: number, isHasty: boolean): Promise<Overheard> {
    assert(this.#hearing === undefined, 'one question at a time');
    const { promise, resolve } = Promise.withResolvers<Overheard>();
    this.#hearing = {
      frames: [],
      damagedBytes: 0,
      zeroBytes: 0,
      bytes: 0,
      firstMs: undefined,
      sent,
      fromMs,
      silentMs,
      latestMs,
      isHasty,
      end: resolve,
    };
    this.#wakeAt(silentMs);
    return promise;
  }

  #received(bytes: Uint8Array, atMs: number): void {
    const hearing = this.#hearing;
    if (hearing === undefined) return;
    hearing.bytes += bytes.length;
    for (const byte of bytes) if (byte === 0) hearing.zeroBytes += 1;
    hearing.firstMs ??= Math.max(0, atMs - hearing.fromMs);
    this.#framer.receive(bytes, atMs);
    if (this.#hearing === hearing && hearing.bytes > 0) this.#wakeAt(Math.min(Math.max(hearing.silentMs, atMs + quietMs), hearing.latestMs));
    if (this.#hearing === hearing && hearing.frames.length > 0 && hearing.sent !== undefined) {
      // A second reply begins soon or never.
      this.#wakeAt(Math.min(atMs + quietMs, hearing.latestMs));
      if (hearing.isHasty) this.#end();
    }
  }

  #heard(frame: Frame): void {
    const hearing = this.#hearing;
    if (hearing === undefined) return;
    if (hearing.sent !== undefined && isSame(frame.bytes, hearing.sent)) {
      // The adapter hears itself.
      hearing.bytes = 0;
      hearing.zeroBytes = 0;
      hearing.firstMs = undefined;
      return;
    }
    hearing.frames.push(frame);
  }

  #wakeAt(atMs: number): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#end(), atMs - this.#clock.nowMs());
  }

  #end(): void {
    const hearing = this.#hearing;
    if (hearing === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#framer.expire(Number.POSITIVE_INFINITY);
    this.#hearing = undefined;
    const { frames, damagedBytes, zeroBytes, firstMs, end } = hearing;
    // A reply may have come in one piece with what the adapter heard of the question.
    const bytes = Math.max(
      hearing.bytes,
      frames.reduce((sum, frame) => sum + frame.bytes.length, 0),
    );
    end({ frames, damagedBytes, zeroBytes, bytes, firstMs });
  }
}

const isSame = (left: Uint8Array, right: Uint8Array): boolean => left.length === right.length && left.every((byte, place) => byte === right[place]);
