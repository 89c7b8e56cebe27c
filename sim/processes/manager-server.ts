/**
 * Puts a controller's manager on HTTP: its calls, who is logged in, what pages are told, and the pages. Decides how these are put together, the same
 * for the bench and for a real line; where it listens is the caller's, and what the calls do sim/controller's.
 */
import { join } from 'node:path';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { present } from '../../src/shared/assert.ts';
import { Fault } from '../../src/shared/faults.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { Trouble } from '../controller/api/dispatch.ts';
import type { Listening } from '../controller/api/listening.ts';
import type { LiveMessage } from '../controller/api/live.ts';
import { LiveFeed } from '../controller/api/live-feed.ts';
import type { ManagerRoutes } from '../controller/api/manager-routes.ts';
import { type PageFiles, readPages } from '../controller/api/page-files.ts';
import type { Handlers, Role, Routes } from '../controller/api/route.ts';
import { openServer } from '../controller/api/server.ts';
import { sessionCalls } from '../controller/api/session-calls.ts';
import { Sessions } from '../controller/api/sessions.ts';
import { startAddress, writeStartToken } from '../controller/api/start-token.ts';
import { LiveTeller } from '../controller/calls/live-teller.ts';
import { openManager } from '../controller/calls/manager-calls.ts';
import { userBook } from '../controller/calls/user-book.ts';
import type { ControllerStore } from '../controller/controller-store.ts';
import type { LineController } from '../controller/line-controller.ts';
import type { PeopleDesk } from '../controller/people-desk.ts';
import type { PinDesk } from '../controller/pin-desk.ts';

/** In the data directory: the token of the present start, for programs of the same user (SECURITY H4). */
export const startTokenFile = 'start-token';

export interface ManagerServerParts<Table extends Routes, Message extends { readonly kind: string }> {
  readonly store: ControllerStore;
  readonly crypto: Crypto;
  /** The controller's. */
  readonly clock: Clock;
  readonly line: LineController;
  /** For the file of the token. */
  readonly directory: string;
  readonly listening: Listening;
  readonly pages: PageFiles;
  readonly routes: Table;
  readonly handlers: (calls: Handlers<ManagerRoutes>) => Handlers<Table>;
  readonly hearers: Readonly<Record<(LiveMessage | Message)['kind'] | 'beat' | 'missed', readonly Role[]>>;
  /** What pages are told beside what the manager tells, until the line is let go of. */
  readonly hear?: (tell: (message: Message) => void) => void;
  /** A sentence for the operator; holds nothing that was sent. */
  readonly report: (sentence: string) => void;
}

export interface ManagerServer {
  /** For a browser: the origin, and behind # the operator's token. */
  readonly address: string;
  close(): Promise<void>;
}

/** A manager that may be served, and is not yet. */
export interface Manager<Table extends Routes, Message extends { readonly kind: string }> {
  /** The one desk of the database: nobody else changes people. */
  readonly people: PeopleDesk;
  readonly pins: PinDesk;
  /** Or a sentence: the port is taken, the certificate is none. Rejects with a Fault when the disk fails. */
  serve(parts: Pick<ManagerServerParts<Table, Message>, 'listening' | 'pages'>): Promise<Result<ManagerServer, string>>;
}

type ManagerParts<Table extends Routes, Message extends { readonly kind: string }> = Omit<ManagerServerParts<Table, Message>, 'listening' | 'pages'>;

export const newManager = <Table extends Routes, Message extends { readonly kind: string }>(
  parts: ManagerParts<Table, Message>,
): Manager<Table, Message> => {
  const { store, crypto, clock, line, directory, routes, handlers, hearers, hear, report } = parts;
  const realClock = new NodeClock();
  const sessions = new Sessions({ crypto, clock: realClock, users: userBook(store, clock) });
  const feed = new LiveFeed<LiveMessage | Message>({ clock: realClock, hearers, holds: (session) => sessions.holds(session) });
  const tell = (message: LiveMessage | Message): void => feed.tell(message);
  const reportThrown = (thrown: unknown): void => report(thrownText(thrown));
  const manager = openManager({ store, crypto, clock, realClock, line, tell, endSessions: (user) => sessions.endOfUser(user), failed: reportThrown });
  const calls: Handlers<ManagerRoutes> = { ...manager.calls, ...sessionCalls(sessions), health: async () => ok({ isWell: true }) };
  const serve: Manager<Table, Message>['serve'] = async ({ listening, pages }) => {
    await LiveTeller.begin({ store, line, clock, realClock, tell, failed: reportThrown });
    hear?.(tell);
    const opened = await openServer({
      listening,
      routes,
      handlers: handlers(calls),
      sessions,
      feed,
      pages,
      clock: realClock,
      checksAnswers: false,
      report: (trouble) => report(troubleText(trouble)),
    });
    if (!opened.ok) return failed(opened.failure);
    const { origins, close } = opened.value;
    const token = sessions.openForOperator();
    writeStartToken(join(directory, startTokenFile), token);
    return ok({ address: startAddress(origins[0] ?? '', token), close });
  };
  return { people: manager.people, pins: manager.pins, serve };
};

const thrownText = (thrown: unknown): string =>
  thrown instanceof Fault
    ? `${thrown.message} (${thrown.code}); it is tried again`
    : `something was thrown: ${thrown instanceof Error ? thrown.name : 'no error'}`;

const troubleText = ({ route, what, code, name, at }: Trouble): string =>
  `${route} failed: ${what}${code === undefined ? '' : ` ${code}`}, ${name}${at.length === 0 ? '' : ` at ${at.join(', ')}`}`;

/** In the head of the page: it has the view of the bench. */
const benchMark = '<meta name="bench" content="here" />';

/** The same pages for a controller of real doors, which has no view of a bench. */
export const withoutBench = (pages: PageFiles): PageFiles => {
  const head = present(pages.get('/'), 'there is a page to begin with');
  const bytes = new TextEncoder().encode(new TextDecoder().decode(head.bytes).replace(benchMark, ''));
  return new Map([...pages, ['/', { ...head, bytes }]]);
};

/** The pages from disk, made first where they are not as their sources are. `making` is told before. Rejects where the bundler refuses them, or with a Fault. */
export const freshPages = async (making: () => void): Promise<PageFiles> => {
  const { arePagesMade, buildPages } = await import('../web/build.ts');
  if (!arePagesMade()) making();
  return readPages((await buildPages()).folder);
};
