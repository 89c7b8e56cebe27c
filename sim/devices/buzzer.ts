/** A buzzer in memory, with the history of what was heard. */
import type { Clock } from '../../src/ports/clock.ts';
import { type Buzzer, maxBeepMs } from '../../src/ports/lights.ts';
import { History } from './history.ts';

export interface Beep {
  readonly atMs: number;
  readonly onMs: number;
  readonly tone: 'normal' | 'low';
}

export class SimBuzzer implements Buzzer {
  readonly heard = new History<Beep>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isSounding(): boolean {
    const last = this.heard.last;
    return last !== undefined && this.#clock.nowMs() < last.atMs + last.onMs;
  }

  beep(onMs: number, tone: 'normal' | 'low'): void {
    this.heard.add({ atMs: this.#clock.nowMs(), onMs: Math.min(Math.max(onMs, 1), maxBeepMs), tone });
  }
}
