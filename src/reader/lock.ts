/**
 * The strike as the reader uses it: each call with a limit, each failure told, and the door's watch kept informed. When
 * to release is the rules'; how the coil is driven is the port's.
 */
import type { DoorEvent } from '../access/door-machine.ts';
import type { AccessEvent } from '../access/events.ts';
import type { Clock } from '../ports/clock.ts';
import { type ReleaseCause, releaseLimitMs, type Strike } from '../ports/strike.ts';
import { asFault } from '../shared/faults.ts';
import { within } from './within.ts';

/** A strike that does not say it is secured by then is reported, and the reader goes on starting and stopping. */
export const secureLimitMs = 1_000;

interface LockListener {
  toDoor(event: DoorEvent): void;
  tell(event: AccessEvent): void;
}

export class Lock {
  readonly #clock: Clock;
  readonly #strike: Strike;
  readonly #listener: LockListener;

  constructor(clock: Clock, strike: Strike, listener: LockListener) {
    this.#clock = clock;
    this.#strike = strike;
    this.#listener = listener;
  }

  /** Resolves once released; rejects with a Fault, and then it is not, nor will it be. `cause`: the entry it is for, where there is one. */
  async release(holdMs: number, cause?: ReleaseCause): Promise<void> {
    await within(this.#clock, releaseLimitMs, this.#strike.release(holdMs, cause)).catch((thrown: unknown) => {
      // It may still be on its way: what was not confirmed must not happen later, with nobody waiting for it.
      if (asFault(thrown, 'strike.failed', '').code === 'hardware.slow') void this.secure();
      throw thrown;
    });
    this.#listener.toDoor({ type: 'strike.released', holdMs, atMs: this.#clock.nowMs() });
  }

  /** The same for a release nobody waits for; a failure is told. Never rejects. */
  releaseAndTell(holdMs: number): Promise<void> {
    return this.release(holdMs).catch((thrown: unknown) => this.tellFault(thrown));
  }

  /** Resolves once secured, or once it is told that this is not certain. Never rejects. */
  async secure(): Promise<void> {
    this.#listener.toDoor({ type: 'strike.secured', atMs: this.#clock.nowMs() });
    await within(this.#clock, secureLimitMs, this.#strike.secure()).catch((thrown: unknown) => this.tellFault(thrown));
  }

  tellFault(thrown: unknown): void {
    const { code } = asFault(thrown, 'strike.failed', 'the strike did not answer');
    this.#listener.tell({ code: code === 'strike.unreachable' ? code : 'strike.failed' });
  }
}
