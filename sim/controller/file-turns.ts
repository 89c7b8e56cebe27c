/**
 * Files to many readers of one line, a few at a time: each fragment keeps the line for as long as it takes, and everybody's POLL waits for the
 * fragments of all files that are on their way (SECURITY C21). Decides whose file is sent now and whose waits; what a file is, the keepers know.
 */
import type { FileRefusal, FileToSend } from '../../src/osdp/acu-events.ts';
import { ok, type Result } from '../../src/shared/result.ts';

/** Two, so that a reader that takes its time to put a table in force does not hold up the others. */
export const maxFilesAtOnce = 2;
/** What one fragment may take of the line: a POLL waits no longer for it, also at 9,600 baud. */
export const maxFragmentMs = 300;
/** 8N1. */
const bitsPerByte = 10;

export interface FileTurnsParts {
  readonly baudRate: number;
  send(address: number, file: FileToSend): Result<undefined, FileRefusal>;
  /** One that waited could not be sent after all. */
  refused(address: number): void;
}

export class FileTurns {
  readonly #parts: FileTurnsParts;
  readonly #maxFragmentBytes: number;
  readonly #sending = new Set<number>();
  /** In the order they came. A reader has one. */
  readonly #waiting = new Map<number, FileToSend>();

  constructor(parts: FileTurnsParts) {
    this.#parts = parts;
    this.#maxFragmentBytes = Math.floor((parts.baudRate * maxFragmentMs) / 1_000 / bitsPerByte);
  }

  send(address: number, file: FileToSend): Result<undefined, FileRefusal> {
    if (this.#sending.has(address) || this.#waiting.has(address)) return { ok: false, failure: 'fileUnderWay' };
    if (this.#sending.size < maxFilesAtOnce) return this.#begin(address, file);
    this.#waiting.set(address, file);
    return ok(undefined);
  }

  /** The file of this reader has ended, or the reader is gone: it wants nothing any more, and the next one has its turn. */
  ended(address: number): void {
    this.#sending.delete(address);
    this.#waiting.delete(address);
    for (const [next, file] of this.#waiting) {
      if (this.#sending.size >= maxFilesAtOnce) return;
      this.#waiting.delete(next);
      if (!this.#begin(next, file).ok) this.#parts.refused(next);
    }
  }

  #begin(address: number, file: FileToSend): Result<undefined, FileRefusal> {
    this.#sending.add(address);
    const sent = this.#parts.send(address, { maxFragmentBytes: this.#maxFragmentBytes, ...file });
    if (!sent.ok) this.#sending.delete(address);
    return sent;
  }
}
