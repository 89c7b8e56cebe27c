/**
 * What comes of a decision that nobody waits for any more, because it took too long or the mode changed: nothing further is
 * compared, recorded or released, and nothing is told but what it left on record and the wait its attempt earned.
 */
import { describe, expect, it } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { decide, type Question } from '../../src/access/decision.ts';
import type { AccessEvent } from '../../src/access/events.ts';
import type { Mode } from '../../src/access/mode.ts';
import { answerMs, defaultPolicy } from '../../src/access/policy.ts';
import { readerMachine } from '../../src/access/reader-machine.ts';
import { type Decided, decisionLimitMs } from '../../src/access/reader-setup.ts';
import { Fault } from '../../src/shared/faults.ts';
import { aFewTurns, asksFrom, card, fine, openWindow, pin, run, type Script, type Step, story } from './scripted-asks.ts';

type Asked = NonNullable<Script['withdrawnDuring']>;

const byCard: Question = { presented: { by: 'card', card, atMs: 0 }, mode: 'cardOnly', window: undefined, isWindowOver: false };
const byPin: Question = { ...byCard, presented: { by: 'pin', pin, atMs: 0 }, mode: 'pinOnly' };
const afterCard: Question = { ...byPin, mode: 'cardAndPin', window: openWindow };
const diskFull = new Fault('disk.full', 'no room');
const denied = { verdict: 'denied', code: 'decision.failed' };

describe('a decision withdrawn', () => {
  const cardAlone = ['findCard …34', 'circumstances 7'];
  const pinAlone = ['isLockedOut door', 'burnAttempt door', 'findPin ‹pin›', 'circumstances 7'];
  const both = ['isLockedOut 7', 'burnAttempt 7', 'findCard …34', 'findPin ‹pin›', 'circumstances 7'];
  const before: readonly (readonly [way: string, question: Question, asked: readonly string[]])[] = [
    ['by card', byCard, cardAlone],
    ['that would open a window', { ...byCard, mode: 'cardAndPin' }, [...cardAlone, 'isLockedOut 7']],
    ['by PIN', byPin, pinAlone],
    ['by card and PIN', afterCard, both],
  ];

  for (const [way, question, asked] of before) {
    it.each(asked.map((line, place) => [line, place] as const))(`${way}, during %s, asks and tells nothing more`, async (line, place) => {
      const withdrawnDuring = line.split(' ')[0] as Asked;
      const done = await run({ question, script: { withdrawnDuring } });
      expect(done.verdict).toEqual(denied);
      expect(story(done)).toEqual(asked.slice(0, place + 1));
      const failing = await run({ question, script: { withdrawnDuring, [withdrawnDuring]: diskFull } });
      expect(failing.verdict).toEqual(denied);
      expect(failing.told).toEqual([]);
    });
  }

  it('after its grant was recorded releases nothing, and says so in the name of the person', async () => {
    for (const question of [byCard, byPin, afterCard]) {
      const done = await run({ question, script: { withdrawnDuring: 'recordGrant', burnAttempt: 60_000 } });
      expect(done.verdict).toEqual(denied);
      expect(story(done).slice(-2)).toEqual([expect.stringMatching(/^recordGrant/), 'tell decision.failed']);
      expect(done.told).toMatchObject([{ code: 'decision.failed', person: 7, fields: { fault: 'hardware.slow' } }]);
    }
  });

  it('while its grant could not be recorded tells nothing, not even where cards may go unrecorded', async () => {
    for (const recordFailure of ['deny', 'grantCards'] as const) {
      const done = await run({ question: byCard, policy: { recordFailure }, script: { withdrawnDuring: 'recordGrant', recordGrant: diskFull } });
      expect(done.verdict).toEqual(denied);
      expect(story(done).slice(-2)).toEqual(['recordGrant access.granted of 7', 'recordGrant fails']);
    }
  });

  it('tells the lockout that its attempt earned, and nothing else', async () => {
    for (const withdrawnDuring of ['burnAttempt', 'findPin', 'circumstances'] as const) {
      const done = await run({ question: byPin, script: { withdrawnDuring, burnAttempt: 60_000 } });
      expect(done.told).toEqual([{ code: 'lockout.started', fields: { waitMs: 60_000 } }]);
      expect(story(done).at(-1)).toBe('lockoutBegan door');
    }
  });
});

describe('the lockout that an attempt earns', () => {
  const waits = { burnAttempt: 300_000 };
  const lockout = ['tell lockout.started', 'lockoutBegan 7'];

  it.each(['findCard', 'findPin', 'circumstances'] as const)('is told when %s fails after it', async (ask) => {
    const done = await run({ question: afterCard, script: { ...waits, [ask]: diskFull } });
    expect(done.verdict).toEqual(denied);
    expect(story(done).slice(-4)).toEqual([`${ask} fails`, 'tell decision.failed', ...lockout]);
  });

  it('is told when the grant cannot be recorded', async () => {
    const done = await run({ question: afterCard, script: { ...waits, recordGrant: diskFull } });
    expect(story(done).slice(-4)).toEqual(['recordGrant fails', 'tell record.failed', ...lockout]);
  });

  it('is not told once the attempt was given back, though the strike fails', async () => {
    const done = await run({ question: afterCard, script: { ...waits, release: new Fault('strike.failed', 'no current') } });
    expect(story(done).slice(-2)).toEqual(['release fails', 'tell strike.failed']);
  });
});

/** A reader that decides for itself, with an outside that answers as in `script` but leaves the first question `held` open. */
const open = (mode: Mode, held: Asked, script: Partial<Script> = {}) => {
  const clock = new VirtualClock();
  const steps: Step[] = [];
  const told: AccessEvent[] = [];
  const reached = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  let isHeld = false;
  const asks = asksFrom({ ...fine, ...script }, steps, told, (ask) => {
    if (ask !== held || isHeld) return aFewTurns();
    isHeld = true;
    reached.resolve();
    return answer.promise;
  });
  const actors = {
    decide: fromPromise<Decided, Question>(async ({ input, signal }) => ({
      verdict: await decide(input, defaultPolicy, asks, () => signal.aborted),
      atMs: clock.nowMs(),
    })),
  };
  const actor = createActor(readerMachine.provide({ actors }), { clock, input: { policy: defaultPolicy, mode, lockoutMs: 0 } });
  const signals: string[] = [];
  actor.on('signal', ({ signal }) => signals.push(signal));
  actor.on('tell', ({ event }) => told.push(event));
  actor.start();
  return {
    clock,
    told,
    signals,
    steps,
    reached: reached.promise,
    answer: () => {
      answer.resolve();
      return clock.settle();
    },
    swipe: () => actor.send({ type: 'card.read', card, atMs: clock.nowMs() }),
    submit: () => {
      for (const digit of ['0', '4', '1', '7'] as const) actor.send({ type: 'key.digit', digit, atMs: clock.nowMs() });
      actor.send({ type: 'key.hash', atMs: clock.nowMs() });
    },
    setMode: (next: Mode) => actor.send({ type: 'mode.set', mode: next }),
  };
};

describe('a decision in flight', () => {
  const codes = (told: readonly AccessEvent[]): string[] => told.map(({ code }) => code);

  it.each([
    ['cardOnly', 'card', 'findCard'],
    ['cardOnly', 'card', 'circumstances'],
    ['cardOnly', 'card', 'recordGrant'],
    ['pinOnly', 'PIN', 'isLockedOut'],
    ['pinOnly', 'PIN', 'burnAttempt'],
    ['pinOnly', 'PIN', 'findPin'],
    ['pinOnly', 'PIN', 'circumstances'],
    ['pinOnly', 'PIN', 'recordGrant'],
  ] as const)('in mode %s by %s, at %s, releases nothing once the door is locked', async (mode, by, held) => {
    const reader = open(mode, held);
    if (by === 'card') reader.swipe();
    else reader.submit();
    await reader.reached;
    const asked = story(reader).length;
    reader.setMode('locked');
    await reader.clock.settle();
    expect(codes(reader.told)).toEqual(['door.locked']);
    await reader.answer();
    await reader.clock.advance(answerMs);
    const isOnRecord = held === 'recordGrant';
    expect(story(reader).slice(asked)).toEqual(['tell door.locked', ...(isOnRecord ? ['tell decision.failed'] : [])]);
    expect(reader.signals.filter((signal) => signal !== 'key')).toEqual(['denied']);
  });

  it('is decided anew under the mode set meanwhile, and releases once', async () => {
    const reader = open('cardOnly', 'findCard');
    reader.swipe();
    await reader.reached;
    reader.setMode('cardOrPin');
    await reader.clock.settle();
    await reader.answer();
    expect(story(reader)).toEqual(['findCard …34', 'findCard …34', 'circumstances 7', 'recordGrant access.granted of 7', 'release 5000 ms']);
    expect(reader.signals).toEqual(['granted']);
  });

  it('that takes too long is told by the machine alone, also when its disk fails in the end', async () => {
    const reader = open('cardOnly', 'recordGrant', { recordGrant: diskFull });
    reader.swipe();
    await reader.reached;
    await reader.clock.advance(decisionLimitMs);
    await reader.answer();
    expect(reader.told).toEqual([{ code: 'decision.failed', fields: { fault: 'hardware.slow' } }]);
    expect(reader.signals).toEqual(['denied']);
  });
});
