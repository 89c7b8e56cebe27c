/**
 * The controller on HTTP: the API by its table, the live feed, the files of the pages. Decides in which order a request is judged, and the limits
 * of connections and time (SECURITY H1–H10); where it listens is listening.ts's, what is answered the handlers'.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import { type Headers, sendBytes, sendRefusal } from './answers.ts';
import { Connections } from './connections.ts';
import { type DispatchLimits, type DispatchOptions, dispatcher } from './dispatch.ts';
import { hasBody, isCrossSite, judgeHead, type Site, siteOf } from './guards.ts';
import type { Listening, TlsFiles } from './listening.ts';
import { livePath } from './live.ts';
import type { LiveFeed } from './live-feed.ts';
import type { PageFiles } from './page-files.ts';
import type { RefusalCode } from './refusals.ts';
import type { Routes } from './route.ts';

export interface ServerLimits extends DispatchLimits {
  readonly headerBytes: number;
  readonly headersMs: number;
  /** Nothing more was taken of an answer for that long, or nothing asked: the connection ends. */
  readonly idleMs: number;
  /** Of all addresses. One more, and the one that is needed least ends. */
  readonly connections: number;
}

/** SECURITY H6. */
export const serverLimits: ServerLimits = {
  headerBytes: 8_192,
  headersMs: 10_000,
  bodyBytes: 65_536,
  bodyMs: 10_000,
  largeBodyMs: 120_000,
  idleMs: 10_000,
  connections: 128,
  callsAtOnce: 64,
  callsOfUser: 16,
  largeBodiesAtOnce: 1,
};

export interface ApiServerOptions<Table extends Routes> extends Omit<DispatchOptions<Table>, 'limits'> {
  readonly listening: Listening;
  readonly feed: Pick<LiveFeed<{ readonly kind: string }>, 'join' | 'close'>;
  readonly pages: PageFiles;
  readonly limits?: ServerLimits;
}

export interface ApiServer {
  readonly port: number;
  /** What a browser opens, the usual name first. */
  readonly origins: readonly string[];
  /** Resolves once every connection has ended. */
  close(): Promise<void>;
}

/** Two addresses on one free port: it may be taken at the second one. */
const maxPortTries = 5;

/** Or a sentence for the operator: the port is taken, the certificate is none. */
export const openServer = async <Table extends Routes>(options: ApiServerOptions<Table>): Promise<Result<ApiServer, string>> => {
  const { listening, feed, limits = serverLimits } = options;
  const scheme = listening.tls === undefined ? 'http' : 'https';
  const connections = new Connections();
  let site = siteOf(scheme, [], 0);
  const serve = judge({ ...options, limits }, connections, () => site);
  const make = (): Server => {
    const server = makeServer(listening, limits, serve);
    connections.watch(server, limits);
    return server;
  };
  if (listening.tls !== undefined && !areTlsFiles(listening.tls)) {
    return failed('The certificate and its key are not two PEM files that belong together.');
  }
  for (let tries = 1; ; tries += 1) {
    const opened = await bindAll(listening, make);
    if (!opened.ok && (listening.port !== 0 || tries === maxPortTries)) return opened;
    if (!opened.ok) continue;
    const { servers, port } = opened.value;
    site = siteOf(scheme, listening.names, port);
    const close = async (): Promise<void> => {
      feed.close();
      await Promise.all(servers.map(closed));
    };
    return ok({ port, origins: [...site.hosts].map((host) => `${scheme}://${host}`), close });
  }
};

const makeServer = ({ tls }: Listening, limits: ServerLimits, serve: RequestListener): Server => {
  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // A body has a limit of its own by its row: this one is the last.
    requestTimeout: limits.headersMs + limits.largeBodyMs,
    connectionsCheckingInterval: Math.ceil(limits.headersMs / 10),
    keepAliveTimeout: limits.idleMs,
    insecureHTTPParser: false,
    // Refused by guards.ts, with the headers that every answer has.
    requireHostHeader: false,
  };
  const secure = tls && { ...options, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' as const, handshakeTimeout: limits.headersMs };
  const server = secure === undefined ? createServer(options, serve) : createSecureServer(secure, serve);
  const refuse: RequestListener = (_, response) => sendRefusal(response, { code: 'notExpected' });
  return server.on('checkContinue', refuse).on('checkExpectation', refuse);
};

/** Node itself takes a certificate without a key, and lets nobody in. */
const areTlsFiles = ({ certificate, key }: TlsFiles): boolean => {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
};

interface Bound {
  readonly servers: readonly Server[];
  readonly port: number;
}

/** One server an address, all on one port. */
const bindAll = async ({ addresses, port: asked }: Listening, make: () => Server): Promise<Result<Bound, string>> => {
  const servers: Server[] = [];
  let port = asked;
  for (const address of addresses) {
    const server = make();
    const bound = await bind(server, address, port);
    // A machine without IPv6.
    if (bound === 'absent' && servers.length > 0) continue;
    if (typeof bound === 'string') {
      await Promise.all(servers.map(closed));
      return failed(bound === 'absent' ? `This machine has no address ${address}.` : `Port ${port} of ${address} is taken, or not ours to take.`);
    }
    servers.push(server);
    port = bound;
  }
  return ok({ servers, port });
};

/** Whether a server may listen there by now; or the sentence that `openServer` would give. Nothing listens afterwards. */
export const tryListening = async (listening: Listening): Promise<Result<undefined, string>> => {
  const bound = await bindAll(listening, () => createServer());
  if (!bound.ok) return bound;
  await Promise.all(bound.value.servers.map(closed));
  return ok(undefined);
};

const bind = (server: Server, address: string, port: number): Promise<number | 'absent' | 'taken'> =>
  new Promise((resolve) => {
    server.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' ? 'absent' : 'taken'));
    server.listen({ host: address, port, ipv6Only: address === '::1' }, () => resolve((server.address() as AddressInfo).port));
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

interface Refused {
  readonly code: RefusalCode;
  readonly headers?: Headers;
}

/** Every request, from its head to the one who answers it. */
const judge = <Table extends Routes>(
  options: ApiServerOptions<Table> & { readonly limits: ServerLimits },
  connections: Connections,
  siteNow: () => Site,
): RequestListener => {
  const dispatch = dispatcher(options);
  const { feed, pages, sessions } = options;

  const joinFeed = (request: IncomingMessage, response: ServerResponse): Refused | undefined => {
    const caller = sessions.callerOf(request.headers.authorization);
    if (caller === undefined) return { code: 'notLoggedIn' };
    const code = feed.join(response, caller);
    if (code !== undefined) return { code };
    connections.keepOpen(response);
    request.socket.setNoDelay(true);
    return undefined;
  };

  const sendPage = (response: ServerResponse, path: string): Refused | undefined => {
    const file = pages.get(path);
    if (file === undefined) return { code: 'notFound' };
    sendBytes(response, 200, file.bytes, { 'content-type': file.type, 'cache-control': 'no-cache' });
    return undefined;
  };

  /** The answer, where it is not by the table. */
  const answer = (request: IncomingMessage, response: ServerResponse, path: string): Refused | undefined => {
    if (path !== livePath && !pages.has(path)) return { code: 'notFound' };
    if (request.method !== 'GET') return { code: 'wrongMethod', headers: { allow: 'GET' } };
    if (hasBody(request)) return { code: 'bodyNotAsked' };
    return path === livePath ? joinFeed(request, response) : sendPage(response, path);
  };

  return (request, response) => {
    connections.begin(response);
    const [path = ''] = (request.url ?? '').split('?', 1);
    const isCall = path.startsWith('/api/') && path !== livePath;
    const isPage = !path.startsWith('/api/') && request.method === 'GET';
    const site = siteNow();
    const wrong = judgeHead(request, site) ?? (isCrossSite(request, site, isPage) ? 'crossSite' : undefined);
    if (wrong === undefined && isCall) void dispatch(request, response);
    else {
      const refused: Refused | undefined = wrong === undefined ? answer(request, response, path) : { code: wrong };
      if (refused !== undefined) sendRefusal(response, refused, refused.headers);
    }
  };
};
