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
import { rowAt, type Times } from '../rules/schedules.ts';
import { SiteCalendar } from '../rules/site-calendar.ts';
import { type Holder, type PresentedNow, verdictOf } from '../rules/verdict.ts';
import { siteSettingsOf } from '../site-settings.ts';
import { type CallParts, refused } from './call-parts.ts';
import { usesOf } from './view-of.ts';

export type ValidateCalls = Pick<Handlers<ManagerRoutes>, 'validate'>;

export const validateCalls = (parts: CallParts): ValidateCalls => ({
  validate: async ({ body }, { user }) => {
    const { store, line, clock, tell } = parts;
    const reader = (await store.site.readers()).find(({ id }) => id === body.reader);
    if (reader === undefined) return refused('notFound');
    const state = line.readers.find((keeper) => keeper.reader.id === body.reader)?.state;
    if (state?.door === undefined) return refused('readerOffline');
    const nowMs = clock.wall().ms;
    const atMs = body.at === undefined ? nowMs : Date.parse(body.at);
    const presented = await presentedBy(parts, body, atMs);
    if (!presented.ok) return presented;
    // Limits of service offline count from the reader's side of the line: the controller hears nothing of it then.
    const door = { mode: state.door.mode, isLockedOut: state.door.isLockedOut, serves: 'everybody' } as const;
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
    return ok(said);
  },
});

type Said = RequestOf<ManagerRoutes['validate']>['body'];

const presentedBy = async (parts: CallParts, { card: text, pin: digits }: Said, atMs: number): Promise<Result<PresentedNow, Refusal>> => {
  const { people, pins, secrets } = parts.store;
  const card = text === undefined ? undefined : cardFrom(text);
  if (text !== undefined && card === undefined) return refused('cardNotValid');
  const pin = digits === undefined ? undefined : Pin.from(digits);
  const holder = async (person: number | undefined): Promise<Holder | 'nobodys'> => {
    const record = person === undefined ? undefined : await people.record(person);
    return record === undefined ? 'nobodys' : holderOf(parts, record, atMs);
  };
  const tag = card && secrets.tags.card(card);
  return ok({
    card: tag === undefined ? undefined : await holder((await people.holders([tag])).get(tag)),
    pin: pin === undefined ? undefined : await holder(await pins.holder(pin)),
  });
};

const holderOf = async (parts: CallParts, record: PersonRecord, atMs: number): Promise<Holder> => {
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
    // A reader tells of its own lockout, and of no person's.
    isLockedOut: false,
  };
};

const isInSchedule = async ({ store }: CallParts, { schedule }: PersonRecord, atMs: number): Promise<boolean> => {
  const kept = schedule === undefined ? undefined : (await store.schedules.list()).find(({ id }) => id === schedule);
  if (kept === undefined) return true;
  const { timeZone, holidays } = await siteSettingsOf(store);
  const calendar = new SiteCalendar(
    timeZone,
    holidays.map(({ day }) => day),
  );
  return rowAt(kept.times as unknown as readonly Times[], calendar, atMs) !== undefined;
};
