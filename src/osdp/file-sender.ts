/**
 * Sends one file to a PD (OSDP.md §9): which fragment is next and when, and what the PD's answers make of it. Frames, and what else the
 * PD is told in between, are acu-session.ts's.
 */
import { assert } from '../shared/assert.ts';
import type { FileOutcome, FileToSend } from './acu-events.ts';
import type { CommandPayload } from './commands.ts';
import { leastFrameBytes, maxFrameBytes } from './frame.ts';
import { fileStatus } from './records.ts';
import type { ReplyPayload } from './replies.ts';

/** What stands in front of a fragment's bytes. */
export const fragmentHeaderBytes = 11;
/** A PD that neither takes more nor ends it for so long has stopped. A reader checks and stores its largest table in a minute. */
export const fileStallMs = 300_000;

const outcomes = new Map<number, FileOutcome>(
  (['processed', 'rebooting', 'aborted', 'unrecognised', 'malformed'] as const).map((status) => [fileStatus[status], { kind: 'ended', status }]),
);

export class FileSender {
  readonly #file: FileToSend;
  #offset: number;
  #sentBytes = 0;
  #maxMessageBytes = maxFrameBytes;
  #progressMs: number;
  #readyMs: number;
  #isPausing = false;
  #isExclusive = false;

  constructor(file: FileToSend, nowMs: number) {
    const { bytes, firstOffset = 0, maxFragmentBytes = maxFrameBytes } = file;
    assert(bytes.length > 0 && firstOffset >= 0 && firstOffset < bytes.length, 'a file has bytes to send');
    assert(maxFragmentBytes > 0, 'a fragment has bytes');
    this.#file = file;
    this.#offset = firstOffset;
    this.#progressMs = nowMs;
    this.#readyMs = nowMs;
  }

  /** Bytes the PD has acknowledged, with those it had before. */
  get offset(): number {
    return this.#offset;
  }

  /** Before it, the PD wants no fragment. */
  get readyMs(): number {
    return this.#readyMs;
  }

  /** The PD asked for a pause. */
  get isPausing(): boolean {
    return this.#isPausing;
  }

  /** The PD wants nothing else before the next fragment. */
  get isExclusive(): boolean {
    return this.#isExclusive;
  }

  /** The next fragment, as long as `roomOf` a frame allows; without bytes when all are sent and the PD is not done with them. */
  next(roomOf: (maxFrameBytes: number) => number): CommandPayload<'filetransfer'> {
    const roomBytes = roomOf(this.#maxMessageBytes);
    const { type, bytes, maxFragmentBytes = maxFrameBytes } = this.#file;
    const fragmentBytes = Math.min(bytes.length - this.#offset, maxFragmentBytes, roomBytes - fragmentHeaderBytes);
    this.#sentBytes = fragmentBytes;
    const data = bytes.subarray(this.#offset, this.#offset + fragmentBytes);
    return { type, totalBytes: bytes.length, offset: this.#offset, fragmentBytes, data };
  }

  /** The PD's answer to the last fragment; an outcome when it was the last one. */
  take({ action, delayMs, status, maxMessageBytes }: ReplyPayload<'ftstat'>, nowMs: number): FileOutcome | undefined {
    const outcome = outcomes.get(status) ?? (status < 0 ? ({ kind: 'failed', status } as const) : undefined);
    if (outcome !== undefined) return outcome;
    if (this.#sentBytes > 0) this.#progressMs = nowMs;
    this.#offset += this.#sentBytes;
    this.#sentBytes = 0;
    this.#readyMs = nowMs + delayMs;
    this.#isPausing = delayMs > 0;
    this.#isExclusive = !action.mayInterleave;
    // Every PD takes the least there is; a smaller wish would let no bytes through.
    if (maxMessageBytes > 0) this.#maxMessageBytes = Math.max(maxMessageBytes, leastFrameBytes);
    return nowMs - this.#progressMs >= fileStallMs ? { kind: 'stalled', offset: this.#offset } : undefined;
  }
}
