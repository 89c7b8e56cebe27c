/**
 * A person as a controller keeps them: credentials as they were given, and what the table says of them at one reader. Decides which of a
 * person's credentials count no longer after a change; who may change whom is the caller's.
 */
import type { Card } from '../../src/access/card.ts';
import type { Pin } from '../../src/access/pin.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import type { PersonFacts } from '../../src/table/record.ts';
import type { Revoked } from '../../src/table/revocations.ts';
import { cardTag, pinTag } from '../../src/table/tags.ts';

export interface KeptPerson {
  /** 1..2^32-1. */
  readonly person: number;
  readonly pin: Pin | undefined;
  readonly duressPin: Pin | undefined;
  /** At most 16. */
  readonly cards: readonly Card[];
  readonly pinExempt: boolean;
  /** Seconds since 1970. */
  readonly validFromS: number | undefined;
  readonly validUntilS: number | undefined;
  readonly uses: { readonly limit: number; readonly serial: number } | undefined;
  readonly extendedTime: boolean;
  readonly offlinePriority: boolean;
}

/** One person before and after; undefined: not there. */
export interface KeptChange {
  readonly before: KeptPerson | undefined;
  readonly after: KeptPerson | undefined;
}

/** What the table of a reader with this key says of them. */
export const factsOf = (crypto: Crypto, tableKey: SecretBytes, kept: KeptPerson): PersonFacts => {
  const { person, pin, duressPin, cards, pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = kept;
  const pinOf = (kind: 'pin' | 'duressPin', of: Pin | undefined): PersonFacts['credentials'] =>
    of === undefined ? [] : [{ kind, tag: pinTag(crypto, tableKey, of), pinExempt: false }];
  const credentials = [
    ...pinOf('pin', pin),
    ...pinOf('duressPin', duressPin),
    ...cards.map((card) => ({ kind: 'card', tag: cardTag(crypto, tableKey, card), pinExempt }) as const),
  ];
  return { person, validFromS, validUntilS, uses, extendedTime, offlinePriority, credentials };
};

/** What a change takes away. */
export interface Withdrawn {
  /** The person themselves, with whatever they have. */
  readonly isWhole: boolean;
  /** With no other credentials than those that count no more. */
  readonly from: KeptPerson;
}

/** Undefined: nothing is taken away. `isSame` compares credentials without showing them. */
export const withdrawnBy = ({ before, after }: KeptChange, isSame: SameCredential): Withdrawn | undefined => {
  if (before === undefined) return undefined;
  if (after === undefined) return { isWhole: true, from: { ...before, pin: undefined, duressPin: undefined, cards: [] } };
  const pinsAfter = [after.pin, after.duressPin];
  const gone = (pin: Pin | undefined): Pin | undefined =>
    pin === undefined || pinsAfter.some((other) => other !== undefined && isSame.pin(pin, other)) ? undefined : pin;
  const [pin, duressPin] = [gone(before.pin), gone(before.duressPin)];
  const cards = before.cards.filter((card) => !after.cards.some((other) => isSame.card(card, other)));
  if (pin === undefined && duressPin === undefined && cards.length === 0) return undefined;
  return { isWhole: false, from: { ...before, pin, duressPin, cards } };
};

/** As a reader with this table key is told of it. */
export const revokedOf = (crypto: Crypto, tableKey: SecretBytes, { isWhole, from }: Withdrawn): readonly Revoked[] =>
  isWhole ? [{ kind: 'person', person: from.person }] : factsOf(crypto, tableKey, from).credentials.map(({ tag }) => ({ kind: 'tag', tag }));

export interface SameCredential {
  pin(left: Pin, right: Pin): boolean;
  card(left: Card, right: Card): boolean;
}

/** By their tags under one key, which may be anybody's: equal tags, equal credentials. */
export const sameByTag = (crypto: Crypto, key: SecretBytes): SameCredential => ({
  pin: (left, right) => pinTag(crypto, key, left) === pinTag(crypto, key, right),
  card: (left, right) => cardTag(crypto, key, left) === cardTag(crypto, key, right),
});
