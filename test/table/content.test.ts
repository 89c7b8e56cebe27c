/** The content hash: a sum of leaves modulo 2^256, in any order, exact in both directions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentHash } from '../../src/table/content.ts';

const anyLeaf = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constantFrom(new Uint8Array(32).fill(255), new Uint8Array(32)));
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

describe('the content hash', () => {
  it('is the sum of what was added less what was removed, modulo 2^256', () => {
    fc.assert(
      fc.property(anyLeaf, fc.array(fc.tuple(anyLeaf, fc.boolean())), (start, changes) => {
        const hash = new ContentHash(start);
        let sum = numberOf(start);
        for (const [leaf, isAdded] of changes) {
          if (isAdded) hash.add(leaf);
          else hash.remove(leaf);
          sum += isAdded ? numberOf(leaf) : -numberOf(leaf);
        }
        expect(numberOf(hash.digest())).toBe(BigInt.asUintN(256, sum));
      }),
    );
  });

  it('of nothing is zero', () => {
    expect(new ContentHash().digest()).toEqual(new Uint8Array(32));
  });

  it('stays exact for a million additions of the largest leaf, and as many removals', () => {
    const largest = new Uint8Array(32).fill(255);
    const hash = new ContentHash();
    for (let count = 0; count < 1_000_000; count += 1) hash.add(largest);
    expect(numberOf(hash.digest())).toBe(BigInt.asUintN(256, -1_000_000n));
    for (let count = 0; count < 1_000_001; count += 1) hash.remove(largest);
    expect(numberOf(hash.digest())).toBe(1n);
  });
});
