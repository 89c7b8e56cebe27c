/** What guessing costs: the arithmetic of R10, against days of attack. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budget, budgetAfter, debit, fitted, freshBudget, highestLevel, mayTry, waitAt, worstBudget } from '../../src/access/budget.ts';
import { defaultPolicy } from '../../src/access/policy.ts';

const { door, person } = defaultPolicy.budget;
const minute = 60_000;
const day = 24 * 60 * minute;

/** Submits a wrong PIN whenever one may be tried; returns when each was. */
const attack = (rule: typeof door, lengthMs: number, start: Budget = freshBudget): number[] => {
  const triedAtMs: number[] = [];
  let budget = start;
  let nowMs = 0;
  while (nowMs < lengthMs) {
    if (mayTry(budget, rule)) {
      triedAtMs.push(nowMs);
      budget = debit(budget, rule);
    } else {
      nowMs += budget.waitMs;
      budget = budgetAfter(budget, budget.waitMs, rule);
    }
  }
  return triedAtMs;
};

describe("the reader's budget", () => {
  it('allows five attempts, then one after 60 s, 120 s, 240 s, 480 s and 900 s for ever', () => {
    const triedAtS = attack(door, 4000_000).map((ms) => ms / 1000);
    expect(triedAtS).toEqual([0, 0, 0, 0, 0, 60, 180, 420, 900, 1800, 2700, 3600]);
  });

  it('gives someone who never stops about a hundred guesses a day', () => {
    const triedAtMs = attack(door, 30 * day);
    expect(triedAtMs.filter((at) => at < day)).toHaveLength(103);
    expect(triedAtMs.filter((at) => at >= 29 * day)).toHaveLength(96);
  });

  it('lowers one level for each 15 minutes without a wrong PIN, then returns one attempt for each', () => {
    let budget = freshBudget;
    for (let n = 0; n < 5; n += 1) budget = debit(budget, door);
    budget = debit(budgetAfter(budget, minute, door), door);
    expect(budget).toMatchObject({ level: 2, waitMs: 2 * minute });
    expect(budgetAfter(budget, 15 * minute - 1, door)).toMatchObject({ level: 2, waitMs: 0 });
    expect(budgetAfter(budget, 15 * minute, door)).toMatchObject({ level: 1 });
    expect(budgetAfter(budget, 30 * minute, door)).toMatchObject({ level: 0, spentAgesMs: { length: 4 } });
    expect(budgetAfter(budget, 45 * minute, door)).toMatchObject({ level: 0, spentAgesMs: { length: 3 } });
    expect(budgetAfter(budget, day, door)).toEqual(freshBudget);
  });

  it('keeps quiet time running across looks at it: two halves are a whole', () => {
    const rule = fc.constantFrom(door, person);
    const budget = fc.record({
      level: fc.integer({ min: 0, max: 5 }),
      waitMs: fc.integer({ min: 0, max: 60 * minute }),
      quietMs: fc.integer({ min: 0, max: 14 * minute }),
      spentAgesMs: fc.array(fc.integer({ min: 0, max: 9 * minute }), { maxLength: 4 }).map((ages) => ages.sort((a, b) => b - a)),
    });
    const elapsed = fc.integer({ min: 0, max: 3 * 60 * minute });
    fc.assert(
      fc.property(budget, rule, elapsed, elapsed, (start, its, first, second) => {
        const twice = budgetAfter(budgetAfter(start, first, its), second, its);
        const once = budgetAfter(start, first + second, its);
        // A spotless budget forgets its quiet time, which then counts for nothing.
        expect({ ...twice, quietMs: 0 }).toEqual({ ...once, quietMs: 0 });
      }),
    );
  });
});

describe("a person's budget", () => {
  it('counts wrong PINs of the last ten minutes only', () => {
    let budget = freshBudget;
    for (let n = 0; n < 4; n += 1) budget = debit(budget, person);
    expect(debit(budgetAfter(budget, 10 * minute - 1, person), person).waitMs).toBe(5 * minute);
    expect(debit(budgetAfter(budget, 10 * minute, person), person)).toMatchObject({ waitMs: 0, spentAgesMs: [0] });
  });

  it('waits 5, 10, 20, 40 and then 60 minutes', () => {
    const levels = Array.from({ length: highestLevel(person) }, (_, index) => waitAt(index + 1, person) / minute);
    expect(levels).toEqual([5, 10, 20, 40, 60]);
    expect(waitAt(9, person)).toBe(60 * minute);
  });

  it('allows five more after each wait', () => {
    const triedAtMin = attack(person, 16 * minute).map((ms) => ms / minute);
    expect(triedAtMin).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 15, 15, 15, 15, 15]);
  });
});

describe('any budget', () => {
  it('is at its worst in the longest wait', () => {
    expect(worstBudget(door)).toMatchObject({ level: 5, waitMs: 15 * minute });
    expect(worstBudget(person)).toMatchObject({ level: 5, waitMs: 60 * minute });
  });

  it('waits once where the first wait is the longest', () => {
    expect(highestLevel({ ...door, firstWaitMs: minute, longestWaitMs: minute })).toBe(1);
  });

  it('that spent more than the settings allow by now has earned the next wait, and tries go on after it', () => {
    const spent = { ...freshBudget, spentAgesMs: [3, 2, 1, 0] };
    const stricter = { ...door, attempts: 2 };
    expect(fitted(spent, door)).toEqual(spent);
    expect(fitted(spent, stricter)).toEqual({ level: 1, waitMs: minute, quietMs: 0, spentAgesMs: [0] });
    const waiting = { level: 3, waitMs: 7, quietMs: 5, spentAgesMs: [0, 0, 0, 0] };
    expect(fitted(waiting, stricter)).toEqual({ ...waiting, spentAgesMs: [0] });
    expect(mayTry(budgetAfter(fitted(waiting, stricter), 7, stricter), stricter)).toBe(true);
    expect(fitted({ ...spent, level: highestLevel(door) }, stricter)).toMatchObject({ level: highestLevel(door), waitMs: 15 * minute });
  });

  it('is not debited during a wait', () => {
    expect(() => debit(worstBudget(door), door)).toThrow('only where one may be tried');
  });
});
