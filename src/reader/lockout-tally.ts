/** Counts PINs submitted during lockouts and sums them up once a minute (R10), so that nobody's trying goes unseen or floods the journal. */
import type { BudgetOwner } from '../access/decision.ts';
import type { AccessEvent } from '../access/events.ts';
import type { Clock } from '../ports/clock.ts';

const tallyMs = 60_000;
/** Persons counted apart within one minute; further ones are counted together, as the reader's. */
const maxTallied = 64;

export class LockoutTally {
  readonly #clock: Clock;
  readonly #tell: (event: AccessEvent) => void;
  readonly #counts = new Map<BudgetOwner, number>();
  #timer: unknown;

  constructor(clock: Clock, tell: (event: AccessEvent) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  count(owner: BudgetOwner): void {
    const counted = this.#counts.has(owner) || this.#counts.size < maxTallied ? owner : 'door';
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
    this.#timer ??= this.#clock.setTimeout(() => this.sumUp(), tallyMs);
  }

  /** Tells what was counted so far. */
  sumUp(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [owner, count] of this.#counts) {
      this.#tell({ code: 'lockout.attempts', ...(owner === 'door' ? {} : { person: owner }), fields: { count } });
    }
    this.#counts.clear();
  }
}
