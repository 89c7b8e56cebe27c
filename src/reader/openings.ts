/** What opens the door without a decision: an order, or an unlocked mode. It is on record first, like a grant (R11). When, is the rules'. */
import type { AccessEvent } from '../access/events.ts';
import type { Journal } from '../journal/journal.ts';
import type { ReleaseCause } from '../ports/strike.ts';
import { Fault } from '../shared/faults.ts';
import type { Lock } from './lock.ts';

interface OpeningListener {
  /** The panel has the door, and its strike. Known once the line is open. */
  isPanels(): boolean;
  recorded(event: AccessEvent): void;
  tell(event: AccessEvent): void;
}

export class Openings {
  readonly #journal: Journal;
  readonly #lock: Lock;
  readonly #listener: OpeningListener;
  /** The entry of the unlocking, once it is on record. */
  #unlocking: ReleaseCause | undefined;

  constructor(journal: Journal, lock: Lock, listener: OpeningListener) {
    this.#journal = journal;
    this.#lock = lock;
    this.#listener = listener;
  }

  /** The mode was left, or the panel has taken over: the end of an unlocking is told, also where no strike ever answered it. */
  ended(): void {
    if (this.#unlocking !== undefined) this.#listener.tell({ code: 'door.relocked' });
    this.#unlocking = undefined;
  }

  /** By order, unless nobody waits for it any more once it is on record. Rejects when it is not released. */
  async release(holdMs: number, isStale: () => boolean): Promise<void> {
    const cause = await this.#record('order.released');
    if (isStale()) throw new Fault('hardware.slow', 'nobody waits for this release any more');
    await this.#lock.release(holdMs, cause);
  }

  /** On record once, however often the strike must be tried. `isWithdrawn`: the mode was left, or the panel took over, while the disk was waited for. */
  async unlock(holdMs: number, isWithdrawn: () => boolean): Promise<void> {
    // A reader whose start unlocks it opens its line only then.
    await Promise.resolve();
    if (this.#listener.isPanels()) throw new Fault('hardware.missing', 'the panel drives the strike');
    if (this.#unlocking === undefined) {
      const cause = await this.#record('door.unlocked');
      if (isWithdrawn()) {
        this.#listener.tell({ code: 'door.relocked' });
        return;
      }
      this.#unlocking = cause;
    }
    await this.#lock.release(holdMs, this.#unlocking).catch((thrown: unknown) => {
      this.#lock.tellFault(thrown);
      throw thrown;
    });
  }

  async #record(code: 'order.released' | 'door.unlocked'): Promise<ReleaseCause> {
    const { epoch, sequence } = await this.#journal.append({ code });
    this.#listener.recorded({ code });
    return { epoch, sequence, person: 0 };
  }
}
