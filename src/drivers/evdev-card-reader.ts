/**
 * The CardReader port on a USB reader that types: characters until Enter, or until it pauses. Decides which characters
 * were typed; what the number means is for the rules and the table.
 *
 * Keeping the typed number from the console as well (EVIOCGRAB) is EvdevControl's, where the board brings one.
 */
import { type CardReader, type CardReaderListener, maxCardBytes } from '../ports/card-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { EvdevDevice, TimedEvdevEvent } from './evdev-device.ts';

/** A card is complete when its reader pauses this long, for readers set to send no Enter. They type a character each 1..20 ms. */
export const typingGapMs = 50;

/** KEY_ENTER, KEY_KPENTER; KEY_LEFTSHIFT, KEY_RIGHTSHIFT (include/uapi/linux/input-event-codes.h). */
const enterCodes: ReadonlySet<number> = new Set([28, 96]);
const shiftCodes: ReadonlySet<number> = new Set([42, 54]);

/** The US layout, which readers type in: first code of a run of keys, the characters without and with shift. */
const usLayout: readonly (readonly [number, string, string])[] = [
  [2, '1234567890-=', '!@#$%^&*()_+'],
  [16, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [30, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [43, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
  [57, ' ', ' '],
  [71, '789-456+1230.', '789-456+1230.'],
  [55, '*', '*'],
  [98, '/', '/'],
];

interface Character {
  readonly plain: number;
  readonly shifted: number;
}

const characters: ReadonlyMap<number, Character> = new Map(
  usLayout.flatMap(([first, plain, shifted]) =>
    [...plain].map((_, index) => [first + index, { plain: plain.charCodeAt(index), shifted: shifted.charCodeAt(index) }] as const),
  ),
);

export class EvdevCardReader implements CardReader {
  readonly #device: EvdevDevice;
  readonly #clock: Clock;

  constructor(device: EvdevDevice, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
  }

  listen(listener: CardReaderListener): Subscription {
    const typing = new Typing(this.#clock, listener);
    const subscription = this.#device.listen({
      event: (event) => typing.take(event),
      // Part of a number was lost with whatever else was: the rest of it is some other card's number, or nobody's.
      resync: () => typing.forget(),
      attached: (isAttached) => {
        if (!isAttached) typing.forget();
        listener.attached(isAttached);
      },
    });
    return {
      stop: () => {
        subscription.stop();
        typing.forget();
      },
    };
  }
}

/** One card's characters as they come. */
class Typing {
  readonly #clock: Clock;
  readonly #listener: CardReaderListener;
  readonly #value = new Uint8Array(maxCardBytes);
  /** Characters typed, counted no further than one past the longest value. */
  #length = 0;
  #latestMs = 0;
  #pause: unknown;
  readonly #shiftsHeld = new Set<number>();

  constructor(clock: Clock, listener: CardReaderListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  take({ kind, code, value, atMs }: TimedEvdevEvent): void {
    if (kind !== 'key') return;
    if (shiftCodes.has(code)) {
      if (value === 0) this.#shiftsHeld.delete(code);
      else this.#shiftsHeld.add(code);
      return;
    }
    const character = characters.get(code);
    if (value !== 1 || (character === undefined && !enterCodes.has(code))) return;
    // Two cards may wait in one read when the process was busy: the stamps tell them apart, the timer could not.
    if (this.#length > 0 && atMs - this.#latestMs > typingGapMs) this.#complete();
    this.#latestMs = atMs;
    if (character === undefined) this.#complete();
    else this.#add(this.#shiftsHeld.size > 0 ? character.shifted : character.plain);
  }

  forget(): void {
    this.#length = 0;
    this.#shiftsHeld.clear();
    this.#clock.clearTimeout(this.#pause);
  }

  #add(character: number): void {
    if (this.#length < maxCardBytes) this.#value[this.#length] = character;
    this.#length = Math.min(this.#length + 1, maxCardBytes + 1);
    this.#clock.clearTimeout(this.#pause);
    this.#pause = this.#clock.setTimeout(() => this.#complete(), typingGapMs);
  }

  /** Tells what was typed; a lone Enter is no card. */
  #complete(): void {
    this.#clock.clearTimeout(this.#pause);
    const length = this.#length;
    if (length === 0) return;
    this.#length = 0;
    this.#listener.read({ form: 'text', value: this.#value.slice(0, length), length, atMs: this.#latestMs });
  }
}
