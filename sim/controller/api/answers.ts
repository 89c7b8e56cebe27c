/** How answers go out: always with the headers that keep a page safe (SECURITY H5, H10). What they say is their caller's. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, type RefusalCode, refusalBody, refusals } from './refusals.ts';

const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export const safetyHeaders = {
  'content-security-policy': contentPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

/** Of everything but the files of the page. */
export const neverKept = { 'cache-control': 'no-store' } as const;

export type Headers = Readonly<Record<string, string>>;

/** What was answered already stands. */
export const sendBytes = (response: ServerResponse, status: number, bytes: Uint8Array, headers: Headers): void => {
  if (!response.headersSent) response.writeHead(status, { ...safetyHeaders, ...headers, 'content-length': bytes.length }).end(bytes);
};

export const sendJson = (response: ServerResponse, status: number, value: unknown, headers: Headers = {}): void =>
  sendBytes(response, status, Buffer.from(JSON.stringify(value)), { 'content-type': 'application/json; charset=utf-8', ...neverKept, ...headers });

/** The connection ends with it where the body was not read to its end: what comes after would be taken for a request. */
export const sendRefusal = (response: ServerResponse, refusal: Refusal, headers: Headers = {}): void => {
  const ending = response.req.complete ? {} : { connection: 'close' };
  const login = refusals[refusal.code].status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  sendJson(response, refusals[refusal.code].status, refusalBody(refusal), { ...login, ...ending, ...headers });
};

/** Where no request could be read. */
export const refuseSocket = (socket: Duplex, code: RefusalCode): void => {
  const body = JSON.stringify(refusalBody({ code }));
  const headers = {
    ...safetyHeaders,
    ...neverKept,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${refusals[code].status} Refused\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
};
