/** Timers in the order they are due; ties in the order they were set. Keeps order only: when it is time, and what runs a callback, is the clock's. */

export interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

const comesFirst = (left: Timer, right: Timer): boolean => left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);

export class TimerQueue {
  /** Sorted. A door has tens of timers, so a splice costs less than a heap would. */
  readonly #timers: Timer[] = [];
  #order = 0;

  /** When the first timer is due; undefined: there is none. */
  get nextDueMs(): number | undefined {
    return this.#timers[0]?.dueMs;
  }

  add(dueMs: number, callback: () => void): Timer {
    const timer: Timer = { dueMs, order: this.#order++, callback };
    this.#timers.splice(this.#place(timer), 0, timer);
    return timer;
  }

  /** Takes out the first timer that is due at `nowMs`. */
  takeDue(nowMs: number): Timer | undefined {
    const first = this.#timers[0];
    return first !== undefined && first.dueMs <= nowMs ? this.#timers.shift() : undefined;
  }

  /** Forgets the timer; anything that is not in the queue is ignored. */
  remove(timer: unknown): void {
    const place = this.#timers.indexOf(timer as Timer);
    if (place >= 0) this.#timers.splice(place, 1);
  }

  #place(timer: Timer): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#timers[middle];
      if (there !== undefined && comesFirst(there, timer)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
