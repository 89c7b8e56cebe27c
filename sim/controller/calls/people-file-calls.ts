/** Answers the calls about people files. What a file makes of people is ../people-file-plan.ts's, how it is written ../people-file-text.ts's. */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { PeopleError } from '../../../src/tools/people-file.ts';
import { toHex } from '../../../src/tools/private-files.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { Handlers } from '../api/route.ts';
import { planOfFile, readPeopleFile } from '../people-file-plan.ts';
import { peopleFileText } from '../people-file-text.ts';
import type { KeptPerson, PersonChange } from '../person-record.ts';
import { hasFloor, type PinsByLength } from '../rules/code-space.ts';
import type { Secrets } from '../secrets.ts';
import { type CallParts, refused } from './call-parts.ts';

export type PeopleFileCalls = Pick<Handlers<ManagerRoutes>, 'importPeople' | 'exportPeople'>;

/** `floor`: of PINs where one alone opens, as for one that is issued. */
export const peopleFileCalls = ({ store, people, clock, tell }: CallParts, floor: () => Promise<number | undefined>): PeopleFileCalls => ({
  importPeople: async ({ body: { csv, isTrial, isMeant, stamp } }, { user }) => {
    const file = readPeopleFile(csv, store.secrets);
    if (!file.ok) return refusedFile(file.failure);
    let present = '';
    const planned = await people.changeAll(
      async (records): Promise<Result<readonly PersonChange[], readonly PeopleError[] | 'changedMeanwhile' | 'codeSpaceTooSmall'>> => {
        const [shared, resting] = [await store.bookings.persons(), await store.pins.resting(clock.wall().ms)];
        const plan = await planOfFile(file.value, { records, shared, resting, tags: store.secrets.tags, rest: store.rest });
        if (!plan.ok) return plan;
        present = stampOf(store.secrets, csv, plan.value);
        if (stamp !== undefined && stamp !== present) return failed('changedMeanwhile');
        if (isMeant === true) return plan;
        return keepsRoom(await store.pins.lengths(), plan.value, await floor()) ? plan : failed('codeSpaceTooSmall');
      },
      { by: user.name, isTrial },
    );
    if (planned.ok) return ok({ ...countsOf(planned.value, file.value.people.length), ...(isTrial ? { stamp: present } : {}) });
    return typeof planned.failure === 'string' ? refused(planned.failure) : refusedFile(planned.failure);
  },
  exportPeople: async ({ body: { withPins } }, { user }) => {
    const shared = await store.bookings.persons();
    const exported = (await store.people.records()).filter(({ given }) => !shared.has(given.person));
    const detail = `${exported.length} people, ${withPins ? 'with' : 'without'} PINs`;
    await store.audit.add({ atMs: clock.wall().ms, by: user.name, what: 'people.exported', detail });
    tell({ kind: 'changed', what: 'audit' });
    return ok({ csv: await peopleFileText(exported, withPins, store.rest) });
  },
});

/** Under a key of the site: of the file, whose codes it does not tell, and of everybody in it or gone from it, as they are now. */
const stampOf = ({ crypto, tags }: Secrets, csv: string, changes: readonly PersonChange[]): string => {
  const people = changes.map(({ before, after }) => [(before ?? after)?.given.person, before?.revision ?? 0]);
  return toHex(crypto.hmacSha256(tags.key, new TextEncoder().encode(`doorpad/controller/import ${JSON.stringify(people)} ${csv}`)));
};

/** Of no length are there more PINs than before, duress PINs among them, where guessing is too easy then. */
const keepsRoom = (before: PinsByLength, changes: readonly PersonChange[], floor: number | undefined): boolean => {
  if (floor === undefined) return true;
  const after = new Map(before);
  const count = (person: KeptPerson | undefined, more: number): void => {
    for (const pin of [person?.given.pin, person?.given.duressPin]) {
      if (pin !== undefined) after.set(pin.length, (after.get(pin.length) ?? 0) + more);
    }
  };
  for (const change of changes) {
    count(change.before, -1);
    count(change.after, 1);
  }
  return [...after].every(([length, pins]) => pins <= (before.get(length) ?? 0) || hasFloor(length, pins, floor));
};

const countsOf = (changes: readonly PersonChange[], listed: number): { added: number; changed: number; removed: number; unchanged: number } => {
  const added = changes.filter(({ before }) => before === undefined).length;
  const removed = changes.filter(({ after }) => after === undefined).length;
  const changed = changes.length - added - removed;
  return { added, changed, removed, unchanged: listed - added - changed };
};

const refusedFile = (errors: readonly PeopleError[]): Result<never, Refusal> =>
  failed({
    code: 'fileNotValid',
    where: errors.map(({ line, column, sentence }) => ({
      at: [line === undefined ? 'file' : `line ${line}`, column].filter((part) => part !== undefined).join(', '),
      expected: sentence,
    })),
  });
