/**
 * Output 0 of the line as the strike of a door whose panel decides (DESIGN R17). The strike ends every hold by itself; what the panel keeps on is
 * held by short holds, renewed while somebody is there to renew them. Whether the output is on is osdp/output-timer.ts's.
 */
import type { OutputTimer } from '../osdp/output-timer.ts';

/** One hold: how long the strike stays released when the process that renews it dies. */
export const panelHoldMs = 3_000;
/** A hold is renewed this long before it ends. */
export const renewEarlyMs = 1_000;

/** Neither waits nor fails: what becomes of it is told by whoever has the strike. */
export interface ReleasableStrike {
  /** For 1..3 000 ms, in place of the hold before. */
  release(holdMs: number): void;
  secure(): void;
}

export class PanelStrike {
  readonly #strike: ReleasableStrike;
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(strike: ReleasableStrike) {
    this.#strike = strike;
  }

  /** Makes the strike what the output is now; undefined: secured. When to ask again; undefined: at the next OUT. */
  follow(output: OutputTimer | undefined, nowMs: number): number | undefined {
    const changeMs = output?.nextChangeMs(nowMs);
    if (output === undefined || !output.isOnAt(nowMs)) {
      if (nowMs < this.#heldUntilMs) this.#strike.secure();
      this.#heldUntilMs = nowMs;
      return changeMs;
    }
    // A temporary ON over a permanent one ends in nothing.
    const endsMs = changeMs === undefined || output.isOnAt(changeMs) ? Number.POSITIVE_INFINITY : changeMs;
    const isDue = this.#heldUntilMs < endsMs && nowMs >= this.#heldUntilMs - renewEarlyMs;
    if (isDue || endsMs < this.#heldUntilMs) {
      const holdMs = Math.ceil(Math.min(endsMs - nowMs, panelHoldMs));
      this.#heldUntilMs = nowMs + holdMs;
      this.#strike.release(holdMs);
    }
    return this.#heldUntilMs < endsMs ? this.#heldUntilMs - renewEarlyMs : endsMs;
  }
}
