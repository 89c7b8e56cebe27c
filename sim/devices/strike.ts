/** A strike in memory: ends each hold by the clock itself, whatever became of the caller, and can be made to fail. */
import type { Clock } from '../../src/ports/clock.ts';
import { maxHoldMs, type Strike } from '../../src/ports/strike.ts';
import { assert } from '../../src/shared/assert.ts';
import { Fault } from '../../src/shared/faults.ts';
import { History } from './history.ts';

export interface Release {
  readonly atMs: number;
  readonly holdMs: number;
}

/**
 * `failing`: refuses with `strike.failed`. `unreachable`: refuses with `strike.unreachable`. `silent`: takes a call and
 * never answers it. `dead`: lost its power, de-energised at once. Save for the last, a hold under way runs to its end.
 */
export type StrikeCondition = 'working' | 'failing' | 'unreachable' | 'silent' | 'dead';

export class SimStrike implements Strike {
  readonly releases = new History<Release>();
  /** Every change of the coil. */
  readonly changes = new History<{ readonly atMs: number; readonly isEnergised: boolean }>();
  readonly #clock: Clock;
  #condition: StrikeCondition = 'working';
  #endOfHold: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEnergised(): boolean {
    return this.changes.last?.isEnergised ?? false;
  }

  /** Changes how it answers from now on. */
  become(condition: StrikeCondition): void {
    this.#condition = condition;
    if (condition === 'dead') this.#deEnergise();
  }

  async release(holdMs: number): Promise<void> {
    assert(holdMs >= 1 && holdMs <= maxHoldMs, `a hold is 1..${maxHoldMs} ms`);
    await this.#answer();
    this.releases.add({ atMs: this.#clock.nowMs(), holdMs });
    if (!this.isEnergised) this.#turn(true);
    this.#clock.clearTimeout(this.#endOfHold);
    this.#endOfHold = this.#clock.setTimeout(() => this.#deEnergise(), holdMs);
  }

  async secure(): Promise<void> {
    await this.#answer();
    this.#deEnergise();
  }

  async #answer(): Promise<void> {
    switch (this.#condition) {
      case 'working':
        return;
      case 'unreachable':
        throw new Fault('strike.unreachable', 'the simulated strike does not answer');
      case 'silent':
        return new Promise(() => undefined);
      default:
        throw new Fault('strike.failed', `the simulated strike is ${this.#condition}`);
    }
  }

  #deEnergise(): void {
    this.#clock.clearTimeout(this.#endOfHold);
    if (this.isEnergised) this.#turn(false);
  }

  #turn(isEnergised: boolean): void {
    this.changes.add({ atMs: this.#clock.nowMs(), isEnergised });
  }
}
