/**
 * A person as one text for the controller's database: facts in clear, card numbers as bytes, PINs sealed. Decides the form only; a text that
 * is not of this form is damage.
 */
import { Card } from '../../src/access/card.ts';
import type { Pin } from '../../src/access/pin.ts';
import { Fault } from '../../src/shared/faults.ts';
import type { GivenPerson } from '../../src/table/given-person.ts';
import type { SecretBox } from './secret-box.ts';

const form = 1;

interface PersonText {
  readonly form: typeof form;
  readonly pin?: string;
  readonly duressPin?: string;
  readonly cards: readonly { readonly form: 'bits' | 'text'; readonly length: number; readonly hex: string }[];
  readonly facts: Pick<GivenPerson, 'pinExempt' | 'validFromS' | 'validUntilS' | 'uses' | 'extendedTime' | 'offlinePriority'>;
}

const placeOf = (kind: 'pin' | 'duressPin', person: number): string => `doorpad/controller/${kind}/${person}`;

export const writePerson = (box: SecretBox, kept: GivenPerson): string => {
  const { person, pin, duressPin, cards, pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = kept;
  const sealed = (kind: 'pin' | 'duressPin', of: Pin): string => Buffer.from(box.sealPin(placeOf(kind, person), of)).toString('base64');
  const text: PersonText = {
    form,
    ...(pin && { pin: sealed('pin', pin) }),
    ...(duressPin && { duressPin: sealed('duressPin', duressPin) }),
    cards: cards.map((card) => ({ form: card.form, length: card.length, hex: Buffer.from(card.reveal()).toString('hex') })),
    facts: { pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority },
  };
  return JSON.stringify(text);
};

/** Throws a Fault `disk.damaged` for a PIN that this site key does not open: a person without their PIN would be another person. */
export const readPerson = (box: SecretBox, person: number, written: string): GivenPerson => {
  const { pin, duressPin, cards, facts } = JSON.parse(written) as PersonText;
  const opened = (kind: 'pin' | 'duressPin', sealed: string | undefined): Pin | undefined => {
    if (sealed === undefined) return undefined;
    const of = box.openPin(placeOf(kind, person), Uint8Array.from(Buffer.from(sealed, 'base64')));
    if (of === undefined) throw new Fault('disk.damaged', 'a PIN in the database was not sealed with the key of this site');
    return of;
  };
  const { pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = facts;
  return {
    person,
    pin: opened('pin', pin),
    duressPin: opened('duressPin', duressPin),
    cards: cards.map(({ form: kind, length, hex }) => new Card(kind, Uint8Array.from(Buffer.from(hex, 'hex')), length)),
    pinExempt,
    validFromS,
    validUntilS,
    uses,
    extendedTime,
    offlinePriority,
  };
};
