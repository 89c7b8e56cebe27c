/** How long the controller has been away, restarts included (R15). What that limits is access/'s. */
import type { Change } from '../journal/change.ts';
import type { Facts } from '../journal/facts.ts';
import type { Clock } from '../ports/clock.ts';

export class OfflineTime {
  readonly #clock: Clock;
  readonly #facts: Facts;
  readonly #isExpected: boolean;
  /** Since when it is away, and for how long it had been at the start. */
  #lostAtMs: number | undefined;
  #atStartMs: number;

  /** `isExpected`: there is a controller. Until it is heard, it is away. */
  constructor(clock: Clock, facts: Facts, isExpected: boolean) {
    this.#clock = clock;
    this.#facts = facts;
    this.#isExpected = isExpected;
    this.#lostAtMs = isExpected ? clock.nowMs() : undefined;
    this.#atStartMs = facts.offlineMs;
  }

  get isOffline(): boolean {
    return this.#lostAtMs !== undefined;
  }

  /** 0 while it is there, and where none is expected. */
  get ms(): number {
    return this.#lostAtMs === undefined ? 0 : this.#atStartMs + this.#clock.nowMs() - this.#lostAtMs;
  }

  /** False: that is nothing new. */
  linkChanged(isUp: boolean): boolean {
    if (!this.#isExpected || isUp !== this.isOffline) return false;
    this.#lostAtMs = isUp ? undefined : this.#clock.nowMs();
    this.#atStartMs = 0;
    return true;
  }

  /** What keeps it over a restart. */
  keep(): Change[] {
    return this.#isExpected ? [this.#facts.setOfflineMs(this.ms)] : [];
  }
}
