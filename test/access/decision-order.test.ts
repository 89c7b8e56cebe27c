/**
 * The order of a decision under anything the outside may answer: nothing compared before its attempt is written, nothing
 * released before it is on record. The same check is shown deciders that get it wrong, and must say so.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asks, decide, Question, Verdict, Window } from '../../src/access/decision.ts';
import type { LookUp, Person } from '../../src/access/facts.ts';
import { modes } from '../../src/access/mode.ts';
import type { Policy } from '../../src/access/policy.ts';
import { Fault } from '../../src/shared/faults.ts';
import { anyone, breachesOf, card, holding, openWindow, pin, run, type Scene, type Script, shortPin } from './scripted-asks.ts';

const failure = fc.constantFrom<Error>(
  new Fault('disk.failed', 'the disk said no'),
  new Fault('strike.unreachable', 'nobody answered'),
  new Fault('queue.full', 'too much at once'),
  new Error('something else'),
);
const orFailure = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | Error> =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: failure });

const person: fc.Arbitrary<Person> = fc.record({
  person: fc.constantFrom(7, 8),
  validFromS: fc.constantFrom(undefined, 0, 2_000),
  validUntilS: fc.constantFrom(undefined, 0, 2_000),
  uses: fc.constantFrom(undefined, { limit: 2, serial: 1 }),
  extendedTime: fc.boolean(),
  offlinePriority: fc.boolean(),
  hasPin: fc.boolean(),
});
const lookUp: fc.Arbitrary<LookUp> = fc.oneof(
  fc.constantFrom<LookUp>('nobody', 'noTable', 'damaged', holding('card'), holding('pin')),
  fc.record({ person, kind: fc.constantFrom('pin' as const, 'duressPin' as const, 'card' as const), pinExempt: fc.boolean() }),
);
const script: fc.Arbitrary<Script> = fc.record({
  findCard: orFailure(lookUp),
  findPin: orFailure(lookUp),
  circumstances: orFailure(
    fc.record({
      wallMs: fc.constantFrom(0, 1_000_000, 3_000_000),
      wallTrusted: fc.boolean(),
      offlineMs: fc.constantFrom(0, 10, 30),
      usesSpent: fc.constantFrom(0, 2),
    }),
  ),
  isLockedOut: orFailure(fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })),
  burnAttempt: orFailure(fc.constantFrom(0, 60_000)),
  recordGrant: orFailure(fc.constant('recorded' as const)),
  release: orFailure(fc.constant('released' as const)),
  withdrawnDuring: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('findCard', 'findPin', 'circumstances', 'isLockedOut', 'burnAttempt', 'recordGrant', 'release') },
  ),
});
const policy: fc.Arbitrary<Partial<Policy>> = fc.record({
  recordFailure: fc.constantFrom('deny', 'grantCards'),
  untrustedTime: fc.constantFrom('deny', 'lastSeen'),
  duress: fc.boolean(),
  offline: fc.constantFrom(undefined, { fullMs: 5, priorityMs: 15 }),
});
const window: fc.Arbitrary<Window | undefined> = fc.oneof(
  fc.constant(undefined),
  person.map((holder): Window => ({ ...openWindow, person: holder })),
);
const question: fc.Arbitrary<Question> = fc.record({
  presented: fc
    .tuple(fc.constantFrom(0, 14_999, 15_000), fc.constantFrom(card, pin, shortPin))
    .map(([atMs, shown]) => (shown === card ? { by: 'card' as const, card, atMs } : { by: 'pin' as const, pin: shown as typeof pin, atMs })),
  mode: fc.constantFrom(...modes),
  window,
  isWindowOver: fc.boolean(),
});
const scene: fc.Arbitrary<Scene> = fc.record({ question, policy, script });

describe('a decision', () => {
  it('compares only what is written, releases only what is recorded, leaves off when withdrawn and tells each earned lockout, whatever the outside answers', async () => {
    const verdicts = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(scene, async (drawn) => {
        const done = await run(drawn);
        verdicts.set(done.verdict.verdict, (verdicts.get(done.verdict.verdict) ?? 0) + 1);
        expect(breachesOf(done)).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
    // The draw is worth something only if it reaches every verdict.
    expect([...verdicts.keys()].sort()).toEqual(['awaitPin', 'cardFirst', 'denied', 'granted', 'lockedOut', 'passage', 'windowOver']);
  });
});

type Decider = typeof decide;
const granted: Verdict = { verdict: 'granted' };
const denied: Verdict = { verdict: 'denied', code: 'record.failed' };
const record = (asks: Asks) => asks.recordGrant([{ code: 'access.granted' }], anyone, undefined);
const byPin: Question = { presented: { by: 'pin', pin, atMs: 0 }, mode: 'pinOnly', window: undefined, isWindowOver: false };
const byCard: Question = { ...byPin, presented: { by: 'card', card, atMs: 0 }, mode: 'cardOnly' };
const tellLockout = (asks: Asks): void => {
  asks.tell({ code: 'lockout.started', fields: { waitMs: 60_000 } });
  asks.lockoutBegan('door');
};
const refused = new Fault('disk.full', 'no room');

/** Deciders that get the order wrong, and the sentence that must name it. */
const wrong: readonly [fault: string, decider: Decider, scene: Scene, sentence: string][] = [
  [
    'compares, then writes the attempt',
    async (_question, _policy, asks) => {
      await asks.findPin(pin);
      await asks.burnAttempt('door');
      return denied;
    },
    { question: byPin },
    'a PIN is compared before its attempt is written',
  ],
  [
    'compares while the attempt is being written',
    async (_question, _policy, asks) => {
      await Promise.all([asks.burnAttempt('door'), asks.findPin(pin)]);
      return denied;
    },
    { question: byPin },
    'a PIN is compared before its attempt is written',
  ],
  [
    'compares although the attempt could not be written',
    async (_question, _policy, asks) => {
      await asks.burnAttempt('door').catch(() => undefined);
      await asks.findPin(pin);
      return denied;
    },
    { question: byPin, script: { burnAttempt: refused } },
    'a PIN is compared before its attempt is written',
  ],
  [
    'compares after nobody waits any more',
    async (_question, _policy, asks) => {
      await asks.burnAttempt('door');
      await asks.findPin(pin);
      return denied;
    },
    { question: byPin, script: { withdrawnDuring: 'burnAttempt' } },
    'findPin is asked though nobody waits any more',
  ],
  [
    'releases, then records',
    async (_question, _policy, asks) => {
      await asks.release(5_000);
      await record(asks);
      return granted;
    },
    { question: byCard },
    'the strike is released before the grant is on record',
  ],
  [
    'releases a PIN that could not be recorded, as it may a card',
    async (_question, _policy, asks) => {
      await record(asks).catch(() => undefined);
      await asks.release(5_000);
      return granted;
    },
    { question: byPin, policy: { recordFailure: 'grantCards' }, script: { recordGrant: refused } },
    'the strike is released before the grant is on record',
  ],
  [
    'releases what is counted but could not be recorded',
    async (_question, _policy, asks) => {
      await record(asks).catch(() => undefined);
      await asks.release(5_000);
      return granted;
    },
    {
      question: byCard,
      policy: { recordFailure: 'grantCards' },
      script: { recordGrant: refused, findCard: holding('card', { uses: { limit: 1, serial: 1 } }) },
    },
    'the strike is released before the grant is on record',
  ],
  [
    'releases after nobody waits any more',
    async (_question, _policy, asks) => {
      await record(asks);
      await asks.release(5_000);
      return granted;
    },
    { question: byCard, script: { withdrawnDuring: 'recordGrant' } },
    'release is asked though nobody waits any more',
  ],
  [
    'says granted before the strike answered',
    async (_question, _policy, asks) => {
      await record(asks);
      asks.release(5_000).catch(() => undefined);
      return granted;
    },
    { question: byCard },
    'granted, but the strike is not released',
  ],
  [
    'releases twice',
    async (_question, _policy, asks) => {
      await record(asks);
      await asks.release(5_000);
      await asks.release(5_000);
      return granted;
    },
    { question: byCard },
    'the strike is released twice',
  ],
  [
    'denies whom it let in',
    async (_question, _policy, asks) => {
      await record(asks);
      await asks.release(5_000);
      return denied;
    },
    { question: byCard },
    'the strike is released and the person denied',
  ],
  [
    'charges twice',
    async (_question, _policy, asks) => {
      await asks.burnAttempt('door');
      await asks.burnAttempt(7);
      return denied;
    },
    { question: byPin },
    'one PIN costs two attempts',
  ],
  [
    'records after nobody waits any more',
    async (_question, _policy, asks) => {
      await asks.circumstances(anyone);
      await record(asks);
      return denied;
    },
    { question: byCard, script: { withdrawnDuring: 'circumstances' } },
    'recordGrant is asked though nobody waits any more',
  ],
  [
    'tells a second denial after nobody waits any more',
    async (_question, _policy, asks) => {
      await record(asks).catch(() => asks.tell({ code: 'record.failed' }));
      return denied;
    },
    { question: byCard, script: { withdrawnDuring: 'recordGrant', recordGrant: refused } },
    'tell record.failed though nobody waits any more',
  ],
  [
    'calls withdrawn what is not on record',
    async (_question, _policy, asks) => {
      await asks.findCard(card);
      asks.tell({ code: 'decision.failed' });
      return denied;
    },
    { question: byCard, script: { withdrawnDuring: 'findCard' } },
    'tell decision.failed though nobody waits any more',
  ],
  [
    'keeps an earned lockout to itself when a later question fails',
    async (_question, _policy, asks) => {
      await asks.burnAttempt('door');
      await asks.findPin(pin).catch(() => asks.tell({ code: 'decision.failed' }));
      return denied;
    },
    { question: byPin, script: { burnAttempt: 60_000, findPin: refused } },
    'an earned lockout is not told, once, after everything else',
  ],
  [
    'tells the lockout before the denial that earned it',
    async (_question, _policy, asks) => {
      await asks.burnAttempt('door');
      await asks.findPin(pin);
      tellLockout(asks);
      asks.tell({ code: 'credential.notFound' });
      return denied;
    },
    { question: byPin, script: { burnAttempt: 60_000, findPin: 'nobody' } },
    'an earned lockout is not told, once, after everything else',
  ],
  [
    'tells a lockout though the attempt was given back',
    async (_question, _policy, asks) => {
      await record(asks);
      await asks.release(5_000).catch(() => tellLockout(asks));
      return denied;
    },
    { question: byPin, script: { burnAttempt: 60_000, release: refused } },
    'a lockout is told that nobody earned',
  ],
];

describe('the order check', () => {
  it.each(wrong)('finds a decider that %s', async (_fault, decider, planted, sentence) => {
    expect(breachesOf(await run(planted, decider))).toContain(sentence);
  });

  it('finds nothing in the real one for the same scenes', async () => {
    for (const [, , planted] of wrong) expect(breachesOf(await run(planted))).toEqual([]);
  });
});
