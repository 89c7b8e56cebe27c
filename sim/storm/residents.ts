/** The people of a storm, of every kind a record can hold, and how they change. Pure chance from a seed; who may enter is the oracle's. */
import { maxPinLength, minPinLength } from '../../src/access/pin.ts';
import type { SimPerson } from '../people.ts';
import type { Random } from '../random.ts';

export interface Resident extends SimPerson {
  /** 1 and up; never given twice. */
  readonly number: number;
  /** Which allowance of uses this is. */
  readonly serial: number;
}

/** What a hand of the storm must never type by accident: no PIN is made of one digit only. */
export const floodDigit = '1';
/** A storm needs somebody to enter. */
const leastPeople = 4;
const hourMs = 3_600_000;

export class Residents {
  readonly #random: Random;
  readonly #wallMs: number;
  readonly #hours: number;
  readonly #takenPins = new Set<string>();
  #numbers = 0;
  #cards = 0;
  #people: readonly Resident[] = [];

  /** Dates lie around the `hours` from `wallMs` on. */
  constructor(random: Random, wallMs: number, hours: number) {
    this.#random = random;
    this.#wallMs = wallMs;
    this.#hours = hours;
    for (let missing = random.between(leastPeople + 2, 20); missing > 0; missing--) this.#enrol();
  }

  get people(): readonly Resident[] {
    return this.#people;
  }

  /** PINs that belong to somebody, or did. */
  get everyPin(): ReadonlySet<string> {
    return this.#takenPins;
  }

  /** Some of them come, go, or change. */
  change(): void {
    const random = this.#random;
    for (let changes = random.between(1, 3); changes > 0; changes--) {
      const other = random.pick(this.#people);
      const change = random.pick([
        () => this.#enrol(),
        () => this.remove(other.number),
        () => this.#replace({ ...other, ...this.#allowance(), serial: other.serial + 1 }),
        () => this.#replace({ ...other, pin: this.newPin(), duressPin: undefined }),
        () => this.#replace({ ...other, cards: this.#someCards(), ...this.#dates() }),
      ]);
      change();
    }
  }

  /** Unless they are among the last few. */
  remove(number: number): void {
    if (this.#people.length <= leastPeople) return;
    this.#people = this.#people.filter((person) => person.number !== number);
  }

  /** Digits nobody has had: 4 to 8, leading zeros as likely as any. */
  newPin(): string {
    const random = this.#random;
    for (;;) {
      const length = random.chance(0.3) ? maxPinLength : random.between(minPinLength, maxPinLength);
      const first = random.chance(0.3) ? '0' : String(random.int(10));
      const pin = first + Array.from({ length: length - 1 }, () => random.int(10)).join('');
      if (this.#takenPins.has(pin) || new Set(pin).size === 1) continue;
      this.#takenPins.add(pin);
      return pin;
    }
  }

  #enrol(): void {
    const random = this.#random;
    this.#numbers += 1;
    const hasPin = random.chance(0.85);
    this.#people = [
      ...this.#people,
      {
        number: this.#numbers,
        name: `p${this.#numbers}`,
        serial: 1,
        pin: hasPin ? this.newPin() : undefined,
        duressPin: random.chance(0.2) ? this.newPin() : undefined,
        cards: random.chance(0.85) ? this.#someCards() : [],
        extendedTime: random.chance(0.2),
        offlinePriority: random.chance(0.3),
        ...this.#allowance(),
        ...this.#dates(),
      },
    ];
  }

  #replace(person: Resident): void {
    this.#people = this.#people.map((each) => (each.number === person.number ? person : each));
  }

  #someCards(): readonly string[] {
    return Array.from({ length: this.#random.between(1, 3) }, () => {
      this.#cards += 1;
      return `card ${this.#cards}${this.#random.chance(0.15) ? '!' : ''}`;
    });
  }

  #allowance(): { readonly uses: number | undefined } {
    return { uses: this.#random.chance(0.3) ? this.#random.between(1, 4) : undefined };
  }

  #dates(): { readonly validFrom: string | undefined; readonly validUntil: string | undefined } {
    const random = this.#random;
    const some = (): string => new Date(this.#wallMs + random.between(-1, this.#hours + 1) * hourMs).toISOString();
    return { validFrom: random.chance(0.15) ? some() : undefined, validUntil: random.chance(0.15) ? some() : undefined };
  }
}

/** A card's name without the mark that its holder needs no PIN. */
export const nameOfCard = (card: string): string => (card.endsWith('!') ? card.slice(0, -1) : card);

/** Who of these holds the card of this name; undefined: nobody. */
export const holderOfCard = (people: readonly Resident[], card: string): { readonly person: Resident; readonly isExempt: boolean } | undefined => {
  for (const person of people) {
    const held = person.cards?.find((each) => nameOfCard(each) === card);
    if (held !== undefined) return { person, isExempt: held.endsWith('!') };
  }
  return undefined;
};
