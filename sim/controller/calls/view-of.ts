/**
 * People, readers and events as the API shows them, from what is kept. Decides what each word means of the facts. Holds no digits and no card
 * number: a PIN that somebody asked to see is shown-pin.ts's.
 */
import type * as v from 'valibot';
import { classOf, displayText, isEventCode, type Profile } from '../../../src/access/events.ts';
import { hasKeypad } from '../../../src/access/mode.ts';
import { alarmWords } from '../alarm-words.ts';
import type { card, event, person, reader } from '../api/shapes.ts';
import type { KeptEvent } from '../event-store.ts';
import { inTables, type PersonRecord } from '../person-record.ts';
import { heldByHand } from '../reader-modes.ts';
import type { ReaderState } from '../reader-state.ts';
import { codeSpaceOf } from '../rules/code-space.ts';
import { siteSettingsOf } from '../site-settings.ts';
import type { KnownReader } from '../site-store.ts';
import { policyOf, settingsAre, type ToldDoor } from '../told-door.ts';
import { usedOf } from '../use-counts.ts';
import { type CallParts, momentOf } from './call-parts.ts';

export type PersonView = v.InferOutput<typeof person>;
type PinView = NonNullable<PersonView['pin']>;
type ReaderView = v.InferOutput<typeof reader>;
export type EventView = v.InferOutput<typeof event>;

/** The last change that is in force at each reader with a keypad. */
export const keypadsThrough = async ({ store }: CallParts): Promise<readonly number[]> => {
  const readers = (await store.site.readers()).filter(({ model }) => hasKeypad(model));
  const editions = await Promise.all(readers.map(({ id }) => store.site.inForce(id)));
  return editions.map((edition) => edition?.throughChange ?? 0);
};

export const personViews = async (parts: CallParts, records: readonly PersonRecord[]): Promise<PersonView[]> => {
  const through = await keypadsThrough(parts);
  const views: PersonView[] = [];
  for (const record of records) views.push(await personWith(parts, record, through));
  return views;
};

export const personView = async (parts: CallParts, record: PersonRecord): Promise<PersonView> =>
  personWith(parts, record, await keypadsThrough(parts));

const personWith = async (parts: CallParts, record: PersonRecord, through: readonly number[]): Promise<PersonView> => {
  const { given, name, email, isSuspended, schedule, revision } = record;
  const { pinExempt, validFromS, validUntilS, extendedTime, offlinePriority } = given;
  const cards = await parts.store.people.cardsOf(record);
  const uses = await usesOf(parts, record);
  return {
    id: given.person,
    name,
    email: email ?? null,
    state: stateOf(record, uses, parts.clock.wall().ms / 1_000),
    isSuspended,
    pin: await pinView(parts, record, through),
    hasDuressPin: given.duressPin !== undefined,
    cards: cards.map(
      (one): v.InferOutput<typeof card> => ({
        id: one.id,
        shown: `…${one.card.tail}`,
        bits: one.card.form === 'bits' ? one.card.length : null,
      }),
    ),
    pinExempt,
    validFrom: secondsView(validFromS),
    validUntil: secondsView(validUntilS),
    uses,
    extendedTime,
    offlinePriority,
    schedule: schedule ?? null,
    booking: (await parts.store.bookings.accessOfPerson(given.person))?.booking ?? null,
    revision,
  };
};

const secondsView = (seconds: number | undefined): string | null => (seconds === undefined ? null : momentOf(seconds * 1_000));

const stateOf = (record: PersonRecord, uses: PersonView['uses'], nowS: number): PersonView['state'] => {
  const { validFromS, validUntilS } = record.given;
  if (record.isSuspended) return 'suspended';
  if (validUntilS !== undefined && nowS >= validUntilS) return 'expired';
  if (validFromS !== undefined && nowS < validFromS) return 'notYetValid';
  if (uses !== null && uses.used >= uses.limit) return 'noUsesLeft';
  return inTables(record) === undefined ? 'suspended' : 'active';
};

/** Grants that were heard of since the limit was set. */
export const usesOf = async ({ store }: CallParts, { given }: PersonRecord): Promise<PersonView['uses']> =>
  given.uses === undefined ? null : { limit: given.uses.limit, used: await usedOf(store, given) };

export const pinView = async ({ store }: CallParts, record: PersonRecord, through: readonly number[]): Promise<PinView | null> => {
  const { pin } = record;
  if (pin === undefined) return null;
  const [last] = await store.pins.retiredOf(record.given.person);
  const isTold = inTables(record) !== undefined;
  return {
    length: pin.length,
    issued: momentOf(pin.issuedMs),
    issuedBy: pin.issuedBy,
    spread: { inForceAt: isTold ? through.filter((change) => change >= pin.change).length : 0, of: through.length },
    oldCodeAt: last === undefined ? 0 : through.filter((change) => change < last.change).length,
  };
};

/** Hints of "press #" are counted for so long (FIELD U8). */
const hintsMs = 30 * 86_400_000;

export const readerView = async (parts: Pick<CallParts, 'store' | 'line' | 'clock'>, known: KnownReader): Promise<ReaderView> => {
  const { store, line, clock } = parts;
  const state = line.readers.find((keeper) => keeper.reader.id === known.id)?.state;
  const [edition, outgoing] = [await store.site.inForce(known.id), await store.site.outgoing(known.id)];
  const staged = state?.table?.stagedBytes ?? 0;
  const { door, journal, told } = state ?? {};
  const nowMs = clock.wall().ms;
  return {
    id: known.id,
    name: known.name,
    address: known.address,
    model: known.model,
    hasKeypad: hasKeypad(known.model),
    isOnline: state?.isOnline ?? false,
    offlineReason: state?.offlineReason ?? null,
    mode: door?.mode ?? null,
    byHand: await heldByHand(store, known),
    decides: door?.deciding ?? null,
    software: door?.software ?? null,
    isLowSecurity: door?.isLowSecurity ?? null,
    lockedOut: door?.isLockedOut ?? null,
    table: {
      state: state?.keeping ?? 'offline',
      versionInForce: edition?.state.version ?? 0,
      persons: edition?.state.persons ?? 0,
      progress: outgoing === undefined ? null : Math.min(1, staged / outgoing.file.length),
      oldCodes: await store.pins.unconfirmed(edition?.throughChange ?? 0),
    },
    eventsWaiting: journal?.pending ?? null,
    alarms: alarmViews(state, nowMs - clock.nowMs()),
    schedule: known.schedule ?? null,
    codeSpace: told === undefined ? null : await codeSpaceAt(parts, told),
    settingsWait: state?.waitingSettings !== undefined,
    settingsAre: told === undefined ? null : settingsAre(told),
    hints: await store.events.countOf({ reader: known.id, codes: ['pin.hinted'], fromMs: nowMs - hintsMs }),
  };
};

/** Of the site's people: each of them may enter at each door. */
export const codeSpaceAt = async ({ store }: Pick<CallParts, 'store'>, told: ToldDoor): Promise<ReaderView['codeSpace']> => {
  const pins = await store.pins.lengths();
  const people = [...pins.values()].reduce((sum, count) => sum + count, 0);
  const space = codeSpaceOf({ mode: told.mode, people, pins, rule: policyOf(told).budget.door });
  if (space === undefined) return null;
  return settingsAre(told) === 'told' ? space : { ...space, sentence: `${space.sentence} ${defaultsSentence}` };
};

const defaultsSentence = 'This reader does not tell its settings: reckoned as one is set when nothing else is said.';

const alarmViews = (state: ReaderState | undefined, wallOffsetMs: number): ReaderView['alarms'] =>
  (state?.alarms ?? []).map(({ alarm, toldMs }) => ({ alarm, sentence: alarmWords[alarm], since: momentOf(toldMs + wallOffsetMs) }));

/** Of people and shared accesses, by number; who is gone has none. */
export const namesOf = async ({ people, bookings }: CallParts['store'], persons: readonly (number | undefined)[]): Promise<Map<number, string>> => {
  const names = new Map<number, string>();
  for (const number of new Set(persons.flatMap((one) => one ?? []))) {
    const name = (await people.record(number))?.name ?? (await bookings.accessOfPerson(number))?.label;
    if (name !== undefined) names.set(number, name);
  }
  return names;
};

/** What an event's names are looked up in, once for a page of them. */
interface EventNames {
  readonly readers: ReadonlyMap<number, string>;
  readonly people: ReadonlyMap<number, string>;
  readonly profile: Profile;
  /** Of cards that can be given to somebody, by the event that told of them. */
  readonly unknownCards: ReadonlyMap<string, number>;
}

export const eventNames = async ({ store }: Pick<CallParts, 'store'>, events: readonly KeptEvent[]): Promise<EventNames> => {
  const readers = new Map((await store.site.readers()).map(({ id, name }) => [id, name]));
  const people = await namesOf(
    store,
    events.map(({ entry }) => entry?.person),
  );
  const cards = events.some(({ entry }) => entry?.code === 'card.enrolled') ? await store.unknownCards.list() : [];
  const unknownCards = new Map(cards.map(({ id, reader, event: told }) => [`${reader} ${told?.epoch} ${told?.sequence}`, id]));
  return { readers, people, profile: (await siteSettingsOf(store)).profile, unknownCards };
};

/** An event that came this much later than it happened came after an outage. */
const offlineMs = 15_000;

export const eventView = ({ id, reader, receivedMs, entry, epoch, sequence }: KeptEvent, names: EventNames): EventView => {
  const readerName = names.readers.get(reader) ?? '';
  const place = { id, received: momentOf(receivedMs), reader, readerName };
  if (entry === undefined) {
    const nothing = { person: null, personName: null, fields: {}, wasOffline: false, unknownCard: null, isTimeTrusted: false };
    return { ...place, ...nothing, at: momentOf(receivedMs), code: 'unreadable', class: 'unknown', text: 'Event Not Readable' };
  }
  const { code, person, fields, wallMs, wallTrusted } = entry;
  const isKnown = isEventCode(code);
  return {
    ...place,
    at: momentOf(wallMs),
    isTimeTrusted: wallTrusted,
    code,
    class: isKnown ? classOf(code) : 'unknown',
    text: isKnown ? displayText(code, names.profile) : code,
    person: person ?? null,
    personName: person === undefined ? null : (names.people.get(person) ?? null),
    fields: { ...fields },
    wasOffline: wallTrusted && receivedMs - wallMs > offlineMs,
    unknownCard: code === 'card.enrolled' ? (names.unknownCards.get(`${reader} ${epoch} ${sequence}`) ?? null) : null,
  };
};
