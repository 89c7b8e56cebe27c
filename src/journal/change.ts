/** A durable fact beside an event, together with what memory must do once it is on disk. Only the journal commits one, so that neither half can be forgotten. */
import type { Write } from '../ports/record-store.ts';

export interface Change {
  /** 1..8 writes, in spaces other than `event`. */
  readonly writes: readonly Write[];
  /** Called once, when the commit that holds the writes has resolved; never when it was rejected. */
  onDisk(): void;
}

/** Most writes in all the changes of one commit's event. */
export const maxChangeWrites = 8;
