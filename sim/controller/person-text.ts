/**
 * A person as one text for the controller's database: facts in clear, PINs and card numbers sealed. Decides the form only; a text that
 * is not of this form is damage.
 */
import { Card } from '../../src/access/card.ts';
import type { Pin } from '../../src/access/pin.ts';
import { Fault } from '../../src/shared/faults.ts';
import type { GivenPerson } from '../../src/table/given-person.ts';
import type { SecretBox } from './secret-box.ts';

/** In form 1 card numbers stood in clear; it is read, and not written. */
const form = 2;

interface PersonText {
  readonly form: number;
  readonly pin?: string;
  readonly duressPin?: string;
  readonly cards: readonly CardText[];
  readonly facts: Pick<GivenPerson, 'pinExempt' | 'validFromS' | 'validUntilS' | 'uses' | 'extendedTime' | 'offlinePriority'>;
}

interface CardText {
  readonly form: Card['form'];
  readonly length: number;
  readonly sealed?: string;
  readonly hex?: string;
}

const placeOf = (kind: 'pin' | 'duressPin' | 'card', person: number): string => `doorpad/controller/${kind}/${person}`;

export const writePerson = (box: SecretBox, kept: GivenPerson): string => {
  const { person, pin, duressPin, cards, pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = kept;
  const sealed = (kind: 'pin' | 'duressPin', of: Pin): string => base64Of(box.sealPin(placeOf(kind, person), of));
  const text: PersonText = {
    form,
    ...(pin && { pin: sealed('pin', pin) }),
    ...(duressPin && { duressPin: sealed('duressPin', duressPin) }),
    cards: cards.map((card) => ({ form: card.form, length: card.length, sealed: base64Of(box.sealCard(placeOf('card', person), card)) })),
    facts: { pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority },
  };
  return JSON.stringify(text);
};

/** Throws a Fault `disk.damaged` for a PIN or a card that this site key does not open: a person without them would be another person. */
export const readPerson = (box: SecretBox, person: number, written: string): GivenPerson => {
  const { pin, duressPin, cards, facts } = JSON.parse(written) as PersonText;
  const pinOf = (kind: 'pin' | 'duressPin', sealed: string | undefined): Pin | undefined => {
    if (sealed === undefined) return undefined;
    return opened(box.openPin(placeOf(kind, person), bytesOf(sealed)));
  };
  const cardOf = ({ form: kind, length, sealed, hex }: CardText): Card =>
    sealed === undefined
      ? new Card(kind, Uint8Array.from(Buffer.from(hex ?? '', 'hex')), length)
      : opened(box.openCard(placeOf('card', person), bytesOf(sealed), kind, length));
  const { pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = facts;
  return {
    person,
    pin: pinOf('pin', pin),
    duressPin: pinOf('duressPin', duressPin),
    cards: cards.map(cardOf),
    pinExempt,
    validFromS,
    validUntilS,
    uses,
    extendedTime,
    offlinePriority,
  };
};

const opened = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Fault('disk.damaged', 'a PIN or card in the database was not sealed with the key of this site');
  return value;
};

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
