/**
 * Lets virtual time pass at the pace of real time, or a multiple of it, for faces that people use. Everything done to a
 * door goes through here, one thing after the other, so that no key is handled between two moments of the clock.
 */
import { assert } from '../src/shared/assert.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Real time that is caught up with in one go; a laptop that slept does not replay its night. */
export const maxCatchUpMs = 60_000;
/** Longest a timer that was set meanwhile may be overlooked. */
const maxNapMs = 250;

export interface PaceOptions {
  /** Virtual milliseconds a real millisecond; 0 pauses. */
  readonly speed?: number;
  /** Real monotonic milliseconds. */
  readonly realMs?: () => number;
}

export class Pace {
  readonly #clock: VirtualClock;
  readonly #realMs: () => number;
  #speed: number;
  #lastRealMs: number;
  /** Less than a millisecond that has passed and was not let pass: virtual time goes by in whole ones, as stories tell it. */
  #owedMs = 0;
  #last: Promise<void> = Promise.resolve();
  #nap: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(clock: VirtualClock, { speed = 1, realMs = () => performance.now() }: PaceOptions = {}) {
    this.#clock = clock;
    this.#realMs = realMs;
    this.#speed = speed;
    this.#lastRealMs = realMs();
    void this.do(() => undefined);
  }

  /** Brings the clock to the present, then does it; resolves once it and all before it are done, or rejects as it does. */
  do(action: () => void | Promise<void>): Promise<void> {
    const done = this.#last.then(async () => {
      await this.#catchUp();
      await action();
      await this.#clock.settle();
    });
    this.#last = done.then(
      () => this.#sleep(),
      () => this.#sleep(),
    );
    return done;
  }

  /** From now on. */
  setSpeed(speed: number): Promise<void> {
    assert(speed >= 0, 'time does not go back');
    return this.do(() => {
      this.#speed = speed;
    });
  }

  /** Lets this much virtual time pass at once. */
  skip(ms: number): Promise<void> {
    return this.do(() => this.#clock.advance(ms));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#nap);
  }

  async #catchUp(): Promise<void> {
    const realMs = this.#realMs();
    const passedMs = Math.min(realMs - this.#lastRealMs, maxCatchUpMs) * this.#speed + this.#owedMs;
    this.#lastRealMs = realMs;
    this.#owedMs = passedMs % 1;
    await this.#clock.advance(Math.floor(passedMs));
  }

  /** Until the next timer is due, or for a nap. */
  #sleep(): void {
    clearTimeout(this.#nap);
    if (this.#isStopped || this.#speed === 0) return;
    const dueMs = this.#clock.nextDueMs;
    const untilMs = dueMs === undefined ? maxNapMs : (dueMs - this.#clock.nowMs()) / this.#speed;
    this.#nap = setTimeout(() => void this.do(() => undefined), Math.min(Math.max(untilMs, 1), maxNapMs));
  }
}
