/** A keypad in memory: fingers on one side, the Keypad port on the other. Bounces and rate caps are not its matter. */
import type { Clock } from '../../src/ports/clock.ts';
import type { Key, Keypad, KeypadListener } from '../../src/ports/keypad.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { Plug } from './plug.ts';

export class SimKeypad implements Keypad {
  readonly #clock: Clock;
  readonly #held = new Set<Key>();
  readonly #plug = new Plug<KeypadListener>('a keypad');

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: KeypadListener): Subscription {
    return this.#plug.listen(listener);
  }

  /** The finger goes down. Pressing a held key, or one of a keypad that is away, does nothing. */
  press(key: Key): void {
    if (!this.#plug.isAttached || this.#held.has(key)) return;
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
    for (const key of this.#held) this.release(key);
    this.#plug.set(false);
  }

  attach(): void {
    this.#plug.set(true);
  }

  #tell(key: Key, action: 'pressed' | 'released'): void {
    this.#plug.listener?.changed({ key, action, atMs: this.#clock.nowMs() });
  }
}
