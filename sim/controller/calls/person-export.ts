/**
 * Answers the call for all that is kept of one person (FIELD M38). Decides which lines that makes; codes and whole card numbers are no part of it:
 * they open doors, and whoever gets the file knows their own.
 */
import { ok } from '../../../src/shared/result.ts';
import { csvText } from '../../../src/tools/csv-text.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Handlers } from '../api/route.ts';
import type { PersonRecord } from '../person-record.ts';
import { type CallParts, momentOf, recordOf } from './call-parts.ts';
import { eventNames, eventView, personView } from './view-of.ts';

export type PersonExportCalls = Pick<Handlers<ManagerRoutes>, 'exportPerson'>;

/** Of each kind; the newest. */
const maxLines = 50_000;

/** What it is about, when it was, what it is, and what is said of it. */
type Line = readonly [about: string, at: string, what: string, detail: string];

export const personExportCalls = (parts: CallParts): PersonExportCalls => ({
  exportPerson: async ({ params: { id } }, { user }) => {
    const { store, clock, tell } = parts;
    const found = await recordOf(parts, id);
    if (!found.ok) return found;
    await store.audit.add({ atMs: clock.wall().ms, by: user.name, what: 'person.exported', person: id });
    tell({ kind: 'changed', what: 'audit' });
    const record = found.value;
    const lines = [
      ...(await factsOf(parts, record)),
      ...(await accessLines(parts, id)),
      ...(await kept(parts, id)),
      ...(await eventLines(parts, id)),
    ];
    return ok({ csv: csvText([['about', 'at', 'what', 'detail'], ...lines]) });
  },
});

const factsOf = async (parts: CallParts, record: PersonRecord): Promise<readonly Line[]> => {
  const { cards, pin, uses, ...facts } = await personView(parts, record);
  const schedules = record.schedule === undefined ? [] : await parts.store.schedules.list();
  const plain = Object.entries({ ...facts, schedule: schedules.find(({ id }) => id === record.schedule)?.name ?? null });
  return [
    ...plain.map(([what, fact]): Line => ['person', '', what, fact === null ? '' : String(fact)]),
    ...(uses === null ? [] : [['person', '', 'uses', `${uses.used} of ${uses.limit}`] as const]),
    ...(pin === null ? [] : [['pin', pin.issued, 'issued', `${pin.length} digits, by ${pin.issuedBy}`] as const]),
    ...(await parts.store.pins.retiredOf(record.given.person)).map(({ retiredMs }): Line => ['pin', momentOf(retiredMs), 'retired', '']),
    ...cards.map(({ shown, bits }): Line => ['card', '', shown, bits === null ? 'text' : `${bits} bits`]),
  ];
};

/** Of a person who is behind an access of a booking. */
const accessLines = async ({ store: { bookings } }: CallParts, person: number): Promise<readonly Line[]> => {
  const access = await bookings.accessOfPerson(person);
  const booking = access && (await bookings.booking(access.booking));
  if (access === undefined || booking === undefined) return [];
  const until = `until ${momentOf(booking.untilMs)}`;
  return [
    ['booking', momentOf(booking.fromMs), booking.title, [booking.unit, until].filter((part) => part !== '').join(', ')],
    ['access', '', access.label, access.state],
    ...(await bookings.history(access.id)).map(({ atMs, what, by }): Line => ['access', momentOf(atMs), what, by]),
  ];
};

const kept = async ({ store }: CallParts, person: number): Promise<readonly Line[]> => {
  const [users, sendings, audit] = [
    await store.users.list(),
    await store.sendings.ofPerson(person, maxLines),
    await store.audit.ofPerson(person, maxLines),
  ];
  return [
    ...users.filter((user) => user.person === person).map(({ name, role }): Line => ['user', '', name, role]),
    ...sendings.map(({ atMs, trigger, way, state }): Line => ['notice', momentOf(atMs), trigger, `${way}, ${state}`]),
    ...audit.map(({ atMs, what, by, detail }): Line => ['audit', momentOf(atMs), what, [by, detail].filter((part) => part !== '').join(': ')]),
  ];
};

const eventLines = async (parts: CallParts, person: number): Promise<readonly Line[]> => {
  const events = await parts.store.events.newest({ person }, maxLines);
  const names = await eventNames(parts, events);
  return events.map((event) => eventView(event, names)).map(({ at, code, readerName, text }): Line => ['event', at, code, `${readerName}: ${text}`]);
};
