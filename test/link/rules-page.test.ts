/** The settings that people at the door meet, as a real reader tells them on its line. */
import { describe, expect, it } from 'vitest';
import { defaultPolicy, policyRanges } from '../../src/access/policy.ts';
import { readLinkReply, writeLinkReply } from '../../src/link/messages.ts';
import { toldRules } from '../../src/reader/told-rules.ts';
import { LinkBench } from './link-bench.ts';

describe('the page of rules', () => {
  it('is what the reader’s settings say, with the window and pause of people with extended time', async () => {
    const { door, person } = defaultPolicy.budget;
    const policy = {
      windowMs: 20_000,
      windowTries: 2,
      interDigitMs: 12_000,
      duress: true,
      offline: { fullMs: 3_600_000, priorityMs: 7_200_000 },
      budget: { door: { ...door, attempts: 3 }, person: { ...person, attempts: 4 } },
    };
    const bench = await (await LinkBench.open({ policy })).connect();
    expect(await bench.status('rules')).toEqual({
      page: 'rules',
      windowMs: 20_000,
      windowTries: 2,
      interDigitMs: 12_000,
      extendedWindowMs: 40_000,
      extendedInterDigitMs: 12_000,
      door: { ...door, attempts: 3, withinMs: 0 },
      person: { ...person, attempts: 4 },
      offlineFullMs: 3_600_000,
      offlinePriorityMs: 7_200_000,
      duress: true,
    });
  });

  it.each([0, 1] as const)('can be told whatever the settings are, at end %s of every range', (end) => {
    const { door, person } = defaultPolicy.budget;
    const at = (name: keyof typeof policyRanges): number => policyRanges[name][end];
    const rules = toldRules({
      ...defaultPolicy,
      windowMs: at('windowMs'),
      windowTries: at('windowTries'),
      interDigitMs: at('interDigitMs'),
      offline: { fullMs: at('offlineFullMs'), priorityMs: at('offlinePriorityMs') },
      budget: { door: { ...door, attempts: at('doorAttempts') }, person: { ...person, attempts: at('personAttempts') } },
    });
    const status = { page: 'rules', ...rules } as const;
    expect(readLinkReply(writeLinkReply({ name: 'status', status }))).toEqual({ ok: true, value: { name: 'status', status } });
  });

  it('of a reader whose settings say nothing is the defaults', async () => {
    const bench = await (await LinkBench.open()).connect();
    expect(await bench.status('rules')).toMatchObject({ windowMs: 15_000, extendedInterDigitMs: 10_000, offlineFullMs: 0, duress: false });
  });
});
