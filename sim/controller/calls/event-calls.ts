/** Answers the calls about what happened. What an event says is view-of.ts's, which are kept event-store.ts's. */
import { classOf, eventCodes, isEventCode } from '../../../src/access/events.ts';
import { ok } from '../../../src/shared/result.ts';
import { csvText } from '../../../src/tools/csv-text.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Handlers, RequestOf } from '../api/route.ts';
import type { EventFilter, KeptEvent } from '../event-store.ts';
import { type CallParts, recordOf } from './call-parts.ts';
import { type EventView, eventNames, eventView } from './view-of.ts';

export type EventCalls = Pick<Handlers<ManagerRoutes>, 'listEvents' | 'exportEvents' | 'personEvents'>;

/** Events on a page where nobody says how many. */
const pageLength = 100;
/** Of one export; the newest. */
const maxExported = 50_000;

export const eventCalls = (parts: CallParts): EventCalls => {
  const { events } = parts.store;

  const viewsOf = async (kept: readonly KeptEvent[]): Promise<EventView[]> => {
    const names = await eventNames(parts, kept);
    return kept.map((one) => eventView(one, names));
  };

  const page = async (filter: EventFilter, after: number | undefined, limit: number): Promise<{ events: EventView[]; next: number | null }> => {
    const found = await events.newest(filter, limit + 1, after);
    const kept = found.slice(0, limit);
    return { events: await viewsOf(kept), next: found.length > limit ? (kept.at(-1)?.id ?? null) : null };
  };

  return {
    listEvents: async ({ query: { after, limit = pageLength, ...said } }) => {
      const filter = await filterOf(parts, said);
      return ok({ ...(await page(filter, after, limit)), total: await events.countOf(filter) });
    },
    exportEvents: async ({ query }, { user }) => {
      const kept = await events.newest(await filterOf(parts, query), maxExported);
      const rows = (await viewsOf(kept)).map(rowOf);
      await parts.store.audit.add({ atMs: parts.clock.wall().ms, by: user.name, what: 'events.exported', detail: `${rows.length} events` });
      return ok({ csv: csvText([columns, ...rows]) });
    },
    personEvents: async ({ params: { id }, query: { after, limit = pageLength } }) => {
      const record = await recordOf(parts, id);
      return record.ok ? ok(await page({ person: id }, after, limit)) : record;
    },
  };
};

type Said = Omit<RequestOf<ManagerRoutes['listEvents']>['query'], 'after' | 'limit'>;

const filterOf = async ({ store }: CallParts, { reader, person, what, from, until, find }: Said): Promise<EventFilter> => ({
  reader,
  person: person ?? (await personsFound(store, find)),
  codes: what === undefined ? undefined : codesOf(what),
  fromMs: from === undefined ? undefined : Date.parse(from),
  untilMs: until === undefined ? undefined : Date.parse(until),
});

/** Of whom events are looked for by a name: the first by name of those who match. */
const maxFound = 500;

const personsFound = async (store: CallParts['store'], find: string | undefined): Promise<readonly number[] | undefined> =>
  find === undefined ? undefined : (await store.people.list({ find, limit: maxFound })).people.map(({ given }) => given.person);

/** A code, or all of a class. */
const codesOf = (what: string): readonly string[] => (isEventCode(what) ? [what] : eventCodes.filter((code) => classOf(code) === what));

const columns = ['time', 'timeTrusted', 'received', 'door', 'code', 'text', 'person', 'name', 'offline'];

const rowOf = ({ at, isTimeTrusted, received, readerName, code, text, person, personName, wasOffline }: EventView): readonly string[] => [
  at,
  String(isTimeTrusted),
  received,
  readerName,
  code,
  text,
  person === null ? '' : String(person),
  personName ?? '',
  String(wasOffline),
];
