/**
 * Time that passes only when told to, for the bench and for tests. Runs every timer at exactly its own due time, also
 * timers set by timers, and lets promises settle before the next one. It is also the `clock` an XState actor takes
 * (XState's own SimulatedClock counts a chained delay from the end of the step, not from when it was set).
 * Work that waits for a real disk, thread or wire is not waited for: await that before advancing.
 */
import type { Clock, WallTime } from '../src/ports/clock.ts';
import { assert } from '../src/shared/assert.ts';
import { TimerQueue } from '../src/shared/timer-queue.ts';

/** Timers that may run without time moving on. More is a loop of zero delays, which would never end. */
export const maxTimersAtOnce = 100_000;

export interface VirtualClockOptions {
  /** Monotonic milliseconds to begin at. */
  readonly startMs?: number;
  /** Wall time to begin at, in milliseconds since 1970. */
  readonly wallMs?: number;
  readonly wallTrusted?: boolean;
}

export class VirtualClock implements Clock {
  readonly #timers = new TimerQueue();
  #nowMs: number;
  #wallOffsetMs: number;
  #wallTrusted: boolean;
  #isAdvancing = false;

  constructor({ startMs = 0, wallMs = Date.UTC(2026, 0, 5, 8), wallTrusted = true }: VirtualClockOptions = {}) {
    this.#nowMs = startMs;
    this.#wallOffsetMs = wallMs - startMs;
    this.#wallTrusted = wallTrusted;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wall(): WallTime {
    return { ms: this.#nowMs + this.#wallOffsetMs, trusted: this.#wallTrusted };
  }

  /** Sets the wall clock, forwards or backwards. Monotonic time and timers do not notice. */
  setWall(ms: number, trusted = true): void {
    this.#wallOffsetMs = ms - this.#nowMs;
    this.#wallTrusted = trusted;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    assert(Number.isFinite(delayMs), 'a delay is a number of milliseconds');
    return this.#timers.add(this.#nowMs + Math.max(0, delayMs), callback);
  }

  clearTimeout(timer: unknown): void {
    this.#timers.remove(timer);
  }

  /** When the next timer is due, on the monotonic clock; undefined: none is set. */
  get nextDueMs(): number | undefined {
    return this.#timers.nextDueMs;
  }

  /** Lets `ms` (≥ 0) pass. Rejects with what a callback threw; the clock then stands at that callback's due time. */
  advance(ms: number): Promise<void> {
    return this.advanceTo(this.#nowMs + ms);
  }

  /** Lets time pass until `atMs` on the monotonic clock, timers due at that very millisecond included. */
  async advanceTo(atMs: number): Promise<void> {
    assert(atMs >= this.#nowMs, 'time does not go back');
    assert(!this.#isAdvancing, 'one advance at a time: await the one before');
    this.#isAdvancing = true;
    try {
      await this.#runUntil(atMs);
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** Lets everything that waits for a promise, and for nothing else, go on until it waits for time. */
  settle(): Promise<void> {
    // Node runs an immediate only when no microtask and no nextTick is left.
    return new Promise((resolve) => setImmediate(resolve));
  }

  async #runUntil(atMs: number): Promise<void> {
    let ranAtOnce = 0;
    await this.settle();
    for (;;) {
      const timer = this.#timers.takeDue(atMs);
      if (timer === undefined) break;
      ranAtOnce = timer.dueMs > this.#nowMs ? 0 : ranAtOnce + 1;
      assert(ranAtOnce <= maxTimersAtOnce, `more than ${maxTimersAtOnce} timers ran without time moving on`);
      this.#nowMs = timer.dueMs;
      timer.callback();
      await this.settle();
    }
    this.#nowMs = atMs;
  }
}
