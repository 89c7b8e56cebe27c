/**
 * The two machines of the door, walked: no state and no transition is left unmet, and a running machine does at every move
 * what the walk says. The same checks are shown machines with a dead corner, too narrow a walk and a wrong delay.
 */
import { describe, expect, it } from 'vitest';
import { type MachineContext, setup } from 'xstate';
import type { Presented } from '../../src/access/decision.ts';
import { doorMachine } from '../../src/access/door-machine.ts';
import { readerMachine } from '../../src/access/reader-machine.ts';
import type { ReaderContext } from '../../src/access/reader-setup.ts';
import { doorBenches, readerBenches } from './machine-benches.ts';
import { RunningMachine, sightOf } from './running-machine.ts';
import { gapsOf, type Survey, survey } from './survey.ts';
import { type Bench, type Place, TimedMachine, time } from './timed-machine.ts';
import { statesOf, transitionsOf } from './transitions.ts';

/** Of the paths to places, one in so many is replayed, and each on which a transition is first taken. */
const replayedOneIn = 25;

const describeWalks = <Context extends MachineContext>(title: string, { machine, places, moves, walks, ...met }: Survey<Context>): void => {
  const transitions = transitionsOf(machine);
  const figures = `${statesOf(machine).length} states and ${transitions.length} transitions, on ${places} shortest paths and ${moves} moves from their ends`;

  describe(title, () => {
    it(`meets all of its ${figures}`, () => {
      expect(gapsOf({ machine, places, moves, walks, ...met })).toEqual([]);
    });

    it('names every transition differently', () => {
      expect(new Set(transitions.map(({ name }) => name)).size).toBe(transitions.length);
    });

    for (const { bench, paths, discoveries } of walks) {
      const sample = paths.filter((_, place) => place % replayedOneIn === 0).map(({ moves: path }) => path);
      const replayed = [...discoveries, ...sample];

      it(`runs ${replayed.length} paths of the bench "${bench.name}" as they are walked`, async () => {
        const timed = new TimedMachine(bench);
        const running = new RunningMachine(bench);
        for (const path of replayed) {
          expect(await running.follow(path), path.map(({ type }) => type).join(', ')).toEqual(timed.follow(path).map(sightOf));
        }
      });
    }
  });
};

const readerSurvey = survey(readerMachine, readerBenches);

describeWalks('the reader machine', readerSurvey);

describe('wherever the reader machine rests', () => {
  type Here = Place<ReaderContext>;
  const isIn = ({ snapshot }: Here, region: string, ...states: readonly string[]): boolean =>
    states.some((state) => snapshot.matches({ [region]: state }));
  const isDue = ({ timers }: Here, delay: string): boolean => timers.some(({ event }) => event.type.startsWith(`xstate.after.${delay}.`));
  const undecided = ({ snapshot: { context } }: Here): readonly Presented[] => [context.current ?? [], context.waiting].flat();
  const deadlineMs = ({ snapshot }: Here): number => snapshot.context.window?.deadlineMs ?? Number.NEGATIVE_INFINITY;

  const endingHasPin = (here: Here): boolean =>
    !isIn(here, 'window', 'ending') || undecided(here).some(({ by, atMs }) => by === 'pin' && atMs < deadlineMs(here));
  const invariants: readonly [sentence: string, holds: (here: Here) => boolean][] = [
    ['it is typing exactly while digits are typed', (here) => isIn(here, 'entry', 'typing') === here.snapshot.context.pin.length > 0],
    ['it keeps at most seven digits', ({ snapshot }) => snapshot.context.pin.length < 8],
    ['typed digits have a pause that forgets them', (here) => isIn(here, 'entry', 'typing') === isDue(here, 'interDigit')],
    [
      'it keeps a window exactly while one is open or ending',
      (here) => isIn(here, 'window', 'open', 'ending') === (here.snapshot.context.window !== undefined),
    ],
    ['an open window has its deadline before it', (here) => !isIn(here, 'window', 'open') || here.nowMs < deadlineMs(here)],
    ['a window has a try left', ({ snapshot: { context } }) => context.window === undefined || context.window.triesLeft > 0],
    ['an ending window has a PIN to be judged that came in time', endingHasPin],
    ['it is ready exactly while there is nothing to decide', (here) => isIn(here, 'decision', 'ready') === (undecided(here).length === 0)],
    ['what it decides will be answered', (here) => isIn(here, 'decision', 'ready') || isDue(here, 'decisionLimit') || isDue(here, 'answerLeft')],
    ['a lockout has an end', (here) => isIn(here, 'pinPath', 'lockedOut') === isDue(here, 'lockoutLeft')],
    ['it is secured exactly in the other modes', (here) => isIn(here, 'passage', 'secured') === (here.snapshot.context.mode !== 'unlocked')],
  ];
  const brokenIn = ({ walks }: Survey<ReaderContext>, holds: (here: Here) => boolean): string[] =>
    walks.flatMap(({ paths }) => paths.filter(({ end }) => !holds(end)).map(({ moves }) => moves.map(({ type }) => type).join(', ')));

  it.each(invariants)('%s', (_sentence, holds) => {
    expect(brokenIn(readerSurvey, holds)).toEqual([]);
  });

  it('a machine that never lets a window end is found by the path on which it does not', () => {
    const machine = readerMachine.provide({ guards: { hasPendingPin: () => true } });
    const queue = readerBenches.filter(({ name }) => name === 'queue').map((bench) => ({ ...bench, machine }));
    expect(brokenIn(survey(machine, queue), endingHasPin)).toContain('card, decided awaitPin, time, time');
  });
});

describeWalks('the door machine', survey(doorMachine, doorBenches));

describe('the survey', () => {
  const planted = setup({ delays: { soon: 1_000 }, guards: { holds: () => true, neverHolds: () => false } }).createMachine({
    id: 'planted',
    initial: 'rest',
    states: {
      rest: { on: { go: [{ guard: 'neverHolds', target: 'dead' }, { target: 'busy' }] } },
      busy: { after: { soon: 'rest' }, on: { stop: [{ guard: 'holds', target: 'rest' }, { target: 'dead' }] } },
      dead: { on: { go: 'rest' } },
    },
  });
  const events = ['go', 'stop'].map((type) => ({ type, send: () => ({ type }) }));
  const bench: Bench<MachineContext> = { name: 'planted', machine: planted, input: undefined, moves: () => [...events, time], key: () => '' };

  it('finds the state nobody comes to and the branches nobody takes', () => {
    expect(gapsOf(survey(planted, [bench]))).toEqual([
      'never in dead',
      'never taken: rest: go [neverHolds]',
      'never taken: busy: stop [otherwise]',
      'never taken: dead: go',
    ]);
  });

  it('finds what a walk without time, or without a window, leaves out', () => {
    expect(gapsOf(survey(planted, [{ ...bench, moves: () => events }]))).toContain('never taken: busy: after soon');
    const narrow = readerBenches.filter(({ name }) => name === 'typing' || name === 'unlocked');
    expect(gapsOf(survey(readerMachine, narrow))).toContain('never in window.ending');
  });

  it('finds a running machine that keeps another time than the one walked', async () => {
    const moves = [...events.slice(0, 1), time];
    const walked = new TimedMachine(bench).follow(moves).map(sightOf);
    expect(await new RunningMachine(bench).follow(moves)).toEqual(walked);
    const late = { ...bench, machine: planted.provide({ delays: { soon: 1_001 } }) };
    expect(await new RunningMachine(late).follow(moves)).not.toEqual(walked);
  });

  it('finds a running machine with another guard than the one walked', async () => {
    const wrong = { ...bench, machine: planted.provide({ guards: { neverHolds: () => true } }) };
    const moves = events.slice(0, 1);
    expect(await new RunningMachine(wrong).follow(moves)).not.toEqual(new TimedMachine(bench).follow(moves).map(sightOf));
  });
});
