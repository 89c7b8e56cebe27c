/**
 * The wall time that dates are judged by: never below the latest trusted time seen, so that expired stays expired (R13;
 * SECURITY F2). When the floor is written, and who may lower it, is for others to say.
 */
import type { Change } from '../journal/change.ts';
import type { Facts } from '../journal/facts.ts';
import type { Clock, WallTime } from '../ports/clock.ts';

export class SeenTime {
  readonly #clock: Clock;
  readonly #facts: Facts;
  /** Since this start: the floor on disk follows once an hour. */
  #latestMs = 0;

  constructor(clock: Clock, facts: Facts) {
    this.#clock = clock;
    this.#facts = facts;
  }

  now(): WallTime {
    const { ms, trusted } = this.#clock.wall();
    if (trusted) this.#latestMs = Math.max(this.#latestMs, ms);
    return { ms: Math.max(ms, this.#latestMs, this.#facts.timeFloorMs ?? 0), trusted };
  }

  /** What keeps the floor over a restart; nothing while the time is not trusted. */
  keep(): Change[] {
    const { ms, trusted } = this.now();
    return trusted ? [this.#facts.setTimeFloor(ms)] : [];
  }

  /** Sets the clock and the floor, also back, and says what must be committed for it to last. */
  set(wallMs: number): Change {
    this.#clock.setWall(wallMs);
    this.#latestMs = wallMs;
    return this.#facts.resetTimeFloor(wallMs);
  }
}
