/**
 * The benches on which the two machines of the door are walked: for each question about them, few enough things may happen
 * that a walk ends, and enough that together every state and transition is met. machine-paths.test.ts walks them.
 */
import { Card } from '../../src/access/card.ts';
import type { Verdict } from '../../src/access/decision.ts';
import { type DoorContext, type DoorEvent, doorMachine } from '../../src/access/door-machine.ts';
import type { Person } from '../../src/access/facts.ts';
import type { Mode } from '../../src/access/mode.ts';
import { answerMs, defaultPolicy, type Policy } from '../../src/access/policy.ts';
import { readerMachine } from '../../src/access/reader-machine.ts';
import type { ReaderContext, ReaderEvent, ReaderInput } from '../../src/access/reader-setup.ts';
import { Fault } from '../../src/shared/faults.ts';
import { type Bench, type Move, time } from './timed-machine.ts';

type ReaderMove = Move<ReaderContext>;
type EventWithoutTime<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never;

/** An event that happens now. */
const now = <Event extends { type: string }>(type: string, event: EventWithoutTime<Event>): { type: string; send: (nowMs: number) => Event } => ({
  type,
  send: (nowMs) => ({ ...event, atMs: nowMs }) as unknown as Event,
});
const reader = (type: string, event: EventWithoutTime<ReaderEvent>): ReaderMove => now<ReaderEvent>(type, event);

const digit = reader('digit', { type: 'key.digit', digit: '1' });
const hash = reader('#', { type: 'key.hash' });
const star = reader('*', { type: 'key.star' });
const card = new Card('bits', Uint8Array.of(0x12, 0x34), 16);
const cardRead = reader('card', { type: 'card.read', card });
const setMode = (mode: Mode): ReaderMove => reader(`mode ${mode}`, { type: 'mode.set', mode });

const fault = new Fault('disk.failed', 'the disk said no');
const person: Person = { person: 7, extendedTime: false, offlinePriority: false, hasPin: true };
const decided = (type: string, verdict: (context: ReaderContext) => Verdict): ReaderMove => ({
  type: `decided ${type}`,
  actor: 'decide',
  answer: (nowMs, context) => ({ verdict: verdict(context), atMs: nowMs }),
});
const granted = decided('granted', () => ({ verdict: 'granted' }));
const wrongPin = decided('pin.wrong', () => ({ verdict: 'denied', code: 'pin.wrong' }));
const refused = decided('credential.expired', () => ({ verdict: 'denied', code: 'credential.expired' }));
const tooLate = decided('windowOver', () => ({ verdict: 'windowOver' }));
const undecided: ReaderMove = { type: 'decided by nobody', actor: 'decide', answer: () => fault };
const awaitPinOf = (holder: Person): ReaderMove =>
  decided('awaitPin', ({ current, policy }) => ({
    verdict: 'awaitPin',
    window: { person: holder, card, deadlineMs: (current?.atMs ?? 0) + policy.windowMs, triesLeft: policy.windowTries, submitted: 0 },
  }));

/** Everything the reader machine looks at again, times relative to now. */
const readerKey = (context: ReaderContext, nowMs: number): unknown => {
  const { pin, wasStar, autoSubmittedAtMs, window, waiting, current, verdict, mode, lockoutMs } = context;
  const sinceAuto = autoSubmittedAtMs === undefined ? undefined : Math.min(2_000, nowMs - autoSubmittedAtMs);
  // Outside a window whatever is older than its answer is answered at once, and mode changes may keep it from that for ever.
  const oldestMs = window === undefined ? answerMs : Number.POSITIVE_INFINITY;
  const shown = [current, ...waiting].map((presented) => presented && [presented.by, Math.min(oldestMs, nowMs - presented.atMs)]);
  const left = window && [window.deadlineMs - nowMs, window.triesLeft, window.submitted, window.person.extendedTime];
  return [pin.length, wasStar, sinceAuto, left, shown, verdict, mode, lockoutMs];
};

const readerBench = (name: string, start: Partial<ReaderInput>, moves: Bench<ReaderContext>['moves']): Bench<ReaderContext> => {
  const input: ReaderInput = { policy: defaultPolicy, mode: 'cardOrPin', lockoutMs: 0, ...start };
  return { name, machine: readerMachine, input, moves, key: readerKey };
};

const undecidedCount = ({ current, waiting }: ReaderContext): number => (current === undefined ? 0 : 1) + waiting.length;

export const readerBenches: readonly Bench<ReaderContext>[] = [
  readerBench('typing', { mode: 'pinOnly' }, (context) => {
    const isFree = undecidedCount(context) < 1;
    return [
      ...(isFree || context.pin.length < 7 ? [digit] : []),
      ...(isFree ? [hash, cardRead] : [granted, undecided]),
      star,
      time,
      setMode('pinOnly'),
    ];
  }),
  readerBench('window', { mode: 'cardAndPin', policy: { ...defaultPolicy, interDigitMs: 4_000, windowTries: 2 } }, (context) => [
    ...(context.pin.length < 1 ? [digit] : []),
    star,
    time,
    setMode('cardAndPin'),
    ...(undecidedCount(context) < 1 ? [hash, cardRead] : []),
    ...(context.current?.by === 'card' ? [awaitPinOf(person), refused] : [wrongPin, refused, tooLate, granted]),
  ]),
  // PINs and cards that wait for their decision while a window comes to its end.
  readerBench('queue', { mode: 'cardAndPin' }, (context) => {
    const { window, pin, current, decidedAtMs } = context;
    const waits = undecidedCount(context);
    if (window === undefined) return decidedAtMs > 0 ? [time] : current === undefined ? [cardRead] : [awaitPinOf(person)];
    if (pin.length > 0) return [hash];
    return [time, ...(current?.by === 'pin' ? [wrongPin] : []), ...(window.submitted === 0 && waits < 4 ? [digit, cardRead] : [])];
  }),
  readerBench('lockout', { lockoutMs: 60_000 }, (context) => [
    ...(context.pin.length < 1 ? [digit] : []),
    time,
    reader('lockout began', { type: 'lockout.began', waitMs: 120_000 }),
    reader('lockout cleared', { type: 'lockout.cleared' }),
  ]),
  readerBench('unlocked', { mode: 'unlocked' }, () => [
    setMode('unlocked'),
    setMode('locked'),
    reader('panel took over', { type: 'panel.tookOver' }),
    time,
    { type: 'unlocked', actor: 'unlock', answer: () => undefined },
    { type: 'not unlocked', actor: 'unlock', answer: () => fault },
  ]),
];

const door = (type: string, event: EventWithoutTime<DoorEvent>): Move<DoorContext> => now<DoorEvent>(type, event);

const doorBench = (name: string, setting: Partial<Policy>): Bench<DoorContext> => ({
  name,
  machine: doorMachine,
  input: { policy: { ...defaultPolicy, ...setting } },
  moves: () => [
    door('released', { type: 'strike.released', holdMs: 5_000 }),
    door('secured', { type: 'strike.secured' }),
    door('rex pressed', { type: 'rex.pressed' }),
    door('rex freed', { type: 'rex.freed' }),
    door('opened', { type: 'contact.opened' }),
    door('closed', { type: 'contact.closed' }),
    time,
  ],
  key: ({ releasedUntilMs, exitUntilMs, isRexHeld }, nowMs) => [Math.max(-1, releasedUntilMs - nowMs), Math.max(-1, exitUntilMs - nowMs), isRexHeld],
});

export const doorBenches: readonly Bench<DoorContext>[] = [
  doorBench('door', {}),
  doorBench('door with releasing REX and early securing', { rex: 'release', secureOnOpen: true }),
];
