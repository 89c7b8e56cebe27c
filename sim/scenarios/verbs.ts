/** Everything a step of a story can do, one row each. The page docs/scenarios.md and the errors are drawn from here. */
import { modes } from '../../src/access/mode.ts';
import { type Key, keys } from '../../src/ports/keypad.ts';
import type { FaultCode } from '../../src/shared/faults.ts';
import { ok, type Result } from '../../src/shared/result.ts';
import { keyGapMs, rexPressMs } from '../door.ts';
import {
  type Argument,
  type Complaint,
  cardArgument,
  complaint,
  keysArgument,
  momentArgument,
  oneOf,
  optional,
  personArgument,
  pinArgument,
  secondMs,
  timeArgument,
  unitMsArgument,
} from './arguments.ts';
import type { Act } from './scenario.ts';
import { maxStoryMs, type Situation } from './situation.ts';

type Plan = Result<Act, Complaint>;

export interface Verb {
  readonly args: readonly Argument<unknown>[];
  readonly meaning: string;
  /** Refused where the story has cut the power. */
  readonly needsPower: boolean;
  /** Called while the file is read: takes its effect on the situation, and gives what is to be done. */
  readonly plan: (situation: Situation, values: readonly unknown[]) => Plan;
}

type ValuesOf<Args extends readonly Argument<unknown>[]> = {
  readonly [Index in keyof Args]: Args[Index] extends Argument<infer Value> ? Value : never;
};

const verb = <const Args extends readonly Argument<unknown>[]>(
  args: Args,
  meaning: string,
  plan: (situation: Situation, ...values: ValuesOf<Args>) => Act | Plan,
  needsPower = false,
): Verb => ({
  args,
  meaning,
  needsPower,
  plan: (situation, values) => {
    const planned = plan(situation, ...(values as unknown as ValuesOf<Args>));
    return typeof planned === 'function' ? ok(planned) : planned;
  },
});

const passing = (situation: Situation, ms: number, act: Act): Plan => {
  if (situation.atMs + ms > maxStoryMs) return complaint(`A story takes at most ${maxStoryMs / 86_400_000} days.`);
  situation.atMs += ms;
  return ok(act);
};

/** A new table, as the situation has it at this step. */
const publishing = (situation: Situation): Act => {
  const people = situation.table();
  return ({ door }) => door.publish(people);
};

const diskConditions = { ok: undefined, full: 'disk.full', failed: 'disk.failed' } as const satisfies Record<string, FaultCode | undefined>;

export const verbs = {
  type: verb([keysArgument], `Types keys at a hand's pace, one each ${keyGapMs} ms.`, (situation, text) =>
    passing(situation, text.length * keyGapMs, ({ door }) => door.type(text)),
  ),
  burst: verb(
    [keysArgument],
    'Presses keys all at the same millisecond, as a robot would.',
    (_, text) =>
      ({ door }) =>
        door.burst(text),
  ),
  key: verb([oneOf('key', keys, 'KEY'), oneOf('way of a key', ['down', 'up'])], 'Puts a finger on a key, or takes it off.', (_, key, way) =>
    touchKey(key, way),
  ),
  card: verb(
    [cardArgument],
    'Holds a card to the reader. A name that nobody in the file has is an unknown card.',
    (_, card) =>
      ({ door }) =>
        door.swipe(card),
  ),
  wait: verb(
    [timeArgument, optional(unitMsArgument, secondMs)],
    'Lets time pass: seconds, or the unit ms, s, min, h or days.',
    (situation, time, unitMs) => {
      const ms = (time * unitMs) / 1_000;
      return Number.isInteger(ms) ? passing(situation, ms, ({ door }) => door.wait(ms)) : complaint('A time is given to the millisecond, not finer.');
    },
  ),
  until: verb([timeArgument], 'Lets time pass until this second of the story.', (situation, atMs) => {
    if (situation.isCertain && atMs < situation.atMs) return complaint(`It is ${seconds(situation.atMs)} here already, and time does not go back.`);
    return passing(situation, Math.max(0, atMs - situation.atMs), ({ door }) => door.clock.advanceTo(atMs));
  }),
  leaf: verb(
    [oneOf('way of a leaf', ['open', 'shut'])],
    'Opens or shuts the door leaf.',
    (_, way) =>
      ({ door }) =>
        way === 'open' ? door.openLeaf() : door.shutLeaf(),
  ),
  rex: verb([], `Presses request-to-exit for ${rexPressMs} ms.`, (situation) => passing(situation, rexPressMs, ({ door }) => door.pressRex())),
  tamper: verb(
    [oneOf('way of a case', ['open', 'shut'])],
    'Opens or shuts the case of the reader.',
    (_, way) =>
      ({ door }) =>
        door.set('tamper', way === 'open'),
  ),
  mode: verb(
    [oneOf('mode', modes, 'MODE')],
    `The controller changes the mode: ${modes.join(', ')}.`,
    (_, mode) =>
      ({ door }) =>
        door.setMode(mode),
    true,
  ),
  'order release': verb(
    [],
    'The controller releases the strike by a signed order.',
    () =>
      ({ door }) =>
        door.order({ kind: 'release' }),
    true,
  ),
  'order clearLockout': verb(
    [optional(personArgument, undefined)],
    "The controller ends the door's lockout, or one person's, by a signed order.",
    (_, index) =>
      ({ door }) =>
        door.order({ kind: 'clearLockout', person: index === undefined ? undefined : index + 1 }),
    true,
  ),
  wall: verb(
    [momentArgument, optional(oneOf('word behind a moment', ['untrusted']), undefined)],
    'Sets the wall clock, as the network would; `untrusted`, as a wrong battery would.',
    (_, iso, untrusted) =>
      ({ door }) =>
        door.setWall(iso, untrusted === undefined),
  ),
  link: verb(
    [oneOf('way of a line', ['up', 'down'])],
    'The line to the controller comes or goes. Needs `controller = true`.',
    (situation, way) =>
      situation.hasController
        ? ({ door }) => door.link(way === 'up')
        : complaint('This door has no controller: write controller = true above the steps.'),
    true,
  ),
  'publish all': verb([], 'Puts a new table in force, with the same people.', (situation) => publishing(situation), true),
  'publish pin': verb(
    [personArgument, pinArgument],
    'Puts a new table in force, in which this person has this PIN.',
    (situation, index, pin) => {
      const holder = situation.givePin(index, pin);
      return holder === undefined ? publishing(situation) : complaint(`That PIN belongs to ${situation.people[holder]?.name}.`);
    },
    true,
  ),
  'publish without': verb(
    [personArgument],
    'Puts a new table in force, without this person.',
    (situation, index) => {
      situation.remove(index);
      return publishing(situation);
    },
    true,
  ),
  power: verb([oneOf('way of power', ['cut', 'on'])], 'The power goes, or comes back: to a shut door, with nothing held.', (situation, way) => {
    if (situation.isCertain && (way === 'on') === situation.hasPower)
      return complaint(`The power is ${situation.hasPower ? 'on' : 'cut'} here already.`);
    situation.hasPower = way === 'on';
    return ({ door }) => (way === 'on' ? door.powerOn() : door.cutPower());
  }),
  restart: verb(
    [],
    'The reader ends in good order, and starts again.',
    () =>
      ({ door }) =>
        door.restart(),
    true,
  ),
  disk: verb(
    [oneOf('condition of a disk', Object.keys(diskConditions) as (keyof typeof diskConditions)[])],
    'The disk of the journal refuses what is written to it, or is in order again. A failed one stays so until the reader starts again.',
    (_, condition) =>
      ({ disk }) => {
        disk.failure = diskConditions[condition];
      },
  ),
  strike: verb(
    [oneOf('condition of a strike', ['working', 'failing', 'unreachable', 'silent'])],
    'The strike refuses, does not answer, takes a call and never answers it, or works again. Power that comes back finds it working.',
    (_, condition) =>
      ({ door }) =>
        door.strike.become(condition),
    true,
  ),
} as const satisfies Record<string, Verb>;

const touchKey =
  (key: Key, way: 'down' | 'up'): Act =>
  ({ door }) => {
    if (way === 'down') door.keypad.press(key);
    else door.keypad.release(key);
    return door.clock.settle();
  };

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;
