/**
 * The numbers by which a controller finds PINs and cards without opening them: as in a reader's table, under a key of the site that is derived
 * from the site key and never leaves this program. Without that key they tell nothing (a copy of the database is not enough to guess PINs).
 */
import type { Card } from '../../src/access/card.ts';
import type { Pin } from '../../src/access/pin.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { factsOf, type GivenPerson } from '../../src/table/given-person.ts';
import type { CredentialKind } from '../../src/table/record.ts';
import { cardTag, pinTag } from '../../src/table/tags.ts';

const purpose = new TextEncoder().encode('doorpad/controller/credential-tags');

export interface TaggedCredential {
  readonly kind: CredentialKind;
  readonly tag: string;
}

/** 16 hexadecimal digits. */
const textOf = (tag: bigint): string => tag.toString(16).padStart(16, '0');

export class CredentialTags {
  /** For comparing many at once, as a reader's table key is. */
  readonly key: SecretBytes;
  readonly #crypto: Crypto;

  constructor(crypto: Crypto, siteKey: SecretBytes) {
    this.#crypto = crypto;
    this.key = new SecretBytes(crypto.hmacSha256(siteKey, purpose));
  }

  /** The same for a duress PIN: nobody has the one where somebody has the other. */
  pin(pin: Pin): string {
    return textOf(pinTag(this.#crypto, this.key, pin));
  }

  card(card: Card): string {
    return textOf(cardTag(this.#crypto, this.key, card));
  }

  /** In the order PIN, duress PIN, cards as given. */
  of(given: GivenPerson): readonly TaggedCredential[] {
    return factsOf(this.#crypto, this.key, given).credentials.map(({ kind, tag }) => ({ kind, tag: textOf(tag) }));
  }
}
