/** What is certain at a step of a story before it is played: the time, the power, and who holds which PIN and card. */
import type { SimPerson } from '../people.ts';

/** Longest story: a door that blinks costs time to simulate even when nobody comes. */
export const maxStoryMs = 31 * 86_400_000;

export class Situation {
  atMs = 0;
  hasPower = true;
  /** False once a step was wrong: what follows from it would only be more of the same. */
  isCertain = true;
  readonly hasController: boolean;
  /** Everybody in the file, as the last table said; `present` tells whether they are in it. */
  readonly people: readonly SimPerson[];
  readonly #pins: Map<number, string>;
  readonly #absent = new Set<number>();

  constructor(people: readonly SimPerson[], hasController: boolean) {
    this.people = people;
    this.hasController = hasController;
    this.#pins = new Map(people.flatMap(({ pin }, index) => (pin === undefined ? [] : [[index, pin]])));
  }

  remove(index: number): void {
    this.#absent.add(index);
  }

  /** Gives the person this PIN, unless somebody in the file has it; then their index. */
  givePin(index: number, pin: string): number | undefined {
    const holder = this.people.findIndex((person, other) => person.duressPin === pin || (other !== index && this.#pins.get(other) === pin));
    if (holder !== -1) return holder;
    this.#pins.set(index, pin);
    return undefined;
  }

  /** Those in the table by now, each in their place; undefined for who is not. */
  table(): readonly (SimPerson | undefined)[] {
    return this.people.map((person, index) => (this.#absent.has(index) ? undefined : { ...person, pin: this.#pins.get(index) }));
  }
}
