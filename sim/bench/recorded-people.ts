/**
 * The people of a recording as a story has them (docs/scenarios.md): names, facts, and the steps that a change of theirs becomes. Decides which
 * changes a story can tell; when they happened is recorder.ts's.
 */
import type { Pin } from '../../src/access/pin.ts';
import type { GivenPerson } from '../../src/table/given-person.ts';

export interface RecordedPerson {
  readonly given: GivenPerson;
  /** As people call them; empty: nobody has said. */
  readonly name: string;
  /** Names of their cards. */
  readonly cards: readonly string[];
}

/** In a story, by their numbers. */
export type StoryNames = ReadonlyMap<number, string>;

/** A name that a story takes for each: letters, digits, `_`, `'` and `-`, no two the same. */
export const namesOf = (people: readonly RecordedPerson[]): StoryNames => {
  const names = new Map<number, string>();
  const taken = new Set<string>();
  for (const { given, name } of people) {
    const plain = name.replaceAll(/[^\p{L}\p{M}\p{N}_'-]/gu, '_').slice(0, 20);
    const wanted = /^\p{L}/u.test(plain) ? plain : `person-${given.person}`;
    const own = taken.has(wanted) ? `${wanted}-${given.person}` : wanted;
    taken.add(own);
    names.set(given.person, own);
  }
  return names;
};

/** As it stands behind `people.NAME =`. */
export const personText = (person: RecordedPerson): string => {
  const { pin } = person.given;
  return `{ ${[...(pin === undefined ? [] : [`pin = "${digitsOf(pin)}"`]), ...otherFacts(person)].join(', ')} }`;
};

/** All but their PIN. */
const otherFacts = ({ given, cards }: RecordedPerson): readonly string[] => {
  const { duressPin, pinExempt, validFromS, validUntilS, uses, extendedTime, offlinePriority } = given;
  const moment = (seconds: number): string => JSON.stringify(new Date(seconds * 1_000).toISOString());
  return [
    ...(duressPin === undefined ? [] : [`duressPin = "${digitsOf(duressPin)}"`]),
    ...(cards.length === 0 ? [] : [`cards = [${cards.map((card) => `"${card}${pinExempt ? '!' : ''}"`).join(', ')}]`]),
    ...(validFromS === undefined ? [] : [`validFrom = ${moment(validFromS)}`]),
    ...(validUntilS === undefined ? [] : [`validUntil = ${moment(validUntilS)}`]),
    ...(uses === undefined ? [] : [`uses = ${uses.limit}`]),
    ...(extendedTime ? ['extendedTime = true'] : []),
    ...(offlinePriority ? ['offlinePriority = true'] : []),
  ];
};

/** A story is a test: nothing is hidden in it. */
const digitsOf = (pin: Pin): string => pin.reveal();

const notTold = '# Here the people changed in a way that a story has no step for.';

/** Follows the people of a story, from its beginning, through its tables. */
export class PeopleSteps {
  readonly #names: StoryNames;
  #people: readonly RecordedPerson[];
  /** PINs as the story has them: whoever is gone keeps theirs. */
  readonly #pins = new Map<number, string>();
  readonly #duressPins: ReadonlySet<string>;

  constructor(people: readonly RecordedPerson[], names: StoryNames) {
    this.#names = names;
    this.#people = people;
    for (const { given } of people) if (given.pin !== undefined) this.#pins.set(given.person, digitsOf(given.pin));
    this.#duressPins = new Set(people.flatMap(({ given: { duressPin } }) => (duressPin === undefined ? [] : [digitsOf(duressPin)])));
  }

  /** What it takes until these are the people, of those whom the story names. */
  to(after: readonly RecordedPerson[]): readonly string[] {
    const before = new Set(this.#people.map(({ given }) => given.person));
    const come = new Map(after.map((person) => [person.given.person, person]));
    const steps = this.#people.flatMap((person) => this.#stepsOf(person, come.get(person.given.person)));
    const isAnybodyNew = after.some(({ given }) => !before.has(given.person));
    this.#people = after;
    return [...new Set([...steps, ...(isAnybodyNew ? [notTold] : [])])];
  }

  #stepsOf(before: RecordedPerson, after: RecordedPerson | undefined): readonly string[] {
    const { person } = before.given;
    const name = this.#names.get(person);
    if (name === undefined) return [];
    if (after === undefined) return [`publish without ${name}`];
    const [old, pin] = [before.given.pin, after.given.pin].map((one) => one && digitsOf(one));
    const others = otherFacts(before).join() === otherFacts(after).join() ? [] : [notTold];
    if (pin === old) return others;
    // A story gives nobody a PIN that somebody else in it has, even if that one is gone.
    const isHeld = [...this.#pins].some(([holder, held]) => holder !== person && held === pin);
    if (pin === undefined || isHeld || this.#duressPins.has(pin)) return [notTold];
    this.#pins.set(person, pin);
    return [`publish pin ${name} ${pin}`, ...others];
  }
}
