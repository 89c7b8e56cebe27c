/** Answers the calls about people files. What a file makes of people is ../people-file-plan.ts's, how it is written ../people-file-text.ts's. */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { PeopleError } from '../../../src/tools/people-file.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { Handlers } from '../api/route.ts';
import { planOfFile, readPeopleFile } from '../people-file-plan.ts';
import { peopleFileText } from '../people-file-text.ts';
import type { PersonChange } from '../person-record.ts';
import type { CallParts } from './call-parts.ts';

export type PeopleFileCalls = Pick<Handlers<ManagerRoutes>, 'importPeople' | 'exportPeople'>;

export const peopleFileCalls = ({ store, people, clock, tell }: CallParts): PeopleFileCalls => ({
  importPeople: async ({ body: { csv, isTrial } }, { user }) => {
    const file = readPeopleFile(csv, store.secrets);
    if (!file.ok) return refusedFile(file.failure);
    const planned = await people.changeAll(
      async (records) => {
        const [shared, resting] = [await store.bookings.persons(), await store.pins.resting(clock.wall().ms)];
        return planOfFile(file.value, { records, shared, resting, tags: store.secrets.tags, rest: store.rest });
      },
      { by: user.name, isTrial },
    );
    return planned.ok ? ok(countsOf(planned.value, file.value.people.length)) : refusedFile(planned.failure);
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
