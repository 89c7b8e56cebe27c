/**
 * A person as they are given to whoever makes a table: with their PINs and cards, where a table has tags. Decides what a reader's table says
 * of them; who may be given, and whether two share a credential, is the giver's.
 */
import type { Card } from '../access/card.ts';
import type { Pin } from '../access/pin.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { Credential, PersonFacts } from './record.ts';
import { cardTag, pinTag } from './tags.ts';

export interface GivenPerson {
  /** 1..2^32-1. */
  readonly person: number;
  readonly pin: Pin | undefined;
  readonly duressPin: Pin | undefined;
  /** At most 16. */
  readonly cards: readonly Card[];
  /** Of all their cards. */
  readonly pinExempt: boolean;
  /** Seconds since 1970, as in a record. */
  readonly validFromS: number | undefined;
  readonly validUntilS: number | undefined;
  readonly uses: { readonly limit: number; readonly serial: number } | undefined;
  readonly extendedTime: boolean;
  readonly offlinePriority: boolean;
}

/** What the table of the reader with this key says of them. Credentials in the order PIN, duress PIN, cards as given. */
export const factsOf = (crypto: Crypto, tableKey: SecretBytes, given: GivenPerson): PersonFacts => {
  const { person, pin, duressPin, cards, pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = given;
  const pinOf = (kind: 'pin' | 'duressPin', of: Pin | undefined): readonly Credential[] =>
    of === undefined ? [] : [{ kind, tag: pinTag(crypto, tableKey, of), pinExempt: false }];
  const credentials = [
    ...pinOf('pin', pin),
    ...pinOf('duressPin', duressPin),
    ...cards.map((card): Credential => ({ kind: 'card', tag: cardTag(crypto, tableKey, card), pinExempt })),
  ];
  return { person, validFromS, validUntilS, uses, extendedTime, offlinePriority, credentials };
};
