/**
 * Small durable facts (events, attempts, use counts, orders seen) under integer keys, in spaces. One commit is one
 * transaction: all of it is on disk, or none of it. What the facts mean is journal/'s.
 */

export type Space = 'meta' | 'event' | 'attempt' | 'use';
export const spaces: readonly Space[] = ['meta', 'event', 'attempt', 'use'];

/** Keys are integers 0..2^53-1. */
export const maxRowKey = Number.MAX_SAFE_INTEGER;
export const maxValueBytes = 4_096;
/** Writes in one commit. */
export const maxCommitWrites = 1_024;
/** Rows of one scan. */
export const maxScanRows = 10_000;
/** Commits that may wait for the disk; one more is refused with `queue.full`. A keypad and a line make a few a second. */
export const maxWaitingCommits = 1_024;

export type Write =
  | { readonly op: 'put'; readonly space: Space; readonly key: number; readonly value: Uint8Array }
  | { readonly op: 'delete'; readonly space: Space; readonly key: number }
  /** Deletes every key from `from` to `to`, both included. */
  | { readonly op: 'deleteRange'; readonly space: Space; readonly from: number; readonly to: number };

export interface Row {
  readonly key: number;
  readonly value: Uint8Array;
}

export interface RecordStore {
  /**
   * Resolves once every write is on disk, in order after all commits asked for before. Rejects with a Fault: `disk.full`
   * (nothing of it is on disk; later commits may succeed), `disk.failed` or `disk.damaged` (it may or may not be on disk,
   * and nothing can be trusted any more: every later commit and scan rejects too, until the store is opened again),
   * `queue.full`, `disk.closed`. The caller may reuse the arrays and bytes once the call has returned.
   * Keys are integers 0..2^53-1; a value is at most 4 096 bytes; at most 1 024 writes a commit.
   */
  commit(writes: readonly Write[]): Promise<void>;
  /**
   * At most `limit` (1..10 000) rows with key ≥ `from`, rising. Sees every commit that has resolved. A row comes as it
   * stands: whether its bytes are what was written is for who wrote them to check. Rejects with the Faults of `commit`.
   */
  scan(space: Space, from: number, limit: number): Promise<readonly Row[]>;
  /** Waits for the commits under way, then lets go of the disk. */
  close(): Promise<void>;
}
