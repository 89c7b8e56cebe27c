/** The door's contacts in memory. */
import type { Clock } from '../../src/ports/clock.ts';
import type { InputName, Inputs, InputsListener } from '../../src/ports/inputs.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { assert } from '../../src/shared/assert.ts';

const allInputs: readonly InputName[] = ['rex', 'doorContact', 'tamper'];

export class SimInputs implements Inputs {
  readonly #clock: Clock;
  readonly #isActive: Map<InputName, boolean>;
  #listener: InputsListener | undefined;
  /** Until the present state has been told, a change is part of it. */
  #hasToldState = false;

  /** `wired`: the inputs this door has. */
  constructor(clock: Clock, wired: readonly InputName[] = allInputs) {
    this.#clock = clock;
    this.#isActive = new Map(wired.map((input) => [input, false]));
  }

  listen(listener: InputsListener): Subscription {
    assert(this.#listener === undefined, 'inputs have one listener at a time');
    this.#listener = listener;
    this.#hasToldState = false;
    queueMicrotask(() => {
      if (this.#listener !== listener) return;
      this.#hasToldState = true;
      for (const input of this.#isActive.keys()) this.#tell(input);
    });
    return {
      stop: () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
    };
  }

  isActive(input: InputName): boolean {
    return this.#isActive.get(input) ?? false;
  }

  /** Moves one contact; where it already is, or one this door has not, does nothing. */
  set(input: InputName, isActive: boolean): void {
    if (this.#isActive.get(input) !== !isActive) return;
    this.#isActive.set(input, isActive);
    if (this.#hasToldState) this.#tell(input);
  }

  #tell(input: InputName): void {
    this.#listener?.changed({ input, isActive: this.isActive(input), atMs: this.#clock.nowMs() });
  }
}
