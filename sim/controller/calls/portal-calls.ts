/**
 * Answers the calls of a tenant about themselves: their code, their accesses, how it went lately and why (FIELD U23). Decides whose portal it is: that
 * of the person of the log-in, and of nobody else. That the code was looked at is in the audit once for each session and code.
 */
import { classOf, eventCodes } from '../../../src/access/events.ts';
import { ok, type Result } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { AnswerOf, Caller, Handlers } from '../api/route.ts';
import { maxSessions } from '../api/sessions.ts';
import type { BookingDesk } from '../booking-desk.ts';
import type { PersonRecord } from '../person-record.ts';
import { refusedAs } from './booking-calls.ts';
import { type CallParts, momentOf, recordOf, refused } from './call-parts.ts';
import { doorWords } from './door-words.ts';
import { pinRefused } from './pin-calls.ts';
import { shownOf } from './shown-pin.ts';
import { eventNames, eventView } from './view-of.ts';

export type PortalCalls = Pick<Handlers<ManagerRoutes>, 'portal' | 'portalRoll'>;

type Portal = AnswerOf<ManagerRoutes['portal']>;

/** Of one's own code: each that was rests for a year, and there are not so many of four digits. */
const maxRollsADay = 10;
const dayMs = 86_400_000;
/** Results on the page (FIELD U23). */
const resultCount = 10;
/** A duress PIN's own event is an alarm: whoever looks over a shoulder does not see it here. */
const resultCodes = eventCodes.filter((code) => classOf(code) === 'grant' || classOf(code) === 'deny');

export const portalCalls = (parts: CallParts & { readonly bookings: BookingDesk }): PortalCalls => {
  const { store, clock, pins, bookings } = parts;
  /** By session, the code that was shown there last: when it was issued. The page asks again and again. */
  const looks = new Map<number, string>();

  const own = async ({ user }: Caller): Promise<Result<PersonRecord, Refusal>> =>
    user.person === null ? refused('notFound') : recordOf(parts, user.person);

  const noteLook = async ({ given, pin }: PersonRecord, { user, session }: Caller): Promise<void> => {
    const code = `${pin?.issuedMs} ${pin?.change}`;
    if (looks.get(session) === code) return;
    await store.audit.add({ atMs: clock.wall().ms, by: user.name, what: 'pin.shown', person: given.person, detail: 'own' });
    looks.delete(session);
    for (const [oldest] of [...looks].slice(0, Math.max(0, looks.size - maxSessions + 1))) looks.delete(oldest);
    looks.set(session, code);
  };

  return {
    portal: async (_, caller) => {
      const found = await own(caller);
      if (!found.ok) return found;
      const record = found.value;
      const { pin } = record.given;
      if (pin !== undefined) await noteLook(record, caller);
      const shown = pin === undefined ? null : await shownOf(parts, { pin, kind: 'pin', record }, caller.user.name);
      return ok({
        name: record.name,
        pin: shown,
        accesses: await accessesOf(parts, record, shown?.digits ?? null),
        results: await resultsOf(parts, record.given.person),
        howTo: (await store.site.readers()).flatMap((reader) => {
          const words = doorWords(parts, reader, record.given);
          return words === undefined ? [] : [{ door: words.reader, lines: words.lines, settingsAre: words.settingsAre }];
        }),
      });
    },
    portalRoll: async (_, caller) => {
      const found = await own(caller);
      if (!found.ok) return found;
      const { name } = caller.user;
      const { person, pin } = found.value.given;
      if (pin === undefined) return pinRefused('hasNoPin');
      const dayAgoMs = clock.wall().ms - dayMs;
      const today = (await store.pins.retiredOf(person)).filter(({ retiredMs }) => retiredMs > dayAgoMs);
      if (today.length >= maxRollsADay) return refused('tooManyRolls');
      const access = await store.bookings.accessOfPerson(person);
      const rolled = access === undefined ? await pins.roll(person, name) : await bookings.regenerate(access.id, name);
      return rolled.ok ? ok(await shownOf(parts, rolled.value, name)) : refusedAs(rolled.failure);
    },
  };
};

/** The access of a booking that stands under the person's number. */
const accessesOf = async ({ store: { bookings } }: CallParts, { given }: PersonRecord, digits: string | null): Promise<Portal['accesses']> => {
  const access = await bookings.accessOfPerson(given.person);
  const booking = access && (await bookings.booking(access.booking));
  if (access === undefined || booking === undefined) return [];
  const isOpen = access.state === 'pending' || access.state === 'active';
  return [{ label: access.label, state: access.state, until: momentOf(booking.untilMs), digits: isOpen ? digits : null }];
};

const resultsOf = async (parts: CallParts, person: number): Promise<Portal['results']> => {
  const events = await parts.store.events.newest({ person, codes: resultCodes }, resultCount);
  const names = await eventNames(parts, events);
  return events.map((event) => eventView(event, names)).map(({ at, readerName, code, text }) => ({ at, door: readerName, code, text }));
};
