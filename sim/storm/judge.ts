/** Takes what the witnesses of a storm saw against the rules, and keeps the first. What the rules are is theirs to say. */

/**
 * SECURITY §6.1, and what this project adds: I1 no release without a record; I2 one complete table; I3 no event lost
 * silently; I5 no secret where it does not belong; I6 the strike is never released for too long; I7 guesses stay within
 * the budget; I8 what is right opens again once faults stop. `allowed`: nobody enters whom DESIGN §1 keeps out.
 * `whole`: nothing throws, nothing hangs.
 */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I5' | 'I6' | 'I7' | 'I8' | 'allowed' | 'whole';

export interface Accusation {
  readonly invariant: Invariant;
  readonly sentence: string;
}

export class Judge {
  #first: Accusation | undefined;

  get first(): Accusation | undefined {
    return this.#first;
  }

  accuse(invariant: Invariant, sentence: string): void {
    this.#first ??= { invariant, sentence };
  }

  /** Accuses unless it holds. */
  expect(holds: boolean, invariant: Invariant, sentence: string): void {
    if (!holds) this.accuse(invariant, sentence);
  }
}
