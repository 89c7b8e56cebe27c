/** Reads the body of a request within a limit of bytes and of time (SECURITY H6). What it means is dispatch.ts's. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../src/ports/clock.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';

export interface BodyLimits {
  readonly bytes: number;
  readonly withinMs: number;
}

export type BodyFailure = 'tooLarge' | 'tooSlow' | 'badRequest';

/** `badRequest`: it ended before its end. What was read of a body that fails is let go of. */
export const readBody = (
  request: IncomingMessage,
  clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>,
  { bytes, withinMs }: BodyLimits,
): Promise<Result<Uint8Array, BodyFailure>> => {
  if (Number(request.headers['content-length'] ?? 0) > bytes) return Promise.resolve(failed('tooLarge'));
  const { promise, resolve } = Promise.withResolvers<Result<Uint8Array, BodyFailure>>();
  let parts: Uint8Array[] = [];
  let length = 0;
  const end = (result: Result<Uint8Array, BodyFailure>): void => {
    clock.clearTimeout(timer);
    request.removeListener('data', take);
    request.socket.removeListener('close', cut);
    parts = [];
    resolve(result);
  };
  const timer = clock.setTimeout(() => end(failed('tooSlow')), withinMs);
  const cut = (): void => end(failed('badRequest'));
  const take = (part: Buffer): void => {
    length += part.length;
    if (length > bytes) end(failed('tooLarge'));
    else parts.push(part);
  };
  request.on('data', take);
  request.once('end', () => end(ok(Buffer.concat(parts))));
  request.once('error', cut);
  // Not of the request: it has none where its sender goes in the middle of its body.
  request.socket.once('close', cut);
  return promise;
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined: no JSON. */
export const parseJson = (bytes: Uint8Array): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(decoder.decode(bytes)) as unknown };
  } catch {
    // What the parser says quotes what was sent, and nobody is to read that.
    return undefined;
  }
};
