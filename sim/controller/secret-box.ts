/**
 * What a controller keeps on disk and nobody else may read there: PINs, card numbers, keys, the authority's seed, and texts that may hold any of them, sealed with AES-256-GCM under the
 * site key. Decides the form of a sealed value; where the site key itself lies is its owner's.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Card } from '../../src/access/card.ts';
import { Pin } from '../../src/access/pin.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { assert } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';

const siteKeyBytes = 32;
const algorithm = 'aes-256-gcm';
/** NIST SP 800-38D §8.2: 96 bits, random; good for 2^32 values under one key. */
const nonceBytes = 12;
const tagBytes = 16;

export class SecretBox {
  readonly #crypto: Crypto;
  readonly #siteKey: SecretBytes;

  constructor(crypto: Crypto, siteKey: SecretBytes) {
    assert(siteKey.length === siteKeyBytes, `a site key has ${siteKeyBytes} bytes`);
    this.#crypto = crypto;
    this.#siteKey = siteKey;
  }

  /** Nonce, tag, and the value encrypted. `place` is where it belongs: elsewhere it cannot be opened. */
  sealKey(place: string, key: SecretBytes): Uint8Array {
    return this.#seal(place, key.reveal());
  }

  sealPin(place: string, pin: Pin): Uint8Array {
    return this.#seal(place, new TextEncoder().encode(pin.reveal()));
  }

  sealCard(place: string, card: Card): Uint8Array {
    return this.#seal(place, card.reveal());
  }

  sealText(place: string, text: string): Uint8Array {
    return this.#seal(place, new TextEncoder().encode(text));
  }

  /** Undefined: sealed under another key or for another place, or not what was written. */
  openKey(place: string, sealed: Uint8Array): SecretBytes | undefined {
    const bytes = this.#open(place, sealed);
    const key = bytes && new SecretBytes(bytes);
    bytes?.fill(0);
    return key;
  }

  openPin(place: string, sealed: Uint8Array): Pin | undefined {
    const bytes = this.#open(place, sealed);
    return bytes && Pin.from(new TextDecoder().decode(bytes));
  }

  /** `form` and `length` are as they were. */
  openCard(place: string, sealed: Uint8Array, form: Card['form'], length: number): Card | undefined {
    const bytes = this.#open(place, sealed);
    return bytes && new Card(form, bytes, length);
  }

  openText(place: string, sealed: Uint8Array): string | undefined {
    const bytes = this.#open(place, sealed);
    return bytes && new TextDecoder().decode(bytes);
  }

  #seal(place: string, plain: Uint8Array): Uint8Array {
    const nonce = this.#crypto.randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#siteKey.reveal(), nonce).setAAD(Buffer.from(place));
    const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Uint8Array.from(Buffer.concat([nonce, cipher.getAuthTag(), encrypted]));
  }

  #open(place: string, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv(algorithm, this.#siteKey.reveal(), sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
    } catch {
      // The tag is wrong: whatever the bytes are, they are not the value.
      return undefined;
    }
  }
}
