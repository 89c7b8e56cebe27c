/** A keypad in memory: fingers on one side, the Keypad port on the other. Bounces and rate caps are not its matter. */
import type { Clock } from '../../src/ports/clock.ts';
import type { Key, Keypad, KeypadListener } from '../../src/ports/keypad.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { assert } from '../../src/shared/assert.ts';

export class SimKeypad implements Keypad {
  readonly #clock: Clock;
  readonly #held = new Set<Key>();
  #listener: KeypadListener | undefined;
  #isAttached = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: KeypadListener): Subscription {
    assert(this.#listener === undefined, 'a keypad has one listener at a time');
    this.#listener = listener;
    if (!this.#isAttached) queueMicrotask(() => this.#tellIfStill(listener, false));
    return {
      stop: () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
    };
  }

  /** The finger goes down. Pressing a held key, or one of a keypad that is away, does nothing. */
  press(key: Key): void {
    if (!this.#isAttached || this.#held.has(key)) return;
    this.#held.add(key);
    this.#tell(key, 'pressed');
  }

  release(key: Key): void {
    if (this.#held.delete(key)) this.#tell(key, 'released');
  }

  /** Down and up at once. */
  tap(key: Key): void {
    this.press(key);
    this.release(key);
  }

  /** The cable comes off: keys that were down are released, then nothing more is heard. */
  detach(): void {
    if (!this.#isAttached) return;
    for (const key of this.#held) this.release(key);
    this.#isAttached = false;
    this.#listener?.attached(false);
  }

  attach(): void {
    if (this.#isAttached) return;
    this.#isAttached = true;
    this.#listener?.attached(true);
  }

  #tell(key: Key, action: 'pressed' | 'released'): void {
    this.#listener?.changed({ key, action, atMs: this.#clock.nowMs() });
  }

  #tellIfStill(listener: KeypadListener, isAttached: boolean): void {
    if (this.#listener === listener && this.#isAttached === isAttached) listener.attached(isAttached);
  }
}
