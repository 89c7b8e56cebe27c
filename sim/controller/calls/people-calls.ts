/** Answers the calls about people and their cards. What a change may be is the people desk's; their PINs are pin-calls.ts's. */
import type * as v from 'valibot';
import type { Card } from '../../../src/access/card.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import { cardFrom } from '../../../src/tools/people-file.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { Handlers } from '../api/route.ts';
import type { personChange } from '../api/shapes.ts';
import type { Stores } from '../controller-store.ts';
import type { PersonRefusal } from '../people-desk.ts';
import { type KeptPerson, unnamed } from '../person-record.ts';
import { rowAt } from '../rules/schedules.ts';
import { ScheduleTimes } from '../schedule-times.ts';
import { type CallParts, personRefusal, recordOf, refused, unlessBooked, wrongSchedule } from './call-parts.ts';
import { type PersonView, personView, personViews } from './view-of.ts';

export type PeopleCalls = Pick<
  Handlers<ManagerRoutes>,
  'listPeople' | 'getPerson' | 'addPerson' | 'changePerson' | 'removePerson' | 'addCard' | 'removeCard'
>;

/** People on a page where nobody says how many. */
const pageLength = 100;

export const peopleCalls = (parts: CallParts): PeopleCalls => {
  const { store, people } = parts;
  return {
    listPeople: async ({ query: { limit = pageLength, ...filter } }) => {
      const page = await store.people.list({ ...filter, limit });
      return ok({ people: await personViews(parts, page.people), total: page.total, next: page.next ?? null });
    },
    getPerson: ({ params: { id } }) => viewed(parts, id),
    addPerson: async ({ body }, { user }) => {
      const made = changed({ ...unnamed(nobody), name: body.name }, body);
      const wrong = refusalOf(made) ?? (await wrongSchedule(parts, body.schedule, 'personAccess'));
      if (wrong !== undefined) return wrong;
      const { given, ...details } = made;
      const isOutOfHours = await isOutOf(parts, body.schedule ?? undefined);
      const added = await people.add(given, { ...details, isOutOfHours }, user.name);
      return added.ok ? viewed(parts, added.value) : personRefusal(added.failure);
    },
    changePerson: ({ params: { id }, body: { revision, change } }, { user }) =>
      unlessBooked(parts, id, async () => {
        const before = await recordOf(parts, id);
        if (!before.ok) return before;
        const wrong = refusalOf(changed(before.value, change)) ?? (await wrongSchedule(parts, change.schedule, 'personAccess'));
        if (wrong !== undefined) return wrong;
        // Into no table for a moment: who comes in again is looked at afterwards.
        const isOut = change.schedule !== undefined && (await isOutOf(parts, change.schedule ?? undefined));
        const after = (record: KeptPerson): KeptPerson => ({ ...changed(record, change), isOutOfHours: isOut || record.isOutOfHours });
        return afterwards(parts, id, await people.change(id, revision, after, user.name));
      }),
    removePerson: ({ params: { id } }, { user }) =>
      unlessBooked(parts, id, async () => {
        const removed = await people.remove(id, user.name);
        return removed.ok ? ok({ done: true }) : personRefusal(removed.failure);
      }),
    addCard: ({ params: { id }, body }, { user }) =>
      unlessBooked(parts, id, async () => {
        const card = await cardOf(parts, body);
        if (!card.ok) return card;
        const isKnownNow = async (within: Stores): Promise<void> => {
          if ('unknownCard' in body) await within.unknownCards.forget(body.unknownCard);
        };
        const put = await people.change(id, undefined, (record) => withCards(record, [...record.given.cards, card.value]), user.name, isKnownNow);
        return afterwards(parts, id, put);
      }),
    removeCard: ({ params: { id, card } }, { user }) =>
      unlessBooked(parts, id, async () => {
        const before = await recordOf(parts, id);
        if (!before.ok) return before;
        const gone = (await store.people.cardsOf(before.value)).find((one) => one.id === card)?.card;
        if (gone === undefined) return refused('notFound');
        const { tags } = store.secrets;
        const kept = (record: KeptPerson): readonly Card[] => record.given.cards.filter((one) => tags.card(one) !== tags.card(gone));
        return afterwards(parts, id, await people.change(id, undefined, (record) => withCards(record, kept(record)), user.name));
      }),
  };
};

/** By the clock, where somebody has set it. */
const isOutOf = async ({ store, clock }: CallParts, schedule: number | undefined): Promise<boolean> => {
  const { ms, trusted } = clock.wall();
  const known = await new ScheduleTimes().read(store);
  const times = known.of(schedule, 'personAccess');
  return trusted && times !== undefined && rowAt(times, known.calendar, ms) === undefined;
};

const viewed = async (parts: CallParts, id: number): Promise<Result<PersonView, Refusal>> => {
  const record = await recordOf(parts, id);
  return record.ok ? ok(await personView(parts, record.value)) : record;
};

const afterwards = (parts: CallParts, id: number, put: Result<unknown, PersonRefusal>): Promise<Result<PersonView, Refusal>> =>
  put.ok ? viewed(parts, id) : Promise.resolve(personRefusal(put.failure));

/** Their number is given by whoever adds them. */
const nobody: KeptPerson['given'] = {
  person: 0,
  pin: undefined,
  duressPin: undefined,
  cards: [],
  pinExempt: false,
  validFromS: undefined,
  validUntilS: undefined,
  uses: undefined,
  extendedTime: false,
  offlinePriority: false,
};

const maxSerial = 0xffff;

/** What is named is so from here on. */
const changed = <Kept extends KeptPerson>(kept: Kept, change: v.InferOutput<typeof personChange>): Kept => {
  const { name, email, isSuspended, schedule, pinExempt, validFrom, validUntil, uses, extendedTime, offlinePriority } = change;
  const { given } = kept;
  const serial = ((given.uses?.serial ?? 0) % maxSerial) + 1;
  return {
    ...kept,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email: email ?? undefined }),
    ...(isSuspended !== undefined && { isSuspended }),
    ...(schedule !== undefined && { schedule: schedule ?? undefined }),
    given: {
      ...given,
      ...(pinExempt !== undefined && { pinExempt }),
      ...(validFrom !== undefined && { validFromS: secondsOf(validFrom) }),
      ...(validUntil !== undefined && { validUntilS: secondsOf(validUntil) }),
      ...(uses !== undefined && { uses: uses === null ? undefined : { limit: uses.limit, serial } }),
      ...(extendedTime !== undefined && { extendedTime }),
      ...(offlinePriority !== undefined && { offlinePriority }),
    },
  };
};

/** A reader counts whole seconds since 1970. */
const secondsOf = (moment: string | null): number | undefined => (moment === null ? undefined : Math.max(0, Math.floor(Date.parse(moment) / 1_000)));

const refusalOf = ({ given: { validFromS, validUntilS } }: KeptPerson): Result<never, Refusal> | undefined =>
  validFromS !== undefined && validUntilS !== undefined && validUntilS <= validFromS ? failed({ code: 'untilBeforeFrom' }) : undefined;

const withCards = (record: KeptPerson, cards: readonly Card[]): KeptPerson => ({ ...record, given: { ...record.given, cards } });

const cardOf = async ({ store }: CallParts, said: { readonly card: string } | { readonly unknownCard: number }): Promise<Result<Card, Refusal>> => {
  if ('card' in said) {
    // In a people file it stands between two cards.
    const card = said.card.includes(';') ? undefined : cardFrom(said.card);
    return card === undefined ? refused('cardNotValid') : ok(card);
  }
  const unknown = await store.unknownCards.card(said.unknownCard);
  return unknown === undefined ? refused('notFound') : ok(unknown.card);
};
