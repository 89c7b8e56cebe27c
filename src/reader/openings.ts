/** What opens the door without a decision: an order, or an unlocked mode. It is on record first, like a grant (R11). When, is the rules'. */
import type { AccessEvent } from '../access/events.ts';
import type { Journal, Receipt } from '../journal/journal.ts';
import { Fault } from '../shared/faults.ts';
import type { Lock } from './lock.ts';

interface OpeningListener {
  recorded(event: AccessEvent, receipt: Receipt): void;
  tell(event: AccessEvent): void;
}

export class Openings {
  readonly #journal: Journal;
  readonly #lock: Lock;
  readonly #listener: OpeningListener;
  #isUnlockingOnRecord = false;

  constructor(journal: Journal, lock: Lock, listener: OpeningListener) {
    this.#journal = journal;
    this.#lock = lock;
    this.#listener = listener;
  }

  /** The next unlocking is another one. */
  modeChanged(): void {
    this.#isUnlockingOnRecord = false;
  }

  /** By order, unless nobody waits for it any more once it is on record. Rejects when it is not released. */
  async release(holdMs: number, isStale: () => boolean): Promise<void> {
    await this.#record('order.released');
    if (isStale()) throw new Fault('hardware.slow', 'nobody waits for this release any more');
    await this.#lock.release(holdMs);
  }

  /** On record once, however often the strike must be tried. `isWithdrawn`: the mode was left while the disk was waited for. */
  async unlock(holdMs: number, isWithdrawn: () => boolean): Promise<void> {
    if (!this.#isUnlockingOnRecord) {
      await this.#record('door.unlocked');
      if (isWithdrawn()) {
        this.#listener.tell({ code: 'door.relocked' });
        return;
      }
      this.#isUnlockingOnRecord = true;
    }
    await this.#lock.release(holdMs).catch((thrown: unknown) => {
      this.#lock.tellFault(thrown);
      throw thrown;
    });
  }

  async #record(code: 'order.released' | 'door.unlocked'): Promise<void> {
    this.#listener.recorded({ code }, await this.#journal.append({ code }));
  }
}
