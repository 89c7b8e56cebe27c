/**
 * Finds frames in a stream of bytes, however it is cut (OSDP.md §1, §2), and says what it threw away. Knows no addresses and answers
 * nothing: that is a session's. Why what was thrown away is searched once more: docs/decisions/0011-frames-inside-what-was-dropped.md.
 */
import { assert } from '../shared/assert.ts';
import {
  announcedBytes,
  decodeFrame,
  type Frame,
  type FrameHeader,
  headerBytes,
  leastFrameBytes,
  mark,
  maxFrameBytes,
  startOfMessage,
} from './frame.ts';

/** A pause inside a frame that ends it (OSDP.md §1). */
export const nominalGapMs = 20;

export type DropReason =
  /** Belongs to no frame. */
  | 'noise'
  /** Began like a frame, with a length no frame has. */
  | 'length'
  /** Its check is wrong. */
  | 'check'
  /** The line fell silent before its end. */
  | 'gap'
  /** A frame, longer than this receiver takes. */
  | 'tooLong'
  /** A frame whose security block does not fit into it. */
  | 'securityBlock';

export interface FramerListener {
  /** The frame's bytes are its own: they may be kept. */
  frame(frame: Frame): void;
  /** `bytes` (1 and more, marks not counted) were thrown away. Where the check was right, `header` says whose they were. */
  dropped(reason: DropReason, bytes: number, header: FrameHeader | undefined): void;
}

export interface FramerLimits {
  /** Longest frame this receiver takes, 128..1440. */
  readonly maxBytes?: number;
  readonly gapMs?: number;
}

export class Framer {
  readonly #listener: FramerListener;
  readonly #maxBytes: number;
  readonly #gapMs: number;
  /** The beginning of a frame. It always has room: a frame of the longest length is complete, and leaves. */
  readonly #buffer = new Uint8Array(maxFrameBytes);
  #held = 0;
  #from = 0;
  #lastMs = 0;
  #dropped = 0;
  #reason: DropReason = 'noise';
  #isAfterMark = false;
  #isMarked = false;

  constructor(listener: FramerListener, { maxBytes = maxFrameBytes, gapMs = nominalGapMs }: FramerLimits = {}) {
    assert(maxBytes >= leastFrameBytes && maxBytes <= maxFrameBytes, `a receiver takes frames of ${leastFrameBytes}..${maxFrameBytes} bytes`);
    this.#listener = listener;
    this.#maxBytes = maxBytes;
    this.#gapMs = gapMs;
  }

  /** A mark stood before the frame last told. */
  get isMarked(): boolean {
    return this.#isMarked;
  }

  /** When `expire` is due; undefined while no frame has begun. */
  get deadlineMs(): number | undefined {
    return this.#held === 0 ? undefined : this.#lastMs + this.#gapMs;
  }

  /**
   * Any number of bytes that came at `nowMs` (monotonic). Tells the listener of every frame they complete before it returns; the
   * listener may reset the framer, but not feed it.
   */
  receive(bytes: Uint8Array, nowMs: number): void {
    this.expire(nowMs);
    this.#lastMs = nowMs;
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, maxFrameBytes - this.#held);
      this.#buffer.set(taken === bytes.length ? bytes : bytes.subarray(at, at + taken), this.#held);
      this.#held += taken;
      at += taken;
      this.#search(false);
    }
    this.#tellDropped();
  }

  /** Gives up a frame that has not gone on for the length of a gap. Does nothing before `deadlineMs`. */
  expire(nowMs: number): void {
    // The same sum as in `deadlineMs`: whoever waits for that moment must find it due.
    const { deadlineMs } = this;
    if (deadlineMs === undefined || nowMs < deadlineMs) return;
    this.#search(true);
    this.#tellDropped();
  }

  /** Forgets the beginning of a frame, for a line that was closed and opened. */
  reset(): void {
    this.#held = 0;
    this.#from = 0;
    this.#dropped = 0;
    this.#isAfterMark = false;
  }

  /** Leaves at most the beginning of one frame in the buffer; nothing, when the line has fallen silent. */
  #search(isSilent: boolean): void {
    while (this.#from < this.#held) {
      if (this.#buffer[this.#from] !== startOfMessage) this.#skip();
      else if (!this.#takeFrame(isSilent)) break;
    }
    if (this.#from < this.#held) this.#buffer.copyWithin(0, this.#from, this.#held);
    this.#held -= this.#from;
    this.#from = 0;
  }

  /** False when more bytes must come first. */
  #takeFrame(isSilent: boolean): boolean {
    const available = this.#held - this.#from;
    const length = available < headerBytes ? Number.POSITIVE_INFINITY : announcedBytes(this.#buffer, this.#from);
    if (length === undefined) this.#giveUp('length', isSilent);
    else if (length > available && !isSilent) return false;
    else if (length > available) this.#giveUp('gap', isSilent);
    else this.#takeComplete(length, isSilent);
    return true;
  }

  #takeComplete(length: number, isSilent: boolean): void {
    const decoded = decodeFrame(this.#buffer.slice(this.#from, this.#from + length));
    const header = decoded.ok ? decoded.value : decoded.failure.header;
    if (header === undefined) {
      this.#giveUp('check', isSilent);
      return;
    }
    this.#tellDropped();
    this.#from += length;
    this.#isMarked = this.#isAfterMark;
    this.#isAfterMark = false;
    if (length > this.#maxBytes) this.#listener.dropped('tooLong', length, header);
    else if (decoded.ok) this.#listener.frame(decoded.value);
    else this.#listener.dropped('securityBlock', length, header);
  }

  /** What began here is no frame: search on behind its first byte. All that one silence cuts off is one notice. */
  #giveUp(reason: DropReason, isSilent: boolean): void {
    const told = isSilent ? 'gap' : reason;
    if (this.#reason !== told) this.#tellDropped();
    this.#reason = told;
    this.#skip();
  }

  #skip(): void {
    this.#isAfterMark = this.#buffer[this.#from] === mark;
    if (!this.#isAfterMark) this.#dropped += 1;
    this.#from += 1;
  }

  #tellDropped(): void {
    if (this.#dropped > 0) this.#listener.dropped(this.#reason, this.#dropped, undefined);
    this.#dropped = 0;
    this.#reason = 'noise';
  }
}
