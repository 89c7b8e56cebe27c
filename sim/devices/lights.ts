/** A light bar in memory, with the history of what it showed. */
import type { Clock } from '../../src/ports/clock.ts';
import type { Colour, Lights } from '../../src/ports/lights.ts';
import { History } from './history.ts';

export interface Shown {
  readonly colour: Colour;
  readonly atMs: number;
}

export class SimLights implements Lights {
  readonly shown = new History<Shown>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What an eye sees now. */
  get colour(): Colour {
    return this.shown.last?.colour ?? 'off';
  }

  show(colour: Colour): void {
    if (colour !== this.colour) this.shown.add({ colour, atMs: this.#clock.nowMs() });
  }
}
