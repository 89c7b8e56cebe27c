/**
 * The guessing budgets as they stand now: what the attempt log keeps, moved on by the time that has passed (R10). When an
 * attempt is burnt is access/decision.ts's; how it is written is journal/'s.
 */
import { type Budget, budgetAfter, debit, fitted, freshBudget, mayTry, worstBudget } from '../access/budget.ts';
import type { Attempt, BudgetOwner } from '../access/decision.ts';
import type { BudgetPolicy, BudgetRule } from '../access/policy.ts';
import type { AttemptLog } from '../journal/attempt-log.ts';
import type { Change } from '../journal/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';
import { assert, present } from '../shared/assert.ts';

/**
 * Budgets kept moving in memory; others are taken up from the log, which then assumes that no time passed. As many attempts may be given back:
 * an older one stays spent.
 */
export const maxMoving = 1_024;

interface Moving {
  readonly budget: Budget;
  readonly atMs: number;
}

export class Budgets {
  readonly #journal: Journal;
  readonly #log: AttemptLog;
  readonly #clock: Clock;
  readonly #policy: BudgetPolicy;
  readonly #moving = new Map<BudgetOwner, Moving>();
  /** What each open attempt would be given back to, and the latest attempt of each owner: no other is given back. */
  readonly #before = new WeakMap<Attempt, Moving>();
  readonly #latest = new Map<BudgetOwner, Attempt>();

  constructor(journal: Journal, log: AttemptLog, clock: Clock, policy: BudgetPolicy) {
    this.#journal = journal;
    this.#log = log;
    this.#clock = clock;
    this.#policy = policy;
  }

  async now(owner: BudgetOwner): Promise<Budget> {
    const moving = this.#moving.get(owner) ?? { budget: await this.#fromLog(owner), atMs: this.#clock.nowMs() };
    this.#keep(owner, moving);
    return this.#moved(owner, moving);
  }

  async isLockedOut(owner: BudgetOwner): Promise<boolean> {
    return !mayTry(await this.now(owner), this.#rule(owner));
  }

  /** Burns an attempt durably. Rejects with a Fault when it cannot be written. */
  async burn(owner: BudgetOwner): Promise<Attempt> {
    const before: Moving = { budget: await this.now(owner), atMs: this.#clock.nowMs() };
    assert(mayTry(before.budget, this.#rule(owner)), 'nothing is burnt during a lockout');
    const budget = debit(before.budget, this.#rule(owner));
    await this.#journal.record([this.#change(owner, budget)]);
    const attempt: Attempt = { owner, waitMs: budget.waitMs };
    this.#before.set(attempt, before);
    setLatest(this.#latest, owner, attempt);
    return attempt;
  }

  /** Takes it that everything was spent, the record of it being gone. Holds from now on, and over a restart once the disk takes it. */
  async assumeWorst(owner: BudgetOwner): Promise<void> {
    const budget = worstBudget(this.#rule(owner));
    this.#keep(owner, { budget, atMs: this.#clock.nowMs() });
    await this.#journal.record([this.#change(owner, budget)]);
  }

  /**
   * What gives a burnt attempt back, to be committed with the grant that earns it. Nothing, where another was burnt since: a
   * right PIN never refills what others spent.
   */
  giveBack(attempt: Attempt): readonly Change[] {
    const before = present(this.#before.get(attempt), 'only a burnt attempt is given back');
    if (this.#latest.get(attempt.owner) !== attempt) return [];
    this.#latest.delete(attempt.owner);
    return [this.#change(attempt.owner, this.#moved(attempt.owner, before))];
  }

  /** What is left of the wait, as far as it is known without asking the disk; 0: none. */
  waitMs(owner: BudgetOwner): number {
    const moving = this.#moving.get(owner);
    return moving === undefined ? 0 : this.#moved(owner, moving).waitMs;
  }

  /** Forgets what was spent, by order of the controller. */
  clear(owner: BudgetOwner): Promise<void> {
    return this.#journal.record([this.#change(owner, freshBudget)]);
  }

  #change(owner: BudgetOwner, budget: Budget): Change {
    const { writes, onDisk } = this.#log.setBudget(keyOf(owner), budget);
    return {
      writes,
      onDisk: () => {
        onDisk();
        this.#keep(owner, { budget, atMs: this.#clock.nowMs() });
      },
    };
  }

  async #fromLog(owner: BudgetOwner): Promise<Budget> {
    const rule = this.#rule(owner);
    const kept = await this.#log.budget(keyOf(owner));
    if (kept === 'damaged') return worstBudget(rule);
    const budget = fitted(kept ?? freshBudget, rule);
    if (kept !== undefined && budget.waitMs > kept.waitMs) this.#tellLockout(owner, budget);
    return budget;
  }

  /** A wait that no attempt has earned, but fewer attempts in the settings. It holds also where the disk does not take it. */
  #tellLockout(owner: BudgetOwner, budget: Budget): void {
    const event = { code: 'lockout.started', ...(owner === 'door' ? {} : { person: owner }), fields: { waitMs: budget.waitMs } };
    this.#journal.append(event, [this.#change(owner, budget)]).catch(() => undefined);
  }

  #keep(owner: BudgetOwner, moving: Moving): void {
    setLatest(this.#moving, owner, moving);
  }

  #moved(owner: BudgetOwner, { budget, atMs }: Moving): Budget {
    return budgetAfter(budget, this.#clock.nowMs() - atMs, this.#rule(owner));
  }

  #rule(owner: BudgetOwner): BudgetRule {
    return owner === 'door' ? this.#policy.door : this.#policy.person;
  }
}

/** As the latest of at most `maxMoving`: the oldest goes. */
const setLatest = <Value>(kept: Map<BudgetOwner, Value>, owner: BudgetOwner, value: Value): void => {
  kept.delete(owner);
  kept.set(owner, value);
  if (kept.size <= maxMoving) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
};

/** Key 0 of the log is the reader's own budget; no person has it. */
const keyOf = (owner: BudgetOwner): number => (owner === 'door' ? 0 : owner);
