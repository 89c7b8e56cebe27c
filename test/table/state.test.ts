/** The state fact: comes back as sealed, and only in the layout this program writes. */
import { describe, expect, it } from 'vitest';
import { type InForce, openState, sealState } from '../../src/table/state.ts';
import { deriveTableKeys } from '../../src/table/tags.ts';
import { crypto, publisher } from './site.ts';

const keys = deriveTableKeys(crypto, publisher.tableKey);
const state: InForce = {
  version: 4_294_967_295,
  contentHash: new Uint8Array(32).fill(7),
  persons: 250_000,
  credentials: 1_000_000,
  revocation: 9,
  includedRevocation: 3,
  revoked: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 9),
};
const resealed = (change: (bytes: Uint8Array) => Uint8Array): Uint8Array => {
  const sealed = sealState(crypto, keys, state);
  const bytes = change(sealed.slice(0, -8));
  return Buffer.concat([bytes, crypto.hmacSha256(keys.seal, bytes).subarray(0, 8)]);
};

describe('the state', () => {
  it('comes back as it was sealed', () => {
    expect(openState(crypto, keys, sealState(crypto, keys, state))).toEqual(state);
    expect(
      openState(
        crypto,
        keys,
        resealed((bytes) => bytes),
      ),
    ).toEqual(state);
  });

  it('of another layout, or with part of an entry, is not taken for this one', () => {
    expect(
      openState(
        crypto,
        keys,
        resealed((bytes) => bytes.with(0, 2)),
      ),
    ).toBeUndefined();
    expect(
      openState(
        crypto,
        keys,
        resealed((bytes) => bytes.slice(0, -1)),
      ),
    ).toBeUndefined();
    expect(
      openState(
        crypto,
        keys,
        resealed((bytes) => bytes.slice(0, 20)),
      ),
    ).toBeUndefined();
  });

  it('sealed under another key is refused', () => {
    expect(openState(crypto, { ...keys, seal: keys.integrity }, sealState(crypto, keys, state))).toBeUndefined();
  });
});
