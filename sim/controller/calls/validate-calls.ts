/**
 * Answers what a door would say to a card or a PIN (FIELD D14). Decides what is known of door and people at that moment; the verdict is
 * ../rules/verdict.ts's. That somebody asked is in the audit, without what was asked about.
 */
import { Pin } from '../../../src/access/pin.ts';
import { ok, type Result } from '../../../src/shared/result.ts';
import { cardFrom } from '../../../src/tools/people-file.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { Handlers, RequestOf } from '../api/route.ts';
import type { PersonRecord } from '../person-record.ts';
import { rowAt } from '../rules/schedules.ts';
import { type Holder, type PresentedNow, servesAfter, verdictOf } from '../rules/verdict.ts';
import { ScheduleTimes } from '../schedule-times.ts';
import { policyOf, settingsAre } from '../told-door.ts';
import { type CallParts, momentOf, recordOf, refused } from './call-parts.ts';
import { namesOf, usesOf } from './view-of.ts';

export type ValidateCalls = Pick<Handlers<ManagerRoutes>, 'validate' | 'lockouts'>;

export const validateCalls = (parts: CallParts): ValidateCalls => ({
  validate: async ({ body }, { user }) => {
    const { store, line, clock, tell } = parts;
    // Asked often enough, the answers are a list of everybody's.
    if (body.pin !== undefined && user.role !== 'manager') return refused('notAllowed');
    const reader = (await store.site.readers()).find(({ id }) => id === body.reader);
    if (reader === undefined) return refused('notFound');
    const state = line.readers.find((keeper) => keeper.reader.id === body.reader)?.state;
    if (state?.told === undefined) return refused('readerOffline');
    const nowMs = clock.wall().ms;
    const atMs = body.at === undefined ? nowMs : Date.parse(body.at);
    const presented = await presentedBy(parts, body, { atMs, reader: reader.id, isDuressOn: policyOf(state.told).duress });
    if (!presented.ok) return presented;
    const awayMs = state.isOnline ? 0 : state.awayMs + atMs - nowMs;
    const { offline } = policyOf(state.told);
    const door = { mode: state.told.mode, isLockedOut: state.door?.isLockedOut ?? false, serves: servesAfter(awayMs, offline) };
    const said = verdictOf(door, presented.value, atMs);
    const shown = (['card', 'pin'] as const).filter((kind) => body[kind] !== undefined).join(' and ');
    await store.audit.add({
      atMs: nowMs,
      by: user.name,
      what: 'validated',
      person: said.person ?? undefined,
      detail: `${reader.name}, ${shown === '' ? 'nothing' : shown}: ${said.verdict}`,
    });
    tell({ kind: 'changed', what: 'audit' });
    const personName = (await namesOf(store, [said.person ?? undefined])).get(said.person ?? 0) ?? null;
    return ok({ ...said, personName, settingsAre: settingsAre(state.told) });
  },
  lockouts: async ({ params: { id } }) => {
    const record = await recordOf(parts, id);
    if (!record.ok) return record;
    const atMs = parts.clock.wall().ms;
    const lockouts = [];
    for (const { id: reader, name: readerName } of await parts.store.site.readers()) {
      const untilMs = await lockedOutUntil(parts, id, { atMs, reader });
      if (untilMs !== undefined) lockouts.push({ reader, readerName, until: momentOf(untilMs) });
    }
    return ok({ lockouts });
  },
});

interface Asked {
  readonly atMs: number;
  readonly reader: number;
}

type Said = RequestOf<ManagerRoutes['validate']>['body'];

const presentedBy = async (
  parts: CallParts,
  { card: text, pin: digits }: Said,
  at: Asked & { readonly isDuressOn: boolean },
): Promise<Result<PresentedNow, Refusal>> => {
  const { people, pins, secrets } = parts.store;
  const card = text === undefined ? undefined : cardFrom(text);
  if (text !== undefined && card === undefined) return refused('cardNotValid');
  const pin = digits === undefined ? undefined : Pin.from(digits);
  const holder = async (person: number | undefined): Promise<Holder | 'nobodys'> => {
    const record = person === undefined ? undefined : await people.record(person);
    return record === undefined ? 'nobodys' : holderOf(parts, record, at);
  };
  const tag = card && secrets.tags.card(card);
  return ok({
    card: tag === undefined ? undefined : await holder((await people.holders([tag])).get(tag)),
    pin: pin === undefined ? undefined : await holder(await pins.holder(pin, at.isDuressOn)),
  });
};

const holderOf = async (parts: CallParts, record: PersonRecord, { atMs, reader }: Asked): Promise<Holder> => {
  const { given, isSuspended } = record;
  const uses = await usesOf(parts, record);
  return {
    person: given.person,
    isOfThisDoor: !isSuspended,
    validFromMs: given.validFromS === undefined ? undefined : given.validFromS * 1_000,
    validUntilMs: given.validUntilS === undefined ? undefined : given.validUntilS * 1_000,
    usesLeft: uses === null ? undefined : Math.max(0, uses.limit - uses.used),
    isInSchedule: await isInSchedule(parts, record, atMs),
    hasPriority: given.offlinePriority,
    hasPin: given.pin !== undefined,
    isPinExempt: given.pinExempt,
    isLockedOut: (await lockedOutUntil(parts, given.person, { atMs, reader })) !== undefined,
  };
};

/** What a reader tells of somebody's wait is when it began and how long it is; a signed order ends it before. */
const lockedOutUntil = async ({ store }: CallParts, person: number, { atMs, reader }: Asked): Promise<number | undefined> => {
  const codes = ['lockout.started', 'lockout.cleared', 'lockout.ended'];
  const [last] = await store.events.newest({ reader, person, codes, untilMs: atMs + 1 }, 1);
  const { code, fields, wallMs = 0 } = last?.entry ?? {};
  const untilMs = wallMs + Number(fields?.waitMs);
  return code === 'lockout.started' && atMs < untilMs ? untilMs : undefined;
};

const isInSchedule = async ({ store }: CallParts, { schedule }: PersonRecord, atMs: number): Promise<boolean> => {
  if (schedule === undefined) return true;
  const known = await new ScheduleTimes().read(store);
  const times = known.of(schedule, 'personAccess');
  return times === undefined || rowAt(times, known.calendar, atMs) !== undefined;
};
