/**
 * A machine walked in its own time: every sequence of moves (an event now, an answer to a question it asked, time going
 * on to the next timer) that keeps to a bench's bounds, on a model without a running actor. What a bench offers, and what
 * counts as the same place, is the bench's; running-machine.ts performs the same moves on a running actor.
 */
import { type ActorLogic, type ActorScope, type AnyMachineSnapshot, type AnyStateMachine, createEmptyActor, type EventObject } from 'xstate';
import { getShortestPaths, getStateNodes } from 'xstate/graph';
import { assert, present } from '../../src/shared/assert.ts';
import { type Timer, TimerQueue } from '../../src/shared/timer-queue.ts';
import { transitionNames } from './transitions.ts';

/** One thing that happens; `type` names it for people, and no two moves of a bench share one. */
export type Move =
  | { readonly type: string; readonly send: (nowMs: number) => EventObject }
  /** The question that the machine invoked as `actor` is answered; an Error rejects it. */
  | { readonly type: string; readonly actor: string; readonly answer: (nowMs: number, snapshot: AnyMachineSnapshot) => unknown }
  /** The next timer is due. */
  | { readonly type: 'time' };

export const time: Move = { type: 'time' };

export interface Bench {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly input: unknown;
  /** What may happen here; moves that cannot (no timer, no question open) are left out by the walk. */
  readonly moves: (snapshot: AnyMachineSnapshot) => readonly Move[];
  /** What two places have in common that are the same from here on, beside their state value and timers. */
  readonly key: (snapshot: AnyMachineSnapshot, nowMs: number) => string;
}

/** A place in the walk, and what the last move did. */
export interface Place {
  readonly status: 'active';
  readonly output: undefined;
  readonly error: undefined;
  readonly snapshot: AnyMachineSnapshot;
  readonly nowMs: number;
  readonly timers: readonly { readonly event: EventObject; readonly dueMs: number }[];
  readonly effects: readonly EventObject[];
  /** Names of the transitions taken, as transitions.ts gives them. */
  readonly taken: readonly string[];
}

export interface Path {
  readonly moves: readonly Move[];
  readonly end: Place;
}

/** More places than any bench has; a bench whose keys never repeat would walk for ever. */
export const maxPlaces = 20_000;

/** The actions of the library that a model has to perform itself. */
interface RaiseParams {
  readonly event: EventObject;
  readonly id: string;
  readonly delay: number;
}

/** The event by which the answer to `actor` arrives. */
const answerEvent = (snapshot: AnyMachineSnapshot, actor: string, answer: unknown): EventObject => {
  const id = openQuestion(snapshot, actor);
  return answer instanceof Error
    ? Object.assign({ type: `xstate.error.actor.${id}`, actorId: id }, { error: answer })
    : Object.assign({ type: `xstate.done.actor.${id}`, actorId: id }, { output: answer });
};

const openQuestion = (snapshot: AnyMachineSnapshot, actor: string): string | undefined =>
  getStateNodes(snapshot.machine as AnyStateMachine)
    .flatMap(({ invoke }) => invoke)
    .find(({ id, src }) => src === actor && id in snapshot.children)?.id;
