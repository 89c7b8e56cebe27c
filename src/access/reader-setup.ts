/**
 * The vocabulary of the reader machine: its events, effects, context, delays, guards and actions. Which state listens to
 * what is reader-machine.ts's.
 */
import { assign, emit, enqueueActions, fromPromise, raise, setup } from 'xstate';
import { assert, present } from '../shared/assert.ts';
import type { Card } from './card.ts';
import type { Presented, Question, Verdict, Window } from './decision.ts';
import type { AccessEvent } from './events.ts';
import type { Signal } from './feedback.ts';
import type { Mode } from './mode.ts';
import { type Digit, maxPinLength, Pin } from './pin.ts';
import { answerMs, extendedInterDigitMs, type Policy, swallowHashMs, windowOverMs } from './policy.ts';

/** Presentations that wait while one is decided; beyond it the newest is dropped and told. */
export const maxWaiting = 8;
/** A decision that takes longer is withdrawn and denies (R14). */
export const decisionLimitMs = 5_000;
/** The countdown beep, before the window's end (FIELD U14). */
const windowWarningMs = 5_000;
/** An unlocked door is held by short releases, renewed well before they end (R7). */
export const unlockedHoldMs = 4_000;
const unlockedRenewMs = 1_500;
/** An unlocking that could not be recorded or released is tried again after this. */
export const unlockRetryMs = 10_000;

export type ReaderEvent =
  | { readonly type: 'key.digit'; readonly digit: Digit; readonly atMs: number }
  | { readonly type: 'key.hash'; readonly atMs: number }
  | { readonly type: 'key.star'; readonly atMs: number }
  | { readonly type: 'card.read'; readonly card: Card; readonly atMs: number }
  | { readonly type: 'mode.set'; readonly mode: Mode }
  | { readonly type: 'lockout.began'; readonly waitMs: number }
  | { readonly type: 'lockout.cleared' }
  /** The panel drives the strike from now on (R17), which is secured. */
  | { readonly type: 'panel.tookOver' }
  /** The machine's own, between its regions. */
  | { readonly type: 'verdict'; readonly verdict: Verdict; readonly presented: Presented; readonly atMs: number }
  | { readonly type: 'window.ended' }
  | { readonly type: 'window.replaced' }
  | { readonly type: 'window.abandoned' };

export type ReaderEffect =
  | { readonly type: 'signal'; readonly signal: Signal }
  | { readonly type: 'tell'; readonly event: AccessEvent }
  /** Renews the release of an unlocked door. */
  | { readonly type: 'strike.hold'; readonly holdMs: number }
  | { readonly type: 'strike.secure' };

export interface ReaderContext {
  readonly policy: Policy;
  readonly mode: Mode;
  readonly pin: Pin;
  /** When the eighth digit last submitted by itself. */
  readonly autoSubmittedAtMs: number | undefined;
  readonly wasStar: boolean;
  readonly window: Window | undefined;
  /** When the last window ran out or used up its tries. */
  readonly windowOverAtMs: number | undefined;
  readonly waiting: readonly Presented[];
  readonly current: Presented | undefined;
  readonly verdict: Verdict | undefined;
  readonly decidedAtMs: number;
  readonly lockoutMs: number;
}

export interface ReaderInput {
  readonly policy: Policy;
  readonly mode: Mode;
  /** Left of a lockout that a restart took up again; 0: none. */
  readonly lockoutMs: number;
}

/** What the decision actor answers: the verdict, and the monotonic time at which it stood. */
export interface Decided {
  readonly verdict: Verdict;
  readonly atMs: number;
}

const nothingDecided: Verdict = { verdict: 'denied', code: 'decision.failed' };

const signalOf = (verdict: Verdict): Signal => {
  if (verdict.verdict === 'awaitPin') return 'pinAsked';
  if (verdict.verdict === 'passage') return 'granted';
  return verdict.verdict;
};

/** A PIN submitted in time is still to be judged, so the window may not end yet. */
const hasPendingPin = ({ current, waiting, window }: ReaderContext): boolean =>
  [...(current === undefined ? [] : [current]), ...waiting].some(({ by, atMs }) => by === 'pin' && window !== undefined && atMs < window.deadlineMs);

const windowOf = ({ window }: ReaderContext): Window => present(window, 'a window is open');
const currentOf = ({ current }: ReaderContext): Presented => present(current, 'a presentation is being decided');

const hasRoom = ({ waiting }: ReaderContext): boolean => waiting.length < maxWaiting;
const dropped = (by: Presented['by']): ReaderEffect => ({ type: 'tell', event: { code: 'submit.dropped', fields: { by } } });

/** Keys sound locked out only where what is typed would be charged to the reader's own budget. */
const keySignal = ({ lockoutMs, mode }: ReaderContext): Signal =>
  lockoutMs > 0 && (mode === 'pinOnly' || mode === 'cardOrPin') ? 'keyLockedOut' : 'key';

/** What `decide` is asked about the presentation taken. */
export const questionOf = (context: ReaderContext): Question => {
  const { mode, window, windowOverAtMs } = context;
  const presented = currentOf(context);
  const isWindowOver = windowOverAtMs !== undefined && presented.atMs - windowOverAtMs < windowOverMs;
  return { presented, mode, window, isWindowOver };
};

export const readerSetup = setup({
  types: { input: {} as ReaderInput, context: {} as ReaderContext, events: {} as ReaderEvent, emitted: {} as ReaderEffect },
  actors: {
    decide: fromPromise<Decided, Question>(() => Promise.reject(new Error('decide was not provided'))),
    unlock: fromPromise<void, { readonly holdMs: number }>(() => Promise.reject(new Error('unlock was not provided'))),
  },
  delays: {
    interDigit: ({ context: { policy, window } }) =>
      window?.person.extendedTime === true ? Math.max(policy.interDigitMs, extendedInterDigitMs) : policy.interDigitMs,
    windowLeft: ({ context }) => Math.max(0, windowOf(context).deadlineMs - context.decidedAtMs),
    warningLeft: ({ context }) => Math.max(0, windowOf(context).deadlineMs - windowWarningMs - context.decidedAtMs),
    windowOver: windowOverMs,
    answerLeft: ({ context }) => Math.max(0, currentOf(context).atMs + answerMs - context.decidedAtMs),
    decisionLimit: decisionLimitMs,
    lockoutLeft: ({ context }) => context.lockoutMs,
    unlockedRenew: unlockedRenewMs,
    unlockRetry: unlockRetryMs,
  },
  guards: {
    isEighthDigit: ({ context }) => context.pin.length + 1 === maxPinLength,
    isIssuable: ({ context }) => !context.pin.isTooShort,
    isSecondStarInWindow: ({ context }) => context.window !== undefined && context.wasStar,
    followsAutoSubmit: ({ context: { autoSubmittedAtMs }, event }) =>
      autoSubmittedAtMs !== undefined && 'atMs' in event && event.atMs - autoSubmittedAtMs < swallowHashMs,
    hasWaiting: ({ context: { waiting, verdict } }) => waiting.length > 0 && verdict === undefined,
    hasPendingPin: ({ context }) => hasPendingPin(context),
    wasNeverTried: ({ context }) => windowOf(context).submitted === 0,
    isLockedOut: ({ context }) => context.lockoutMs > 0,
    isUnlocked: ({ context }) => context.mode === 'unlocked',
    leavesUnlocked: ({ event }) => event.type === 'mode.set' && event.mode !== 'unlocked',
    // A mode set while the card was being decided asks for no PIN after it.
    opensWindow: ({ context, event }) => event.type === 'verdict' && event.verdict.verdict === 'awaitPin' && context.mode === 'cardAndPin',
    wasDenied: (_, { verdict }: Decided) => verdict.verdict === 'denied',
    isDenied: ({ event }) => event.type === 'verdict' && event.verdict.verdict === 'denied',
    isTooLate: ({ event }) => event.type === 'verdict' && event.verdict.verdict === 'windowOver',
    /** A window no longer than its warning begins with the signal that asks for the PIN: that is warning enough. */
    isWarningDue: ({ context: { policy } }) => policy.windowMs > windowWarningMs,
    isLastTry: ({ context }) => windowOf(context).triesLeft <= 1,
  },
  actions: {
    signalKey: emit(({ context }) => ({ type: 'signal', signal: keySignal(context) })),
    signalPressHash: emit({ type: 'signal', signal: 'pressHash' }),
    signalWindowEnding: emit({ type: 'signal', signal: 'windowEnding' }),
    signalWindowOver: emit({ type: 'signal', signal: 'windowOver' }),
    tellHinted: emit({ type: 'tell', event: { code: 'pin.hinted' } }),
    tellTimeout: emit(({ context }) => ({ type: 'tell', event: { code: 'pin.timeout', person: windowOf(context).person.person } })),
    tellAbandoned: emit(({ context, event }) => ({
      type: 'tell',
      event: {
        code: 'pin.abandoned',
        person: windowOf(context).person.person,
        fields: { detail: event.type === 'window.replaced' ? 'nextCard' : 'cleared' },
      },
    })),
    tellLockoutEnded: emit({ type: 'tell', event: { code: 'lockout.ended' } }),
    holdStrike: emit({ type: 'strike.hold', holdMs: unlockedHoldMs }),
    secureStrike: emit({ type: 'strike.secure' }),

    takeDigit: assign(({ context, event }) => {
      assert(event.type === 'key.digit', 'a digit is taken from a key');
      return { pin: context.pin.with(event.digit), wasStar: false };
    }),
    clear: assign({ pin: Pin.empty, wasStar: false }),
    clearByStar: assign({ pin: Pin.empty, wasStar: true }),
    noteAutoSubmit: assign(({ event }) => {
      assert(event.type === 'key.digit', 'the eighth digit submits by itself');
      return { autoSubmittedAtMs: event.atMs };
    }),
    forgetAutoSubmit: assign({ autoSubmittedAtMs: undefined }),
    abandonWindow: raise({ type: 'window.abandoned' }),

    submit: enqueueActions(({ context, event, enqueue }) => {
      assert('atMs' in event, 'a PIN is submitted by a key');
      if (hasRoom(context)) enqueue.assign({ waiting: [...context.waiting, { by: 'pin', pin: context.pin, atMs: event.atMs }] });
      else enqueue.emit(dropped('pin'));
      enqueue.assign({ pin: Pin.empty, wasStar: false });
    }),
    presentCard: enqueueActions(({ context, event, enqueue }) => {
      assert(event.type === 'card.read', 'a card is presented by a read');
      if (hasRoom(context)) enqueue.assign({ waiting: [...context.waiting, { by: 'card', card: event.card, atMs: event.atMs }] });
      else enqueue.emit(dropped('card'));
    }),
    takeNext: enqueueActions(({ context, enqueue }) => {
      const [next, ...waiting] = context.waiting;
      enqueue.assign({ current: next, waiting, verdict: nothingDecided });
      if (next?.by === 'card') enqueue.raise({ type: 'window.replaced' });
    }),
    noteVerdict: assign((_, { verdict, atMs }: Decided) => ({ verdict, decidedAtMs: atMs })),
    noteNoVerdict: assign(({ context }, { afterMs }: { readonly afterMs: number }) => ({
      verdict: nothingDecided,
      decidedAtMs: currentOf(context).atMs + afterMs,
    })),
    tellNoVerdict: emit((_, { fault }: { readonly fault: string }) => ({ type: 'tell', event: { code: 'decision.failed', fields: { fault } } })),
    conclude: enqueueActions(({ context, enqueue }) => {
      const presented = currentOf(context);
      const verdict = present(context.verdict, 'a decision ends with a verdict');
      const atMs = verdict.verdict === 'denied' ? Math.max(context.decidedAtMs, presented.atMs + answerMs) : context.decidedAtMs;
      enqueue.assign({ current: undefined });
      enqueue.emit({ type: 'signal', signal: signalOf(verdict) });
      enqueue.raise({ type: 'verdict', verdict, presented, atMs });
    }),
    forgetVerdict: assign({ verdict: undefined }),

    openWindow: assign(({ context, event }) => {
      assert(event.type === 'verdict' && event.verdict.verdict === 'awaitPin', 'a window is opened by a card');
      return { window: event.verdict.window, windowOverAtMs: undefined, decidedAtMs: Math.max(context.decidedAtMs, event.atMs) };
    }),
    countTry: assign(({ context }) => {
      const window = windowOf(context);
      return { window: { ...window, triesLeft: window.triesLeft - 1, submitted: window.submitted + 1 } };
    }),
    closeWindow: assign({ window: undefined, windowOverAtMs: undefined }),
    runOutWindow: enqueueActions(({ context, event, enqueue }) => {
      const windowOverAtMs = event.type === 'verdict' ? event.atMs : windowOf(context).deadlineMs;
      enqueue.assign({ window: undefined, windowOverAtMs });
      enqueue.raise({ type: 'window.ended' });
    }),
    noteLockout: assign(({ event }) => {
      assert(event.type === 'lockout.began', 'a lockout begins with its wait');
      return { lockoutMs: event.waitMs };
    }),
    endLockout: assign({ lockoutMs: 0 }),
    setMode: assign(({ event }) => {
      assert(event.type === 'mode.set', 'a mode is set by name');
      return { mode: event.mode };
    }),
  },
});
