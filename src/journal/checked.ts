/** A small fact with its check: a byte that flipped, and a value that moved to another key, are found (SECURITY C8). */
import type { Crypto } from '../ports/crypto.ts';
import type { Space } from '../ports/record-store.ts';

const checkBytes = 16;

/** value ‖ SHA-256(space ‖ 0 ‖ key ‖ value), cut to 16 bytes. */
export function seal(crypto: Pick<Crypto, 'sha256'>, space: Space, key: number, value: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(value.length + checkBytes);
  sealed.set(value);
  sealed.set(checkOf(crypto, space, key, value), value.length);
  return sealed;
}

/** The value, or undefined when it is not what was written under this key. Never throws. */
export function unseal(crypto: Pick<Crypto, 'sha256' | 'isEqual'>, space: Space, key: number, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < checkBytes) return undefined;
  const value = sealed.subarray(0, sealed.length - checkBytes);
  return crypto.isEqual(sealed.subarray(value.length), checkOf(crypto, space, key, value)) ? value : undefined;
}

function checkOf(crypto: Pick<Crypto, 'sha256'>, space: Space, key: number, value: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(`${space}\0`);
  const message = new Uint8Array(name.length + 8 + value.length);
  message.set(name);
  new DataView(message.buffer).setFloat64(name.length, key);
  message.set(value, name.length + 8);
  return crypto.sha256(message).subarray(0, checkBytes);
}
