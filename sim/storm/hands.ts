/** Fingers and cards at the door of a storm, each told to the oracle as it happens. At a door without power, or without the device, they do nothing. */
import { Card } from '../../src/access/card.ts';
import { maxCardBytes } from '../../src/ports/card-reader.ts';
import type { Key } from '../../src/ports/keypad.ts';
import { cardTag } from '../../src/table/tags.ts';
import type { Door } from '../door.ts';
import { bitsOfCard } from '../people.ts';
import type { Oracle } from './oracle.ts';
import type { Canaries } from './secrets.ts';

const pressMs = 40;

export class Hands {
  readonly #door: Door;
  readonly #oracle: Oracle;
  readonly #canaries: Canaries;
  readonly #cardTags = new Set<bigint>();
  readonly #isAttached = { keypad: true, cardReader: true };

  constructor(door: Door, oracle: Oracle, canaries: Canaries) {
    this.#canaries = canaries;
    this.#door = door;
    this.#oracle = oracle;
  }

  /** A tag of a card that was held up: looking it up compares no PIN. */
  isCardTag(tag: bigint): boolean {
    return this.#cardTags.has(tag);
  }

  /** Each power-up finds the devices in their places. */
  restarted(): void {
    this.#isAttached.keypad = true;
    this.#isAttached.cardReader = true;
  }

  /** One key after the other; `gapMs` from one to the next. */
  async type(keys: string, gapMs = 60): Promise<void> {
    for (const key of keys) {
      await this.hold(key as Key, pressMs);
      await this.#door.wait(gapMs);
    }
  }

  async hold(key: Key, forMs: number): Promise<void> {
    const { keypad } = this.#door;
    if (this.#has('keypad')) {
      this.#oracle.key(key);
      keypad.press(key);
    }
    await this.#door.wait(forMs);
    keypad.release(key);
  }

  /** All at the same millisecond, as no finger can. */
  async tap(keys: string): Promise<void> {
    for (const key of keys) {
      if (!this.#has('keypad')) break;
      this.#oracle.key(key as Key);
      this.#door.keypad.tap(key as Key);
    }
    await this.#door.clock.settle();
  }

  /** Holds up the card of this name. */
  show(card: string): Promise<void> {
    const bits = bitsOfCard(this.#door.publisher.crypto, card);
    this.#canaries.addCard(bits);
    return this.showBits(bits, card);
  }

  /** A card that sends these bits; `card`: the name it goes by, if it is anybody's. */
  async showBits(bits: string, card?: string): Promise<void> {
    if (!this.#has('cardReader')) return;
    const bytes = Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
    this.#shown(new Card('bits', bytes.subarray(0, maxCardBytes), Math.min(bits.length, 8 * maxCardBytes + 1)), card);
    this.#door.cardReader.presentBits(bits);
    await this.#door.clock.settle();
  }

  async showText(text: string): Promise<void> {
    if (!this.#has('cardReader')) return;
    const typed = new TextEncoder().encode(text);
    this.#shown(new Card('text', typed.subarray(0, maxCardBytes), Math.min(typed.length, maxCardBytes + 1)), undefined);
    this.#door.cardReader.presentText(text);
    await this.#door.clock.settle();
  }

  /** Plugs a device in, or pulls it out. */
  async attach(device: 'keypad' | 'cardReader', isAttached: boolean): Promise<void> {
    this.#isAttached[device] = isAttached;
    if (isAttached) this.#door[device].attach();
    else this.#door[device].detach();
    await this.#door.clock.settle();
  }

  #has(device: 'keypad' | 'cardReader'): boolean {
    return this.#door.isRunning && this.#isAttached[device];
  }

  #shown(card: Card, name: string | undefined): void {
    const { crypto, tableKey } = this.#door.publisher;
    this.#cardTags.add(cardTag(crypto, tableKey, card));
    this.#oracle.card(name);
  }
}
