/**
 * Calls of the API by their names in the route tables: `ask('newPin', { params: { id: '3' }, body: { length: 6 } })`. What is said and answered is
 * typed by the table. A refusal is a value, with a sentence for people; so is a server that does not answer.
 */

import { failed, ok, type Result } from '../../src/shared/result.ts';
import { benchRoutes } from '../bench/bench-routes.ts';
import { managerRoutes } from '../controller/api/manager-routes.ts';
import type { RefusalBody } from '../controller/api/refusals.ts';
import type { AnswerOf, AskingOf, Route } from '../controller/api/route.ts';
import { forgetIfStill, token } from './session.ts';

const routes = { ...managerRoutes, ...benchRoutes };
export type Call = keyof typeof routes;
type RouteOf<Name extends Call> = (typeof routes)[Name];

type NeededParts<A> = { [Part in keyof A as undefined extends A[Part] ? never : Part]: A[Part] };
/** What a call must be told: params, query and body, as far as its row has them. */
export type Asking<Name extends Call> = NeededParts<AskingOf<RouteOf<Name>>>;
export type Answer<Name extends Call> = AnswerOf<RouteOf<Name>>;
/** Calls without anything to say need not say so. */
type Arguments<Name extends Call> = keyof Asking<Name> extends never ? [] : [asking: Asking<Name>];

export type PageRefusal = Omit<RefusalBody['error'], 'code'> & { readonly code: RefusalBody['error']['code'] | 'unreachable' };

type Texts = Readonly<Record<string, string | number | boolean | undefined>>;
interface Said {
  readonly params?: Texts;
  readonly query?: Texts;
  readonly body?: unknown;
}

/** The path with its parts filled in, and what was asked after `?`. */
const addressOf = ({ path }: Pick<Route, 'path'>, { params = {}, query = {} }: Said): string => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(String(params[part])));
  const asked = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
  return asked.size === 0 ? filled : `${filled}?${asked}`;
};

const unreachable: PageRefusal = { code: 'unreachable', sentence: 'The controller does not answer.' };

export const headers = (): Record<string, string> => (token.value === undefined ? {} : { authorization: `Bearer ${token.value}` });

/** What the server says, or why not. Resolves always. */
export const ask = async <Name extends Call>(name: Name, ...said: Arguments<Name>): Promise<Result<Answer<Name>, PageRefusal>> => {
  const route: Route = routes[name];
  const asking: Said = said[0] ?? {};
  const body = route.body === undefined ? {} : { body: JSON.stringify(asking.body) };
  // The server asks for the type also where there is nothing to say (SECURITY H3).
  const isSaying = route.method === 'POST' || route.method === 'PUT';
  const used = token.value;
  try {
    const response = await fetch(addressOf(route, asking), {
      method: route.method,
      headers: { ...headers(), ...(isSaying ? { 'content-type': 'application/json' } : {}) },
      cache: 'no-store',
      ...body,
    });
    const answer: unknown = await response.json();
    if (response.ok) return ok(answer as Answer<Name>);
    const { error } = answer as RefusalBody;
    if (error.code === 'notLoggedIn') forgetIfStill(used);
    return failed(error);
  } catch {
    return failed(unreachable);
  }
};
