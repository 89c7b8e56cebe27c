/** One end of a wire in memory: a Line that can be unplugged. When its bytes are heard, and by whom, is wire.ts's. */
import { type Line, type LineListener, maxSendBytes } from '../../src/ports/line.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { assert } from '../../src/shared/assert.ts';

export class WireEnd implements Line {
  readonly #say: (bytes: Uint8Array) => void;
  #baudRate: number;
  #listener: LineListener | undefined;
  #isAttached = true;
  /** What the listener was told last; undefined: nothing yet. */
  #told: boolean | undefined;
  #plugging = 0;
  /** When everything this end has said is out. Kept by the wire. */
  quietFromMs = Number.NEGATIVE_INFINITY;

  constructor(baudRate: number, say: (bytes: Uint8Array) => void) {
    this.#baudRate = baudRate;
    this.#say = say;
  }

  get baudRate(): number {
    return this.#baudRate;
  }

  get isHearing(): boolean {
    return this.#isAttached && this.#listener !== undefined;
  }

  /** How often it was unplugged. */
  get plugging(): number {
    return this.#plugging;
  }

  listen(listener: LineListener): Subscription {
    assert(this.#listener === undefined, 'a line has one listener at a time');
    this.#listener = listener;
    this.#told = undefined;
    queueMicrotask(() => {
      if (this.#listener === listener) this.#tell();
    });
    return {
      stop: () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
    };
  }

  send(bytes: Uint8Array): void {
    assert(bytes.length >= 1 && bytes.length <= maxSendBytes, `a piece is 1..${maxSendBytes} bytes`);
    if (this.#isAttached) this.#say(bytes);
  }

  setBaudRate(baudRate: number): void {
    assert(Number.isInteger(baudRate) && baudRate > 0, 'a rate is a whole number of bits a second');
    this.#baudRate = baudRate;
  }

  /** In or out; as it already is, nothing happens. What it was saying when it is pulled is lost. */
  plug(isAttached: boolean): void {
    if (this.#isAttached === isAttached) return;
    this.#isAttached = isAttached;
    this.#plugging += 1;
    this.quietFromMs = Number.NEGATIVE_INFINITY;
    if (this.#told !== undefined) this.#tell();
  }

  /** From the wire. */
  hear(bytes: Uint8Array, atMs: number): void {
    this.#listener?.received(bytes, atMs);
  }

  #tell(): void {
    if (this.#told === this.#isAttached) return;
    this.#told = this.#isAttached;
    this.#listener?.attached(this.#isAttached);
  }
}
