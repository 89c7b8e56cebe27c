/** Parity of the formats that are known, against masks written down apart from the driver's own. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { type Burst, burstGapUs, WiegandBitsDecoder } from '../../src/drivers/wiegand-bits.ts';
import { keyOf, parityOf, type WiegandBits } from '../../src/drivers/wiegand-formats.ts';

const packed = (bits: string): WiegandBits => ({
  value: Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (piece) => Number.parseInt(piece.padEnd(8, '0'), 2)),
  length: bits.length,
});
const ones = (bits: string, mask: string): number => [...bits].filter((bit, index) => bit === '1' && mask[index] === 'x').length;

/** As published, first bit on the left; the parity bit of each is the one that is filled in last. */
const formats: readonly { readonly name: string; readonly fill: readonly (readonly [bit: number, isOdd: boolean, mask: string])[] }[] = [
  {
    name: 'H10301',
    fill: [
      [0, false, 'xxxxxxxxxxxxx.............'],
      [25, true, '.............xxxxxxxxxxxxx'],
    ],
  },
  {
    name: 'H10306',
    fill: [
      [0, false, 'xxxxxxxxxxxxxxxxx.................'],
      [33, true, '.................xxxxxxxxxxxxxxxxx'],
    ],
  },
  {
    // The masks 1 B6DB6DB6, 3 6DB6DB6C and 7 FFFFFFFF, of bits 33 to 0 counted from the last.
    name: 'Corporate 1000',
    fill: [
      [1, false, '.xxx.xx.xx.xx.xx.xx.xx.xx.xx.xx.xx.'],
      [34, true, '.xx.xx.xx.xx.xx.xx.xx.xx.xx.xx.xx.x'],
      [0, true, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
    ],
  },
  {
    name: 'H10302 and H10304',
    fill: [
      [0, false, 'xxxxxxxxxxxxxxxxxxx..................'],
      [36, true, '..................xxxxxxxxxxxxxxxxxxx'],
    ],
  },
];

const put = (bits: string, at: number, bit: string): string => bits.slice(0, at) + bit + bits.slice(at + 1);

describe('parityOf', () => {
  it.each(formats)('is right for every card of $name, and wrong when any one bit is', ({ fill }) => {
    const random = new Random(Date.now());
    for (let round = 0; round < 200; round++) {
      const length = fill[0]?.[2].length ?? 0;
      let bits = Array.from({ length }, () => random.int(2)).join('');
      for (const [at, isOdd, mask] of fill) {
        bits = put(bits, at, '0');
        bits = put(bits, at, (ones(bits, mask) % 2 === 1) === isOdd ? '0' : '1');
      }
      expect(parityOf(packed(bits)), `seed ${random.seed}`).toBe('right');
      const at = random.int(length);
      expect(parityOf(packed(put(bits, at, bits[at] === '0' ? '1' : '0'))), `seed ${random.seed}`).toBe('wrong');
    }
  });

  it('knows nothing of other lengths', () => {
    const known = new Set([26, 34, 35, 37]);
    for (let length = 0; length <= 600; length++) if (!known.has(length)) expect(parityOf(packed('1'.repeat(length)))).toBe('unknown');
  });

  it('takes bytes that are not there for zeros', () => {
    expect(parityOf({ value: new Uint8Array(), length: 26 })).toBe('wrong');
    expect(keyOf({ value: new Uint8Array(), length: 4 })).toBe('0');
  });
});

describe('WiegandBitsDecoder', () => {
  it('takes any edges at all, and tells no burst that is longer than it says', () => {
    const random = new Random(Date.now());
    const bursts: Burst[] = [];
    const decoder = new WiegandBitsDecoder({ data0: 0, data1: 1 }, (burst) => bursts.push(burst));
    for (let edge = 0; edge < 50_000; edge++) {
      decoder.take({ line: random.int(3), atUs: random.chance(0.01) ? random.uint32() : edge * random.int(2_000) });
      if (random.chance(0.001)) decoder.lost();
      if (random.chance(0.001)) decoder.end();
    }
    decoder.end();
    expect(bursts.length, `seed ${random.seed}`).toBeGreaterThan(0);
    for (const { value, length } of bursts) expect(value.length, `seed ${random.seed}`).toBe(Math.ceil(Math.min(length, 512) / 8));
  });

  it('tells no burst when none is under way', () => {
    const bursts: Burst[] = [];
    const decoder = new WiegandBitsDecoder({ data0: 0, data1: 1 }, (burst) => bursts.push(burst));
    decoder.end();
    expect(bursts).toEqual([]);
    expect(decoder.endsAtUs).toBeUndefined();
  });

  it.each<readonly [where: string, lostAt: number, bursts: string]>([
    ['in the middle of a card', 10, '26 spoiled, 26 whole'],
    ['between two cards, which may have cost the end of one and the beginning of the next', 26, '26 spoiled, 26 spoiled'],
    ['before any card', 0, '26 spoiled, 26 whole'],
    ['after the last card, which may have gone on', 52, '26 whole, 26 spoiled'],
  ])('takes no card for whole beside edges that were lost %s', (_, lostAt, expected) => {
    const bursts: string[] = [];
    const decoder = new WiegandBitsDecoder({ data0: 0, data1: 1 }, ({ length, isSpoiled }) =>
      bursts.push(`${length} ${isSpoiled ? 'spoiled' : 'whole'}`),
    );
    let atUs = 0;
    for (let edge = 0; edge < 52; edge += 1) {
      if (edge === lostAt) decoder.lost();
      atUs += edge === 26 ? burstGapUs + 1_000 : 2_000;
      decoder.take({ line: edge % 2, atUs });
    }
    if (lostAt === 52) decoder.lost();
    decoder.end();
    expect(bursts.join(', ')).toBe(expected);
  });
});
