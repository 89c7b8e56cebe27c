/** What is kept in memory of guessing budgets has an end, and what lies beyond it is never to the guesser's gain. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { AttemptLog } from '../../src/journal/attempt-log.ts';
import { Budgets, maxMoving } from '../../src/reader/budgets.ts';
import { present } from '../../src/shared/assert.ts';
import { crypto, openBench, QuickStore } from '../journal/bench.ts';

describe('attempts that may be given back', () => {
  it('are those of the owners that tried last, as many as are kept moving', async () => {
    const store = new QuickStore();
    const { journal } = await openBench({}, store);
    const log = await AttemptLog.open({ store, crypto, tell: () => undefined });
    const budgets = new Budgets(journal, log, new VirtualClock(), defaultPolicy.budget);
    const attempts = [await budgets.burn(1), await budgets.burn(2)];
    for (let owner = 3; owner <= maxMoving; owner += 1) await budgets.burn(owner);
    attempts[0] = await budgets.burn(1);
    await budgets.burn(maxMoving + 1);
    const [again, oldest] = attempts.map((attempt) => budgets.giveBack(present(attempt, 'an attempt was burnt')));
    expect(again).toHaveLength(1);
    expect(oldest).toEqual([]);
  });
});
