/**
 * Forgets what a site keeps no longer: events older than its setting says, and PINs that have rested. Decides when it looks, and that a clock that
 * has jumped ahead makes nothing old at once; how old is the site's.
 */
import type { Clock } from '../../src/ports/clock.ts';
import { byClock } from './booking-desk.ts';
import type { ControllerStore } from './controller-store.ts';
import { siteSettingsOf } from './site-settings.ts';

/** From one look to the next. */
export const retentionMs = 6 * 3_600_000;
/** Events forgotten in one commit. */
const forgottenAtOnce = 1_000;
const dayMs = 86_400_000;
/** Wall time since the last look, in whatever life of this program: what is beyond it may be a clock that was set wrong. */
export const jumpMs = 31 * dayMs;
/** For so long without a break the clock says the same, and nobody has set it right: so it is. */
export const patienceMs = 7 * dayMs;
/** The setting that holds the wall time of the last look, which is nobody's to set. */
const lookedKey = 'retention.lookedMs';

export interface RetentionParts {
  readonly store: ControllerStore;
  readonly clock: Clock;
  /** The disk did not take it; it is tried at the next look. */
  readonly failed: (thrown: unknown) => void;
}

export class Retention {
  readonly #parts: RetentionParts;
  #timer: unknown;
  /** By the monotonic clock: since when the wall clock is ahead. */
  #aheadSinceMs: number | undefined;
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
    if (!trusted || (await this.#isAhead(ms))) return;
    const { keepEventsDays } = await siteSettingsOf(store);
    let forgotten = keepEventsDays === null ? 0 : forgottenAtOnce;
    while (keepEventsDays !== null && forgotten === forgottenAtOnce && !this.#isStopped) {
      forgotten = await store.write(async (within) => {
        const count = await within.events.forgetBefore(ms - keepEventsDays * dayMs, forgottenAtOnce);
        if (count > 0) await within.audit.add({ atMs: ms, by: byClock, what: 'events.forgotten', detail: String(count) });
        return count;
      });
      await store.rest();
    }
    if (!this.#isStopped) await store.pins.forgetRested(ms);
  }

  /** What this look sees is the last look of the next one, once it is believed. */
  async #isAhead(wallMs: number): Promise<boolean> {
    const { store, clock } = this.#parts;
    const kept = await store.settings.get(lookedKey);
    const isJump = typeof kept === 'number' && wallMs - kept > jumpMs;
    if (isJump) {
      this.#aheadSinceMs ??= clock.nowMs();
      if (clock.nowMs() - this.#aheadSinceMs < patienceMs) return true;
    }
    this.#aheadSinceMs = undefined;
    await store.settings.put(lookedKey, wallMs);
    return false;
  }
}
