/** The lock output. */

/** Longest hold a strike takes in one call, in milliseconds: 60 s setting × 2 for extended time (DESIGN R11, R13). */
export const maxHoldMs = 120_000;

/** A release that is not confirmed by then is a denial (DESIGN R11). */
export const releaseLimitMs = 2_000;

/** The entry of the journal because of which the strike is released. */
export interface ReleaseCause {
  readonly epoch: string;
  readonly sequence: number;
  /** 0: nobody in particular. */
  readonly person: number;
}

export interface Strike {
  /**
   * Energises for `holdMs` (1..120 000), then de-energises, even if the caller is gone. A second call restarts the hold;
   * holds never add up. Resolves once energised. Rejects with a Fault (`strike.failed`, `strike.unreachable`) and leaves
   * the strike de-energised. `cause`: for a strike that somebody else releases; undefined: no entry stands for it.
   */
  release(holdMs: number, cause?: ReleaseCause): Promise<void>;
  /** De-energises now. Resolves once it is; rejects with a Fault when that is not certain. */
  secure(): Promise<void>;
}
