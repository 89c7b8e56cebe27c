/**
 * What a row of the API is, and the types that follow from it: of requests, answers and handlers. The rows are manager-routes.ts's and, for the
 * simulated world alone, ../../bench/bench-routes.ts's; how they are served is server.ts's.
 */
import type * as v from 'valibot';
import type { Result } from '../../../src/shared/result.ts';
import type { Refusal } from './refusals.ts';
import type { loggedIn } from './shapes.ts';

export const roles = ['manager', 'installer', 'auditor', 'tenant'] as const;
export type Role = (typeof roles)[number];

export type Schema = v.GenericSchema;
type Entries = v.GenericSchema<Readonly<Record<string, unknown>>>;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `{name}` is a part that `params` names. */
  readonly path: `/api/${string}`;
  /** Who may; `anyone`: without a log-in. */
  readonly may: readonly Role[] | 'anyone';
  /** Of a path or a query all is text: these schemas make of it what is meant. */
  readonly params?: Entries;
  readonly query?: Entries;
  readonly body?: Schema;
  /** Longest body, in bytes; 64 kB where it is not said. */
  readonly bodyBytes?: number;
  /** Pages ask it again and again, whoever sits before them: it keeps no session from being idle. */
  readonly isWatched?: boolean;
  /** Most calls of one user in a minute; as many as they like where it is not said. */
  readonly perMinute?: number;
  readonly answer: Schema;
  /** For people who read the OpenAPI page. */
  readonly says: string;
}

type OutputOf<S> = S extends Schema ? v.InferOutput<S> : undefined;
type InputOf<S> = S extends Schema ? v.InferInput<S> : undefined;

/** What a handler is given. */
export interface RequestOf<R extends Route> {
  readonly params: OutputOf<R['params']>;
  readonly query: OutputOf<R['query']>;
  readonly body: OutputOf<R['body']>;
}

/** What a client says. */
export interface AskingOf<R extends Route> {
  readonly params: InputOf<R['params']>;
  readonly query: InputOf<R['query']>;
  readonly body: InputOf<R['body']>;
}

export type AnswerOf<R extends Route> = v.InferOutput<R['answer']>;

export type Routes = Readonly<Record<string, Route>>;

/** Who calls, as the server knows them by their token. */
export interface Caller {
  readonly user: v.InferOutput<typeof loggedIn>;
  /** Names the session, and opens nothing. */
  readonly session: number;
}

/** Answers one call. What people did wrong is a refusal; a Fault is answered as one, and anything else thrown is ours. */
export type Handler<R extends Route> = (
  request: RequestOf<R>,
  caller: R['may'] extends 'anyone' ? undefined : Caller,
) => Promise<Result<AnswerOf<R>, Refusal>>;

/** One for each row: a missing one does not compile. */
export type Handlers<Table extends Routes> = { readonly [Name in keyof Table]: Handler<Table[Name]> };
