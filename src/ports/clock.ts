/** Time, as the rules may have it: a monotonic clock with timers, and a wall clock that says whether it can be trusted. */

export interface WallTime {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly ms: number;
  /** Set by the controller, NTP or a real-time clock since the last start (DESIGN R13). */
  readonly trusted: boolean;
}

export interface Clock {
  /** Milliseconds since an arbitrary point of this start; never goes back, not moved by setting the wall clock. */
  nowMs(): number;
  wall(): WallTime;
  /** Sets the wall clock as the controller says (0..2^48-1 ms since 1970), trusted from now on. Monotonic time does not notice. */
  setWall(ms: number): void;
  /** Calls back once, `delayMs` (≥ 0; less counts as 0) from now on the monotonic clock, never before; in order of due time, then of setting. Never during this call. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Forgets a timer; one that has fired, or is not known, is ignored. */
  clearTimeout(timer: unknown): void;
}
