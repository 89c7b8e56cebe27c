/**
 * Answers the calls about readers: modes, orders, who could not enter. Decides what is refused before it is ordered (FIELD M7, M32); how an order is
 * made is order-desk.ts's. That somebody asked is in the audit before anything is sent.
 */
import type { Mode } from '../../../src/access/mode.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { Order } from '../../../src/table/orders.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { AnswerOf, Handlers } from '../api/route.ts';
import type { OrderAnswer } from '../order-desk.ts';
import { inTables, type PersonRecord } from '../person-record.ts';
import type { ReaderKeeper } from '../reader-keeper.ts';
import type { KnownReader } from '../site-store.ts';
import { type CallParts, refused } from './call-parts.ts';
import { codeSpaceAt, personViews, readerView } from './view-of.ts';

export type ReaderCalls = Pick<
  Handlers<ManagerRoutes>,
  'listReaders' | 'changeReader' | 'setMode' | 'whoLacks' | 'release' | 'clearLockout' | 'setClock' | 'enrol' | 'retryTable' | 'acceptSettings'
>;

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
    return answerOf(await ask(keeper));
  };
  const ordered = (id: number, by: string, order: Order): Promise<Ordered> => asked(id, by, `order.${order.kind}`, (keeper) => keeper.order(order));

  return {
    listReaders: async () => {
      const readers = await store.site.readers();
      return ok({ readers: await Promise.all(readers.map((reader) => readerView(parts, reader))) });
    },
    changeReader: async ({ params: { id }, body: { name, model, schedule } }, { user }) => {
      const before = await known(id);
      if (!before.ok) return before;
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
      return wrong ?? ordered(id, user.name, { kind: 'setMode', mode });
    },
    whoLacks: async ({ params: { id }, query: { mode } }) => {
      const reader = await known(id);
      if (!reader.ok) return reader;
      const lacking = await lackingIn(parts, mode);
      const people = await personViews(parts, lacking.slice(0, lackingShown));
      return ok({ people, total: lacking.length, sentence: sentenceOf(lacking.length) });
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
  };
};

type Ordered = Result<AnswerOf<ManagerRoutes['release']>, Refusal>;

const answerOf = (answer: OrderAnswer): Ordered => {
  if (answer === 'offline') return refused('readerOffline');
  if (answer === 'done') return ok({ answer, sentence: 'Done.' });
  if (answer === 'lost') return ok({ answer, sentence: 'It was sent, and nobody knows whether it was obeyed.' });
  return ok({ answer, sentence: 'The reader did not do it.' });
};

const sentenceOf = (total: number): string => {
  if (total === 0) return 'Everybody could enter.';
  return total === 1 ? '1 person could not enter.' : `${total} people could not enter.`;
};

const asksForPin: readonly Mode[] = ['pinOnly', 'cardOrPin', 'cardAndPin'];

const whyNot = async (parts: CallParts, { model }: KnownReader, mode: Mode, isMeant: boolean): Promise<Result<never, Refusal> | undefined> => {
  if (asksForPin.includes(mode) && model !== 'RPK40') return refused('modeNeedsKeypad');
  if (isMeant) return undefined;
  const lacking = mode === 'pinOnly' || mode === 'cardAndPin' ? await lackingIn(parts, mode) : [];
  if (lacking.length > 0) return failed({ code: 'peopleLackPin', sentence: sentenceOf(lacking.length) });
  const space = await codeSpaceAt(parts, mode);
  return space?.isBelowFloor === true ? failed({ code: 'codeSpaceTooSmall', sentence: space.sentence }) : undefined;
};

/** People in the tables who have not what this mode asks for. */
const lackingIn = async ({ store }: CallParts, mode: Mode): Promise<readonly PersonRecord[]> =>
  (await store.people.records()).filter((record) => inTables(record) !== undefined && !hasWhat[mode](record));

const hasPin = ({ given }: PersonRecord): boolean => given.pin !== undefined;
const hasCard = ({ given }: PersonRecord): boolean => given.cards.length > 0;

const hasWhat: Readonly<Record<Mode, (record: PersonRecord) => boolean>> = {
  cardOnly: hasCard,
  pinOnly: hasPin,
  cardOrPin: (record) => hasCard(record) || hasPin(record),
  cardAndPin: (record) => hasCard(record) && (hasPin(record) || record.given.pinExempt),
  unlocked: () => true,
  locked: () => true,
};
