/**
 * A machine walked in its own time: every sequence of moves (something happens now, a question it asked is answered, time
 * goes on to the next timer) within a bench's bounds, on a model without a running actor. What a bench offers, and which
 * places it holds to be the same, is the bench's; running-machine.ts makes the same moves with a running actor.
 */
import {
  type ActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyStateMachine,
  createEmptyActor,
  type EventObject,
  type MachineContext,
  type MachineSnapshot,
  type MetaObject,
  type StateSchema,
  type StateValue,
} from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { assert, present } from '../../src/shared/assert.ts';
import { transitionsOf } from './transitions.ts';

/** One thing that happens. `type` names it for people; no two moves of a bench share one. */
export type Move<Context> =
  | { readonly type: string; readonly send: (nowMs: number) => EventObject }
  /** The question last asked of `actor` is answered; an Error rejects it. */
  | { readonly type: string; readonly actor: string; readonly answer: (nowMs: number, context: Context) => unknown }
  /** Time goes on to the next timer, and everything due then happens. */
  | { readonly type: 'time' };

export const time = { type: 'time' } as const;

export interface Bench<Context extends MachineContext> {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly input: unknown;
  /** What may happen here. A move without its timer or its question is left out by the walk. */
  readonly moves: (context: Context) => readonly Move<Context>[];
  /** What tells two places apart beside their states and timers, in times relative to now. */
  readonly key: (context: Context, nowMs: number) => unknown;
}

type Snapshot<Context extends MachineContext> = MachineSnapshot<
  Context,
  EventObject,
  Record<string, AnyActorRef | undefined>,
  StateValue,
  string,
  unknown,
  MetaObject,
  StateSchema
>;

interface Timer {
  readonly event: EventObject;
  readonly dueMs: number;
}

/** Where a walk stands, and what its last move did. */
export interface Place<Context extends MachineContext> {
  readonly status: 'active';
  readonly output: undefined;
  readonly error: undefined;
  readonly snapshot: Snapshot<Context>;
  readonly nowMs: number;
  /** In the order in which they will run. */
  readonly timers: readonly Timer[];
  readonly effects: readonly EventObject[];
  /** Names of the transitions taken (transitions.ts). */
  readonly taken: readonly string[];
}

export interface Path<Context extends MachineContext> {
  readonly moves: readonly Move<Context>[];
  readonly end: Place<Context>;
}

/** Moves a walk may make; a bench whose places never repeat would walk for ever. */
const maxMoves = 200_000;
/** Timers that may be due in one move; more is a loop of zero delays. */
const maxTimersAtOnce = 100;

export class TimedMachine<Context extends MachineContext> {
  readonly #bench: Bench<Context>;
  readonly #names: ReadonlyMap<unknown, string>;
  readonly #outside = createEmptyActor();
  /** What the step under way has done so far. */
  #nowMs = 0;
  #timers: Timer[] = [];
  #effects: EventObject[] = [];
  #taken: string[] = [];

  constructor(bench: Bench<Context>) {
    this.#bench = bench;
    this.#names = new Map(transitionsOf(bench.machine).map(({ definition, name }) => [definition, name]));
    this.#outside.system.inspect((seen) => {
      if (seen.type === '@xstate.microstep')
        this.#taken.push(...seen._transitions.map((definition) => present(this.#names.get(definition), 'a transition of this machine')));
    });
  }

  start(): Place<Context> {
    return this.#step(0, [], () => this.#bench.machine.getInitialSnapshot(this.#scope(), this.#bench.input) as Snapshot<Context>);
  }

  movesAt({ snapshot, timers }: Place<Context>): readonly Move<Context>[] {
    return this.#bench.moves(snapshot.context).filter((move) => {
      if ('actor' in move) return this.#questionOf(move.actor, snapshot) !== undefined;
      return 'send' in move || timers.length > 0;
    });
  }

  after({ snapshot, nowMs, timers }: Place<Context>, move: Move<Context>): Place<Context> {
    if ('send' in move) return this.#step(nowMs, timers, () => this.#take(snapshot, move.send(nowMs)));
    if ('actor' in move) {
      const id = present(this.#questionOf(move.actor, snapshot), 'a question is answered while it is open');
      const answer = move.answer(nowMs, snapshot.context);
      const event =
        answer instanceof Error ? { type: `xstate.error.actor.${id}`, error: answer } : { type: `xstate.done.actor.${id}`, output: answer };
      return this.#step(nowMs, timers, () => this.#take(snapshot, event));
    }
    const dueMs = Math.min(...timers.map((timer) => timer.dueMs));
    return this.#step(dueMs, timers, () => {
      let now = snapshot;
      for (let ran = 0; ; ran += 1) {
        assert(ran < maxTimersAtOnce, 'timers come to an end');
        const due = this.#timers.find((timer) => timer.dueMs <= dueMs);
        if (due === undefined) return now;
        this.#timers = this.#timers.filter((timer) => timer !== due);
        now = this.#take(now, due.event);
      }
    });
  }

  /** The places from the start on, one after each of `moves`. */
  follow(moves: readonly Move<Context>[]): readonly Place<Context>[] {
    let place = this.start();
    return [place, ...moves.map((move) => (place = this.after(place, move)))];
  }

  /** A shortest path to each place. */
  paths(): readonly Path<Context>[] {
    const logic: ActorLogic<Place<Context>, Move<Context>> = {
      transition: (place, move) => this.after(place, move),
      getInitialSnapshot: () => this.start(),
      getPersistedSnapshot: (place) => place,
    };
    const found = getShortestPaths(logic, {
      events: (place) => this.movesAt(place),
      serializeState: (place) => this.#keyOf(place),
      serializeEvent: ({ type }) => type,
      limit: maxMoves,
    });
    // The first step of each is the library's own, for the start.
    return found.map(({ state, steps }) => ({ moves: steps.slice(1).map(({ event }) => event), end: state }));
  }

  #keyOf({ snapshot, nowMs, timers }: Place<Context>): string {
    const left = timers.map(({ event, dueMs }) => [event.type, dueMs - nowMs]);
    return JSON.stringify([snapshot.value, left, this.#bench.key(snapshot.context, nowMs)]);
  }

  #questionOf(actor: string, { children }: Snapshot<Context>): string | undefined {
    return Object.keys(children).find((id) => children[id]?.src === actor);
  }

  #step(nowMs: number, timers: readonly Timer[], run: () => Snapshot<Context>): Place<Context> {
    this.#nowMs = nowMs;
    this.#timers = [...timers];
    this.#effects = [];
    this.#taken = [];
    const snapshot = run();
    assert(snapshot.status === 'active', `the machine goes on: ${String(snapshot.error)}`);
    return {
      status: 'active',
      output: undefined,
      error: undefined,
      snapshot,
      nowMs,
      timers: this.#timers,
      effects: this.#effects,
      taken: this.#taken,
    };
  }

  #take(snapshot: Snapshot<Context>, event: EventObject): Snapshot<Context> {
    return this.#bench.machine.transition(snapshot, event, this.#scope()) as Snapshot<Context>;
  }

  /** The outside of a step: keeps the timers it sets and the effects it has, starts nothing. */
  #scope(): AnyActorScope {
    const ignored = (): void => undefined;
    return {
      self: this.#outside,
      system: this.#outside.system,
      id: '',
      sessionId: '',
      logger: ignored,
      defer: ignored,
      emit: ignored,
      stopChild: ignored,
      actionExecutor: ({ type, params }) => {
        if (type === 'xstate.emit') this.#effects.push((params as { readonly event: EventObject }).event);
        if (type === 'xstate.cancel')
          this.#timers = this.#timers.filter(({ event }) => event.type !== (params as { readonly sendId: string }).sendId);
        if (type !== 'xstate.raise') return;
        const { event, delay } = params as { readonly event: EventObject; readonly delay: number | undefined };
        if (delay === undefined) return;
        this.#timers = [...this.#timers, { event, dueMs: this.#nowMs + delay }].sort((left, right) => left.dueMs - right.dueMs);
      },
    };
  }
}
