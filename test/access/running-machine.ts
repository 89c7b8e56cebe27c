/**
 * The moves of a walk (timed-machine.ts), made with a running actor in virtual time, and what it shows after each. Its timers are the
 * library's; its questions stay open until a move answers them.
 */
import { type AnyStateMachine, createActor, type EventObject, fromPromise, type MachineContext, type StateValue } from 'xstate';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { present } from '../../src/shared/assert.ts';
import type { Bench, Move, Place } from './timed-machine.ts';
import { actorOf, statesOf, transitionsOf } from './transitions.ts';

/** What can be seen of a machine after a move. */
export interface Sight {
  readonly value: StateValue;
  readonly nowMs: number;
  readonly effects: readonly EventObject[];
  readonly taken: readonly string[];
}

export const sightOf = <Context extends MachineContext>({ snapshot, nowMs, effects, taken }: Place<Context>): Sight => ({
  value: snapshot.value,
  nowMs,
  effects,
  taken,
});

export class RunningMachine<Context extends MachineContext> {
  readonly #bench: Bench<Context>;
  readonly #machine: AnyStateMachine;
  readonly #names: ReadonlyMap<unknown, string>;
  /** The last question asked of each actor. */
  readonly #questions = new Map<string, PromiseWithResolvers<unknown>>();

  constructor(bench: Bench<Context>) {
    this.#bench = bench;
    const actors = statesOf(bench.machine).flatMap(({ invoke }) => invoke.map(actorOf));
    this.#machine = bench.machine.provide({ actors: Object.fromEntries(actors.map((actor) => [actor, this.#asking(actor)])) });
    this.#names = new Map(transitionsOf(this.#machine).map(({ definition, name }) => [definition, name]));
  }

  /** The sight after the start, and after each of `moves`. */
  async follow(moves: readonly Move<Context>[]): Promise<readonly Sight[]> {
    const clock = new VirtualClock();
    let effects: EventObject[] = [];
    let taken: string[] = [];
    const actor = createActor(this.#machine, {
      clock,
      input: this.#bench.input,
      inspect: (seen) => {
        if (seen.type !== '@xstate.microstep') return;
        taken.push(...seen._transitions.map((definition) => present(this.#names.get(definition), 'a transition of this machine')));
      },
    });
    actor.on('*', (effect) => effects.push(effect));
    const look = (): Sight => {
      const { value } = actor.getSnapshot() as { readonly value: StateValue };
      const sight = { value, nowMs: clock.nowMs(), effects, taken };
      effects = [];
      taken = [];
      return sight;
    };

    actor.start();
    const sights = [look()];
    for (const move of moves) {
      if ('send' in move) actor.send(move.send(clock.nowMs()));
      else if ('actor' in move)
        await this.#answer(move.actor, move.answer(clock.nowMs(), (actor.getSnapshot() as { readonly context: Context }).context), clock);
      else await clock.advanceTo(present(clock.nextDueMs, 'a timer is set'));
      sights.push(look());
    }
    actor.stop();
    return sights;
  }

  #asking(actor: string) {
    return fromPromise(() => {
      const question = Promise.withResolvers<unknown>();
      this.#questions.set(actor, question);
      return question.promise;
    });
  }

  #answer(actor: string, answer: unknown, clock: VirtualClock): Promise<void> {
    const { resolve, reject } = present(this.#questions.get(actor), 'the question was asked');
    if (answer instanceof Error) reject(answer);
    else resolve(answer);
    return clock.settle();
  }
}
