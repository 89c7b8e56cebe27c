/** Random PINs and typed ones: what is given, how evenly, and what is said where none is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawsBeforeCount, type PinSpace, randomPin, typedPin } from '../../../../sim/controller/rules/pin-issue.ts';
import { pinLengths, weaknessOf } from '../../../../sim/controller/rules/pin-rules.ts';
import { Random } from '../../../../sim/random.ts';
import { Pin } from '../../../../src/access/pin.ts';
import { NodeCrypto } from '../../../../src/drivers/node-crypto.ts';
import { present } from '../../../../src/shared/assert.ts';

const pin = (digits: string): Pin => present(Pin.from(digits), 'a PIN');
const seeded = (seed: number) => {
  const random = new Random(seed);
  return { randomBytes: (length: number) => random.bytes(length) };
};
/** Stands for the keyed hash: what is compared is never the digits. */
const tagOf = (of: Pin): string => `tag ${of.reveal()}`;
const space = (taken: Iterable<string> = [], alone?: PinSpace['alone']): PinSpace => ({
  tagOf,
  taken: new Set([...taken].map((digits) => tagOf(pin(digits)))),
  alone,
});

/** Every PIN of four digits that is on no list. */
const usable = Array.from({ length: 10_000 }, (_, n) => String(n).padStart(4, '0')).filter((digits) => weaknessOf(pin(digits)) === undefined);

const given = (random: Parameters<typeof randomPin>[0], length: number, inSpace: PinSpace): string => {
  const result = randomPin(random, length, inSpace);
  return result.ok ? result.value.reveal() : result.failure;
};

describe('a random PIN', () => {
  it.each(pinLengths)('has the %i digits that were asked for, and is on no list', (length) => {
    const digits = given(new NodeCrypto(), length, space());
    expect(digits).toHaveLength(length);
    expect(weaknessOf(pin(digits))).toBeUndefined();
  });

  it('is never a taken one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...usable), { maxLength: 500 }), fc.nat(), (taken, seed) => {
        const digits = given(seeded(seed), 4, space(taken));
        expect(usable).toContain(digits);
        expect(taken).not.toContain(digits);
      }),
    );
  });

  it.each([
    ['much', usable.slice(0, 8_000)],
    ['almost nothing', usable.slice(0, -20)],
  ])('is each that is free equally likely, where %s is taken', (_, taken) => {
    const seed = 0xc417;
    const free = usable.slice(taken.length);
    const inSpace = space(taken);
    const random = seeded(seed);
    const draws = 20 * free.length;
    const seen = new Map<string, number>();
    for (let n = 0; n < draws; n += 1) {
      const digits = given(random, 4, inSpace);
      seen.set(digits, (seen.get(digits) ?? 0) + 1);
    }
    const chiSquare = free.reduce((sum, digits) => sum + ((seen.get(digits) ?? 0) - 20) ** 2 / 20, 0);
    const degrees = free.length - 1;
    expect(
      [...seen.keys()].every((digits) => free.includes(digits)),
      `seed ${seed}`,
    ).toBe(true);
    // Four standard deviations of a chi-square to either side; of so few values as 19, its upper tail at one in 10,000.
    expect(chiSquare, `seed ${seed}`).toBeLessThan(degrees < 30 ? 51 : degrees + 4 * Math.sqrt(2 * degrees));
    expect(chiSquare, `seed ${seed}`).toBeGreaterThan(degrees < 30 ? 4 : degrees - 4 * Math.sqrt(2 * degrees));
  });

  it('is found by counting where drawing does not find it, each equally likely', () => {
    const counted = { draws: 0 };
    /** Draws what is taken until the free ones are counted, then every second of them. */
    const stuck = {
      randomBytes: () => {
        counted.draws += 1;
        return Uint8Array.from([0, 0, 0, counted.draws > drawsBeforeCount ? 1 : 0]);
      },
    };
    const [first, last] = [usable[3_000], usable.at(-1)];
    const taken = usable.filter((digits) => digits !== first && digits !== last);
    expect(given(stuck, 4, space(taken))).toBe(last);
    expect(counted.draws).toBe(drawsBeforeCount + 1);
  });

  it('draws again what would make small numbers likelier', () => {
    const words = [
      [0xff, 0xff, 0xff, 0xff],
      [0, 0, 0x1b, 0x86],
    ];
    expect(given({ randomBytes: () => Uint8Array.from(words.shift() ?? []) }, 4, space())).toBe('7046');
  });

  it('is refused where none of its length is free, and given with another length', () => {
    expect(given(new NodeCrypto(), 4, space(usable))).toBe('noPinFree');
    expect(given(new NodeCrypto(), 5, space(usable))).toMatch(/^[0-9]{5}$/);
  });

  it('is refused where it would break the floor of a door that opens by PIN alone', () => {
    expect(given(new NodeCrypto(), 4, space([], new Map([[4, 7]])))).toMatch(/^[0-9]{4}$/);
    expect(given(new NodeCrypto(), 4, space([], new Map([[4, 8]])))).toBe('codeSpaceTooSmall');
    expect(given(new NodeCrypto(), 6, space([], new Map([[4, 8]])))).toMatch(/^[0-9]{6}$/);
  });
});

describe('a typed PIN', () => {
  it('is taken as it is, leading zeros too', () => {
    const result = typedPin(pin('0480'), space(['480'.padEnd(6, '9')]));
    expect(result.ok && result.value.reveal()).toBe('0480');
  });

  it.each([
    ['somebody has it', '7046', 'taken'],
    ['it is on the list', '1234', 'steps'],
    ['both', '2580', 'keypadShape'],
  ])('is refused with the same word where %s', (_, digits, why) => {
    expect(typedPin(pin(digits), space(['7046', '2580']))).toEqual({ ok: false, failure: { code: 'pinNotAvailable', why } });
  });

  it('is refused for its length before anything is said of its digits', () => {
    for (const digits of ['7046', '1234', '8205']) {
      const result = typedPin(pin(digits), space(['7046'], new Map([[4, 8]])));
      expect(result).toEqual({ ok: false, failure: { code: 'codeSpaceTooSmall', why: 'codeSpaceTooSmall' } });
    }
  });
});
