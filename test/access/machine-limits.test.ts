/** What the reader machine does at its limits: too much at once, no answer, no outside at all, more time for some people. */
import { describe, expect, it } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { Card } from '../../src/access/card.ts';
import type { Question, Verdict } from '../../src/access/decision.ts';
import type { EventCode } from '../../src/access/events.ts';
import type { Mode } from '../../src/access/mode.ts';
import { answerMs, defaultPolicy, extendedInterDigitMs } from '../../src/access/policy.ts';
import { readerMachine } from '../../src/access/reader-machine.ts';
import { type Decided, decisionLimitMs, maxWaiting, type ReaderEffect, unlockRetryMs } from '../../src/access/reader-setup.ts';
import { holding, openWindow } from './scripted-asks.ts';

type Decide = (question: Question, nowMs: number) => Promise<Decided>;

const card = new Card('bits', Uint8Array.of(0x12, 0x34), 16);

/** A reader that decides as told, and everything it does, each line with its time. */
const open = (mode: Mode, decide?: Decide) => {
  const clock = new VirtualClock();
  const actors = decide === undefined ? {} : { decide: fromPromise<Decided, Question>(({ input }) => decide(input, clock.nowMs())) };
  const actor = createActor(readerMachine.provide({ actors }), { clock, input: { policy: defaultPolicy, mode, lockoutMs: 0 } });
  const story: string[] = [];
  const line = (effect: ReaderEffect): string => {
    if (effect.type === 'signal') return effect.signal;
    if (effect.type !== 'tell') return effect.type;
    const { code, fields } = effect.event;
    return fields?.fault === undefined ? code : `${code} ${fields.fault}`;
  };
  actor.on('*', (effect) => story.push(`${clock.nowMs()} ${line(effect)}`));
  actor.start();
  const type = (digits: string): void => {
    for (const digit of digits) {
      if (digit === '#') actor.send({ type: 'key.hash', atMs: clock.nowMs() });
      else actor.send({ type: 'key.digit', digit: digit as '0', atMs: clock.nowMs() });
    }
  };
  const swipe = (): void => actor.send({ type: 'card.read', card, atMs: clock.nowMs() });
  return {
    clock,
    actor,
    story,
    type,
    swipe,
    matches: (state: Parameters<ReturnType<typeof actor.getSnapshot>['matches']>[0]) => actor.getSnapshot().matches(state),
  };
};
const never: Decide = () => new Promise(() => undefined);

describe('a reader whose decisions take long', () => {
  it.each([
    ['PIN', '123#', 'submit.dropped'],
    ['card', undefined, 'submit.dropped'],
  ])(`lets ${maxWaiting} presentations wait and drops the next %s, telling so`, (_what, digits, code) => {
    const reader = open('cardOrPin', never);
    const present = (): void => (digits === undefined ? reader.swipe() : reader.type(digits));
    for (let n = 0; n < 1 + maxWaiting; n += 1) present();
    expect(reader.story).not.toContain(`0 ${code}`);
    present();
    expect(reader.story.filter((line) => line === `0 ${code}`)).toHaveLength(1);
    expect(reader.actor.getSnapshot().context.waiting).toHaveLength(maxWaiting);
  });

  it('denies after the limit, at once', async () => {
    const reader = open('cardOnly', never);
    reader.swipe();
    await reader.clock.advance(decisionLimitMs - 1);
    expect(reader.story).toEqual([]);
    await reader.clock.advance(1);
    expect(reader.story).toEqual([`${decisionLimitMs} decision.failed hardware.slow`, `${decisionLimitMs} denied`]);
  });
});

describe('PINs that wait for one another', () => {
  it('are each judged by the window as the verdict before left it', async () => {
    const asked: (readonly [tries: number | undefined, isWindowOver: boolean])[] = [];
    const reader = open('cardAndPin', ({ presented, window, isWindowOver }, nowMs) => {
      const opened = { person: holding('card').person, card, deadlineMs: 15_000, triesLeft: 3, submitted: 0 };
      if (presented.by === 'card') return Promise.resolve({ verdict: { verdict: 'awaitPin', window: opened }, atMs: nowMs });
      asked.push([window?.triesLeft, isWindowOver]);
      return Promise.resolve({ verdict: window === undefined ? { verdict: 'windowOver' } : { verdict: 'denied', code: 'pin.wrong' }, atMs: nowMs });
    });
    reader.swipe();
    await reader.clock.settle();
    reader.type('1111#2222#3333#4444#');
    await reader.clock.advance(4 * answerMs);
    expect(asked).toEqual([
      [3, false],
      [2, false],
      [1, false],
      [undefined, true],
    ]);
  });
});

describe('a denial of a PIN after a card', () => {
  it('takes a try and leaves the window open until the last, whatever the reason, and always looks the same', async () => {
    const deny = (code: EventCode) => (): Promise<Verdict> => Promise.resolve({ verdict: 'denied', code });
    const denials: (() => Promise<Verdict>)[] = [
      deny('pin.wrong'),
      deny('credential.expired'),
      deny('table.damaged'),
      deny('record.failed'),
      deny('strike.failed'),
      () => Promise.reject(new Error('what is this')),
    ];
    const signals = new Set<string>();
    for (const denial of denials) {
      const reader = open('cardAndPin', async ({ presented }, nowMs) => ({
        verdict: presented.by === 'card' ? { verdict: 'awaitPin', window: openWindow } : await denial(),
        atMs: nowMs,
      }));
      reader.swipe();
      await reader.clock.settle();
      for (const triesLeft of [2, 1]) {
        reader.type('1111#');
        await reader.clock.advance(answerMs);
        expect(reader.matches({ window: 'open' })).toBe(true);
        expect(reader.actor.getSnapshot().context.window).toMatchObject({ triesLeft, deadlineMs: openWindow.deadlineMs });
      }
      reader.type('1111#');
      await reader.clock.advance(answerMs);
      expect(reader.matches({ window: 'over' })).toBe(true);
      signals.add(reader.story.filter((line) => !line.includes('decision.failed')).join());
    }
    expect(signals.size).toBe(1);
  });
});

describe('a denial', () => {
  it('is answered at the same time after the presentation, however soon it was decided and even if deciding failed', async () => {
    const denied = { verdict: 'denied', code: 'credential.notFound' } as const;
    const deciders: Decide[] = [
      (_question, nowMs) => Promise.resolve({ verdict: denied, atMs: nowMs }),
      (_question, nowMs) => Promise.resolve({ verdict: { verdict: 'denied', code: 'record.failed' }, atMs: nowMs }),
      () => Promise.reject(new Error('what is this')),
    ];
    for (const decide of deciders) {
      const reader = open('cardOnly', decide);
      reader.swipe();
      await reader.clock.advance(answerMs - 1);
      expect(reader.story).not.toContain(`${answerMs - 1} denied`);
      await reader.clock.advance(1_000);
      expect(reader.story.at(-1)).toBe(`${answerMs} denied`);
    }
  });
});

describe('a reader without its outside', () => {
  it('denies', async () => {
    const reader = open('cardOnly');
    reader.swipe();
    await reader.clock.advance(1_000);
    expect(reader.story).toEqual(['0 decision.failed hardware.failed', `${answerMs} denied`]);
  });

  it('stays locked in mode unlocked, and tries again', async () => {
    const reader = open('unlocked');
    await reader.clock.settle();
    expect(reader.matches({ passage: 'notUnlocked' })).toBe(true);
    await reader.clock.advance(unlockRetryMs * 3);
    expect(reader.matches({ passage: 'notUnlocked' })).toBe(true);
    expect(reader.story).toEqual([]);
  });
});

describe('extended time', () => {
  it('leaves 10 s between digits inside the window, and only there', async () => {
    const slow = holding('card', { extendedTime: true }).person;
    const reader = open('cardAndPin', ({ presented }, nowMs) =>
      Promise.resolve({
        verdict: { verdict: 'awaitPin', window: { person: slow, card, deadlineMs: presented.atMs + 30_000, triesLeft: 3, submitted: 0 } },
        atMs: nowMs,
      }),
    );
    reader.type('1');
    await reader.clock.advance(defaultPolicy.interDigitMs);
    expect(reader.matches({ entry: 'empty' })).toBe(true);
    reader.swipe();
    await reader.clock.settle();
    reader.type('1');
    await reader.clock.advance(extendedInterDigitMs - 1);
    expect(reader.matches({ entry: 'typing' })).toBe(true);
    await reader.clock.advance(1);
    expect(reader.matches({ entry: 'empty' })).toBe(true);
  });
});

describe('the passage of a grant', () => {
  it('through an unlocked door signals granted', async () => {
    const reader = open('unlocked', (_question, nowMs) => Promise.resolve({ verdict: { verdict: 'passage' }, atMs: nowMs }));
    reader.swipe();
    await reader.clock.settle();
    expect(reader.story).toContain('0 granted');
  });
});

describe('a lockout', () => {
  it('that begins during another lasts as long as the new one', async () => {
    const reader = open('pinOnly', never);
    reader.actor.send({ type: 'lockout.began', waitMs: 60_000 });
    await reader.clock.advance(30_000);
    reader.actor.send({ type: 'lockout.began', waitMs: 120_000 });
    await reader.clock.advance(119_999);
    expect(reader.story).toEqual([]);
    await reader.clock.advance(1);
    expect(reader.story).toEqual(['150000 lockout.ended']);
  });
});

describe('a key during a lockout', () => {
  it.each([
    ['pinOnly', 'keyLockedOut'],
    ['cardOrPin', 'keyLockedOut'],
    ['cardAndPin', 'key'],
    ['cardOnly', 'key'],
  ] as const)('in mode %s signals %s: the lockout is that of PINs without a card', (mode, signal) => {
    const reader = open(mode, never);
    reader.actor.send({ type: 'lockout.began', waitMs: 60_000 });
    reader.type('1');
    expect(reader.story).toEqual([`0 ${signal}`]);
  });
});
