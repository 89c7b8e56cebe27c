/**
 * Files to many readers of one line, a few at a time: each fragment keeps the line for as long as it takes, and everybody's POLL waits for the
 * fragments of all files that are on their way (SECURITY C21). Decides whose file is sent now, whose waits, and whose stops for another; what a
 * file is, the keepers know.
 */
import type { FileRefusal, FileToSend } from '../../src/osdp/acu-events.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';

/** Two, so that a reader that takes its time to put a table in force does not hold up the others. */
export const maxFilesAtOnce = 2;
/** What one fragment may take of the line: a POLL waits no longer for it, also at 9,600 baud. */
export const maxFragmentMs = 300;
/** 8N1. */
const bitsPerByte = 10;

export interface FileTurnsParts {
  readonly baudRate: number;
  send(address: number, file: FileToSend): Result<undefined, FileRefusal>;
  /** The file that is on its way ends as soon as it can. */
  abort(address: number): void;
  /** One that waited could not be sent after all. */
  refused(address: number, type: number): void;
}

interface Turn {
  readonly file: FileToSend;
  /** It takes hours, and goes on where it was: it stops where a file wants its place that does not give way. */
  readonly givesWay: boolean;
  isAborting: boolean;
}

export class FileTurns {
  readonly #parts: FileTurnsParts;
  readonly #maxFragmentBytes: number;
  readonly #sending = new Map<number, Turn>();
  /** In the order they came. A reader has one. */
  readonly #waiting = new Map<number, Turn>();

  constructor(parts: FileTurnsParts) {
    this.#parts = parts;
    this.#maxFragmentBytes = Math.floor((parts.baudRate * maxFragmentMs) / 1_000 / bitsPerByte);
  }

  /** Of the file on its way to this reader. */
  typeOf(address: number): number | undefined {
    return this.#sending.get(address)?.file.type;
  }

  send(address: number, file: FileToSend, givesWay = false): Result<undefined, FileRefusal> {
    const turn = { file, givesWay, isAborting: false };
    const [present, waiting] = [this.#sending.get(address), this.#waiting.get(address)];
    const isFree = [present, waiting].every((other) => other === undefined || (other.givesWay && !givesWay));
    if (!isFree) return failed('fileUnderWay');
    // Its keeper offers it again.
    if (waiting !== undefined) this.withdraw(address, waiting.file.type);
    if (present === undefined && this.#sending.size < maxFilesAtOnce) return this.#begin(address, turn);
    this.#waiting.set(address, turn);
    if (!givesWay) this.#makeRoom(address);
    return ok(undefined);
  }

  /** The file of this reader has ended, and the next one has its turn. */
  ended(address: number): void {
    this.#sending.delete(address);
    for (const givesWay of [false, true]) {
      for (const [next, turn] of this.#waiting) {
        if (this.#sending.size >= maxFilesAtOnce) return;
        if (turn.givesWay !== givesWay || this.#sending.has(next)) continue;
        this.#waiting.delete(next);
        if (!this.#begin(next, turn).ok) this.#parts.refused(next, turn.file.type);
      }
    }
  }

  /** Nobody wants the file of this type any more: it does not begin, or ends as soon as it can. */
  withdraw(address: number, type: number): void {
    if (this.#waiting.get(address)?.file.type === type) {
      this.#waiting.delete(address);
      this.#parts.refused(address, type);
    } else if (this.typeOf(address) === type) this.#parts.abort(address);
  }

  /** The reader is gone, and wants nothing any more. */
  gone(address: number): void {
    this.#waiting.delete(address);
    this.ended(address);
  }

  #begin(address: number, turn: Turn): Result<undefined, FileRefusal> {
    this.#sending.set(address, turn);
    const sent = this.#parts.send(address, { maxFragmentBytes: this.#maxFragmentBytes, ...turn.file });
    if (!sent.ok) this.#sending.delete(address);
    return sent;
  }

  /** The file that this one replaces stops, or else one that is in its way. */
  #makeRoom(address: number): void {
    const inTheWay = [...this.#sending].filter(([, { givesWay }]) => givesWay);
    const [which, turn] = inTheWay.find(([each]) => each === address) ?? inTheWay.find(([, { isAborting }]) => !isAborting) ?? [];
    if (which === undefined || turn === undefined || turn.isAborting) return;
    turn.isAborting = true;
    this.#parts.abort(which);
  }
}
