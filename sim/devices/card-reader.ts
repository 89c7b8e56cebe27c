/** A card reader in memory: cards are held to it, the CardReader port tells. Which cards open anything is not its matter. */
import { type CardReader, type CardReaderListener, maxCardBytes } from '../../src/ports/card-reader.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { assert } from '../../src/shared/assert.ts';
import { Plug } from './plug.ts';

const bitString = /^[01]*$/;

export class SimCardReader implements CardReader {
  readonly #clock: Clock;
  readonly #plug = new Plug<CardReaderListener>('a card reader');

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: CardReaderListener): Subscription {
    return this.#plug.listen(listener);
  }

  /** A card that sends bits, written as zeros and ones, first bit first. Bits past 512 are cut off, which the length tells. */
  presentBits(bits: string): void {
    assert(bitString.test(bits), 'bits are written as 0 and 1');
    const kept = bits.slice(0, maxCardBytes * 8);
    const value = new Uint8Array(Math.ceil(kept.length / 8));
    for (const [index, bit] of [...kept].entries()) {
      if (bit === '1') value[index >> 3] = (value[index >> 3] ?? 0) | (0x80 >> (index & 7));
    }
    this.#tell('bits', value, Math.min(bits.length, maxCardBytes * 8 + 1));
  }

  /** A card whose number a reader types. Characters past 64 are cut off, which the length tells. */
  presentText(text: string): void {
    const typed = new TextEncoder().encode(text);
    this.#tell('text', typed.slice(0, maxCardBytes), Math.min(typed.length, maxCardBytes + 1));
  }

  detach(): void {
    this.#plug.set(false);
  }

  attach(): void {
    this.#plug.set(true);
  }

  #tell(form: 'bits' | 'text', value: Uint8Array, length: number): void {
    if (this.#plug.isAttached) this.#plug.listener?.read({ form, value, length, atMs: this.#clock.nowMs() });
  }
}
