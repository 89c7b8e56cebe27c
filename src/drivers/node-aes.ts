/**
 * AES-128 on node:crypto with ciphers that live as long as their key: making one takes 18 µs, a call to one 0.7. What the blocks mean
 * is for osdp/ to say.
 */
import * as node from 'node:crypto';
import type { Aes128 } from '../ports/crypto.ts';
import { assert } from '../shared/assert.ts';

const blockBytes = 16;
const keyBytes = 16;
const noIv = new Uint8Array(blockBytes);

export class NodeAes128 implements Aes128 {
  readonly #key: node.KeyObject;
  #ecb: node.Cipheriv | undefined;
  #encrypting: Chained | undefined;
  #decrypting: Chained | undefined;

  constructor(key: Uint8Array) {
    assert(key.length === keyBytes, `an AES-128 key has ${keyBytes} bytes`);
    this.#key = node.createSecretKey(key);
  }

  encryptBlock(block: Uint8Array): Uint8Array {
    assert(block.length === blockBytes, `a block has ${blockBytes} bytes`);
    this.#ecb ??= node.createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    return this.#ecb.update(block);
  }

  encryptCbc(iv: Uint8Array, blocks: Uint8Array): Uint8Array {
    assertShapes(iv, blocks);
    this.#encrypting ??= new Chained(node.createCipheriv('aes-128-cbc', this.#key, noIv).setAutoPadding(false));
    const { cipher, last } = this.#encrypting;
    const plain = new Uint8Array(blocks);
    combine(plain, iv, last);
    const result = cipher.update(plain);
    last.set(result.subarray(-blockBytes));
    return result;
  }

  decryptCbc(iv: Uint8Array, blocks: Uint8Array): Uint8Array {
    assertShapes(iv, blocks);
    this.#decrypting ??= new Chained(node.createDecipheriv('aes-128-cbc', this.#key, noIv).setAutoPadding(false));
    const { cipher, last } = this.#decrypting;
    const result = cipher.update(blocks);
    combine(result, iv, last);
    last.set(blocks.subarray(-blockBytes));
    return result;
  }
}

/**
 * A CBC cipher that is never ended goes on from the last block it was given or gave. With that block known, the first block of
 * the next message takes it out again and puts the message's own start in.
 */
class Chained {
  readonly cipher: node.Cipheriv | node.Decipheriv;
  /** The cipher text the next message would be chained to. */
  readonly last = new Uint8Array(blockBytes);

  constructor(cipher: node.Cipheriv | node.Decipheriv) {
    this.cipher = cipher;
  }
}

const combine = (first: Uint8Array, iv: Uint8Array, last: Uint8Array): void => {
  for (let at = 0; at < blockBytes; at += 1) first[at] = (first[at] as number) ^ (iv[at] as number) ^ (last[at] as number);
};

const assertShapes = (iv: Uint8Array, blocks: Uint8Array): void => {
  assert(iv.length === blockBytes, `CBC starts from ${blockBytes} bytes`);
  assert(blocks.length > 0 && blocks.length % blockBytes === 0, `CBC takes whole blocks of ${blockBytes} bytes`);
};
