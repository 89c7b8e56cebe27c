/**
 * The wall time that dates are judged by: never below the latest trusted time seen, so that expired stays expired (R13;
 * SECURITY F2). While the clock is not trusted, that latest time goes on with the monotonic clock, whatever the wall clock
 * claims. When the floor is written, and who may lower it, is for others to say.
 */
import type { Change } from '../journal/change.ts';
import type { Facts } from '../journal/facts.ts';
import type { Clock, WallTime } from '../ports/clock.ts';

export class SeenTime {
  readonly #clock: Clock;
  readonly #facts: Facts;
  /** The latest trusted time, and when it was: at best now, at worst before the last start. Undefined: there was none. */
  #latest: { readonly wallMs: number; readonly atMs: number } | undefined;
  #lastSetting: Promise<unknown> = Promise.resolve();
  /** Under way, or waiting for their turn: as many as there may be orders and requests. */
  #settings = 0;

  constructor(clock: Clock, facts: Facts) {
    this.#clock = clock;
    this.#facts = facts;
    const { timeFloorMs } = facts;
    this.#latest = timeFloorMs === undefined ? undefined : { wallMs: timeFloorMs, atMs: clock.nowMs() };
  }

  now(): WallTime {
    const { ms, trusted } = this.#clock.wall();
    const floorMs = this.#latest?.wallMs ?? 0;
    if (trusted) {
      const wallMs = Math.max(ms, floorMs);
      this.#latest = { wallMs, atMs: this.#clock.nowMs() };
      return { ms: wallMs, trusted };
    }
    return { ms: this.#latest === undefined ? ms : floorMs + this.#clock.nowMs() - this.#latest.atMs, trusted };
  }

  /** What keeps the floor over a restart; nothing where no time was ever trusted, nor while the clock is being set: it may be set back. */
  keep(): Change[] {
    this.now();
    return this.#latest === undefined || this.#settings > 0 ? [] : [this.#facts.setTimeFloor(this.#latest.wallMs)];
  }

  /** Whatever sets the clock does it in here, one after the other: each finds the time that the one before it has set. Settles as `work` does. */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#settings += 1;
    const set = this.#lastSetting.then(work).finally(() => {
      this.#settings -= 1;
    });
    this.#lastSetting = set.catch(() => undefined);
    return set;
  }

  /** Sets the clock and the floor, also back, once the change is on disk. `wallMs` is the time it was at `atMs`; the disk takes none of it away. */
  set(wallMs: number, atMs: number): Change {
    const { writes, onDisk } = this.#facts.resetTimeFloor(wallMs);
    return {
      writes,
      onDisk: () => {
        onDisk();
        const nowMs = this.#clock.nowMs();
        const latest = { wallMs: wallMs + nowMs - atMs, atMs: nowMs };
        this.#clock.setWall(latest.wallMs);
        this.#latest = latest;
      },
    };
  }
}
