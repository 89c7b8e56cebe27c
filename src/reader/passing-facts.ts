/**
 * Writes down what a restart would otherwise forget: the mode set, how late it is, how long the controller has been away.
 * A fact that cannot be written is tried again until it is, or until a newer one takes its place.
 */
import type { Change } from '../journal/change.ts';
import type { Facts } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';

/** Between two tries to write a mode down. */
const modeRetryMs = 5_000;
/** Where offline service has a limit, this much of it at most is forgotten by a power cut. */
const offlineStepMs = 300_000;

export class PassingFacts {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #facts: Facts;
  #retry: unknown;
  #repeat: unknown;

  constructor(clock: Clock, journal: Journal, facts: Facts) {
    this.#clock = clock;
    this.#journal = journal;
    this.#facts = facts;
  }

  /** Resolves once the mode is on disk. Rejects with a Fault where it is not, and goes on trying. */
  async keepMode(mode: number): Promise<void> {
    this.#clock.clearTimeout(this.#retry);
    try {
      await this.#journal.record([this.#facts.setMode(mode)]);
    } catch (thrown) {
      this.#clock.clearTimeout(this.#retry);
      this.#retry = this.#clock.setTimeout(() => void this.keepMode(mode).catch(() => undefined), modeRetryMs);
      throw thrown;
    }
  }

  /** Facts nobody waits for: when they cannot be written, an older one stays, until the next time. */
  keep(...changes: readonly Change[]): void {
    if (changes.length > 0) this.#journal.record(changes).catch(() => undefined);
  }

  /** Writes what `facts` gives again and again, until stopped. */
  repeat(facts: () => readonly Change[]): void {
    this.#repeat = this.#clock.setTimeout(() => {
      this.keep(...facts());
      this.repeat(facts);
    }, offlineStepMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#retry);
    this.#clock.clearTimeout(this.#repeat);
  }
}
