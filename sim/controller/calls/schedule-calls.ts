/** Answers the calls about schedules. Decides which rows make sense for readers and for people; what is done when their time comes is schedule-runner.ts's. */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { AnswerOf, Handlers, RequestOf } from '../api/route.ts';
import type { Stores } from '../controller-store.ts';
import type { KeptSchedule } from '../schedule-store.ts';
import { type CallParts, refused } from './call-parts.ts';
import { whyNoneOf } from './mode-guard.ts';

export type ScheduleCalls = Pick<Handlers<ManagerRoutes>, 'listSchedules' | 'addSchedule' | 'changeSchedule' | 'removeSchedule'>;

type ScheduleView = AnswerOf<ManagerRoutes['addSchedule']>;
type Said = RequestOf<ManagerRoutes['addSchedule']>['body'];

/** Of one schedule. */
const maxRows = 50;
/** Of one row: each once, and holidays. */
const maxDays = 8;

export const scheduleCalls = (parts: CallParts): ScheduleCalls => {
  const { store, clock, tell } = parts;
  const audit = (within: Stores, by: string, what: string, name: string): Promise<void> =>
    within.audit.add({ atMs: clock.wall().ms, by, what, detail: name });
  const told = <Answer>(answer: Answer): Result<Answer, never> => {
    tell({ kind: 'changed', what: 'schedules' });
    return ok(answer);
  };

  /** A door that has it would be put into a mode that it must not have. */
  const wrongModes = async (id: number, { kind, times }: Said, isMeant: boolean): Promise<Result<never, Refusal> | undefined> => {
    if (kind !== 'readerMode') return undefined;
    for (const reader of await store.site.readers()) {
      const wrong = reader.schedule === id ? await whyNoneOf(parts, reader, times, isMeant) : undefined;
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };

  return {
    listSchedules: async () => ok({ schedules: (await store.schedules.list()).map(scheduleView) }),
    addSchedule: async ({ body }, { user }) => {
      const wrong = wrongRows(body);
      if (wrong !== undefined) return wrong;
      const id = await store.write(async (within) => {
        await audit(within, user.name, 'schedule.added', body.name);
        return within.schedules.add(body);
      });
      return told({ ...body, id });
    },
    changeSchedule: async ({ params: { id }, body: { isMeant = false, ...body } }, { user }) => {
      const wrong = wrongRows(body) ?? (await wrongModes(id, body, isMeant));
      if (wrong !== undefined) return wrong;
      const changed = await store.write(async (within) => {
        const outcome = await within.schedules.change(id, body);
        if (outcome.ok) await audit(within, user.name, 'schedule.changed', body.name);
        return outcome;
      });
      if (!changed.ok) return changed.failure === 'wrongKind' ? notValid('kind', 'the kind that it has') : refused('notFound');
      return told({ ...body, id });
    },
    removeSchedule: async ({ params: { id } }, { user }) => {
      const removed = await store.write(async (within) => {
        const name = (await within.schedules.list()).find((kept) => kept.id === id)?.name ?? '';
        const outcome = await within.schedules.remove(id);
        if (outcome.ok) await audit(within, user.name, 'schedule.removed', name);
        return outcome;
      });
      if (!removed.ok) return refused(removed.failure === 'inUse' ? 'inUse' : 'notFound');
      return told({ done: true });
    },
  };
};

const notValid = (at: string, expected: string): Result<never, Refusal> => failed({ code: 'notValid', where: [{ at, expected }] });

const wrongRows = ({ kind, times }: Said): Result<never, Refusal> | undefined => {
  if (times.length > maxRows) return notValid('times', `at most ${maxRows} rows`);
  const crowded = times.findIndex(({ days }) => days.length > maxDays);
  if (crowded >= 0) return notValid(`times.${crowded}.days`, `at most ${maxDays} days`);
  const wrong = times.findIndex(({ mode }) => (mode === null) === (kind === 'readerMode'));
  if (wrong < 0) return undefined;
  return notValid(`times.${wrong}.mode`, kind === 'readerMode' ? 'a mode' : 'null: people have no mode');
};

/** They were put in by a call that checked their shape. */
const scheduleView = ({ id, name, kind, times }: KeptSchedule): ScheduleView => ({
  id,
  name,
  kind,
  times: times as unknown as ScheduleView['times'],
});
