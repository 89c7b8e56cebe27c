/** Dates, uses and offline limits, to the millisecond. */
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/access/facts.ts';
import { defaultPolicy, type Policy } from '../../src/access/policy.ts';
import { type Circumstances, refusalOf } from '../../src/access/validity.ts';

const anyone: Person = { person: 1, extendedTime: false, offlinePriority: false, hasPin: true };
const now: Circumstances = { wallMs: 1_000_000, wallTrusted: true, offlineMs: 0, usesSpent: 0 };
const judge = (person: Partial<Person>, circumstances: Partial<Circumstances> = {}, policy: Partial<Policy> = {}) =>
  refusalOf({ ...anyone, ...person }, { ...now, ...circumstances }, { ...defaultPolicy, ...policy });

describe('dates', () => {
  it('are half open: from the first second on, up to the last', () => {
    expect(judge({ validFromS: 1000 }, { wallMs: 999_999 })).toBe('credential.notYetValid');
    expect(judge({ validFromS: 1000 }, { wallMs: 1_000_000 })).toBeUndefined();
    expect(judge({ validUntilS: 1000 }, { wallMs: 999_999 })).toBeUndefined();
    expect(judge({ validUntilS: 1000 }, { wallMs: 1_000_000 })).toBe('credential.expired');
  });

  it('refuse by default while the wall clock is not trusted', () => {
    expect(judge({ validUntilS: 9e9 }, { wallTrusted: false })).toBe('credential.timeUntrusted');
    expect(judge({ validFromS: 0 }, { wallTrusted: false })).toBe('credential.timeUntrusted');
    expect(judge({}, { wallTrusted: false })).toBeUndefined();
  });

  it('are judged by the last time seen where the setting says so', () => {
    const lastSeen = { untrustedTime: 'lastSeen' } as const;
    expect(judge({ validUntilS: 9e9 }, { wallTrusted: false }, lastSeen)).toBeUndefined();
    expect(judge({ validUntilS: 999 }, { wallTrusted: false }, lastSeen)).toBe('credential.expired');
  });

  it.each([1, 2_147_483_648, 4_102_444_800, 9_999_999_999])('are no matter past 2038 and 2100: second %d', (second) => {
    expect(judge({ validUntilS: second }, { wallMs: second * 1000 - 1 })).toBeUndefined();
    expect(judge({ validUntilS: second }, { wallMs: second * 1000 })).toBe('credential.expired');
  });
});

describe('uses', () => {
  it('end when as many grants were taken as the allowance holds', () => {
    const uses = { limit: 2, serial: 7 };
    expect(judge({ uses }, { usesSpent: 1 })).toBeUndefined();
    expect(judge({ uses }, { usesSpent: 2 })).toBe('credential.noUsesLeft');
  });
});

describe('offline service', () => {
  const hour = 3_600_000;
  const limited = { offline: { fullMs: 24 * hour, priorityMs: 48 * hour } };

  it('has no limit unless the setting gives one', () => {
    expect(judge({}, { offlineMs: 1e12 })).toBeUndefined();
  });

  it('is for everyone up to the limit, then for priority people, then for nobody', () => {
    expect(judge({}, { offlineMs: 24 * hour - 1 }, limited)).toBeUndefined();
    expect(judge({}, { offlineMs: 24 * hour }, limited)).toBe('offline.limited');
    expect(judge({ offlinePriority: true }, { offlineMs: 72 * hour - 1 }, limited)).toBeUndefined();
    expect(judge({ offlinePriority: true }, { offlineMs: 72 * hour }, limited)).toBe('offline.limited');
  });
});
