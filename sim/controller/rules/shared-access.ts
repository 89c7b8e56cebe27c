/**
 * What becomes of a shared access: the table of its states, and what the clock says of its booking (FIELD M15, K12). Decides the next state and the
 * word for its history; whose code that is, and what readers are told of it, is the caller's.
 */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { NewBooking, SharedState } from '../booking-store.ts';

export type BookingPhase = 'upcoming' | 'running' | 'over' | 'cancelled';

export const phaseOf = ({ fromMs, untilMs, cancelledMs }: BookingTimes, nowMs: number): BookingPhase => {
  if (cancelledMs !== undefined) return 'cancelled';
  if (nowMs >= untilMs) return 'over';
  return nowMs >= fromMs ? 'running' : 'upcoming';
};

export type BookingTimes = Pick<NewBooking, 'fromMs' | 'untilMs'> & { readonly cancelledMs: number | undefined };

/** Words of a history; the first six are Kinnovis' (FIELD §2.7) or made like them. */
const words = {
  starts: 'Auto Grant',
  postponed: 'Auto Pending',
  ends: 'Auto Expire',
  cancelled: 'Auto Revoke',
  overdue: 'Auto Lock',
  paid: 'Auto Restore',
  lock: 'Manual Lock',
  restore: 'Manual Restore',
  revoke: 'Manual Revoke',
  regenerate: 'Regenerate',
} as const;

export type SharedTrigger = keyof typeof words;

/** `byTime`: active where the booking runs, pending before. */
type Target = SharedState | 'byTime';

/** Every way from one state to another. What is not here changes nothing. */
const ways: Readonly<Record<SharedState, Partial<Readonly<Record<SharedTrigger, Target>>>>> = {
  pending: {
    starts: 'active',
    ends: 'expired',
    cancelled: 'revoked',
    overdue: 'lockedAuto',
    lock: 'lockedManual',
    revoke: 'revoked',
    regenerate: 'pending',
  },
  active: {
    postponed: 'pending',
    ends: 'expired',
    cancelled: 'revoked',
    overdue: 'lockedAuto',
    lock: 'lockedManual',
    revoke: 'revoked',
    regenerate: 'active',
  },
  lockedAuto: {
    ends: 'expired',
    cancelled: 'revoked',
    paid: 'byTime',
    lock: 'lockedManual',
    restore: 'byTime',
    revoke: 'revoked',
    regenerate: 'lockedAuto',
  },
  // Paying does not undo what a person did by hand.
  lockedManual: { ends: 'expired', cancelled: 'revoked', restore: 'byTime', revoke: 'revoked', regenerate: 'lockedManual' },
  expired: {},
  revoked: {},
};

export interface SharedNext {
  readonly state: SharedState;
  /** For the history. */
  readonly what: string;
}

/** `isOver`: its end is for good. `noChange`: it is so already, or not for this trigger to change. */
export const afterTrigger = (state: SharedState, trigger: SharedTrigger, phase: BookingPhase): Result<SharedNext, 'isOver' | 'noChange'> => {
  if (isFinal(state)) return failed('isOver');
  const target = ways[state][trigger];
  if (target === undefined) return failed('noChange');
  const byTime = phase === 'running' ? 'active' : 'pending';
  return ok({ state: target === 'byTime' ? byTime : target, what: words[trigger] });
};

/** What the clock, or a change of the booking's times, asks of an access in this state; undefined: nothing. */
export const dueTrigger = (state: SharedState, phase: BookingPhase): SharedTrigger | undefined => {
  const trigger = ({ upcoming: 'postponed', running: 'starts', over: 'ends', cancelled: 'cancelled' } as const)[phase];
  return ways[state][trigger] === undefined ? undefined : trigger;
};

/** Its code stands in the readers' tables, with its dates: when a pending one begins to count, a door sees by itself. */
export const standsInTables = (state: SharedState): boolean => state === 'pending' || state === 'active';

/** Its code is gone for good. */
export const isFinal = (state: SharedState): boolean => state === 'expired' || state === 'revoked';
