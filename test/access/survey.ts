/** What walks over a machine have met of it, and by which path; and what they have not. */
import type { AnyStateMachine, MachineContext, StateValue } from 'xstate';
import { type Bench, type Move, type Path, TimedMachine } from './timed-machine.ts';
import { pathOf, statesOf, transitionsOf } from './transitions.ts';

export interface Survey<Context extends MachineContext> {
  readonly machine: AnyStateMachine;
  readonly places: number;
  readonly moves: number;
  /** Paths of the states in which a walk came to rest. */
  readonly states: ReadonlySet<string>;
  /** Names of the transitions taken. */
  readonly transitions: ReadonlySet<string>;
  readonly walks: readonly Walk<Context>[];
}

export interface Walk<Context extends MachineContext> {
  readonly bench: Bench<Context>;
  /** One shortest path to each place. */
  readonly paths: readonly Path<Context>[];
  /** The paths on which a transition was taken for the first time on this bench. */
  readonly discoveries: readonly (readonly Move<Context>[])[];
}

/** Walks every bench, each of which is for the same machine. */
export const survey = <Context extends MachineContext>(machine: AnyStateMachine, benches: readonly Bench<Context>[]): Survey<Context> => {
  const states = new Set<string>();
  const transitions = new Set<string>();
  let places = 0;
  let moves = 0;
  const walks = benches.map((bench): Walk<Context> => {
    const timed = new TimedMachine(bench);
    const discoveries: (readonly Move<Context>[])[] = [];
    const seen = new Set<string>();
    const note = (taken: readonly string[], path: readonly Move<Context>[]): void => {
      if (taken.some((name) => !seen.has(name))) discoveries.push(path);
      for (const name of taken) seen.add(name);
    };
    const paths = timed.paths();
    note(timed.start().taken, []);
    for (const { moves: path, end } of paths) {
      for (const state of pathsIn(end.snapshot.value)) states.add(state);
      for (const move of timed.movesAt(end)) {
        moves += 1;
        note(timed.after(end, move).taken, [...path, move]);
      }
    }
    for (const name of seen) transitions.add(name);
    places += paths.length;
    return { bench, paths, discoveries };
  });
  return { machine, places, moves, states, transitions, walks };
};

/** Each state and transition that the survey has not met, a line each. */
export const gapsOf = <Context extends MachineContext>({ machine, states, transitions }: Survey<Context>): string[] => [
  ...statesOf(machine)
    .map(pathOf)
    .filter((path) => !states.has(path))
    .map((path) => `never in ${path}`),
  ...transitionsOf(machine)
    .map(({ name }) => name)
    .filter((name) => !transitions.has(name))
    .map((name) => `never taken: ${name}`),
];

/** Every state a state value is in, parents first. */
const pathsIn = (value: StateValue, parent = ''): string[] => {
  if (typeof value === 'string') return [`${parent}${value}`];
  return Object.entries(value).flatMap(([key, inner]) => [`${parent}${key}`, ...(inner === undefined ? [] : pathsIn(inner, `${parent}${key}.`))]);
};
