/** The clock of a board that can lose power: monotonic time begins anew at each power-up, and timers of an earlier life never fire. */
import type { Clock, WallTime } from '../src/ports/clock.ts';

export class BoardClock implements Clock {
  readonly #world: Clock;
  readonly #bootedAtMs: number;
  #isPowered = true;

  /** `world` goes on whatever the board does. */
  constructor(world: Clock) {
    this.#world = world;
    this.#bootedAtMs = world.nowMs();
  }

  get isPowered(): boolean {
    return this.#isPowered;
  }

  nowMs(): number {
    return this.#world.nowMs() - this.#bootedAtMs;
  }

  wall(): WallTime {
    return this.#world.wall();
  }

  setWall(ms: number): void {
    this.#world.setWall(ms);
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    return this.#world.setTimeout(() => {
      if (this.#isPowered) callback();
    }, delayMs);
  }

  clearTimeout(timer: unknown): void {
    this.#world.clearTimeout(timer);
  }

  cutPower(): void {
    this.#isPowered = false;
  }
}
