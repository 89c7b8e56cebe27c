/** Forgets what a site keeps no longer: events older than its setting says, and PINs that have rested. Decides when it looks; how old is the site's. */
import type { Clock } from '../../src/ports/clock.ts';
import type { ControllerStore } from './controller-store.ts';
import { siteSettingsOf } from './site-settings.ts';

/** From one look to the next. */
export const retentionMs = 6 * 3_600_000;
/** Events forgotten in one commit. */
const forgottenAtOnce = 1_000;
const dayMs = 86_400_000;

export interface RetentionParts {
  readonly store: ControllerStore;
  readonly clock: Clock;
  /** The disk did not take it; it is tried at the next look. */
  readonly failed: (thrown: unknown) => void;
}

export class Retention {
  readonly #parts: RetentionParts;
  #timer: unknown;
  #isStopped = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Now, and from here on every few hours. */
  look(): void {
    this.#forget()
      .catch((thrown: unknown) => this.#parts.failed(thrown))
      .finally(() => {
        if (!this.#isStopped) this.#timer = this.#parts.clock.setTimeout(() => this.look(), retentionMs);
      });
  }

  stop(): void {
    this.#isStopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
  }

  async #forget(): Promise<void> {
    const { store, clock } = this.#parts;
    const { ms, trusted } = clock.wall();
    // By a clock that nobody has set, everything may look old.
    if (!trusted) return;
    const { keepEventsDays } = await siteSettingsOf(store);
    let forgotten = keepEventsDays === null ? 0 : forgottenAtOnce;
    while (keepEventsDays !== null && forgotten === forgottenAtOnce && !this.#isStopped) {
      forgotten = await store.events.forgetBefore(ms - keepEventsDays * dayMs, forgottenAtOnce);
      await store.rest();
    }
    if (!this.#isStopped) await store.pins.forgetRested(ms);
  }
}
