/**
 * The one fact that says what is in force: which version, its content hash, its counts, and who was revoked since. It lies
 * on disk under a code of its own and is read with every look-up, so that a byte flipped in it finds nobody.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { TableState } from '../ports/table-store.ts';
import { codeBytes, hashBytes } from './content.ts';
import { viewOf } from './record.ts';
import { isPacked } from './revocations.ts';
import type { TableKeys } from './tags.ts';

export interface InForce extends TableState {
  /** Revocations up to this number are in the version itself. */
  readonly includedRevocation: number;
  /** Those above it, packed as revocations.ts does. */
  readonly revoked: Uint8Array;
}

const layout = 1;
const at = {
  layout: 0,
  version: 1,
  persons: 5,
  credentials: 9,
  revocation: 13,
  includedRevocation: 17,
  contentHash: 21,
  revoked: 53,
} as const;

export const sealState = (crypto: Crypto, keys: TableKeys, state: InForce): Uint8Array => {
  const bytes = new Uint8Array(at.revoked + state.revoked.length + codeBytes);
  const view = viewOf(bytes);
  view.setUint8(at.layout, layout);
  view.setUint32(at.version, state.version);
  view.setUint32(at.persons, state.persons);
  view.setUint32(at.credentials, state.credentials);
  view.setUint32(at.revocation, state.revocation);
  view.setUint32(at.includedRevocation, state.includedRevocation);
  bytes.set(state.contentHash, at.contentHash);
  bytes.set(state.revoked, at.revoked);
  bytes.set(codeOf(crypto, keys, bytes), bytes.length - codeBytes);
  return bytes;
};

/** What was sealed, or undefined when the bytes are not what was written. */
export const openState = (crypto: Crypto, keys: TableKeys, bytes: Uint8Array): InForce | undefined => {
  if (bytes.length < at.revoked + codeBytes) return undefined;
  const end = bytes.length - codeBytes;
  if (!crypto.isEqual(codeOf(crypto, keys, bytes), bytes.subarray(end))) return undefined;
  const revoked = new Uint8Array(bytes.subarray(at.revoked, end));
  if (bytes[at.layout] !== layout || !isPacked(revoked)) return undefined;
  const view = viewOf(bytes);
  return {
    version: view.getUint32(at.version),
    persons: view.getUint32(at.persons),
    credentials: view.getUint32(at.credentials),
    revocation: view.getUint32(at.revocation),
    includedRevocation: view.getUint32(at.includedRevocation),
    contentHash: new Uint8Array(bytes.subarray(at.contentHash, at.contentHash + hashBytes)),
    revoked,
  };
};

/** Of everything before the last 8 bytes, which are where it goes. */
const codeOf = (crypto: Crypto, keys: TableKeys, bytes: Uint8Array): Uint8Array =>
  crypto.hmacSha256(keys.seal, bytes.subarray(0, bytes.length - codeBytes)).subarray(0, codeBytes);
