/** Which PINs are too easy to guess, by example; and how many of each length are left. */
import { describe, expect, it } from 'vitest';
import { usablePins } from '../../../../sim/controller/rules/code-space.ts';
import { type PinWeakness, pinLengths, weaknessOf } from '../../../../sim/controller/rules/pin-rules.ts';
import { Random } from '../../../../sim/random.ts';
import { Pin } from '../../../../src/access/pin.ts';
import { present } from '../../../../src/shared/assert.ts';

const pin = (digits: string): Pin => present(Pin.from(digits), 'a PIN');

const weak: Readonly<Record<PinWeakness, readonly string[]>> = {
  fewDigits: ['0000', '1212', '7777777', '00000001', '4774', '121121'],
  steps: ['1234', '9876', '7890', '2468', '1357', '0369', '98765432', '2109'],
  threeAlike: ['47770', '003331', '71113958'],
  run: ['912340', '064321', '89013', '27654'],
  repeat: ['472472', '47214721', '4724724'],
  palindrome: ['47274', '472274', '4729274'],
  keypadShape: ['2580', '0852', '1397', '9713', '2684', '147369', '159357', '2580741'],
  year: ['1987', '2026', '1903'],
  date: ['2412', '1224', '2902', '240387', '032487', '870324', '24031987', '03241987', '19870324'],
};

describe('the list of PINs that nobody is given', () => {
  for (const [weakness, examples] of Object.entries(weak)) {
    it.each(examples)(`has %s, for its ${weakness}`, (digits) => {
      expect(weaknessOf(pin(digits))).toBe(weakness);
    });
  }

  it.each(['7046', '50271', '820495', '3102850', '31028507', '24039974', '00240387', '5830', '3299'])('does not have %s', (digits) => {
    expect(weaknessOf(pin(digits))).toBeUndefined();
  });

  it('tells a PIN with a leading zero from the same number without', () => {
    expect(weaknessOf(pin('01234'))).toBe('steps');
    expect(weaknessOf(pin('08205'))).toBeUndefined();
    expect(weaknessOf(pin('8205'))).toBeUndefined();
    expect(weaknessOf(pin('0124'))).toBe('date');
  });

  it.each([4, 5])('leaves as many PINs of %i digits as the code space counts', (length) => {
    let usable = 0;
    for (let n = 0; n < 10 ** length; n += 1) if (weaknessOf(pin(String(n).padStart(length, '0'))) === undefined) usable += 1;
    expect(usable).toBe(usablePins(length));
  });

  it.each([6, 7, 8])('leaves about as many of %i digits as the code space counts', (length) => {
    const random = new Random(0x9170 + length);
    const draws = 40_000;
    let usable = 0;
    for (let n = 0; n < draws; n += 1) if (weaknessOf(pin(String(random.int(10 ** length)).padStart(length, '0'))) === undefined) usable += 1;
    const share = usablePins(length) / 10 ** length;
    const spread = Math.sqrt((share * (1 - share)) / draws);
    expect(Math.abs(usable / draws - share), `seed ${random.seed}`).toBeLessThan(4 * spread);
  });

  it('takes about a tenth of the PINs of four and of six digits (FIELD §2.10)', () => {
    for (const length of [4, 6]) {
      const share = 1 - usablePins(length) / 10 ** length;
      expect(share).toBeGreaterThan(0.08);
      expect(share).toBeLessThan(0.15);
    }
    expect(pinLengths).toEqual([4, 5, 6, 7, 8]);
  });
});
