/**
 * What goes wrong on a line, put around one end of it: bits turn, pieces get lost, come twice or late, noise comes before them, nothing
 * passes, what is sent comes back. Decides by a seed what happens to which piece; how often is the caller's, and may change at any time.
 */
import type { Clock } from '../../src/ports/clock.ts';
import { type Line, type LineListener, maxReceivedBytes } from '../../src/ports/line.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import type { Random } from '../random.ts';

/** Pieces that may be late at a time; one more is lost. */
export const maxLatePieces = 1_024;
/** Longest noise before a piece. */
export const maxNoiseBytes = 40;

const bitsPerByte = 8;

export interface LineFaults {
  /** Chance of a bit that is heard to be wrong. */
  readonly bitErrorRate: number;
  /** Chance of a piece that is heard: to be lost, to come twice, to have noise before it. */
  readonly dropChance: number;
  readonly doubleChance: number;
  readonly noiseChance: number;
  /** A piece is heard up to this much later; never before the one before it. */
  readonly lateMs: number;
  /** What is sent is heard as well, as with an adapter that hears itself. */
  readonly echoes: boolean;
  /** Nothing passes, neither way, and no end notices. */
  readonly isCut: boolean;
}

const noFaults: LineFaults = { bitErrorRate: 0, dropChance: 0, doubleChance: 0, noiseChance: 0, lateMs: 0, echoes: false, isCut: false };

export class FaultyLine implements Line {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #random: Random;
  #faults: LineFaults;
  #listener: LineListener | undefined;
  /** Of the wire from its coming to its going, for one listener; undefined: it is not there. What is late does not outlive it. */
  #life: object | undefined;
  #late = 0;
  #lastDueMs = Number.NEGATIVE_INFINITY;

  constructor(line: Line, clock: Clock, random: Random, faults: Partial<LineFaults> = {}) {
    this.#line = line;
    this.#clock = clock;
    this.#random = random;
    this.#faults = { ...noFaults, ...faults };
  }

  /** From now on; what is not named stays. */
  set(faults: Partial<LineFaults>): void {
    this.#faults = { ...this.#faults, ...faults };
  }

  listen(listener: LineListener): Subscription {
    const subscription = this.#line.listen({
      received: (bytes) => {
        if (!this.#random.chance(this.#faults.dropChance)) this.#pass(this.#spoilt(bytes));
      },
      attached: (isAttached) => {
        this.#life = isAttached ? {} : undefined;
        listener.attached(isAttached);
      },
    });
    this.#listener = listener;
    return {
      stop: () => {
        subscription.stop();
        if (this.#listener !== listener) return;
        this.#listener = undefined;
        this.#life = undefined;
      },
    };
  }

  send(bytes: Uint8Array): void {
    if (this.#faults.isCut) return;
    this.#line.send(bytes);
    if (!this.#faults.echoes) return;
    const back = bytes.slice();
    const life = this.#life;
    this.#clock.setTimeout(() => this.#hear(back, life), 0);
  }

  setBaudRate(baudRate: number): void {
    this.#line.setBaudRate(baudRate);
  }

  #pass(bytes: Uint8Array): void {
    const { lateMs } = this.#faults;
    const life = this.#life;
    const nowMs = this.#clock.nowMs();
    const dueMs = Math.max(this.#lastDueMs, nowMs + (lateMs === 0 ? 0 : this.#random.int(lateMs + 1)));
    if (dueMs <= nowMs && this.#late === 0) {
      this.#hear(bytes, life);
      return;
    }
    if (this.#late === maxLatePieces) return;
    this.#late += 1;
    this.#lastDueMs = dueMs;
    this.#clock.setTimeout(() => {
      this.#late -= 1;
      this.#hear(bytes, life);
    }, dueMs - nowMs);
  }

  #hear(bytes: Uint8Array, life: object | undefined): void {
    for (let at = 0; at < bytes.length && this.#life === life && !this.#faults.isCut; at += maxReceivedBytes) {
      this.#listener?.received(bytes.slice(at, at + maxReceivedBytes), this.#clock.nowMs());
    }
  }

  #spoilt(bytes: Uint8Array): Uint8Array {
    const { bitErrorRate, doubleChance, noiseChance } = this.#faults;
    const noise = this.#random.chance(noiseChance) ? [...this.#random.bytes(this.#random.between(1, maxNoiseBytes))] : [];
    const turned = bitErrorRate === 0 ? bytes : bytes.map((byte) => this.#turned(byte, 1 - (1 - bitErrorRate) ** bitsPerByte));
    const twice = this.#random.chance(doubleChance) ? [...turned] : [];
    return noise.length + twice.length === 0 ? turned : Uint8Array.from([...noise, ...turned, ...twice]);
  }

  /** One bit of a byte that is wrong at all: two are rare at any rate a line still works at. */
  #turned(byte: number, chance: number): number {
    return this.#random.chance(chance) ? byte ^ (1 << this.#random.int(bitsPerByte)) : byte;
  }
}
