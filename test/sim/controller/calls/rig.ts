/** The product on loopback, in virtual time: a real database, a controller on its line, a simulated door at the other end, the API over HTTP. */
import { onTestFinished } from 'vitest';
import type { Trouble } from '../../../../sim/controller/api/dispatch.ts';
import { settleListening } from '../../../../sim/controller/api/listening.ts';
import type { LiveMessage } from '../../../../sim/controller/api/live.ts';
import { type ManagerRoutes, managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import type { Handlers, Role } from '../../../../sim/controller/api/route.ts';
import { openServer } from '../../../../sim/controller/api/server.ts';
import { sessionCalls } from '../../../../sim/controller/api/session-calls.ts';
import { Sessions } from '../../../../sim/controller/api/sessions.ts';
import { managerCalls } from '../../../../sim/controller/calls/manager-calls.ts';
import { userBook } from '../../../../sim/controller/calls/user-book.ts';
import type { ControllerStore } from '../../../../sim/controller/controller-store.ts';
import { LineController } from '../../../../sim/controller/line-controller.ts';
import type { KnownReader } from '../../../../sim/controller/site-store.ts';
import { Door, type DoorSetup } from '../../../../sim/door.ts';
import { Wire } from '../../../../sim/line/wire.ts';
import { VirtualClock } from '../../../../sim/virtual-clock.ts';
import type { Mode } from '../../../../src/access/mode.ts';
import type { Policy } from '../../../../src/access/policy.ts';
import { present } from '../../../../src/shared/assert.ts';
import { Client } from '../api/client.ts';
import { addReader, baudRate, crypto, foundSite, taken } from '../rig.ts';

type ManagerClient = Client<ManagerRoutes>;

export interface Product {
  readonly clock: VirtualClock;
  readonly store: ControllerStore;
  readonly door: Door;
  readonly line: LineController;
  readonly manager: ManagerClient;
  readonly told: LiveMessage[];
  readonly troubles: Trouble[];
  /** Number of the one reader. */
  readonly reader: number;
  /** A client of a user who is made for it, with the name of the role. */
  as(role: Role, person?: number): Promise<ManagerClient>;
  /** The controller is off for so long; what looks after the line, and answers, afterwards. */
  restart(offMs: number): Promise<Pick<Product, 'line' | 'manager'>>;
  /** Lets time pass until the reader has everybody. */
  inStep(): Promise<void>;
  /** The answer, once time has brought it. */
  inTime<Answer>(asked: Promise<Answer>): Promise<Answer>;
  /** Types at the door, waits, and gives the last event's code. */
  types(digits: string): Promise<string>;
}

/** Time that an order or a table may take at most. */
const maxWaitMs = 60_000;

export const openProduct = async (
  mode: Mode = 'cardOrPin',
  policy: Partial<Policy> = {},
  more: Pick<DoorSetup, 'waitingSettings'> = {},
): Promise<Product> => {
  const place = await foundSite();
  const { store } = place;
  const known = await addReader(place, 1);
  const site = present(await store.site.site(), 'it was founded');
  const clock = new VirtualClock();
  const wire = new Wire({ clock, baudRate });
  const { address, scbk, tableKey, reader } = known;
  const door = Door.unpowered({
    ...more,
    mode,
    policy,
    site: { clock, authoritySeed: site.authoritySeed, trust: { authority: place.authority, site: place.site, reader }, tableKey },
    line: () => ({ end: wire.end(), scbk, settings: { address, baudRate } }),
  });
  await door.powerOn();
  const end = wire.end();
  const newLine = (looksAfter: KnownReader): LineController => {
    const controller = new LineController({
      line: end,
      clock,
      crypto,
      store,
      site,
      baudRate,
      pollIntervalMs: 50,
      listener: { changed: () => undefined, alarm: () => undefined, event: () => undefined },
    });
    taken(controller.add(looksAfter));
    onTestFinished(() => controller.stop());
    return controller;
  };
  let line = newLine(known);
  const told: LiveMessage[] = [];
  const troubles: Trouble[] = [];
  onTestFinished(() => {
    if (troubles.length > 0) throw new Error(JSON.stringify(troubles));
  });
  const sessions = new Sessions({ crypto, clock, users: userBook(store, clock) });
  const newOrigin = (): Promise<string> => {
    const calls = managerCalls({
      store,
      crypto,
      clock,
      line,
      tell: (message) => told.push(message),
      endSessions: (user) => sessions.endOfUser(user),
    });
    return serve({ ...calls, ...sessionCalls(sessions) }, sessions, clock, troubles);
  };
  const origin = await newOrigin();
  const clientOf = (token: string, at = origin): ManagerClient => new Client(managerRoutes, at, token);

  const until = async (isSo: () => boolean): Promise<void> => {
    const endMs = clock.nowMs() + maxWaitMs;
    while (!isSo()) {
      if (clock.nowMs() >= endMs) throw new Error('it did not come');
      await clock.advance(10);
    }
  };
  return {
    clock,
    store,
    door,
    line,
    manager: clientOf(sessions.openForOperator()),
    told,
    troubles,
    reader: known.id,
    as: async (role, person) => {
      taken(await store.users.add({ name: role, role, person }, 'a long password'));
      return clientOf(taken(await sessions.logIn(role, 'a long password')).token);
    },
    restart: async (offMs) => {
      line.stop();
      await clock.advance(offMs);
      line = newLine(present((await store.site.readers())[0], 'a product has a reader'));
      return { line, manager: clientOf(sessions.openForOperator(), await newOrigin()) };
    },
    inStep: () => until(() => line.readers.every(({ state }) => state.isInStep)),
    inTime: async (asked) => {
      let isOver = false;
      void asked.finally(() => {
        isOver = true;
      });
      await until(() => isOver);
      return asked;
    },
    types: async (digits) => {
      await door.type(digits);
      await clock.advance(1_000);
      return door.happened.last?.event.code ?? '';
    },
  };
};

/** Rows that nobody answers here are not asked. */
const serve = async (calls: Partial<Handlers<ManagerRoutes>>, sessions: Sessions, clock: VirtualClock, troubles: Trouble[]): Promise<string> => {
  const listening = taken(settleListening({ port: 0, hasToken: true }));
  const server = taken(
    await openServer({
      listening,
      routes: managerRoutes,
      handlers: calls as Handlers<ManagerRoutes>,
      sessions,
      feed: { join: () => 'notAllowed', close: () => undefined },
      pages: new Map(),
      clock,
      checksAnswers: true,
      report: (trouble) => troubles.push(trouble),
    }),
  );
  onTestFinished(() => server.close());
  return present(server.origins[0], 'a server has a name');
};
