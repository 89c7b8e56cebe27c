/** People as stories name them, and the signed table a controller would publish for them. */
import { Card } from '../src/access/card.ts';
import { Pin } from '../src/access/pin.ts';
import type { Crypto } from '../src/ports/crypto.ts';
import { assert, present } from '../src/shared/assert.ts';
import type { SecretBytes } from '../src/shared/secret-bytes.ts';
import { type Publisher, publishSnapshot } from '../src/table/publish.ts';
import type { Credential, PersonFacts } from '../src/table/record.ts';
import { cardTag, pinTag } from '../src/table/tags.ts';

export interface SimPerson {
  readonly name: string;
  readonly pin?: string | undefined;
  readonly duressPin?: string | undefined;
  /** Names of cards; a name with a `!` behind it is PIN-exempt. */
  readonly cards?: readonly string[] | undefined;
  /** ISO 8601, UTC. */
  readonly validFrom?: string | undefined;
  readonly validUntil?: string | undefined;
  readonly uses?: number | undefined;
  readonly extendedTime?: boolean | undefined;
  readonly offlinePriority?: boolean | undefined;
}

const cardBits = 32;

/** The 32 bits of a card that is only a name, the same in every story. */
export const bitsOfCard = (crypto: Crypto, name: string): string => {
  const hash = crypto.sha256(new TextEncoder().encode(`card ${name}`));
  return [...hash.subarray(0, cardBits / 8)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
};

const cardOf = (crypto: Crypto, name: string): Card => {
  const bytes = (bitsOfCard(crypto, name).match(/.{8}/g) ?? []).map((bits) => Number.parseInt(bits, 2));
  return new Card('bits', Uint8Array.from(bytes), cardBits);
};

/** What the table says of a person; `person` is their number, from 1. */
export const factsOf = (crypto: Crypto, tableKey: SecretBytes, person: number, their: SimPerson): PersonFacts => {
  const pin = (digits: string): bigint => pinTag(crypto, tableKey, present(Pin.from(digits), `a PIN of ${their.name} is 4 to 8 digits`));
  const credentials: Credential[] = [
    ...(their.pin === undefined ? [] : [{ kind: 'pin', pinExempt: false, tag: pin(their.pin) } as const]),
    ...(their.duressPin === undefined ? [] : [{ kind: 'duressPin', pinExempt: false, tag: pin(their.duressPin) } as const]),
    ...(their.cards ?? []).map((card): Credential => {
      const pinExempt = card.endsWith('!');
      const name = pinExempt ? card.slice(0, -1) : card;
      return { kind: 'card', pinExempt, tag: cardTag(crypto, tableKey, cardOf(crypto, name)) };
    }),
  ];
  return {
    person,
    validFromS: secondsOf(their.validFrom),
    validUntilS: secondsOf(their.validUntil),
    uses: their.uses === undefined ? undefined : { limit: their.uses, serial: 1 },
    extendedTime: their.extendedTime ?? false,
    offlinePriority: their.offlinePriority ?? false,
    credentials,
  };
};

const secondsOf = (iso: string | undefined): number | undefined => {
  if (iso === undefined) return undefined;
  const ms = Date.parse(iso);
  assert(Number.isFinite(ms), 'a date is written in ISO 8601');
  return Math.floor(ms / 1000);
};

/** A whole signed table of these people, numbered by their place. */
export const tableOf = (publisher: Publisher, version: number, people: readonly (SimPerson | undefined)[]): Uint8Array => {
  const facts = people.flatMap((person, index) => (person === undefined ? [] : [factsOf(publisher.crypto, publisher.tableKey, index + 1, person)]));
  const published = publishSnapshot(publisher, { version, revocation: 0, people: facts });
  assert(published.ok, 'no two people of a story share a PIN or a card');
  return published.value.file;
};
