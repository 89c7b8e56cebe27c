/** The Crypto contract on node:crypto, and its store of imported keys. */
import { describe, expect, it } from 'vitest';
import { maxImportedKeys, NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { describeCrypto } from '../contracts/crypto.contract.ts';

describeCrypto('NodeCrypto', () => new NodeCrypto());

describe('NodeCrypto', () => {
  it('goes on verifying with more authorities than it keeps imported', () => {
    const crypto = new NodeCrypto();
    const message = Uint8Array.of(1, 2, 3);
    const authorities = Array.from({ length: maxImportedKeys + 2 }, () => crypto.newSigningKey());
    const signed = authorities.map(({ seed, publicKey }) => ({ publicKey, signature: crypto.sign(seed, message) }));
    for (let round = 0; round < 2; round++) {
      for (const { publicKey, signature } of signed) expect(crypto.verify(publicKey, message, signature)).toBe(true);
    }
  });
});
