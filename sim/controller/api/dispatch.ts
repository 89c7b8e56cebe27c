/**
 * Carries a request through its row of the table: who may, how often, what was said, what is answered. The head was judged before (guards.ts);
 * what a call does is its handler's.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { Clock } from '../../../src/ports/clock.ts';
import { Fault, type FaultCode } from '../../../src/shared/faults.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import { type Headers, sendJson, sendRefusal } from './answers.ts';
import { parseJson, readBody } from './body.ts';
import { type Found, routeFinder } from './find-route.ts';
import { hasBody, isJson } from './guards.ts';
import { parseBy, parseQuery } from './parse.ts';
import type { Refusal } from './refusals.ts';
import type { Caller, Handlers, Route, Routes } from './route.ts';
import type { Sessions } from './sessions.ts';
import { Throttle } from './throttle.ts';

/** Something that a caller is told no more of than that it failed. Holds nothing that was sent. */
export interface Trouble {
  readonly route: string;
  readonly what: 'fault' | 'thrown' | 'wrongAnswer';
  /** Of a fault. */
  readonly code?: FaultCode;
  /** The class of what was thrown, and where; never its message, which may quote what was sent. */
  readonly name: string;
  readonly at: readonly string[];
}

export interface DispatchLimits {
  readonly bodyBytes: number;
  readonly bodyMs: number;
  readonly largeBodyMs: number;
  /** Calls carried out at once; one more is told to come again. Whoever has not said all of theirs takes nobody's place. */
  readonly callsAtOnce: number;
  /** Of those, one user's. */
  readonly callsOfUser: number;
  /** Bodies beyond `bodyBytes` under way at once. */
  readonly largeBodiesAtOnce: number;
}

export interface DispatchOptions<Table extends Routes> {
  readonly routes: Table;
  readonly handlers: Handlers<Table>;
  readonly sessions: Sessions;
  readonly clock: Pick<Clock, 'nowMs' | 'setTimeout' | 'clearTimeout'>;
  readonly limits: DispatchLimits;
  /** In tests: an answer that is not what its row says is a fault of ours. */
  readonly checksAnswers: boolean;
  readonly report: (trouble: Trouble) => void;
}

type Call = (request: { params: unknown; query: unknown; body: unknown }, caller: Caller | undefined) => Promise<Result<unknown, Refusal>>;
type Said = { readonly params: unknown; readonly query: unknown; readonly body: unknown };
export type Dispatch = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const minuteMs = 60_000;

export const dispatcher = <Table extends Routes>(options: DispatchOptions<Table>): Dispatch => {
  const find = routeFinder(options.routes);
  const calls = new Map(Object.entries(options.handlers as unknown as Readonly<Record<string, Call>>));
  const admit = gate(options);
  const read = reader(options);
  let underWay = 0;
  /** By user, the operator's under null. Of those for anyone nobody knows whose they are. */
  const ofUsers = new Map<number | null, number>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = '', query = ''] = splitOnce(request.url ?? '');
    const finding = find(request.method ?? '', path);
    if (!('found' in finding)) return refuseMethod(response, finding.methods);
    const { name, route } = finding.found;
    const caller = admit(name, route, request.headers.authorization);
    if (!caller.ok) return sendRefusal(response, caller.failure);
    const said = await read(request, finding.found, query);
    if (!said.ok) return sendRefusal(response, said.failure);
    const call = calls.get(name);
    if (underWay >= options.limits.callsAtOnce || isGreedy(caller.value)) return sendRefusal(response, { code: 'busy' });
    const result = call === undefined ? failed<Refusal>({ code: 'notFound' }) : await carryOut(call, name, said.value, caller.value);
    if (!result.ok) return sendRefusal(response, result.failure);
    if (!options.checksAnswers || isAsTheRowSays(route, result.value)) return sendJson(response, 200, result.value);
    options.report({ route: name, what: 'wrongAnswer', name: 'answer', at: [] });
    return sendRefusal(response, { code: 'failed' });
  };

  const isGreedy = (caller: Caller | undefined): boolean => caller !== undefined && (ofUsers.get(caller.user.id) ?? 0) >= options.limits.callsOfUser;

  const count = (caller: Caller | undefined, more: 1 | -1): void => {
    underWay += more;
    if (caller === undefined) return;
    const left = (ofUsers.get(caller.user.id) ?? 0) + more;
    if (left === 0) ofUsers.delete(caller.user.id);
    else ofUsers.set(caller.user.id, left);
  };

  const carryOut = async (call: Call, name: string, said: Said, caller: Caller | undefined): Promise<Result<unknown, Refusal>> => {
    count(caller, 1);
    try {
      return await call(said, caller);
    } catch (thrown) {
      options.report(troubleOf(name, thrown));
      if (!(thrown instanceof Fault)) return failed({ code: 'failed' });
      return failed({ code: thrown.code === 'queue.full' ? 'busy' : 'diskFailed' });
    } finally {
      count(caller, -1);
    }
  };

  return async (request, response) => {
    try {
      await answer(request, response);
    } catch (thrown) {
      // An answer that is no JSON, or whatever else we did wrong.
      options.report(troubleOf('', thrown));
      sendRefusal(response, { code: 'failed' });
    }
  };
};

const splitOnce = (url: string): string[] => {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
};

const refuseMethod = (response: ServerResponse, methods: readonly string[]): void => {
  const allow: Headers = methods.length === 0 ? {} : { allow: methods.join(', ') };
  sendRefusal(response, { code: methods.length === 0 ? 'notFound' : 'wrongMethod' }, allow);
};

/** Who calls, if the row lets them in. Rows for anyone are asked without knowing who. */
const gate = ({ sessions, clock, routes }: Pick<DispatchOptions<Routes>, 'sessions' | 'clock' | 'routes'>) => {
  const throttles = new Map(
    Object.entries(routes).flatMap(([name, { perMinute }]) =>
      perMinute === undefined ? [] : [[name, new Throttle({ clock, most: perMinute, perMs: minuteMs })] as const],
    ),
  );
  return (name: string, route: Route, authorization: string | undefined): Result<Caller | undefined, Refusal> => {
    if (route.may === 'anyone') return ok(undefined);
    const caller = sessions.callerOf(authorization, route.isWatched !== true);
    if (caller === undefined) return failed({ code: 'notLoggedIn' });
    if (!route.may.includes(caller.user.role)) return failed({ code: 'notAllowed' });
    const isOften = throttles.get(name)?.take(String(caller.user.id)) === false;
    return isOften ? failed({ code: 'tooMany' }) : ok(caller);
  };
};

/** What was said in path, query and body, each by the row's schema. */
const reader = ({ clock, limits }: Pick<DispatchOptions<Routes>, 'clock' | 'limits'>) => {
  let largeBodies = 0;

  const bytesOf = async (request: IncomingMessage, route: Route): Promise<Result<Uint8Array, Refusal>> => {
    const bytes = route.bodyBytes ?? limits.bodyBytes;
    const isLarge = bytes > limits.bodyBytes;
    if (isLarge && largeBodies >= limits.largeBodiesAtOnce) return failed({ code: 'busy' });
    largeBodies += isLarge ? 1 : 0;
    try {
      const read = await readBody(request, clock, { bytes, withinMs: isLarge ? limits.largeBodyMs : limits.bodyMs });
      return read.ok ? read : failed({ code: read.failure });
    } finally {
      largeBodies -= isLarge ? 1 : 0;
    }
  };

  const bodyOf = async (request: IncomingMessage, route: Route): Promise<Result<unknown, Refusal>> => {
    const takesBody = route.method === 'POST' || route.method === 'PUT';
    if (!takesBody) return hasBody(request) ? failed({ code: 'bodyNotAsked' }) : ok(undefined);
    // Also where nothing is said: a form of another site's page cannot send this type (SECURITY H3).
    if (!isJson(request)) return failed({ code: 'notJsonType' });
    const bytes = await bytesOf(request, route);
    if (!bytes.ok) return bytes;
    if (route.body === undefined && bytes.value.length === 0) return ok(undefined);
    const json = parseJson(bytes.value);
    if (json === undefined) return failed({ code: 'notJson' });
    if (route.body !== undefined) return parseBy(route.body, json.value);
    return isDeepStrictEqual(json.value, {}) ? ok(undefined) : failed({ code: 'bodyNotAsked' });
  };

  return async (request: IncomingMessage, { route, params }: Found, query: string): Promise<Result<Said, Refusal>> => {
    const place = route.params === undefined ? ok(undefined) : parseBy(route.params, params);
    // What is in a path by a wrong form is not there.
    if (!place.ok) return failed({ code: 'notFound' });
    const asked = parseQuery(query);
    if (asked === undefined) return failed({ code: 'notValid' });
    const filter = route.query === undefined ? noFilter(asked) : parseBy(route.query, asked);
    if (!filter.ok) return filter;
    const body = await bodyOf(request, route);
    return body.ok ? ok({ params: place.value, query: filter.value, body: body.value }) : body;
  };
};

const noFilter = (asked: object): Result<undefined, Refusal> => (Object.keys(asked).length === 0 ? ok(undefined) : failed({ code: 'unknownField' }));

const isAsTheRowSays = (route: Route, answer: unknown): boolean => {
  const parsed = v.safeParse(route.answer, answer);
  return parsed.success && isDeepStrictEqual(parsed.output, answer);
};

const troubleOf = (route: string, thrown: unknown): Trouble => {
  const error = thrown instanceof Error ? thrown : new Error('not an error');
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { route, name: error.name, at, ...(error instanceof Fault ? { what: 'fault', code: error.code } : { what: 'thrown' }) };
};
