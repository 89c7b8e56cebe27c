/** The Crypto port on node:crypto. Which keys exist, and what is signed, is for table/ and osdp/ to say. */
import * as node from 'node:crypto';
import type { Aes128, Crypto } from '../ports/crypto.ts';
import { assert } from '../shared/assert.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import { NodeAes128 } from './node-aes.ts';

/** Longest single draw of random bytes. */
const maxRandomBytes = 65_536;
/** Public keys kept imported: a reader pins one authority and, while it is rotated, a second. */
export const maxImportedKeys = 4;

const keyBytes = 32;
const signatureBytes = 64;
/** What stands before a raw Ed25519 key in DER: PKCS #8 and SubjectPublicKeyInfo (RFC 8410 §7 and §4). */
const seedPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** Of SHA-256 (FIPS 180-4). */
const blockBytes = 64;
const digestBytes = 32;

export class NodeCrypto implements Crypto {
  /** By the hexadecimal of the key, oldest first: an import costs a third of a verification. */
  readonly #imported = new Map<string, node.KeyObject>();

  sha256(message: Uint8Array): Uint8Array {
    return node.hash('sha256', message, 'buffer');
  }

  /**
   * RFC 2104 over two one-shot hashes: 1.1 µs where createHmac with its KeyObject takes 3.4, and applying a table asks for
   * one HMAC a person. No copy of the key outlives the call, so that `wipe()` misses none.
   */
  hmacSha256(key: SecretBytes, message: Uint8Array): Uint8Array {
    const short = key.length > blockBytes ? this.sha256(key.reveal()) : key.reveal();
    const inner = padded(short, 0x36, message.length);
    inner.set(message, blockBytes);
    const outer = padded(short, 0x5c, digestBytes);
    outer.write(node.hash('sha256', inner, 'binary'), blockBytes, 'binary');
    const mac = Buffer.from(node.hash('sha256', outer, 'binary'), 'binary');
    inner.fill(0, 0, blockBytes);
    outer.fill(0, 0, blockBytes);
    return mac;
  }

  aes128(key: SecretBytes): Aes128 {
    return new NodeAes128(key.reveal());
  }

  randomBytes(length: number): Uint8Array {
    assert(length >= 1 && length <= maxRandomBytes, `random bytes come 1..${maxRandomBytes} at a time`);
    return node.randomBytes(length);
  }

  isEqual(left: Uint8Array, right: Uint8Array): boolean {
    return left.length === right.length && node.timingSafeEqual(left, right);
  }

  newSigningKey(): { readonly seed: SecretBytes; readonly publicKey: Uint8Array } {
    const seedBytes = node.randomBytes(keyBytes);
    const seed = new SecretBytes(seedBytes);
    seedBytes.fill(0);
    const der = node.createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' });
    return { seed, publicKey: Uint8Array.from(der.subarray(publicKeyPrefix.length)) };
  }

  sign(seed: SecretBytes, message: Uint8Array): Uint8Array {
    return node.sign(null, message, privateKeyOf(seed));
  }

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== keyBytes || signature.length !== signatureBytes) return false;
    try {
      return node.verify(null, message, this.#publicKeyOf(publicKey), signature);
    } catch {
      // A key or signature that is none gets a plain no from OpenSSL; should it ever throw instead, nothing has been verified either.
      return false;
    }
  }

  #publicKeyOf(raw: Uint8Array): node.KeyObject {
    const name = Buffer.from(raw).toString('hex');
    const known = this.#imported.get(name);
    if (known !== undefined) return known;
    const key = node.createPublicKey({ key: Buffer.concat([publicKeyPrefix, raw]), format: 'der', type: 'spki' });
    for (const oldest of this.#imported.keys()) {
      if (this.#imported.size < maxImportedKeys) break;
      this.#imported.delete(oldest);
    }
    this.#imported.set(name, key);
    return key;
  }
}

function privateKeyOf(seed: SecretBytes): node.KeyObject {
  assert(seed.length === keyBytes, `a signing seed has ${keyBytes} bytes`);
  const der = Buffer.concat([seedPrefix, seed.reveal()]);
  try {
    return node.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** A block of the key, padded with zeros and combined with `pad`, and room for `moreBytes` behind it. */
const padded = (key: Uint8Array, pad: number, moreBytes: number): Buffer => {
  const block = Buffer.allocUnsafe(blockBytes + moreBytes);
  for (let at = 0; at < blockBytes; at += 1) block[at] = (key[at] ?? 0) ^ pad;
  return block;
};
