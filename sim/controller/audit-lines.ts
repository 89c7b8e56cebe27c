/**
 * What the audit says of changes of people: read off the people themselves before and after, so that no caller can forget or invent a line. Names
 * what changed, never what it became; written in the commit of the change (people-desk.ts calls it). With whoever is gone goes their log-in.
 */

import type { NewAuditLine } from './audit-store.ts';
import { chunksOf } from './chunks.ts';
import type { Stores } from './controller-store.ts';
import { peopleAtOnce } from './people-writing.ts';
import type { SameCredential } from './person.ts';
import { sameByTag } from './person.ts';
import type { Author, KeptPerson, PersonChange } from './person-record.ts';
import type { KnownUser } from './user-store.ts';

export const auditPeople = async (within: Stores, changes: readonly PersonChange[], { by, atMs }: Author): Promise<void> => {
  const { crypto, tags } = within.secrets;
  const isSame = sameByTag(crypto, tags.key);
  for (const chunk of chunksOf(changes, peopleAtOnce)) {
    for (const { before, after } of chunk) {
      const person = (after ?? before)?.given.person;
      for (const { what, detail } of wordsOf(before, after, isSame)) await within.audit.add({ atMs, by, what, person, detail });
    }
    await within.rest();
  }
};

/** Whoever is gone logs in no more, in the commit of the change: their number may be somebody's again by a file. Gives who could. */
export const removeTenants = async (within: Stores, changes: readonly PersonChange[], { by, atMs }: Author): Promise<readonly KnownUser[]> => {
  const gone = changes.flatMap(({ before, after }) => (before !== undefined && after === undefined ? [before.given.person] : []));
  const users = await within.users.removeOfPersons(gone);
  for (const { name, person } of users) await within.audit.add({ atMs, by, what: 'user.removed', person, detail: name });
  return users;
};

type Words = readonly Pick<NewAuditLine, 'what' | 'detail'>[];

const wordsOf = (before: KeptPerson | undefined, after: KeptPerson | undefined, isSame: SameCredential): Words => {
  if (after === undefined) return [{ what: 'person.removed' }];
  const pins = (['pin', 'duressPin'] as const).flatMap((kind) => {
    const [old, present] = [before?.given[kind], after.given[kind]];
    if (present === undefined) return old === undefined ? [] : [{ what: `${kind}.removed` }];
    if (old === undefined) return [{ what: `${kind}.issued` }];
    return isSame.pin(old, present) ? [] : [{ what: `${kind}.rolled` }];
  });
  const cards = [
    ...missingFrom(before, after, isSame).map(() => ({ what: 'card.added' })),
    ...missingFrom(after, before, isSame).map(() => ({ what: 'card.removed' })),
  ];
  if (before === undefined) return [{ what: 'person.added' }, ...pins, ...cards];
  const fields = Object.entries(factsOf(before)).flatMap(([name, fact]) =>
    JSON.stringify(fact) === JSON.stringify(factsOf(after)[name]) ? [] : [name],
  );
  return [...(fields.length === 0 ? [] : [{ what: 'person.changed', detail: fields.join(', ') }]), ...pins, ...cards];
};

/** Cards that the other one has and this one has not. */
const missingFrom = (one: KeptPerson | undefined, other: KeptPerson | undefined, isSame: SameCredential): readonly unknown[] =>
  (other?.given.cards ?? []).filter((card) => !(one?.given.cards ?? []).some((own) => isSame.card(own, card)));

/** Without what schedules and counts decide by themselves: that somebody is out of hours follows from what is known. */
const factsOf = ({ given, name, email, isSuspended, schedule }: KeptPerson): Readonly<Record<string, unknown>> => {
  const { pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = given;
  return {
    name,
    email: email ?? null,
    isSuspended,
    schedule: schedule ?? null,
    pinExempt,
    validFrom: validFromS ?? null,
    validUntil: validUntilS ?? null,
    uses: uses ?? null,
    extendedTime,
    offlinePriority,
  };
};
