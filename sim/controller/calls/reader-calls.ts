/**
 * Answers the calls about readers: modes, orders, who could not enter. Decides what is refused before it is ordered (FIELD M7, M32); how an order is
 * made is order-desk.ts's. That somebody asked is in the audit before anything is sent, and what came of it once that is known.
 */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { Order } from '../../../src/table/orders.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { AnswerOf, Handlers, RequestOf } from '../api/route.ts';
import type { OrderAnswer } from '../order-desk.ts';
import type { ReaderKeeper } from '../reader-keeper.ts';
import { orderByHand } from '../reader-modes.ts';
import { type NewHardwareRefusal, newHardwareOf, takeNewHardware } from '../replaced-readers.ts';
import { timesOf } from '../schedule-times.ts';
import type { KnownReader } from '../site-store.ts';
import { type CallParts, refused, wrongSchedule } from './call-parts.ts';
import { doorWords } from './door-words.ts';
import { codeSpaceIn, sentenceOf, whyNoneOf, whyNot } from './mode-guard.ts';
import { personViews, readerView } from './view-of.ts';

export type ReaderCalls = Pick<
  Handlers<ManagerRoutes>,
  | 'listReaders'
  | 'changeReader'
  | 'setMode'
  | 'whoLacks'
  | 'release'
  | 'clearLockout'
  | 'setClock'
  | 'enrol'
  | 'retryTable'
  | 'acceptSettings'
  | 'replaceReader'
  | 'doorCard'
>;

type Said = RequestOf<ManagerRoutes['changeReader']>['body'];

/** Of those who could not enter, this many by name. */
const lackingShown = 100;

export const readerCalls = (parts: CallParts): ReaderCalls => {
  const { store, line, clock, tell } = parts;

  const known = async (id: number): Promise<Result<KnownReader, Refusal>> => {
    const reader = (await store.site.readers()).find((one) => one.id === id);
    return reader === undefined ? refused('notFound') : ok(reader);
  };
  const audit = async (by: string, what: string, detail: string): Promise<void> => {
    await store.audit.add({ atMs: clock.wall().ms, by, what, detail });
    tell({ kind: 'changed', what: 'audit' });
  };
  const asked = async (id: number, by: string, what: string, ask: (keeper: ReaderKeeper) => Promise<OrderAnswer>): Promise<Ordered> => {
    const reader = await known(id);
    if (!reader.ok) return reader;
    const keeper = line.readers.find((one) => one.reader.id === id);
    if (keeper === undefined || !keeper.state.isOnline) return refused('readerOffline');
    await audit(by, what, reader.value.name);
    const answer = await ask(keeper);
    await audit(by, `${what}.ended`, `${reader.value.name}: ${answer}`);
    return answerOf(answer);
  };
  const ordered = (id: number, by: string, order: Order): Promise<Ordered> => asked(id, by, `order.${order.kind}`, (keeper) => keeper.order(order));

  /** Its schedule, the one of before or the one that it gets, would put it into modes that it must not have. */
  const wrongModes = async (
    before: KnownReader,
    { model = before.model, schedule = before.schedule, isMeant = false }: Pick<Said, 'model' | 'schedule' | 'isMeant'>,
  ): Promise<Result<never, Refusal> | undefined> => {
    if (model === before.model && (schedule ?? undefined) === before.schedule) return undefined;
    const given = (await store.schedules.list()).find((kept) => kept.id === schedule);
    return given && whyNoneOf(parts, { id: before.id, model }, timesOf(given), isMeant);
  };

  return {
    listReaders: async () => {
      const readers = await store.site.readers();
      return ok({ readers: await Promise.all(readers.map((reader) => readerView(parts, reader))) });
    },
    changeReader: async ({ params: { id }, body: { name, model, schedule, isMeant } }, { user }) => {
      const before = await known(id);
      if (!before.ok) return before;
      const isOther = schedule !== undefined && (schedule ?? undefined) !== before.value.schedule;
      // It sets modes, and is as a mode set by hand.
      if (isOther && user.role !== 'manager') return refused('notAllowed');
      const wrong = (await wrongSchedule(parts, schedule, 'readerMode')) ?? (await wrongModes(before.value, { model, schedule, isMeant }));
      if (wrong !== undefined) return wrong;
      await store.write(async (within) => {
        await within.site.changeReader(id, {
          ...(name !== undefined && { name }),
          ...(model !== undefined && { model }),
          ...(schedule !== undefined && { schedule: schedule ?? undefined }),
        });
        await within.audit.add({ atMs: clock.wall().ms, by: user.name, what: 'reader.changed', detail: before.value.name });
      });
      const after = await known(id);
      if (!after.ok) return after;
      const view = await readerView(parts, after.value);
      tell({ kind: 'reader', reader: view });
      return ok(view);
    },
    setMode: async ({ params: { id }, body: { mode, isMeant } }, { user }) => {
      const reader = await known(id);
      if (!reader.ok) return reader;
      const wrong = await whyNot(parts, reader.value, mode, isMeant ?? false);
      if (wrong !== undefined) return wrong;
      const done = await asked(id, user.name, 'order.setMode', (keeper) => orderByHand(store, keeper, mode));
      if (!done.ok || done.value.answer !== 'done' || mode !== 'locked' || reader.value.schedule === undefined) return done;
      return ok({ ...done.value, sentence: 'Done. It stays locked, whatever its schedule says, until somebody sets another mode.' });
    },
    whoLacks: async ({ params: { id }, query: { mode } }) => {
      const reader = await known(id);
      if (!reader.ok) return reader;
      const { people, total } = await store.people.lacking(mode, lackingShown);
      const codeSpace = await codeSpaceIn(parts, reader.value, mode);
      return ok({ people: await personViews(parts, people), total, sentence: sentenceOf(total), codeSpace });
    },
    release: ({ params: { id } }, { user }) => ordered(id, user.name, { kind: 'release' }),
    clearLockout: ({ params: { id }, body: { person } }, { user }) => ordered(id, user.name, { kind: 'clearLockout', person }),
    enrol: ({ params: { id } }, { user }) => ordered(id, user.name, { kind: 'enrol' }),
    setClock: ({ params: { id } }, { user }) => asked(id, user.name, 'order.setClock', (keeper) => keeper.setClock()),
    acceptSettings: ({ params: { id } }, { user }) => asked(id, user.name, 'order.acceptSettings', (keeper) => keeper.acceptSettings('')),
    retryTable: async ({ params: { id } }, { user }) => {
      const reader = await known(id);
      if (!reader.ok) return reader;
      await audit(user.name, 'table.retried', reader.value.name);
      line.readers.find((one) => one.reader.id === id)?.peopleChanged();
      return ok({ done: true });
    },
    replaceReader: async ({ params: { id }, body: { bundle } }, { user }) => {
      const before = await known(id);
      if (!before.ok) return before;
      const hardware = await newHardwareOf(store, before.value, bundle);
      if (!hardware.ok) return noHardware(hardware.failure);
      const replaced = await line.replace(before.value, async () => {
        const taken = await store.write(async (within) => {
          const outcome = await takeNewHardware(within, before.value, bundle);
          if (outcome.ok) await within.audit.add({ atMs: clock.wall().ms, by: user.name, what: 'reader.replaced', detail: before.value.name });
          return outcome;
        });
        return taken.ok ? known(id) : noHardware(taken.failure);
      });
      if (!replaced.ok) return replaced;
      const view = await readerView(parts, replaced.value);
      tell({ kind: 'reader', reader: view });
      return ok(view);
    },
    doorCard: async ({ params: { id } }) => {
      const reader = await known(id);
      if (!reader.ok) return reader;
      const words = doorWords(parts, reader.value);
      return words === undefined ? refused('readerOffline') : ok(words);
    },
  };
};

const noHardwareSentences: Readonly<Record<NewHardwareRefusal, string>> = {
  noList: 'This is not the file controller.json that doorpad provision writes.',
  otherSite: 'It is of another site, whose readers obey another authority.',
  noNewReader: 'Every reader in it is known here. Provision the new hardware first, with a name and an address of its own.',
  manyNewReaders: 'More than one reader in it is new here: it does not say which of them is meant.',
  addressInUse: 'Another reader speaks at the address of the new hardware.',
};

const noHardware = (refusal: NewHardwareRefusal): Result<never, Refusal> => failed({ code: 'notValid', sentence: noHardwareSentences[refusal] });

type Ordered = Result<AnswerOf<ManagerRoutes['release']>, Refusal>;

const answerOf = (answer: OrderAnswer): Ordered => {
  if (answer === 'offline') return refused('readerOffline');
  if (answer === 'done') return ok({ answer, sentence: 'Done.' });
  if (answer === 'lost') return ok({ answer, sentence: 'It was sent, and nobody knows whether it was obeyed.' });
  return ok({ answer, sentence: 'The reader did not do it.' });
};
