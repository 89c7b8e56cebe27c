/**
 * What a request must be before anybody looks at what it asks: for this server by its name, whole, and not from another site's page
 * (SECURITY H2, H3). Reads the head alone; the answer to a refusal is answers.ts's.
 */
import type { IncomingMessage } from 'node:http';
import type { RefusalCode } from './refusals.ts';

/** Which of two would count differs from program to program: none does. */
const onceOnly = [
  'host',
  'authorization',
  'origin',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
];

export interface Site {
  readonly scheme: 'http' | 'https';
  /** Every `name:port` that is this server. */
  readonly hosts: ReadonlySet<string>;
}

/** Hosts as browsers write them: without the port where it is the scheme's own. */
export const siteOf = (scheme: Site['scheme'], names: readonly string[], port: number): Site => {
  const usual = scheme === 'http' ? 80 : 443;
  return { scheme, hosts: new Set(names.flatMap((name) => (port === usual ? [name, `${name}:${port}`] : [`${name}:${port}`]))) };
};

/** Undefined: nothing is wrong with it. */
export const judgeHead = (request: IncomingMessage, site: Site): RefusalCode | undefined => {
  const names = request.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const hosts = names.filter((name) => name === 'host').length;
  if (hosts !== 1 || !site.hosts.has((request.headers.host ?? '').toLowerCase())) return 'wrongHost';
  if (onceOnly.some((once) => names.indexOf(once) !== names.lastIndexOf(once))) return 'headerTwice';
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(request.url ?? '')) return 'badRequest';
  return undefined;
};

/**
 * Whether another site's page sent it. Programs that are no browser send neither header. A link on another page may lead a person to a page of
 * ours, which holds nothing: `isPage`.
 */
export const isCrossSite = ({ headers }: IncomingMessage, { scheme }: Site, isPage: boolean): boolean => {
  const origin = headers.origin;
  if (origin !== undefined && origin !== `${scheme}://${(headers.host ?? '').toLowerCase()}`) return true;
  const from = headers['sec-fetch-site'];
  if (from === undefined || from === 'same-origin' || from === 'none') return false;
  return !(isPage && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
};

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0');

export const isJson = ({ headers }: IncomingMessage): boolean =>
  headers['content-encoding'] === undefined && /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(headers['content-type'] ?? '');
