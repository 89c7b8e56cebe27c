/**
 * Bookings and the shared accesses in them (FIELD §2.7, M15): what a manager does with them, and what the clock does. Decides what of an access, of
 * its history and of the person its code stands under goes into one commit. The states are rules/shared-access.ts's, when it is time schedule-runner.ts's.
 */
import type { Clock } from '../../src/ports/clock.ts';
import { present } from '../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { GivenPerson } from '../../src/table/given-person.ts';
import type { Booking, BookingChange, NewBooking, SharedAccess } from './booking-store.ts';
import { chunksOf } from './chunks.ts';
import type { ControllerStore, Stores } from './controller-store.ts';
import type { PeopleDesk } from './people-desk.ts';
import type { Author, PersonRecord } from './person-record.ts';
import type { HeldPin, PinDesk, PinRefusal } from './pin-desk.ts';
import { afterTrigger, dueTrigger, isFinal, phaseOf, type SharedNext, type SharedTrigger, standsInTables } from './rules/shared-access.ts';
import { Turns } from './turns.ts';

/** Of one booking, those of before among them. */
export const maxAccesses = 100;
/** Whose accesses are read together. */
const bookingsAtOnce = 500;
/** Calls that wait for those before them. More are refused with a Fault `queue.full`. */
export const maxWaitingBookings = 64;
/** Of what happens because it is time. */
export const byClock = 'controller';
/** A door counts whole seconds. */
const shortestMs = 1_000;

export type BookingRefusal = 'notFound' | 'isOver' | 'untilBeforeFrom' | 'tooManyAccesses';
export type ManualTrigger = 'lock' | 'restore' | 'revoke';

export interface BookingDeskParts {
  readonly store: ControllerStore;
  readonly people: PeopleDesk;
  readonly pins: PinDesk;
  readonly clock: Pick<Clock, 'wall'>;
}

/** An access, and what becomes of it: nothing but its dates where there are no steps. */
interface Move {
  readonly access: SharedAccess;
  readonly steps: readonly SharedNext[];
}

interface Place {
  readonly booking: Booking;
  readonly access: SharedAccess;
}

/** Every call rejects with a Fault when the store does. `by`: who does it. */
export class BookingDesk {
  readonly #parts: BookingDeskParts;
  readonly #turns = new Turns(maxWaitingBookings);

  constructor(parts: BookingDeskParts) {
    this.#parts = parts;
  }

  async add(booking: NewBooking, by: string): Promise<Result<number, BookingRefusal>> {
    const wrong = wrongTimes(booking);
    if (wrong !== undefined) return failed(wrong);
    return this.#parts.store.write(async (within) => {
      await this.#audit(within, by, 'booking.added', booking.title);
      return ok(await within.bookings.add(booking));
    });
  }

  /** Its accesses follow: their doors hear of other dates, and they are locked while it is overdue. */
  change(id: number, change: Omit<BookingChange, 'cancelledMs'>, by: string): Promise<Result<undefined, BookingRefusal>> {
    return this.#turns.take(async () => {
      const before = await this.#present(id);
      if (before === undefined) return failed('notFound');
      if (before.cancelledMs !== undefined) return failed('isOver');
      const after = { ...before, ...change };
      const wrong = wrongTimes(after);
      if (wrong !== undefined) return failed(wrong);
      const trigger = after.isOverdue === before.isOverdue ? undefined : after.isOverdue ? 'overdue' : 'paid';
      await this.#carryOut(after, this.#movesOf(after, await this.#accessesOf(after), trigger), by, async (within) => {
        await within.bookings.change(id, change);
        await this.#audit(within, by, 'booking.changed', `${before.title}: ${Object.keys(change).join(', ')}`);
      });
      return ok(undefined);
    });
  }

  cancel(id: number, by: string): Promise<Result<undefined, BookingRefusal>> {
    return this.#turns.take(async () => {
      const before = await this.#present(id);
      if (before === undefined) return failed('notFound');
      if (before.cancelledMs !== undefined) return failed('isOver');
      const after = { ...before, cancelledMs: this.#nowMs };
      await this.#carryOut(after, this.#movesOf(after, await this.#accessesOf(after)), by, async (within) => {
        await within.bookings.change(id, { cancelledMs: after.cancelledMs });
        await this.#audit(within, by, 'booking.cancelled', before.title);
      });
      return ok(undefined);
    });
  }

  /** A random code of the site's length, which stands under a number of its own. */
  addAccess(id: number, label: string, by: string): Promise<Result<HeldPin, BookingRefusal | PinRefusal>> {
    return this.#turns.take(async () => {
      const booking = await this.#present(id);
      if (booking === undefined) return failed('notFound');
      const phase = phaseOf(booking, this.#nowMs);
      if (phase === 'over' || phase === 'cancelled') return failed('isOver');
      if ((await this.#accessesOf(booking)).length >= maxAccesses) return failed('tooManyAccesses');
      const byTime = phase === 'running' ? 'active' : 'pending';
      const state = booking.isOverdue ? 'lockedAuto' : byTime;
      const details = { name: label, email: undefined, isSuspended: !standsInTables(state), isOutOfHours: false, schedule: undefined };
      return this.#parts.pins.add({ ...guest, ...datesOf(booking) }, details, by, async (within, [made]) => {
        const { person } = present(made?.after, 'somebody was added').given;
        await within.bookings.addAccess({ booking: id, label, person, state }, 'Manual Grant', this.#author(by));
        await this.#audit(within, by, 'shared.added', label, person);
      });
    });
  }

  /** The old code is revoked, and rests, by the change that brings the new one. A locked access stays locked. */
  regenerate(id: number, by: string): Promise<Result<HeldPin, BookingRefusal | PinRefusal>> {
    return this.#turns.take(async () => {
      const place = await this.#place(id);
      if (place === undefined) return failed('notFound');
      const { access, booking } = place;
      const next = afterTrigger(access.state, 'regenerate', phaseOf(booking, this.#nowMs));
      if (!next.ok) return failed('isOver');
      return this.#parts.pins.issue(access.person, 'pin', { length: undefined }, by, async (within) => {
        await within.bookings.changeAccess(id, next.value.state, next.value.what, this.#author(by));
        await this.#audit(within, by, 'shared.regenerated', access.label, access.person);
      });
    });
  }

  /** By hand; nothing where it is so already. */
  trigger(id: number, trigger: ManualTrigger, by: string): Promise<Result<undefined, BookingRefusal>> {
    return this.#turns.take(async () => {
      const place = await this.#place(id);
      if (place === undefined) return failed('notFound');
      const { access, booking } = place;
      const next = afterTrigger(access.state, trigger, phaseOf(booking, this.#nowMs));
      if (!next.ok) return next.failure === 'isOver' ? failed('isOver') : ok(undefined);
      await this.#carryOut(booking, [{ access, steps: [next.value] }], by, (within) =>
        this.#audit(within, by, `shared.${doneBy[trigger]}`, access.label, access.person),
      );
      return ok(undefined);
    });
  }

  /** The present code; that somebody looked is on disk before they see it. */
  show(id: number, by: string): Promise<Result<HeldPin, BookingRefusal | PinRefusal>> {
    return this.#turns.take(async () => {
      const place = await this.#place(id);
      if (place === undefined) return failed('notFound');
      return isFinal(place.access.state) ? failed('isOver') : this.#parts.pins.show(place.access.person, by);
    });
  }

  /** Brings every access to what the clock says of its booking. Gives how many there were to bring, and when it is to be looked at again. */
  catchUp(): Promise<{ readonly moved: number; readonly nextMs: number | undefined }> {
    return this.#turns.take(async () => {
      const open = await this.#parts.store.bookings.open();
      const nowMs = this.#nowMs;
      let moved = 0;
      for (const chunk of chunksOf(open, bookingsAtOnce)) {
        const accesses = Map.groupBy(await this.#parts.store.bookings.accessesOf(chunk.map(({ id }) => id)), ({ booking }) => booking);
        for (const booking of chunk) moved += await this.#catchUp(booking, accesses.get(booking.id) ?? []);
      }
      const nextMs = open.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]).filter((ms) => ms > nowMs);
      return { moved, nextMs: nextMs.length === 0 ? undefined : nextMs.reduce((first, ms) => Math.min(first, ms)) };
    });
  }

  get #nowMs(): number {
    return Math.floor(this.#parts.clock.wall().ms);
  }

  #author(by: string): Author {
    return { by, atMs: this.#nowMs };
  }

  #audit(within: Stores, by: string, what: string, detail: string, person?: number): Promise<void> {
    return within.audit.add({ atMs: this.#nowMs, by, what, detail, person });
  }

  /** As the clock has it, whether or not somebody has looked. */
  async #present(id: number): Promise<Booking | undefined> {
    const booking = await this.#parts.store.bookings.booking(id);
    if (booking !== undefined) await this.#catchUp(booking, await this.#accessesOf(booking));
    return booking;
  }

  async #place(id: number): Promise<Place | undefined> {
    const { bookings } = this.#parts.store;
    const found = await bookings.access(id);
    const booking = found && (await this.#present(found.booking));
    const access = booking && (await bookings.access(id));
    return booking && access && { booking, access };
  }

  /** A clock that nobody has set ends nothing: what has ended comes back by no other time. */
  async #catchUp(booking: Booking, accesses: readonly SharedAccess[]): Promise<number> {
    if (!this.#parts.clock.wall().trusted) return 0;
    const moves = this.#movesOf(booking, accesses).filter(({ steps }) => steps.length > 0);
    if (moves.length > 0) await this.#carryOut(booking, moves, byClock);
    return moves.length;
  }

  /** Of every access that has not come to its end. */
  #movesOf(booking: Booking, accesses: readonly SharedAccess[], trigger?: SharedTrigger): readonly Move[] {
    return accesses.filter(({ state }) => !isFinal(state)).map((access) => ({ access, steps: stepsOf(access, booking, trigger, this.#nowMs) }));
  }

  #accessesOf({ id }: Booking): Promise<readonly SharedAccess[]> {
    return this.#parts.store.bookings.accessesOf([id]);
  }

  async #carryOut(booking: Booking, moves: readonly Move[], by: string, also?: (within: Stores) => Promise<void>): Promise<void> {
    const states = new Map(moves.map(({ access, steps }) => [access.person, steps.at(-1)?.state ?? access.state]));
    const follow = (record: PersonRecord): PersonRecord | undefined => {
      const state = states.get(record.given.person);
      if (state === undefined || isFinal(state)) return undefined;
      return { ...record, isSuspended: !standsInTables(state), given: { ...record.given, ...datesOf(booking) } };
    };
    await this.#parts.people.changeSome([...states.keys()], follow, by, async (within) => {
      for (const { access, steps } of moves)
        for (const { state, what } of steps) await within.bookings.changeAccess(access.id, state, what, this.#author(by));
      await also?.(within);
    });
  }
}

const doneBy: Readonly<Record<ManualTrigger, string>> = { lock: 'locked', restore: 'restored', revoke: 'revoked' };

/** Whoever has the code: nothing is known of them but that. */
const guest: Omit<GivenPerson, 'person' | 'pin' | 'validFromS' | 'validUntilS'> = {
  duressPin: undefined,
  cards: [],
  pinExempt: false,
  uses: undefined,
  extendedTime: false,
  offlinePriority: false,
};

const datesOf = ({ fromMs, untilMs }: Booking): Pick<GivenPerson, 'validFromS' | 'validUntilS'> => ({
  validFromS: Math.max(0, Math.floor(fromMs / 1_000)),
  validUntilS: Math.max(0, Math.floor(untilMs / 1_000)),
});

const wrongTimes = ({ fromMs, untilMs }: Pick<NewBooking, 'fromMs' | 'untilMs'>): 'untilBeforeFrom' | undefined =>
  untilMs - fromMs >= shortestMs ? undefined : 'untilBeforeFrom';

/** What somebody asked for first, then what the clock says of it. */
const stepsOf = ({ state }: SharedAccess, booking: Booking, trigger: SharedTrigger | undefined, nowMs: number): readonly SharedNext[] => {
  const phase = phaseOf(booking, nowMs);
  const asked = trigger === undefined ? undefined : afterTrigger(state, trigger, phase);
  const first = asked?.ok === true ? [asked.value] : [];
  const due = dueTrigger(first[0]?.state ?? state, phase);
  const then = due === undefined ? undefined : afterTrigger(first[0]?.state ?? state, due, phase);
  return then?.ok === true ? [...first, then.value] : first;
};
