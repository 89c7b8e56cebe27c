/**
 * A half-duplex line in memory, with many ends: what one says, all others hear when it has been said at its rate. Decides when bytes
 * arrive and what two talking at once leave of them. Noise, cuts and delays are faults.ts's, who may speak when is the protocol's.
 *
 * A stretch of a frame is one event, not a byte: what is said within 16 ms is heard together, as from a chip with a FIFO.
 */
import type { Clock } from '../../src/ports/clock.ts';
import { maxReceivedBytes } from '../../src/ports/line.ts';
import { assert } from '../../src/shared/assert.ts';
import { Random } from '../random.ts';
import { WireEnd } from './wire-end.ts';

/** 8N1. */
const bitsPerByte = 10;
/** Longest stretch of a frame that is heard as one: under the gap after which a frame counts as cut off (OSDP.md §1: 20 ms). */
const pieceMs = 16;
/** Bytes one end has said and that are not out yet; what goes beyond is dropped, as by a full kernel. */
export const maxWaitingBytes = 4_096;

export interface WireOptions {
  readonly clock: Clock;
  /** Of every end, until it is told otherwise. */
  readonly baudRate?: number;
}

/** A stretch of what one end says in one go, and when it is on the wire. */
interface Speech {
  readonly end: WireEnd;
  /** How often the end was unplugged: what it was saying then is never heard. */
  readonly plugging: number;
  /** Rises with each go. */
  readonly order: number;
  readonly bytes: Uint8Array;
  readonly baudRate: number;
  readonly fromMs: number;
  readonly toMs: number;
  isOver: boolean;
}

export class Wire {
  readonly #clock: Clock;
  readonly #baudRate: number;
  /** For what is left of bytes said at once, or heard at another rate. */
  readonly #random = new Random(1);
  readonly #ends: WireEnd[] = [];
  /** What is not over, and what is but overlaps something that is not. */
  #speeches: Speech[] = [];
  #order = 0;

  constructor({ clock, baudRate = 9_600 }: WireOptions) {
    assert(baudRate > 0, 'a wire has a rate');
    this.#clock = clock;
    this.#baudRate = baudRate;
  }

  /** One more end, plugged in. */
  end(): WireEnd {
    const end: WireEnd = new WireEnd(this.#baudRate, (bytes) => this.#say(end, bytes));
    this.#ends.push(end);
    return end;
  }

  #say(end: WireEnd, bytes: Uint8Array): void {
    const nowMs = this.#clock.nowMs();
    const { baudRate, plugging } = end;
    const byteMs = (bitsPerByte * 1_000) / baudRate;
    const beginMs = Math.max(nowMs, end.quietFromMs);
    if ((beginMs - nowMs) / byteMs + bytes.length > maxWaitingBytes) return;
    end.quietFromMs = beginMs + bytes.length * byteMs;
    this.#order += 1;
    const order = this.#order;
    const pieceBytes = Math.min(Math.max(1, Math.floor(pieceMs / byteMs)), maxReceivedBytes);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.slice(at, at + pieceBytes);
      const fromMs = beginMs + at * byteMs;
      const speech: Speech = { end, plugging, order, bytes: piece, baudRate, fromMs, toMs: fromMs + piece.length * byteMs, isOver: false };
      this.#speeches.push(speech);
      this.#clock.setTimeout(() => this.#over(speech), speech.toMs - nowMs);
    }
  }

  /** The last bit is out: whoever was silent hears it. */
  #over(speech: Speech): void {
    const isSaid = speech.end.plugging === speech.plugging;
    const others = this.#speeches.filter((other) => other.end !== speech.end && other.fromMs < speech.toMs && other.toMs > speech.fromMs);
    speech.isOver = true;
    this.#forget();
    const left = others.length === 0 ? speech.bytes : this.#leftOf(speech, others);
    if (!isSaid || left.length === 0) return;
    const nowMs = this.#clock.nowMs();
    for (const end of this.#ends) {
      // Who speaks does not hear.
      if (end === speech.end || !end.isHearing || others.some((other) => other.end === end)) continue;
      end.hear(end.baudRate === speech.baudRate ? left.slice() : this.#misread(left, end.baudRate / speech.baudRate), nowMs);
    }
  }

  #forget(): void {
    const goingOn = this.#speeches.filter(({ isOver }) => !isOver);
    const oldestMs = Math.min(...goingOn.map(({ fromMs }) => fromMs));
    this.#speeches = this.#speeches.filter(({ isOver, toMs }) => !isOver || toMs > oldestMs);
  }

  /** At a rate of its own an end takes bits for others; a slower one takes fewer bytes. */
  #misread(bytes: Uint8Array, share: number): Uint8Array {
    return this.#random.bytes(Math.ceil(bytes.length * Math.min(1, share)));
  }

  /** Of bytes said at once, those of whoever began first are heard, as noise. */
  #leftOf({ bytes, fromMs, toMs, order }: Speech, others: readonly Speech[]): Uint8Array {
    const byteMs = (toMs - fromMs) / bytes.length;
    const left: number[] = [];
    for (const [place, byte] of bytes.entries()) {
      const byteFromMs = fromMs + place * byteMs;
      const over = others.filter((other) => other.fromMs < byteFromMs + byteMs && other.toMs > byteFromMs);
      if (over.length === 0) left.push(byte);
      else if (over.every((other) => other.order > order)) left.push(byte ^ this.#random.between(1, 255));
    }
    return Uint8Array.from(left);
  }
}
