/**
 * What a bench that was killed left on its disks, against what its clients were told: people, codes, bookings, events, openings, notices. Says what
 * is lost, doubled or half. Reads only; the bench does not run. How it lived, and died, is bench-kills.ts's.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { readEvents } from '../../src/tools/event-list.ts';
import type { AskedPerson, Ledger } from './bench-hands.ts';
import type { Delivery } from './bench-receiver.ts';
import { faultsOfHeard, faultsOfOpenings } from './verdict.ts';

/** As the database says why a notice is not sent any more. */
const overtaken = 'The code was changed again.';
/** More than any trial makes. */
const mostEvents = 1_000_000;
/** The controller's numbers of the readers of the bench, and their directories. */
const readers = [
  { id: 1, name: 'front' },
  { id: 2, name: 'store' },
] as const;
type DoorName = (typeof readers)[number]['name'];

export interface Opening {
  readonly door: DoorName;
  /** Of the world, about. */
  readonly wallMs: number;
}

/** An event as a page was told of it. */
export interface ToldEvent {
  readonly id: number;
  readonly reader: number;
  readonly code: string;
  readonly at: string;
}

export interface Seen {
  readonly ledger: Ledger;
  /** The code of each person, as shown at the end. */
  readonly shown: ReadonlyMap<number, string | undefined>;
  readonly openings: readonly Opening[];
  readonly events: readonly ToldEvent[];
  readonly deliveries: readonly Delivery[];
}

export interface BenchLeft {
  readonly faults: readonly string[];
  readonly events: number;
  readonly grants: number;
  readonly people: number;
  readonly codes: number;
  readonly accesses: number;
  readonly notices: number;
}

type Row = Readonly<Record<string, unknown>>;

interface Tables {
  readonly persons: readonly Row[];
  readonly bookings: readonly Row[];
  readonly accesses: readonly Row[];
  readonly sendings: readonly Row[];
  readonly events: readonly Row[];
  /** How often the code of each person has changed, as the audit says. */
  readonly changes: ReadonlyMap<number, number>;
}

const openReadOnly = (directory: string): DatabaseSync => new DatabaseSync(join(directory, 'data', 'controller.db'), { readOnly: true });

/** Also while the bench runs. */
export const noticesWaiting = (directory: string): number => {
  const open = openReadOnly(directory);
  try {
    return Number(open.prepare("SELECT count(*) AS n FROM sending WHERE state = 'waiting'").get()?.n);
  } finally {
    open.close();
  }
};

const read = (directory: string): Tables => {
  const open = openReadOnly(directory);
  try {
    const all = (sql: string): readonly Row[] => open.prepare(sql).all();
    const changed = all("SELECT person, count(*) AS n FROM audit WHERE what IN ('pin.issued', 'pin.rolled') GROUP BY person");
    return {
      persons: all('SELECT person AS id, name, pin_length FROM person'),
      bookings: all('SELECT id, title AS name, unit FROM booking'),
      accesses: all('SELECT id, label AS name, booking, person FROM shared_access'),
      sendings: all('SELECT id, person, state, trigger_name, at_ms, last_error FROM sending ORDER BY id'),
      events: all('SELECT id, reader, epoch, sequence, code, at_ms FROM event ORDER BY id'),
      changes: new Map(changed.map(({ person, n }) => [Number(person), Number(n)])),
    };
  } finally {
    open.close();
  }
};

export const judgeBench = (directory: string, seen: Seen): BenchLeft => {
  const tables = read(directory);
  const { ledger } = seen;
  // That a reader was stopped is heard at its next start.
  const journals = readers.map((reader) => ({ reader, ...readEvents(join(directory, 'readers', reader.name), mostEvents, new NodeCrypto()) }));
  const faults = [
    ...faultsOfRows('person', ledger.people, tables.persons),
    ...faultsOfRows('booking', ledger.bookings, tables.bookings),
    ...faultsOfRows('access', ledger.accesses, tables.accesses),
    ...faultsOfUnits(ledger, tables),
    ...faultsOfAccesses(ledger, tables),
    ...[...ledger.people, ...ledger.accesses].flatMap((person) => faultsOfCode(person, tables, seen)),
    ...faultsOfNotices(tables, seen.deliveries),
    ...seen.events.flatMap((event) => faultsOfTold(event, tables)),
    ...journals.flatMap(({ reader, entries, damaged }) => [
      ...(damaged === 0 ? [] : [`${damaged} events in the journal of ${reader.name} are damaged`]),
      ...entries
        .filter(({ sequence }, at) => at > 0 && sequence !== (entries[at - 1]?.sequence ?? 0) + 1)
        .map(({ sequence }) => `before event ${sequence} of ${reader.name} one is missing`),
      ...faultsOfHeard(
        entries.at(-1)?.code === 'reader.stopped' ? entries.slice(0, -1) : entries,
        tables.events.filter((row) => row.reader === reader.id),
        Number.POSITIVE_INFINITY,
      ),
      ...faultsOfOpenings(
        entries.filter(({ code }) => code === 'access.granted'),
        seen.openings.filter(({ door }) => door === reader.name).map(({ wallMs }) => wallMs),
      ),
    ]),
  ];
  return {
    faults,
    events: tables.events.length,
    grants: tables.events.filter(({ code }) => code === 'access.granted').length,
    people: tables.persons.length,
    codes: [...tables.changes.values()].reduce((sum, n) => sum + n, 0),
    accesses: tables.accesses.length,
    notices: tables.sendings.length,
  };
};

interface Named {
  readonly name: string;
  readonly id: number | undefined;
}

/** What was answered is there, once; what was not answered is there once, or not; and nothing else is that a client could have made. */
const faultsOfRows = (what: string, asked: readonly Named[], rows: readonly Row[]): readonly string[] => {
  const counts = new Map<string, readonly Row[]>();
  for (const row of rows) counts.set(String(row.name), [...(counts.get(String(row.name)) ?? []), row]);
  const lost = asked.flatMap(({ name, id }) => {
    const there = counts.get(name) ?? [];
    if (there.length > 1) return [`${name} is there ${there.length} times`];
    if (id === undefined) return [];
    if (there.length === 0) return [`${name} was answered, and is not there`];
    return there[0]?.id === id ? [] : [`${name} was answered as ${id}, and is ${String(there[0]?.id)}`];
  });
  const names = new Set(asked.map(({ name }) => name));
  const strange = [...counts.keys()].filter((name) => name.startsWith(`${what} `) && !names.has(name));
  return [...lost, ...strange.map((name) => `${name} is there, and was refused or never asked for`)];
};

const faultsOfUnits = ({ bookings }: Ledger, tables: Tables): readonly string[] =>
  bookings.flatMap(({ name, id, unit, units }) => {
    const row = tables.bookings.find((one) => one.name === name);
    if (id === undefined || row === undefined || [unit, ...units].includes(String(row.unit))) return [];
    return [`${name} is of ${String(row.unit)}, and was answered as of ${unit}`];
  });

/** An access is there with whoever it lets in, and with their code, or not at all. */
const faultsOfAccesses = ({ accesses }: Ledger, { accesses: rows, persons, bookings }: Tables): readonly string[] =>
  rows.flatMap((row) => {
    const person = persons.find(({ id }) => id === row.person);
    const asked = accesses.find(({ name }) => name === row.name);
    return [
      ...(person === undefined ? [`${String(row.name)} is there without whoever it lets in`] : []),
      ...(person?.pin_length === null ? [`${String(row.name)} is there without a code`] : []),
      ...(bookings.some(({ id }) => id === row.booking) ? [] : [`${String(row.name)} is there without its booking`]),
      ...(asked?.person === undefined || asked.person === row.person ? [] : [`${asked.name} lets in somebody else than was answered`]),
    ];
  });

/** The code that was answered last is the present one, unless another was asked for since; each change is in the audit, and has its notice, once. */
const faultsOfCode = (asked: AskedPerson & { readonly person?: number | undefined }, tables: Tables, { shown }: Seen): readonly string[] => {
  const { name, pin, codes, unknownCodes, unknownSince } = asked;
  const row = [...tables.persons, ...tables.accesses].find((one) => one.name === name);
  const id = Number(row?.person ?? row?.id);
  if (row === undefined) return [];
  const changes = tables.changes.get(id) ?? 0;
  const notices = tables.sendings.filter(({ person, trigger_name }) => person === id && trigger_name === 'pin.changed').length;
  const present = shown.get(id);
  return [
    ...(changes < codes ? [`${codes} codes of ${name} were answered, and the audit has ${changes}`] : []),
    ...(changes > codes + unknownCodes ? [`${codes + unknownCodes} codes of ${name} were asked for, and the audit has ${changes}`] : []),
    ...(present !== pin && unknownSince === 0 ? [`the code of ${name} is not the one that was answered`] : []),
    ...(changes > 0 && present === undefined ? [`${name} has no code, and the audit has ${changes}`] : []),
    ...(notices === changes ? [] : [`the code of ${name} has changed ${changes} times, with ${notices} notices`]),
  ];
};

/** A notice is sent, or another one has overtaken it; what was sent has come, each with a number and a content of its own. */
const faultsOfNotices = ({ sendings }: Tables, deliveries: readonly Delivery[]): readonly string[] => {
  const contents = new Map<string, Set<string>>();
  for (const { id, content } of deliveries) contents.set(id, (contents.get(id) ?? new Set()).add(content));
  const came = new Map<string, number>();
  for (const [first = ''] of contents.values()) came.set(noticeIn(first), (came.get(noticeIn(first)) ?? 0) + 1);
  const rows = new Map<string, readonly Row[]>();
  for (const row of sendings) rows.set(noticeOf(row), [...(rows.get(noticeOf(row)) ?? []), row]);
  return [
    ...sendings
      .filter(({ state, last_error }) => state !== 'sent' && !(state === 'givenUp' && last_error === overtaken))
      .map(({ id, state, last_error }) => `notice ${String(id)} is ${String(state)} at the end: ${String(last_error)}`),
    ...[...rows]
      .filter(([notice, those]) => (came.get(notice) ?? 0) < those.filter(({ state }) => state === 'sent').length)
      .map(([notice]) => `the notice of ${notice} was sent, and has never come`),
    ...[...came].filter(([notice, n]) => n > (rows.get(notice)?.length ?? 0)).map(([notice, n]) => `the notice of ${notice} came under ${n} numbers`),
    ...[...contents].filter(([, those]) => those.size > 1).map(([id, those]) => `notice ${id} came with ${those.size} contents`),
  ];
};

/** Of a person, at a moment: nobody is given two codes at once. */
const noticeOf = ({ person, at_ms }: Row): string => `${String(person)} at ${new Date(Number(at_ms)).toISOString()}`;
const noticeIn = (content: string): string => {
  const { timestamp, data } = JSON.parse(content) as { readonly timestamp: string; readonly data: { readonly person: number } };
  return `${data.person} at ${timestamp}`;
};

const faultsOfTold = ({ id, reader, code, at }: ToldEvent, { events }: Tables): readonly string[] => {
  const row = events.find((one) => one.id === id);
  const isSame = row?.reader === reader && row.code === code && row.at_ms === Date.parse(at);
  return isSame ? [] : [`a page was told of event ${id}, ${code}, and it is ${row === undefined ? 'not there' : 'another'}`];
};
