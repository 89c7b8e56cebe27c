/**
 * The two machines of the door, walked: no state and no transition is left unmet, and a running machine does at every move
 * what the walk says. The same checks are shown machines with a dead corner, too narrow a walk and a wrong delay.
 */
import { describe, expect, it } from 'vitest';
import { type MachineContext, setup } from 'xstate';
import { doorMachine } from '../../src/access/door-machine.ts';
import { readerMachine } from '../../src/access/reader-machine.ts';
import { doorBenches, readerBenches } from './machine-benches.ts';
import { RunningMachine, sightOf } from './running-machine.ts';
import { gapsOf, type Survey, survey } from './survey.ts';
import { type Bench, time, TimedMachine } from './timed-machine.ts';
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
      const replayed = [...discoveries, ...paths.filter((_, place) => place % replayedOneIn === 0)];

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

describeWalks('the reader machine', survey(readerMachine, readerBenches));
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
