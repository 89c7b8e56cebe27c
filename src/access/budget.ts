/**
 * The guessing budget (R10): how many wrong PINs may still be submitted, and how long the next must wait. Pure arithmetic
 * on elapsed time; when a budget is written down is decision.ts's, where is journal/'s. All times are relative to the
 * moment the budget describes, so that a restart can take it up again and assume that no time passed.
 */
import { assert } from '../shared/assert.ts';
import type { BudgetRule } from './policy.ts';

export interface Budget {
  /** How often the wait has doubled; 0: no wait has been earned. */
  readonly level: number;
  /** Left of the wait; 0: not waiting. */
  readonly waitMs: number;
  /** Since the last wrong PIN, or since the last return it earned. */
  readonly quietMs: number;
  /** Age of each spent attempt that still counts, oldest first; at most as many as the rule has attempts. */
  readonly spentAgesMs: readonly number[];
}

export const freshBudget: Budget = { level: 0, waitMs: 0, quietMs: 0, spentAgesMs: [] };

/** The highest level a rule knows: the first whose wait is the longest. */
export const highestLevel = (rule: BudgetRule): number => 1 + Math.max(0, Math.ceil(Math.log2(rule.longestWaitMs / rule.firstWaitMs)));

/** Wait earned on reaching `level` (≥ 1): doubles from the first to the longest. */
export const waitAt = (level: number, rule: BudgetRule): number => Math.min(rule.firstWaitMs * 2 ** (level - 1), rule.longestWaitMs);

/** The budget of someone who has done their worst: what is assumed when the record of it is damaged. */
export const worstBudget = (rule: BudgetRule): Budget => {
  const level = highestLevel(rule);
  return { level, waitMs: waitAt(level, rule), quietMs: 0, spentAgesMs: spentAfterWait(rule) };
};

const spentAfterWait = (rule: BudgetRule): number[] => Array.from({ length: Math.max(0, rule.attempts - rule.attemptsAfterWait) }, () => 0);

/**
 * A budget as another rule with more attempts may have left it, under this one. More spent than there are attempts has earned the next wait,
 * like the last attempt itself, so that the lockout is seen and ends.
 */
export const fitted = (budget: Budget, rule: BudgetRule): Budget => {
  if (budget.spentAgesMs.length < rule.attempts) return budget;
  const spentAgesMs = spentAfterWait(rule);
  if (budget.waitMs > 0) return { ...budget, spentAgesMs };
  const level = Math.min(budget.level + 1, highestLevel(rule));
  return { level, waitMs: waitAt(level, rule), quietMs: 0, spentAgesMs };
};

/** The same budget `elapsedMs` (≥ 0) later, with nothing tried in between. */
export const budgetAfter = (budget: Budget, elapsedMs: number, rule: BudgetRule): Budget => {
  let { level } = budget;
  let quietMs = budget.quietMs + elapsedMs;
  const within = rule.withinMs ?? Number.POSITIVE_INFINITY;
  const spent = budget.spentAgesMs.map((age) => age + elapsedMs).filter((age) => age < within);
  while (quietMs >= rule.quietMs && (level > 0 || spent.length > 0)) {
    quietMs -= rule.quietMs;
    if (level > 0) level -= 1;
    else spent.shift();
  }
  const isSpotless = level === 0 && spent.length === 0;
  return { level, waitMs: Math.max(0, budget.waitMs - elapsedMs), quietMs: isSpotless ? 0 : quietMs, spentAgesMs: spent };
};

/** A PIN may be compared now. */
export const mayTry = (budget: Budget, rule: BudgetRule): boolean => budget.waitMs === 0 && budget.spentAgesMs.length < rule.attempts;

/** The budget with one attempt spent, as if the PIN were wrong: the last attempt earns the next wait at once. */
export const debit = (budget: Budget, rule: BudgetRule): Budget => {
  assert(mayTry(budget, rule), 'an attempt is debited only where one may be tried');
  const spentAgesMs = [...budget.spentAgesMs, 0];
  return fitted({ ...budget, quietMs: 0, spentAgesMs }, rule);
};
