/**
 * The Keypad port on a Linux input device: a matrix keypad, a numeric USB keypad, a keyboard. Decides which code is which
 * key. Bounces are the kernel's (debounce-delay-ms), rates and stuck keys the rules'.
 */
import type { Key, Keypad, KeypadListener } from '../ports/keypad.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { EvdevDevice } from './evdev-device.ts';

export type KeyMap = ReadonlyMap<number, Key>;

/** include/uapi/linux/input-event-codes.h: the digits' row, the numeric pad, and the codes made for telephone keypads. */
const telephoneKeyMap: KeyMap = new Map<number, Key>([
  // KEY_1..KEY_9, KEY_0
  ...codes(2, '1234567890'),
  // KEY_KP7..9, KEY_KP4..6, KEY_KP1..3, KEY_KP0
  ...codes(71, '789'),
  ...codes(75, '456'),
  ...codes(79, '1230'),
  // KEY_NUMERIC_0..9, KEY_NUMERIC_STAR, KEY_NUMERIC_POUND
  ...codes(0x200, '0123456789*#'),
  // KEY_KPASTERISK; KEY_ENTER and KEY_KPENTER submit, as # does
  [55, '*'],
  [28, '#'],
  [96, '#'],
]);

export class EvdevKeypad implements Keypad {
  readonly #device: EvdevDevice;
  readonly #keyMap: KeyMap;

  constructor(device: EvdevDevice, keyMap: KeyMap = telephoneKeyMap) {
    this.#device = device;
    this.#keyMap = keyMap;
  }

  listen(listener: KeypadListener): Subscription {
    /** Held keys, each by the code that holds it: two codes may stand for one key. */
    const held = new Map<Key, number>();
    let latestMs = 0;
    const release = (key: Key): void => {
      held.delete(key);
      listener.changed({ key, action: 'released', atMs: latestMs });
    };
    const releaseAll = (): void => {
      for (const key of held.keys()) release(key);
    };
    return this.#device.listen({
      event: ({ kind, code, value, atMs }) => {
        const key = kind === 'key' ? this.#keyMap.get(code) : undefined;
        if (key === undefined) return;
        latestMs = atMs;
        if (value === 0 && held.get(key) === code) release(key);
        if (value !== 1 || held.has(key)) return;
        held.set(key, code);
        listener.changed({ key, action: 'pressed', atMs });
      },
      resync: (_, atMs) => {
        latestMs = atMs;
        releaseAll();
      },
      attached: (isAttached) => {
        if (!isAttached) releaseAll();
        listener.attached(isAttached);
      },
    });
  }
}

function codes(first: number, keys: string): (readonly [number, Key])[] {
  return [...keys].map((key, index) => [first + index, key as Key]);
}
