/**
 * A server for tests of the pages alone: the built files with the headers the real one sends, canned answers to calls, and a live stream that
 * the test writes to. Everything asked is kept. What a controller would answer is not its subject.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { benchRoutes } from '../../../sim/bench/bench-routes.ts';
import { safetyHeaders } from '../../../sim/controller/api/answers.ts';
import { type BenchMessage, type LiveMessage, livePath } from '../../../sim/controller/api/live.ts';
import { managerRoutes } from '../../../sim/controller/api/manager-routes.ts';
import { type Refusal, refusalBody, refusals } from '../../../sim/controller/api/refusals.ts';
import type { AnswerOf, Route } from '../../../sim/controller/api/route.ts';
import type { Pages } from '../../../sim/web/build.ts';
import { assert } from '../../../src/shared/assert.ts';

const routes = { ...managerRoutes, ...benchRoutes };
type Call = keyof typeof routes;
const calls = Object.keys(routes) as readonly Call[];

/** What is answered, by the call's name; a call that is missing is refused as not found. */
export type Canned = { readonly [Name in Call]?: (body: unknown, asked: Asked) => AnswerOf<(typeof routes)[Name]> };

export interface Asked {
  readonly call: Call;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export const token = 'f'.repeat(32);

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += String(part);
  return text === '' ? undefined : JSON.parse(text);
};

/** The call that a method and a path mean. */
const callFor = (method: string, path: string): Call | undefined =>
  calls.find((name) => {
    const route: Route = routes[name];
    const pattern = `^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`;
    return route.method === method && new RegExp(pattern).test(path);
  });

export class CannedServer {
  readonly asked: Asked[] = [];
  readonly address: string;
  /** How often a page has connected to the live stream. */
  connections = 0;
  readonly #live = new Set<ServerResponse>();
  readonly #server: ReturnType<typeof createServer>;
  #canned: Canned;
  readonly #refused = new Map<Call, Refusal>();

  private constructor(server: ReturnType<typeof createServer>, pages: Pages, canned: Canned) {
    this.#server = server;
    this.#canned = canned;
    const bound = server.address();
    assert(typeof bound === 'object' && bound !== null, 'the server listens on a port');
    this.address = `http://127.0.0.1:${bound.port}`;
    const files = new Map(pages.files.map((path) => [`/${path}`, readFileSync(join(pages.folder, path))]));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response, files));
  }

  static async start(pages: Pages, canned: Canned): Promise<CannedServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CannedServer(server, pages, canned);
  }

  /** Answers from now on. */
  answer(canned: Canned): void {
    this.#canned = { ...this.#canned, ...canned };
  }

  /** Refuses that call once. */
  refuseOnce(call: Call, refusal: Refusal): void {
    this.#refused.set(call, refusal);
  }

  tell(...messages: readonly (LiveMessage | BenchMessage)[]): void {
    for (const response of this.#live) response.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  }

  /** Breaks the live stream; pages come back by themselves. */
  cutLive(): void {
    for (const response of this.#live) response.destroy();
    this.#live.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse, files: ReadonlyMap<string, Buffer>): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*$/, '').replace(/^\/$/, '/index.html');
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
    const file = files.get(path);
    if (file !== undefined) {
      response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
      response.end(file);
      return;
    }
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    if (path === livePath && isKnown) {
      this.connections += 1;
      this.#live.add(response);
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"kind":"beat"}\n');
      return;
    }
    await this.#answer(request, response, path, isKnown);
  }

  async #answer(request: IncomingMessage, response: ServerResponse, path: string, isKnown: boolean): Promise<void> {
    response.setHeader('content-type', 'application/json');
    const body = await bodyOf(request);
    const isSaying = request.method === 'POST' || request.method === 'PUT';
    if (isSaying && request.headers['content-type'] !== 'application/json') {
      response.writeHead(refusals.notJsonType.status).end(JSON.stringify(refusalBody({ code: 'notJsonType' })));
      return;
    }
    const call = callFor(request.method ?? '', path);
    const answer = call === undefined ? undefined : this.#canned[call];
    const needsToken = call === undefined || routes[call].may !== 'anyone';
    if (call === undefined || answer === undefined || (needsToken && !isKnown)) {
      const code = needsToken && !isKnown ? 'notLoggedIn' : 'notFound';
      response.writeHead(code === 'notFound' ? 404 : 401).end(JSON.stringify(refusalBody({ code })));
      return;
    }
    const query = Object.fromEntries(new URL(request.url ?? '', this.address).searchParams);
    const asked = { call, path, query, body };
    this.asked.push(asked);
    const refusal = this.#refused.get(call);
    if (refusal === undefined) response.end(JSON.stringify(answer(body, asked)));
    else {
      this.#refused.delete(call);
      response.writeHead(refusals[refusal.code].status).end(JSON.stringify(refusalBody(refusal)));
    }
  }
}
