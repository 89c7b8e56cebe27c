/** Every transition a machine has, under a name a person can find in its source. Which of them were taken is timed-machine.ts's to see. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { getStateNodes } from 'xstate/graph';
import { assert } from '../../src/shared/assert.ts';

export interface Transition {
  readonly definition: AnyTransitionDefinition;
  readonly source: AnyStateNode;
  /** Undefined: it stays where it is, and its timers and questions go on. */
  readonly target: AnyStateNode | undefined;
  readonly on:
    | { readonly kind: 'event' | 'after' | 'answered' | 'failed'; readonly name: string }
    /** As soon as its guard holds. */
    | { readonly kind: 'always'; readonly name: '' };
  /** Names of guards, joined by and, or, not. Undefined: none. */
  readonly guard: string | undefined;
  /** Without a guard, after others of the same event that have one. */
  readonly isLast: boolean;
  readonly actions: readonly string[];
  /** Unique in its machine, such as `window.open: after windowLeft [wasNeverTried]`. */
  readonly name: string;
}

/** Where a state stands in its machine, such as `window.open`. */
export const pathOf = ({ path }: AnyStateNode): string => path.join('.');

const guardText = (guard: unknown): string => {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return String(guard.type);
  assert(typeof guard === 'function' && 'guards' in guard && Array.isArray(guard.guards), 'a guard has a name');
  const parts = guard.guards.map(guardText);
  return guard.name === 'not' ? `not ${parts.join()}` : parts.join(` ${guard.name} `);
};

const actionText = (action: unknown): string => {
  if (typeof action === 'string') return action;
  assert(typeof action === 'object' && action !== null && 'type' in action, 'an action has a name');
  return String(action.type);
};

/** The name under which a state asks its question. */
export const actorOf = ({ src }: AnyStateNode['invoke'][number]): string => {
  assert(typeof src === 'string', 'an actor has a name');
  return src;
};

/** The library's own event names (`xstate.after.DELAY.STATE`, `xstate.done.actor.ID`, `xstate.error.actor.ID`) in our words. */
const onOf = (eventType: string, source: AnyStateNode): Transition['on'] => {
  if (eventType === '') return { kind: 'always', name: '' };
  const after = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1];
  if (after !== undefined) return { kind: 'after', name: after };
  const [, kind, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType) ?? [];
  const asked = source.invoke.find((invoke) => invoke.id === id);
  if (asked === undefined) return { kind: 'event', name: eventType };
  return { kind: kind === 'done' ? 'answered' : 'failed', name: actorOf(asked) };
};

const nameOf = (source: AnyStateNode, on: Transition['on'], guard: string | undefined, isLast: boolean): string => {
  const when = on.kind === 'event' ? on.name : on.kind === 'answered' || on.kind === 'failed' ? `${on.name} ${on.kind}` : `${on.kind} ${on.name}`;
  const condition = guard ?? (isLast ? 'otherwise' : undefined);
  return `${pathOf(source)}: ${when.trim()}${condition === undefined ? '' : ` [${condition}]`}`;
};

export const statesOf = (machine: AnyStateMachine): readonly AnyStateNode[] => getStateNodes(machine);

export const transitionsOf = (machine: AnyStateMachine): readonly Transition[] =>
  [machine.root as AnyStateNode, ...statesOf(machine)].flatMap((source) =>
    [...source.transitions, ['', source.always ?? []] as const].flatMap(([eventType, definitions]) =>
      definitions.map((definition: AnyTransitionDefinition, place): Transition => {
        const on = onOf(eventType, source);
        const guard = definition.guard === undefined ? undefined : guardText(definition.guard);
        const isLast = guard === undefined && place > 0;
        const actions = definition.actions.map(actionText);
        return { definition, source, target: definition.target?.[0], on, guard, isLast, actions, name: nameOf(source, on, guard, isLast) };
      }),
    ),
  );
