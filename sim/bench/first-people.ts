/** The cards that lie at the bench, and the people a new one has, so that somebody can enter before anybody has been made. Who else comes is the manager's. */
import { Card } from '../../src/access/card.ts';
import { Pin } from '../../src/access/pin.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { present } from '../../src/shared/assert.ts';
import { ok } from '../../src/shared/result.ts';
import type { ControllerStore } from '../controller/controller-store.ts';
import { PeopleDesk } from '../controller/people-desk.ts';
import { type KeptPerson, unnamed } from '../controller/person-record.ts';
import { bitsOfCard } from '../people.ts';

export interface TrayCard {
  readonly card: string;
  readonly label: string;
}

/** X is nobody's until somebody assigns it. */
export const tray: readonly TrayCard[] = [
  { card: 'A', label: 'Ada’s card' },
  { card: 'B', label: 'Bea’s fob' },
  { card: 'C', label: 'Cleo’s card' },
  { card: 'X', label: 'Unknown card' },
];

/** A short code with a leading zero, eight digits, and a card alone. */
const firstPeople = [
  { name: 'Ada', pin: '0417', card: 'A' },
  { name: 'Bea', pin: '86420975', card: 'B' },
  { name: 'Cleo', pin: undefined, card: 'C' },
] as const;

/** For whoever has just started it and wants to enter. */
export const firstPeopleWords = `A new bench knows ${firstPeople.map(({ name, pin }) => `${name} (${pin === undefined ? 'a card alone' : `card, and PIN ${pin}`})`).join(', ')}.`;

/** As a card reader reads a card of the bench. */
export const benchCard = (crypto: Crypto, name: string): Card => {
  const bits = bitsOfCard(crypto, name);
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return new Card('bits', Uint8Array.from(bytes), bits.length);
};

/** All of them in one commit. Rejects with a Fault when the store does. */
export const addFirstPeople = async (store: ControllerStore, crypto: Crypto, clock: Clock): Promise<void> => {
  const desk = new PeopleDesk({ store, crypto, clock, changed: () => undefined });
  const nothingElse = { duressPin: undefined, pinExempt: false, validFromS: undefined, validUntilS: undefined, uses: undefined };
  const everybody = firstPeople.map(({ name, pin, card }, at): KeptPerson => {
    const given = {
      ...nothingElse,
      person: at + 1,
      pin: pin === undefined ? undefined : present(Pin.from(pin), 'a PIN of the bench is one'),
      cards: [benchCard(crypto, card)],
      extendedTime: false,
      offlinePriority: false,
    };
    return { ...unnamed(given), name };
  });
  await desk.changeAll(async () => ok(everybody.map((after) => ({ before: undefined, after }))), { by: 'bench', isTrial: false });
};
