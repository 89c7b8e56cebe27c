/**
 * A person at the controller, before a change and after it. Decides which of their credentials count no longer; who may change whom is the
 * caller's.
 */
import type { Card } from '../../src/access/card.ts';
import type { Pin } from '../../src/access/pin.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { factsOf, type GivenPerson } from '../../src/table/given-person.ts';
import type { Revoked } from '../../src/table/revocations.ts';
import { cardTag, pinTag } from '../../src/table/tags.ts';

/** One person before and after; undefined: not there. */
export interface KeptChange {
  readonly before: GivenPerson | undefined;
  readonly after: GivenPerson | undefined;
}

/** What a change takes away. */
export interface Withdrawn {
  /** The person themselves, with whatever they have. */
  readonly isWhole: boolean;
  /** With no other credentials than those that count no more. */
  readonly from: GivenPerson;
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
