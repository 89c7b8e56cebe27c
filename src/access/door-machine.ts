/**
 * The door as its contacts tell it: forced, held open, and what REX excuses (R14). It never decides who may enter, and
 * egress does not depend on it: REX is wired past the software.
 */
import { and, assign, emit, setup } from 'xstate';
import { assert } from '../shared/assert.ts';
import type { AccessEvent } from './events.ts';
import type { Policy } from './policy.ts';

export type DoorEvent =
  /** The strike was released for `holdMs`, by a grant, an order or an unlocked mode. */
  | { readonly type: 'strike.released'; readonly holdMs: number; readonly atMs: number }
  | { readonly type: 'strike.secured'; readonly atMs: number }
  | { readonly type: 'rex.pressed'; readonly atMs: number }
  | { readonly type: 'rex.freed'; readonly atMs: number }
  | { readonly type: 'contact.opened'; readonly atMs: number }
  | { readonly type: 'contact.closed'; readonly atMs: number };

export type DoorEffect =
  | { readonly type: 'tell'; readonly event: AccessEvent }
  | { readonly type: 'strike.secure' }
  | { readonly type: 'strike.release'; readonly holdMs: number };

export interface DoorContext {
  readonly policy: Policy;
  /** The strike is released until then. */
  readonly releasedUntilMs: number;
  readonly isRexHeld: boolean;
  /** A request to exit counts until then. */
  readonly exitUntilMs: number;
  readonly openedAtMs: number;
}

const doorSetup = setup({
  types: { input: {} as { readonly policy: Policy }, context: {} as DoorContext, events: {} as DoorEvent, emitted: {} as DoorEffect },
  delays: { heldOpen: ({ context }) => context.policy.heldOpenMs },
  guards: {
    isAllowed: ({ context, event }) => context.isRexHeld || event.atMs <= context.exitUntilMs || event.atMs <= context.releasedUntilMs,
    releasesOnRex: ({ context }) => context.policy.rex === 'release',
    securesOnOpen: ({ context }) => context.policy.secureOnOpen,
  },
  actions: {
    noteRelease: assign(({ event }) => {
      assert(event.type === 'strike.released', 'a release says for how long');
      return { releasedUntilMs: event.atMs + event.holdMs };
    }),
    noteSecured: assign({ releasedUntilMs: ({ context, event }) => Math.min(context.releasedUntilMs, event.atMs) }),
    noteRex: assign({ isRexHeld: true }),
    noteRexFreed: assign({ isRexHeld: false, exitUntilMs: ({ context, event }) => event.atMs + context.policy.strikeMs }),
    releaseStrike: emit(({ context }) => ({ type: 'strike.release', holdMs: context.policy.strikeMs })),
    secureStrike: emit({ type: 'strike.secure' }),
    tellRex: emit({ type: 'tell', event: { code: 'rex.pressed' } }),
    tellForced: emit({ type: 'tell', event: { code: 'door.forced' } }),
    tellHeldOpen: emit({ type: 'tell', event: { code: 'door.heldOpen' } }),
    tellClosed: emit(({ context, event }) => ({
      type: 'tell',
      event: { code: 'door.closed', fields: { openMs: Math.round(event.atMs - context.openedAtMs) } },
    })),
    noteOpened: assign({ openedAtMs: ({ event }) => event.atMs }),
  },
});

const closed = doorSetup.createStateConfig({
  description: 'The door is shut, or has no contact.',
  on: {
    'contact.opened': [
      { guard: and(['isAllowed', 'securesOnOpen']), target: 'open', actions: ['noteOpened', 'secureStrike'] },
      { guard: 'isAllowed', target: 'open', actions: 'noteOpened' },
      { target: 'forced', actions: ['noteOpened', 'tellForced'] },
    ],
  },
});

const open = doorSetup.createStateConfig({
  description: 'Opened after a release or a request to exit.',
  after: { heldOpen: { target: 'heldOpen', actions: 'tellHeldOpen' } },
  on: {
    'contact.closed': 'closed',
    // Each release starts the time anew, so a door that stands unlocked is not held open.
    'strike.released': { target: 'open', reenter: true },
  },
});

const forced = doorSetup.createStateConfig({
  description: 'Opened with neither a release nor a request to exit.',
  on: { 'contact.closed': { target: 'closed', actions: 'tellClosed' } },
});

const heldOpen = doorSetup.createStateConfig({
  description: 'Open for longer than the setting allows.',
  on: { 'contact.closed': { target: 'closed', actions: 'tellClosed' } },
});

const watching = doorSetup.createStateConfig({
  description: 'What allows the door to be opened.',
  on: {
    'strike.released': { actions: 'noteRelease' },
    'strike.secured': { actions: 'noteSecured' },
    // Released first, recorded after: leaving never waits for a disk (R14).
    'rex.pressed': [{ guard: 'releasesOnRex', actions: ['noteRex', 'releaseStrike', 'tellRex'] }, { actions: ['noteRex', 'tellRex'] }],
    'rex.freed': { actions: 'noteRexFreed' },
  },
});

export const doorMachine = doorSetup.createMachine({
  id: 'door',
  type: 'parallel',
  context: ({ input }) => ({
    policy: input.policy,
    releasedUntilMs: Number.NEGATIVE_INFINITY,
    isRexHeld: false,
    exitUntilMs: Number.NEGATIVE_INFINITY,
    openedAtMs: 0,
  }),
  states: {
    contact: { description: 'The door contact.', initial: 'closed', states: { closed, open, forced, heldOpen } },
    permission: { description: 'What excuses a door that is opened.', initial: 'watching', states: { watching } },
  },
});
