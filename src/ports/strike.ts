/** The lock output. */

/** Longest hold a strike takes in one call, in milliseconds: 60 s setting × 2 for extended time (DESIGN R11, R13). */
export const maxHoldMs = 120_000;

export interface Strike {
  /**
   * Energises for `holdMs` (1..120 000), then de-energises, even if the caller is gone. A second call restarts the hold;
   * holds never add up. Resolves once energised. Rejects with a Fault (`strike.failed`, `strike.unreachable`) and leaves
   * the strike de-energised.
   */
  release(holdMs: number): Promise<void>;
  /** De-energises now. Resolves once it is; rejects with a Fault when that is not certain. */
  secure(): Promise<void>;
}
