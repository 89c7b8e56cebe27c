/**
 * Time as the line may set it without an order (DESIGN §2): a clock that is trusted already may be put forward by a few minutes in sum, so that
 * it keeps in step, and no thief of a line key can make dates pass. More than that, and anything back, is a signed order's.
 */
import type { Facts } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import type { SeenTime } from './seen-time.ts';

/** Forward, in sum since the last order that set the clock. */
export const maxUnsignedMs = 300_000;

export class UnsignedTime {
  readonly #journal: Journal;
  readonly #facts: Facts;
  readonly #time: SeenTime;
  /** One after the other, so that each counts what the one before has moved. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(journal: Journal, facts: Facts, time: SeenTime) {
    this.#journal = journal;
    this.#facts = facts;
    this.#time = time;
  }

  /** Never rejects. */
  set(wallMs: number): Promise<'done' | 'timeUntrusted' | 'tooFar' | 'failed'> {
    const set = this.#last.then(() => this.#set(wallMs)).catch(() => 'failed' as const);
    this.#last = set;
    return set;
  }

  async #set(wallMs: number): Promise<'done' | 'timeUntrusted' | 'tooFar'> {
    const { ms, trusted } = this.#time.now();
    const byMs = Math.round(wallMs - ms);
    const movedMs = this.#facts.movedMs + byMs;
    if (!trusted) return 'timeUntrusted';
    if (byMs < 0 || movedMs > maxUnsignedMs) return 'tooFar';
    if (byMs > 0) await this.#journal.append({ code: 'time.set', fields: { byMs } }, [this.#time.set(wallMs), this.#facts.setMovedMs(movedMs)]);
    return 'done';
  }
}
