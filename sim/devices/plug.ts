/** What devices in memory have in common: one listener at a time, and a cable that comes off. What they tell is their own. */
import type { Subscription } from '../../src/ports/subscription.ts';
import { assert } from '../../src/shared/assert.ts';

export class Plug<Listener extends { attached(isAttached: boolean): void }> {
  readonly #device: string;
  #listener: Listener | undefined;
  #isAttached = true;

  /** `device`: in words, `a keypad`. */
  constructor(device: string) {
    this.#device = device;
  }

  get listener(): Listener | undefined {
    return this.#listener;
  }

  get isAttached(): boolean {
    return this.#isAttached;
  }

  /** A device that is away says so, soon after. */
  listen(listener: Listener): Subscription {
    assert(this.#listener === undefined, `${this.#device} has one listener at a time`);
    this.#listener = listener;
    if (!this.#isAttached) {
      queueMicrotask(() => {
        if (this.#listener === listener && !this.#isAttached) listener.attached(false);
      });
    }
    return {
      stop: () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
    };
  }

  /** On or off; as it already is, nothing happens. */
  set(isAttached: boolean): void {
    if (this.#isAttached === isAttached) return;
    this.#isAttached = isAttached;
    this.#listener?.attached(isAttached);
  }
}
