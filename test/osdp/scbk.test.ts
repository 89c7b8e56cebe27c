/** Which keys are refused for their looks, and that no random one is. */
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { isWeakScbk, newDefaultScbk, scbkBytes } from '../../src/osdp/scbk.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { captureNamed, captureNames } from './captured.ts';
import { crypto, scbk } from './secure-pair.ts';

const isWeak = (key: ArrayLike<number>): boolean => isWeakScbk(new SecretBytes(Uint8Array.from(key)));
const madeBy = (byteAt: (at: number) => number): Uint8Array => Uint8Array.from({ length: scbkBytes }, (_, at) => byteAt(at));
const randomKeys = process.env.CI === undefined ? 100_000 : 1_000_000;

describe('an SCBK is refused', () => {
  it('when it is one byte over and over, or counted up or down from any byte, in any step', () => {
    for (let first = 0; first < 256; first += 1) {
      for (let step = 0; step < 256; step += 1) expect(isWeak(madeBy((at) => first + at * step))).toBe(true);
    }
  });

  it('when it is the default key, whose bytes are published', () => {
    expect(hexOf(newDefaultScbk().reveal())).toBe('303132333435363738393a3b3c3d3e3f');
    expect(isWeakScbk(newDefaultScbk())).toBe(true);
  });

  it('when it has fewer than 8 different bytes', () => {
    const mixed = [0x7a, 0x21, 0xc9, 0x0e, 0x5b, 0x13, 0xf4, 0xd8];
    const order = [0, 3, 1, 6, 2, 5, 4, 7, 2, 6, 1, 0, 5, 3, 7, 4];
    for (let distinct = 1; distinct <= 8; distinct += 1) {
      expect(isWeak(madeBy((at) => mixed[(order[at] ?? 0) % distinct] ?? 0))).toBe(distinct < 8);
    }
  });

  it('when its halves are alike or mirrored, however often they are typed so', () => {
    expect(isWeak(bytesOf('0123456789abcdef0123456789abcdef'))).toBe(true);
    expect(isWeak(bytesOf('0123456789abcdeffedcba9876543210'))).toBe(true);
    expect(isWeak(bytesOf('7a21c90e5b13f4d87a21c90e5b13f4d8'))).toBe(true);
  });

  it('when it is a sample: every key of the captures is', () => {
    const keys = captureNames.flatMap((name) => captureNamed(name).keys);
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) expect(isWeakScbk(key)).toBe(true);
  });

  it('when it has not 16 bytes', () => {
    for (const length of [0, 15, 17, 32]) expect(isWeak(crypto.randomBytes(length + 1).subarray(1))).toBe(true);
  });
});

describe('an SCBK is taken', () => {
  it(`when it is random: none of ${randomKeys} was refused`, () => {
    expect(isWeakScbk(scbk)).toBe(false);
    let refused = 0;
    for (let batch = 0; batch < randomKeys / 1_000; batch += 1) {
      const drawn = crypto.randomBytes(1_000 * scbkBytes);
      for (let at = 0; at < drawn.length; at += scbkBytes) if (isWeakScbk(new SecretBytes(drawn.subarray(at, at + scbkBytes)))) refused += 1;
    }
    expect(refused).toBe(0);
  });
});
