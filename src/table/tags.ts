/**
 * From what a person presents to the number the table is searched by, and the keys beside it. The table key makes tags;
 * everything else that is keyed uses a key of its own, derived from it (docs/table-profile.md §2). Which tags exist, and
 * whose they are, is the table's.
 */
import type { Card } from '../access/card.ts';
import type { Pin } from '../access/pin.ts';
import type { Crypto } from '../ports/crypto.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';

/** First byte of what is signed, so that a PIN, a card of bits and a card of text never share a tag by construction. */
const tagKinds = { pin: 1, cardBits: 2, cardText: 3 } as const;

const ascii = new TextEncoder();

/** The tag of a PIN, 0..2^64-1. Duress PINs are tagged the same way, so that one look-up finds either. */
export const pinTag = (crypto: Crypto, tableKey: SecretBytes, pin: Pin): bigint =>
  tagOf(crypto, tableKey, Uint8Array.of(tagKinds.pin, ...ascii.encode(pin.reveal())));

/** The tag of a card that was read whole, 0..2^64-1. The number of bits is part of it: 26 bits never match 32 bits that begin alike. */
export const cardTag = (crypto: Crypto, tableKey: SecretBytes, card: Card): bigint =>
  tagOf(
    crypto,
    tableKey,
    card.form === 'text'
      ? Uint8Array.of(tagKinds.cardText, ...card.reveal())
      : Uint8Array.of(tagKinds.cardBits, card.length >> 8, card.length & 0xff, ...card.reveal()),
  );

const tagOf = (crypto: Crypto, tableKey: SecretBytes, message: Uint8Array): bigint => {
  const mac = crypto.hmacSha256(tableKey, message);
  return new DataView(mac.buffer, mac.byteOffset).getBigUint64(0);
};

/** What protects the table's bytes on disk and names its content. Neither finds anybody: the main thread needs no other key to look up by tag. */
export interface TableKeys {
  /** Makes the integrity code of each record and the leaves of the content hash. */
  readonly integrity: SecretBytes;
  /** Makes the code of the state fact. */
  readonly seal: SecretBytes;
}

export const deriveTableKeys = (crypto: Crypto, tableKey: SecretBytes): TableKeys => ({
  integrity: new SecretBytes(crypto.hmacSha256(tableKey, ascii.encode('doorpad/table/integrity'))),
  seal: new SecretBytes(crypto.hmacSha256(tableKey, ascii.encode('doorpad/table/seal'))),
});
