/**
 * The reader as a machine: what is typed (R1–R6), the window a card opens (R8), one decision at a time, the PIN path
 * while it is locked out (R10), and the door that stands unlocked (R7). It says when; what a presentation is worth is
 * decision.ts's, and lights, strike, journal and clock belong to whoever runs it.
 */
import { and, not } from 'xstate';
import { Pin } from './pin.ts';
import { decisionLimitMs, questionOf, readerSetup, unlockedHoldMs } from './reader-setup.ts';

const empty = readerSetup.createStateConfig({
  description: 'Nothing typed.',
  on: {
    'key.digit': { target: 'typing', actions: ['signalKey', 'takeDigit'] },
    'key.hash': { actions: ['signalKey', 'clear', 'forgetAutoSubmit'] },
    'key.star': [{ guard: 'isSecondStarInWindow', actions: ['signalKey', 'clear', 'abandonWindow'] }, { actions: ['signalKey', 'clearByStar'] }],
    'card.read': { actions: ['clear', 'presentCard'] },
  },
});

const typing = readerSetup.createStateConfig({
  description: 'One to seven digits typed; a pause, *, a card, a mode change or the end of the window forgets them.',
  after: {
    interDigit: [
      { guard: 'isIssuable', target: 'empty', actions: ['clear', 'signalPressHash', 'tellHinted'] },
      { target: 'empty', actions: 'clear' },
    ],
  },
  on: {
    'key.digit': [
      { guard: 'isEighthDigit', target: 'empty', actions: ['signalKey', 'takeDigit', 'noteAutoSubmit', 'submit'] },
      { target: 'typing', reenter: true, actions: ['signalKey', 'takeDigit'] },
    ],
    'key.hash': [
      // The # of habit after an eighth digit too many: it submits nothing (R2).
      { guard: 'followsAutoSubmit', target: 'typing', reenter: true, actions: ['signalKey', 'forgetAutoSubmit'] },
      { target: 'empty', actions: ['signalKey', 'submit'] },
    ],
    'key.star': { target: 'empty', actions: ['signalKey', 'clearByStar'] },
    'card.read': { target: 'empty', actions: ['clear', 'presentCard'] },
    'mode.set': { target: 'empty', actions: 'clear' },
    'window.ended': { target: 'empty', actions: 'clear' },
  },
});

const closed = readerSetup.createStateConfig({
  description: 'No card waits for its PIN.',
  on: { verdict: { guard: 'opensWindow', target: 'open', actions: 'openWindow' } },
});

const open = readerSetup.createStateConfig({
  description: 'A valid card was read; its person may submit a PIN until the deadline, in a few tries.',
  after: {
    warningLeft: { guard: 'isWarningDue', actions: 'signalWindowEnding' },
    windowLeft: [
      { guard: 'hasPendingPin', target: 'ending' },
      { guard: 'wasNeverTried', target: 'over', actions: ['tellTimeout', 'signalWindowOver', 'runOutWindow'] },
      { target: 'over', actions: ['signalWindowOver', 'runOutWindow'] },
    ],
  },
  on: {
    verdict: [
      { guard: 'isTooLate', target: 'over', actions: 'runOutWindow' },
      { guard: and(['isDenied', not('isLastTry')]), actions: 'countTry' },
      { guard: 'isDenied', target: 'over', actions: 'runOutWindow' },
      { target: 'closed', actions: 'closeWindow' },
    ],
    'window.replaced': { target: 'closed', actions: ['tellAbandoned', 'closeWindow'] },
    'window.abandoned': { target: 'closed', actions: ['tellAbandoned', 'closeWindow'] },
    'mode.set': { target: 'closed', actions: 'closeWindow' },
  },
});

const ending = readerSetup.createStateConfig({
  description: 'The deadline has passed while a PIN submitted in time is still being judged.',
  on: {
    verdict: [
      { guard: and(['isDenied', not('isLastTry'), 'hasPendingPin']), actions: 'countTry' },
      { guard: 'isDenied', target: 'over', actions: 'runOutWindow' },
      { guard: 'isTooLate', target: 'over', actions: 'runOutWindow' },
      { target: 'closed', actions: 'closeWindow' },
    ],
    'window.replaced': { target: 'closed', actions: 'closeWindow' },
    'mode.set': { target: 'closed', actions: 'closeWindow' },
  },
});

const over = readerSetup.createStateConfig({
  description: 'The window ended without a grant a moment ago: a submit repeats the window-over signal.',
  after: { windowOver: 'closed' },
  on: { verdict: { guard: 'opensWindow', target: 'open', actions: 'openWindow' } },
});

const ready = readerSetup.createStateConfig({
  description: 'Nothing to decide.',
  // The window hears of each verdict before the next presentation is judged by it.
  on: { verdict: { actions: 'forgetVerdict' } },
  always: { guard: 'hasWaiting', target: 'deciding', actions: 'takeNext' },
});

const deciding = readerSetup.createStateConfig({
  description: 'One presentation is being decided; later ones wait their turn.',
  invoke: {
    src: 'decide',
    input: ({ context }) => questionOf(context),
    onDone: [
      {
        guard: { type: 'wasDenied', params: ({ event }) => event.output },
        target: 'answering',
        actions: { type: 'noteVerdict', params: ({ event }) => event.output },
      },
      { target: 'ready', actions: [{ type: 'noteVerdict', params: ({ event }) => event.output }, 'conclude'] },
    ],
    onError: {
      target: 'answering',
      actions: [
        { type: 'noteNoVerdict', params: { afterMs: 0 } },
        { type: 'tellNoVerdict', params: { fault: 'hardware.failed' } },
      ],
    },
  },
  after: {
    decisionLimit: {
      target: 'answering',
      actions: [
        { type: 'noteNoVerdict', params: { afterMs: decisionLimitMs } },
        { type: 'tellNoVerdict', params: { fault: 'hardware.slow' } },
      ],
    },
  },
  // What is on its way was asked under another mode: it is withdrawn, and decided anew under this one.
  on: { 'mode.set': { target: 'deciding', reenter: true } },
});

const answering = readerSetup.createStateConfig({
  description: 'Denied; the answer waits for its time, the same for every reason (R12).',
  after: { answerLeft: { target: 'ready', actions: 'conclude' } },
});

const available = readerSetup.createStateConfig({
  description: 'PINs without a card are judged.',
  always: { guard: 'isLockedOut', target: 'lockedOut' },
  on: { 'lockout.began': { actions: 'noteLockout' } },
});

const lockedOut = readerSetup.createStateConfig({
  description: 'PINs without a card are counted, not judged; cards go on working (R10).',
  after: { lockoutLeft: { target: 'available', actions: ['endLockout', 'tellLockoutEnded'] } },
  on: {
    'lockout.began': { target: 'lockedOut', reenter: true, actions: 'noteLockout' },
    'lockout.cleared': { target: 'available', actions: 'endLockout' },
  },
});

const secured = readerSetup.createStateConfig({
  description: 'The strike is released by grants only.',
  always: { guard: 'isUnlocked', target: 'unlocking' },
});

const unlocking = readerSetup.createStateConfig({
  description: 'The start of an unlocking is put on record, then the strike is released.',
  invoke: { src: 'unlock', input: { holdMs: unlockedHoldMs }, onDone: 'unlocked', onError: 'notUnlocked' },
  after: { decisionLimit: 'notUnlocked' },
  on: {
    'mode.set': { guard: 'leavesUnlocked', target: 'secured', actions: 'secureStrike' },
    'panel.tookOver': 'notUnlocked',
  },
});

const unlocked = readerSetup.createStateConfig({
  description: 'A short release is renewed while the reader lives (R7).',
  after: { unlockedRenew: { target: 'unlocked', reenter: true, actions: 'holdStrike' } },
  on: {
    'mode.set': { guard: 'leavesUnlocked', target: 'secured', actions: 'secureStrike' },
    'panel.tookOver': 'notUnlocked',
  },
});

const notUnlocked = readerSetup.createStateConfig({
  description: 'The unlocking could not be recorded or released, or the panel drives the strike; it is tried again.',
  after: { unlockRetry: 'unlocking' },
  on: { 'mode.set': { guard: 'leavesUnlocked', target: 'secured' } },
});

const modeKnown = readerSetup.createStateConfig({
  description: 'The mode in force.',
  on: { 'mode.set': { actions: 'setMode' } },
});

export const readerMachine = readerSetup.createMachine({
  id: 'reader',
  type: 'parallel',
  context: ({ input }) => ({
    policy: input.policy,
    mode: input.mode,
    pin: Pin.empty,
    autoSubmittedAtMs: undefined,
    wasStar: false,
    window: undefined,
    windowOverAtMs: undefined,
    waiting: [],
    current: undefined,
    verdict: undefined,
    decidedAtMs: 0,
    lockoutMs: input.lockoutMs,
  }),
  states: {
    entry: { description: 'What is typed.', initial: 'empty', states: { empty, typing } },
    window: { description: 'The time after a card.', initial: 'closed', states: { closed, open, ending, over } },
    decision: { description: 'One at a time.', initial: 'ready', states: { ready, deciding, answering } },
    pinPath: { description: "The reader's own guessing budget.", initial: 'available', states: { available, lockedOut } },
    passage: { description: 'The door that stands unlocked.', initial: 'secured', states: { secured, unlocking, unlocked, notUnlocked } },
    mode: { description: 'Which of the six modes is in force.', initial: 'known', states: { known: modeKnown } },
  },
});
