/** Answers the calls about bookings and their shared accesses. What becomes of an access, and what is audited, is booking-desk.ts's. */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { AnswerOf, Handlers } from '../api/route.ts';
import type { BookingDesk, BookingRefusal, ManualTrigger } from '../booking-desk.ts';
import type { Booking, SharedAccess } from '../booking-store.ts';
import type { HeldPin, PinRefusal } from '../pin-desk.ts';
import { phaseOf } from '../rules/shared-access.ts';
import { type CallParts, momentOf, refused } from './call-parts.ts';
import { pinRefused } from './pin-calls.ts';
import { shownOf } from './shown-pin.ts';
import { keypadsThrough, pinView } from './view-of.ts';

export type BookingCalls = Pick<
  Handlers<ManagerRoutes>,
  | 'listBookings'
  | 'addBooking'
  | 'changeBooking'
  | 'cancelBooking'
  | 'addShared'
  | 'regenerateShared'
  | 'lockShared'
  | 'restoreShared'
  | 'revokeShared'
  | 'showShared'
>;

type BookingView = AnswerOf<ManagerRoutes['addBooking']>;
type SharedView = AnswerOf<ManagerRoutes['lockShared']>;

/** Bookings on a page where nobody says how many. */
const pageLength = 100;

export const bookingCalls = (parts: CallParts & { readonly bookings: BookingDesk }): BookingCalls => {
  const { store, bookings, tell } = parts;

  const viewed = async (id: number): Promise<Result<BookingView, Refusal>> => {
    const booking = await store.bookings.booking(id);
    const [view] = booking === undefined ? [] : await bookingViews(parts, [booking]);
    return view === undefined ? refused('notFound') : ok(view);
  };
  const sharedAfterwards = async (id: number, done: Result<unknown, BookingRefusal | PinRefusal>): Promise<Result<SharedView, Refusal>> => {
    if (!done.ok) return refusedAs(done.failure);
    const access = await store.bookings.access(id);
    if (access === undefined) return refused('notFound');
    tell({ kind: 'changed', what: 'bookings' });
    return ok(await sharedView(parts, access, await keypadsThrough(parts)));
  };
  const shownAfterwards = async (
    by: string,
    held: Result<HeldPin, BookingRefusal | PinRefusal>,
  ): Promise<Result<AnswerOf<ManagerRoutes['addShared']>, Refusal>> => {
    if (!held.ok) return refusedAs(held.failure);
    const made = await store.bookings.accessOfPerson(held.value.record.given.person);
    const access = await sharedAfterwards(made?.id ?? 0, held);
    return access.ok ? ok({ access: access.value, shown: await shownOf(parts, held.value, by) }) : access;
  };
  const triggered = async (id: number, trigger: ManualTrigger, by: string): Promise<Result<SharedView, Refusal>> =>
    sharedAfterwards(id, await bookings.trigger(id, trigger, by));

  return {
    listBookings: async ({ query: { find, after, limit = pageLength } }) => {
      const found = await store.bookings.list({ find, beforeId: after, limit: limit + 1 });
      const page = found.slice(0, limit);
      return ok({ bookings: await bookingViews(parts, page), next: found.length > limit ? (page.at(-1)?.id ?? null) : null });
    },
    addBooking: async ({ body: { title, unit, from, until } }, { user }) => {
      const added = await bookings.add({ title, unit, fromMs: Date.parse(from), untilMs: Date.parse(until) }, user.name);
      if (!added.ok) return refusedAs(added.failure);
      tell({ kind: 'changed', what: 'bookings' });
      return viewed(added.value);
    },
    changeBooking: async ({ params: { id }, body: { title, unit, from, until, isOverdue } }, { user }) => {
      const change = {
        ...(title !== undefined && { title }),
        ...(unit !== undefined && { unit }),
        ...(from !== undefined && { fromMs: Date.parse(from) }),
        ...(until !== undefined && { untilMs: Date.parse(until) }),
        ...(isOverdue !== undefined && { isOverdue }),
      };
      const changed = await bookings.change(id, change, user.name);
      if (!changed.ok) return refusedAs(changed.failure);
      tell({ kind: 'changed', what: 'bookings' });
      return viewed(id);
    },
    cancelBooking: async ({ params: { id } }, { user }) => {
      const cancelled = await bookings.cancel(id, user.name);
      if (!cancelled.ok) return refusedAs(cancelled.failure);
      tell({ kind: 'changed', what: 'bookings' });
      return ok({ done: true });
    },
    addShared: async ({ params: { id }, body: { label } }, { user }) => shownAfterwards(user.name, await bookings.addAccess(id, label, user.name)),
    regenerateShared: async ({ params: { id } }, { user }) => shownAfterwards(user.name, await bookings.regenerate(id, user.name)),
    lockShared: ({ params: { id } }, { user }) => triggered(id, 'lock', user.name),
    restoreShared: ({ params: { id } }, { user }) => triggered(id, 'restore', user.name),
    revokeShared: ({ params: { id } }, { user }) => triggered(id, 'revoke', user.name),
    showShared: async ({ params: { id } }, { user }) => {
      const held = await bookings.show(id, user.name);
      if (!held.ok) return refusedAs(held.failure);
      tell({ kind: 'changed', what: 'audit' });
      return ok(await shownOf(parts, held.value, user.name));
    },
  };
};

export const refusedAs = (refusal: BookingRefusal | PinRefusal): Result<never, Refusal> => {
  if (refusal === 'notFound' || refusal === 'isOver' || refusal === 'untilBeforeFrom') return refused(refusal);
  if (refusal === 'tooManyAccesses') return failed({ code: 'notValid', sentence: 'One booking has no room for more accesses.' });
  return pinRefused(refusal);
};

const bookingViews = async (parts: CallParts, bookings: readonly Booking[]): Promise<BookingView[]> => {
  const nowMs = parts.clock.wall().ms;
  const through = await keypadsThrough(parts);
  const accesses = await parts.store.bookings.accessesOf(bookings.map(({ id }) => id));
  const shared: SharedView[] = [];
  for (const access of accesses) shared.push(await sharedView(parts, access, through));
  return bookings.map((booking) => {
    const { id, title, unit, fromMs, untilMs, isOverdue } = booking;
    const own = shared.filter((one) => one.booking === id);
    return { id, title, unit, from: momentOf(fromMs), until: momentOf(untilMs), isOverdue, state: phaseOf(booking, nowMs), accesses: own };
  });
};

const sharedView = async (parts: CallParts, access: SharedAccess, through: readonly number[]): Promise<SharedView> => {
  const { people, bookings } = parts.store;
  const record = await people.record(access.person);
  const history = await bookings.history(access.id);
  return {
    ...access,
    pin: record === undefined ? null : await pinView(parts, record, through),
    history: history.map(({ atMs, what, by }) => ({ at: momentOf(atMs), what, by })),
  };
};
