/** When a device that is away is tried again: after waits that double, and from the first once it was there for a while. What a try is, is its driver's. */
import type { Clock } from '../ports/clock.ts';

/** The waits: doubling, from the first to the longest. */
export const firstRetryMs = 1_000;
export const longestRetryMs = 30_000;
/** A device that was there this long is tried again after the first wait; one that comes and goes is asked more rarely. */
export const steadyMs = 30_000;

export class Retries {
  readonly #clock: Clock;
  readonly #attempt: () => void;
  #timer: unknown;
  #waitMs = firstRetryMs;
  #thereSinceMs: number | undefined;

  constructor(clock: Clock, attempt: () => void) {
    this.#clock = clock;
    this.#attempt = attempt;
  }

  /** The device is there; told again, nothing changes. */
  found(): void {
    this.#thereSinceMs ??= this.#clock.nowMs();
  }

  /** The device is away: one try, after the wait that is due. */
  later(): void {
    if (this.#thereSinceMs !== undefined && this.#clock.nowMs() - this.#thereSinceMs >= steadyMs) this.#waitMs = firstRetryMs;
    this.#thereSinceMs = undefined;
    this.#timer = this.#clock.setTimeout(this.#attempt, this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, longestRetryMs);
  }

  /** No try comes until the next `later`. */
  cancel(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  /** As if nothing had been away yet. */
  reset(): void {
    this.cancel();
    this.#waitMs = firstRetryMs;
    this.#thereSinceMs = undefined;
  }
}
