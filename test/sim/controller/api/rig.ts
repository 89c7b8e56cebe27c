/** An API server on loopback for tests: the whole table with handlers that count, a few rows of its own, users in memory. */
import { connect } from 'node:net';
import * as v from 'valibot';
import { expect } from 'vitest';
import { safetyHeaders } from '../../../../sim/controller/api/answers.ts';
import type { Trouble } from '../../../../sim/controller/api/dispatch.ts';
import { settleListening } from '../../../../sim/controller/api/listening.ts';
import { type LiveMessage, liveHearers } from '../../../../sim/controller/api/live.ts';
import { LiveFeed, type LiveLimits, liveLimits } from '../../../../sim/controller/api/live-feed.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import type { PageFiles } from '../../../../sim/controller/api/page-files.ts';
import type { Handlers, Role, Route, Routes } from '../../../../sim/controller/api/route.ts';
import { type ApiServer, openServer, type ServerLimits, serverLimits } from '../../../../sim/controller/api/server.ts';
import { sessionCalls } from '../../../../sim/controller/api/session-calls.ts';
import { Sessions, type UserBook } from '../../../../sim/controller/api/sessions.ts';
import { NodeClock } from '../../../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../../../src/drivers/node-crypto.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { Fault } from '../../../../src/shared/faults.ts';
import { failed, ok } from '../../../../src/shared/result.ts';

export const toyRoutes = {
  echo: {
    method: 'POST',
    path: '/api/toy/{id}/echo',
    may: ['manager', 'installer'],
    params: v.object({ id: v.pipe(v.string(), v.regex(/^[0-9]{1,4}$/), v.transform(Number)) }),
    query: v.object({ times: v.optional(v.pipe(v.string(), v.regex(/^[1-3]$/), v.transform(Number))) }),
    body: v.object({
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
      digits: v.optional(v.pipe(v.string(), v.regex(/^[0-9]{4,8}$/, 'A code has 4 to 8 digits.'))),
      inner: v.optional(v.nullable(v.object({ list: v.array(v.object({ at: v.number() })) }))),
      either: v.optional(v.union([v.object({ left: v.number() }), v.object({ right: v.string() })])),
    }),
    answer: v.object({ name: v.string(), id: v.number(), times: v.number() }),
    says: 'Says it again.',
  },
  quiet: { method: 'POST', path: '/api/toy/quiet', may: ['manager'], answer: v.object({ done: v.literal(true) }), says: 'Takes no body.' },
  seldom: {
    method: 'GET',
    path: '/api/toy/seldom',
    may: ['manager'],
    perMinute: 3,
    answer: v.object({ done: v.literal(true) }),
    says: 'Three a minute.',
  },
  large: {
    method: 'POST',
    path: '/api/toy/large',
    may: ['manager'],
    bodyBytes: 1_000_000,
    body: v.object({ text: v.string() }),
    answer: v.object({ length: v.number() }),
    says: 'Takes a long body.',
  },
  slow: {
    method: 'GET',
    path: '/api/toy/slow',
    may: ['manager'],
    answer: v.object({ done: v.literal(true) }),
    says: 'Answers when the test says so.',
  },
  breaks: {
    method: 'POST',
    path: '/api/toy/breaks',
    may: ['manager'],
    body: v.object({ how: v.picklist(['fault', 'error', 'number', 'circle', 'more', 'less']), with: v.string() }),
    answer: v.object({ done: v.literal(true) }),
    says: 'Goes wrong.',
  },
} as const satisfies Routes;

const circle = (): never => {
  const round: Record<string, unknown> = {};
  round.self = round;
  return round as never;
};

const toyHandlers = (called: (name: string) => void, slow: Promise<void>): Handlers<typeof toyRoutes> => ({
  echo: async ({ params, query, body }) => {
    called('echo');
    return ok({ name: body.name, id: params.id, times: query.times ?? 1 });
  },
  quiet: async () => {
    called('quiet');
    return ok({ done: true });
  },
  seldom: async () => ok({ done: true }),
  large: async ({ body }) => ok({ length: body.text.length }),
  slow: async () => {
    called('slow');
    await slow;
    return ok({ done: true });
  },
  breaks: ({ body }) => {
    const ways: Readonly<Record<typeof body.how, () => Promise<never>>> = {
      fault: () => Promise.reject(new Fault('disk.full', `no room for ${body.with}`)),
      error: () => Promise.reject(new TypeError(`${body.with} is not a function`)),
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what foreign code may do
      number: () => Promise.reject(Number(body.with)),
      circle: async () => ok(circle()) as never,
      more: async () => ok({ done: true, digits: body.with }) as never,
      less: async () => ok({}) as never,
    };
    return ways[body.how]();
  },
});

/** Every row of the table, answered with `notFound` once it got through. */
const counting = (called: (name: string) => void): Handlers<typeof managerRoutes> =>
  Object.fromEntries(
    Object.keys(managerRoutes).map((name) => [
      name,
      async () => {
        called(name);
        return failed({ code: 'notFound' });
      },
    ]),
  ) as unknown as Handlers<typeof managerRoutes>;

const nodeCrypto = new NodeCrypto();

/** Users by name, each with the password `<name> password`. */
export const usersNamed = (names: Readonly<Record<string, Role>>): UserBook => {
  const users = Object.entries(names).map(([name, role], at) => ({ id: at + 1, name, role, ...(role === 'tenant' ? { person: 7 } : {}) }));
  return {
    verify: async (name, password) => {
      if (password === 'fault') throw new Fault('queue.full', 'too many passwords wait');
      return users.find((user) => user.name === name && password === `${name} password`);
    },
    knows: async (name) => users.some((user) => user.name === name),
    setPassword: async () => undefined,
    note: async () => undefined,
  };
};

export const pages: PageFiles = new Map([
  ['/', { bytes: Buffer.from('<!doctype html><title>doorpad</title>'), type: 'text/html; charset=utf-8' }],
  ['/assets/page.js', { bytes: Buffer.from('export {};'), type: 'text/javascript; charset=utf-8' }],
]);

export interface RigOptions {
  readonly limits?: Partial<ServerLimits>;
  readonly live?: Partial<LiveLimits>;
  readonly clock?: Clock;
  readonly checksAnswers?: boolean;
  /** Bytes of the page at `/`. */
  readonly page?: Uint8Array;
}

export interface Rig extends AsyncDisposable {
  readonly port: number;
  readonly server: ApiServer;
  /** Of the operator. */
  readonly token: string;
  readonly sessions: Sessions;
  readonly feed: LiveFeed<LiveMessage>;
  /** Names of the rows whose handlers ran. */
  readonly called: string[];
  readonly troubles: Trouble[];
  readonly letSlowGo: () => void;
}

export const rigRoutes = { ...managerRoutes, ...toyRoutes };
export const rows: readonly (readonly [name: string, route: Route])[] = Object.entries(rigRoutes);

export const openRig = async ({ limits = {}, live = {}, clock = new NodeClock(), checksAnswers = false, page }: RigOptions = {}): Promise<Rig> => {
  const users = usersNamed({ mia: 'manager', ivo: 'installer', ada: 'auditor', tom: 'tenant' });
  const sessions = new Sessions({ crypto: nodeCrypto, clock, users });
  const feed = new LiveFeed<LiveMessage>({
    clock,
    hearers: liveHearers,
    holds: (session) => sessions.holds(session),
    limits: { ...liveLimits, ...live },
  });
  const called: string[] = [];
  const troubles: Trouble[] = [];
  const slow = Promise.withResolvers<void>();
  const note = (name: string): void => void called.push(name);
  const listening = settleListening({ port: 0, hasToken: true });
  if (!listening.ok) throw new Error(listening.failure);
  const opened = await openServer({
    listening: listening.value,
    routes: rigRoutes,
    handlers: { ...counting(note), ...sessionCalls(sessions), health: async () => ok({ isWell: true }), ...toyHandlers(note, slow.promise) },
    sessions,
    feed,
    pages: page === undefined ? pages : new Map([['/', { bytes: page, type: 'text/html' }]]),
    clock,
    checksAnswers,
    report: (trouble) => troubles.push(trouble),
    limits: { ...serverLimits, ...limits },
  });
  if (!opened.ok) throw new Error(opened.failure);
  const server = opened.value;
  return {
    port: server.port,
    server,
    token: sessions.openForOperator(),
    sessions,
    feed,
    called,
    troubles,
    letSlowGo: slow.resolve,
    [Symbol.asyncDispose]: () => server.close(),
  };
};

export interface Answer {
  /** 0: the connection ended without one. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** All that came. */
  readonly text: string;
}

export const answerIn = (text: string): Answer => {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0), headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n'), text };
};

/** Sends bytes as they are, and takes what comes until the connection ends. */
export const sendRaw = (port: number, text: string | Uint8Array, host = '127.0.0.1'): Promise<Answer> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    let heard = '';
    socket.on('data', (part) => {
      heard += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answerIn(heard)));
    socket.on('connect', () => socket.write(text));
  });

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  /** In place of the right one. */
  readonly host?: string;
  readonly token?: string | undefined;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** A whole request, of which the connection ends with the answer. */
export const requestText = (port: number, { method = 'GET', path = '/', host, token, headers = [], body }: Asked): string =>
  [
    `${method} ${path} HTTP/1.1`,
    `host: ${host ?? `127.0.0.1:${port}`}`,
    'connection: close',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    ...(body === undefined || headers.some((line) => /^content-type:/i.test(line)) ? [] : ['content-type: application/json']),
    ...headers,
    '',
    body ?? '',
  ].join('\r\n');

export const ask = (rig: Pick<Rig, 'port'>, asked: Asked): Promise<Answer> => sendRaw(rig.port, requestText(rig.port, asked));

/** As every answer must be, refusals and pages too. */
export const expectSafe = ({ status, headers }: Answer): void => {
  expect(status).toBeGreaterThan(0);
  for (const [name, value] of Object.entries(safetyHeaders)) expect(headers[name], name).toBe(value);
  expect(headers['cache-control']).toBeDefined();
  expect(headers['access-control-allow-origin']).toBeUndefined();
};

/** What a refusal says. */
export const codeOf = ({ body }: Answer): string => (JSON.parse(body) as { error: { code: string } }).error.code;

/** A row's path with its parts filled in. */
export const pathOf = ({ path }: Route): string => path.replaceAll(/\{\w+\}/g, '1');
