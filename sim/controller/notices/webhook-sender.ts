/**
 * Sends a notice to an address over HTTP, signed as Standard Webhooks does: HMAC-SHA-256 over id, time and body. Follows no redirect, reads no
 * answer beyond its status, and waits for none longer than `maxTryMs`. When it is tried again is the desk's.
 */
import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Crypto } from '../../../src/ports/crypto.ts';
import type { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import type { ControllerStore } from '../controller-store.ts';
import { webhookSecretOf } from './notice-settings.ts';
import { type WebhookContent, webhookOf } from './notice-writing.ts';
import { maxTryMs, type Sender, type Sent } from './sender.ts';

export interface WebhookSenderParts {
  readonly store: ControllerStore;
  readonly crypto: Crypto;
  readonly clock: Clock;
}

export const webhookSender =
  ({ store, crypto, clock }: WebhookSenderParts): Sender =>
  async (content, signal) => {
    const notice = webhookOf(content);
    if (notice === undefined) return { how: 'refused', sentence: 'What is kept of it cannot be read.' };
    const secret = await webhookSecretOf(store);
    if (secret === undefined) return { how: 'refused', sentence: 'There is no secret to sign with.' };
    const headers = signedHeaders(crypto, secret, notice, Math.floor(clock.wall().ms / 1_000));
    return post(notice, headers, { clock, signal });
  };

/** `v1,` and base64, as any library for Standard Webhooks checks it. */
const signedHeaders = (crypto: Crypto, secret: SecretBytes, { id, body }: WebhookContent, timestamp: number): Readonly<Record<string, string>> => {
  const signature = crypto.hmacSha256(secret, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${Buffer.from(signature).toString('base64')}`,
  };
};

const post = (
  { url, body }: WebhookContent,
  headers: Readonly<Record<string, string>>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Sent> =>
  new Promise((resolve) => {
    const options = { method: 'POST', headers, agent: false, signal };
    const request: ClientRequest = url.startsWith('https:') ? requestSecure(url, options) : requestPlain(url, options);
    const end = (sent: Sent): void => {
      clock.clearTimeout(timer);
      request.destroy();
      resolve(sent);
    };
    const timer = clock.setTimeout(() => end({ how: 'failed', sentence: 'The receiver took too long.' }), maxTryMs);
    request.on('response', (response) => end(sentBy(response)));
    request.on('error', () => end({ how: 'failed', sentence: 'The receiver cannot be reached.' }));
    request.end(body);
  });

const sentBy = ({ statusCode = 0 }: IncomingMessage): Sent => {
  if (statusCode >= 200 && statusCode < 300) return { how: 'sent' };
  return { how: 'failed', sentence: `The receiver answered ${statusCode}.` };
};
