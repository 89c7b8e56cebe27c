/** A client of the API for tests, typed by the table: what pages do, without a page. */

import type { RefusalBody } from '../../../../sim/controller/api/refusals.ts';
import type { AnswerOf, AskingOf, Routes } from '../../../../sim/controller/api/route.ts';
import { failed, ok, type Result } from '../../../../src/shared/result.ts';

export class Client<Table extends Routes> {
  readonly #routes: Table;
  readonly #origin: string;
  readonly #token: string | undefined;

  constructor(routes: Table, origin: string, token?: string) {
    this.#routes = routes;
    this.#origin = origin;
    this.#token = token;
  }

  /** Somebody else there. */
  with(token: string): Client<Table> {
    return new Client(this.#routes, this.#origin, token);
  }

  /** The answer, or what the refusal says. */
  async ask<Name extends keyof Table>(
    name: Name,
    asking: Partial<AskingOf<Table[Name]>> = {},
  ): Promise<Result<AnswerOf<Table[Name]>, RefusalBody['error']>> {
    const { method, path } = this.#routes[name] as Table[Name];
    const params = (asking.params ?? {}) as Readonly<Record<string, string>>;
    const place = path.replaceAll(/\{(\w+)\}/g, (_, param: string) => params[param] ?? '');
    const query = new URLSearchParams((asking.query ?? {}) as Record<string, string>).toString();
    const says = method === 'POST' || method === 'PUT';
    const response = await fetch(`${this.#origin}${place}${query === '' ? '' : `?${query}`}`, {
      method,
      headers: {
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(says ? { 'content-type': 'application/json' } : {}),
      },
      ...(says ? { body: JSON.stringify(asking.body ?? {}) } : {}),
    });
    const said = (await response.json()) as never;
    return response.ok ? ok(said) : failed((said as RefusalBody).error);
  }
}
