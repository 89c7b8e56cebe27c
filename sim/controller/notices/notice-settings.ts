/**
 * What managers have set of notices: which trigger goes which way, the mail server, the secret that signs webhooks. Decides what may be set and
 * how it is kept; who may set it is the API's, and what is sent by it the desk's.
 */
import * as v from 'valibot';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { mailServer as mailServerShape, notice as noticeShape } from '../api/shapes.ts';
import type { Stores } from '../controller-store.ts';
import { holesOf, type NoticeHole, noticeHoles } from './notice-text.ts';

export type Notice = v.InferOutput<typeof noticeShape>;
export type Trigger = Notice['trigger'];
export type MailServer = v.InferOutput<typeof mailServerShape>;
type Kept = Pick<Stores, 'settings'>;

/** What was set cannot be: where in the request, and what is expected there. */
export interface NotSettable {
  readonly at: string;
  readonly expected: string;
}

const maxSubjectLength = 200;
const maxTextLength = 10_000;
const maxUrlLength = 500;
const maxNameLength = 255;
const maxPort = 65_535;
/** Standard Webhooks: 24 to 64 bytes. */
const webhookSecretBytes = 32;
const secretPrefix = 'whsec_';

const [noticesKey, serverKey, passwordKey, secretKey] = ['notices', 'mailServer', 'mailServer.password', 'webhook.secret'];
const keptNotices = v.array(noticeShape);

/** What was kept and is no notice any more is passed over: nothing is sent by it. */
export const noticesOf = async ({ settings }: Kept): Promise<readonly Notice[]> => {
  const kept = v.safeParse(keptNotices, (await settings.get(noticesKey)) ?? []);
  return kept.success ? kept.output : [];
};

export const putNotice = async (within: Kept, put: Notice): Promise<void> => {
  const others = (await noticesOf(within)).filter(({ trigger }) => trigger !== put.trigger);
  await within.settings.put(noticesKey, [...others, put]);
};

export const mailServerOf = async ({ settings }: Kept): Promise<MailServer | undefined> => {
  const kept = v.safeParse(mailServerShape, await settings.get(serverKey));
  return kept.success ? kept.output : undefined;
};

/** Undefined: the password stays as it is. */
export const putMailServer = async ({ settings }: Kept, server: MailServer, password: string | undefined): Promise<void> => {
  await settings.put(serverKey, server);
  if (server.user === null) await settings.remove(passwordKey);
  else if (password !== undefined) await settings.putSecret(passwordKey, password);
};

export const mailPasswordOf = ({ settings }: Kept): Promise<string | undefined> => settings.secret(passwordKey);

/** As it is shown: `whsec_` and base64 (Standard Webhooks). */
export const newWebhookSecret = async ({ settings, secrets }: Pick<Stores, 'settings' | 'secrets'>): Promise<string> => {
  const text = Buffer.from(secrets.crypto.randomBytes(webhookSecretBytes)).toString('base64');
  await settings.putSecret(secretKey, text);
  return `${secretPrefix}${text}`;
};

export const webhookSecretOf = async ({ settings }: Kept): Promise<SecretBytes | undefined> => {
  const text = await settings.secret(secretKey);
  return text === undefined ? undefined : new SecretBytes(Buffer.from(text, 'base64'));
};

/** Undefined: it may be set. */
export const noticeMistake = ({ email, webhook }: Notice, hasSecret: boolean): NotSettable | undefined => {
  if (email !== null) {
    const mistake = emailMistake(email);
    if (mistake !== undefined) return mistake;
  }
  if (webhook === null) return undefined;
  if (!isWebhookAddress(webhook.url)) {
    return { at: 'webhook.url', expected: 'an address that begins with https:, or http: on this machine, with no name and password in it' };
  }
  return hasSecret ? undefined : { at: 'webhook', expected: 'a webhook secret first: make one' };
};

const emailMistake = ({ subject, text, mayHoldDigits }: NonNullable<Notice['email']>): NotSettable | undefined => {
  if (!isOneLine(subject, maxSubjectLength)) return { at: 'email.subject', expected: `one line of at most ${maxSubjectLength} characters` };
  if (text.trim() === '' || text.length > maxTextLength) return { at: 'email.text', expected: `a text of at most ${maxTextLength} characters` };
  for (const [at, template] of [
    ['email.subject', subject],
    ['email.text', text],
  ] as const) {
    const holes = holesOf(template);
    const isKnown = (hole: string): hole is NoticeHole => noticeHoles.includes(hole as NoticeHole);
    if (!holes.every(isKnown)) return { at, expected: `of names in braces only ${noticeHoles.map((hole) => `{${hole}}`).join(', ')}` };
    if (at === 'email.subject' && holes.includes('pin')) return { at, expected: 'no {pin}: subjects are shown on locked screens' };
    if (!mayHoldDigits && holes.includes('pin')) return { at, expected: 'no {pin}, unless the text may hold the code' };
  }
  return undefined;
};

export const mailServerMistake = ({ host, port, user, from }: MailServer): NotSettable | undefined => {
  if (!/^[a-z\d.:_-]+$/iu.test(host) || host.length > maxNameLength) return { at: 'host', expected: 'a name or an address of a machine' };
  if (!Number.isInteger(port) || port < 1 || port > maxPort) return { at: 'port', expected: `a whole number from 1 to ${maxPort}` };
  if (user !== null && !isOneLine(user, maxNameLength)) return { at: 'user', expected: 'one line' };
  return isMailAddress(from) ? undefined : { at: 'from', expected: 'one email address' };
};

/** Where the server is another, its password was not meant for it. */
export const isSameServer = (before: MailServer | undefined, after: MailServer): boolean =>
  before !== undefined && (['host', 'port', 'secure', 'user'] as const).every((part) => before[part] === after[part]);

/** One address and nothing else: neither a second one nor a header fits in. */
export const isMailAddress = (text: string): boolean =>
  text.length <= maxNameLength && /^[^\s@<>()[\]\\,;:"\p{C}]+@[^\s@<>()[\]\\,;:"\p{C}]+$/u.test(text);

export const isThisMachine = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host.toLowerCase());

const isWebhookAddress = (text: string): boolean => {
  const url = text.length <= maxUrlLength ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.hostname));
};

const isOneLine = (text: string, maxLength: number): boolean => text.trim() !== '' && text.length <= maxLength && !/\p{C}/u.test(text);
