/**
 * Random choices that a seed repeats. The generator is xoshiro128** 1.1 (D. Blackman, S. Vigna, "Scrambled linear
 * pseudorandom number generators", ACM TOMS 47, 2021), its state filled from the seed by the finaliser of MurmurHash3.
 * For tests and storms only: keys and nonces come from the Crypto port.
 */
import { assert, present } from '../src/shared/assert.ts';

const uint32Range = 2 ** 32;
/** 2^32 divided by the golden ratio: steps a counter so that the finaliser never sees two like inputs. */
const goldenStep = 0x9e37_79b9;

const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const mix = (value: number): number => {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

const seedOf = (seed: number, label: string): number => {
  let hash = mix(seed ^ goldenStep);
  for (const character of label) hash = mix(Math.imul(hash, 31) + present(character.codePointAt(0), 'a character'));
  return hash;
};

export class Random {
  /** What it was made from: print it, and the same choices come again. */
  readonly seed: number;
  readonly #state: Uint32Array;

  /** `seed`: 0..2^32-1, or the four words of the generator's state, not all zero. */
  constructor(seed: number | readonly [number, number, number, number]) {
    this.seed = typeof seed === 'number' ? seed >>> 0 : seed[0];
    this.#state =
      typeof seed === 'number' ? Uint32Array.from([1, 2, 3, 4], (step) => mix(seed + Math.imul(step, goldenStep))) : Uint32Array.from(seed);
    assert(
      this.#state.some((word) => word !== 0),
      'a state of zeros stays zero',
    );
  }

  /** 0..2^32-1. */
  uint32(): number {
    const state = this.#state as unknown as [number, number, number, number];
    const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotateLeft(state[3], 11);
    return result;
  }

  /** 0..below-1, each equally likely. `below`: 1..2^32. */
  int(below: number): number {
    assert(Number.isInteger(below) && below >= 1 && below <= uint32Range, 'int() takes 1..2^32');
    const evenRange = uint32Range - (uint32Range % below);
    for (;;) {
      const drawn = this.uint32();
      if (drawn < evenRange) return drawn % below;
    }
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  /** One of the items, of which there is at least one. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.int(items.length)] as Item;
  }

  /** True with this probability (0..1). */
  chance(probability: number): boolean {
    return this.uint32() < probability * uint32Range;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(256));
  }

  /** A generator of its own for one part: what the others draw, before or after, does not change what it gives. */
  fork(label: string): Random {
    return new Random(seedOf(this.seed, label));
  }
}
