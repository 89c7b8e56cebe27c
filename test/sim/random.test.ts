/** Random choices that a seed repeats: the published generator, and what is drawn from it. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32());

describe('Random', () => {
  it('is xoshiro128**: from the state 1, 2, 3, 4 it gives what its recurrence gives by hand', () => {
    expect(draw(new Random([1, 2, 3, 4]), 4)).toEqual([11_520, 0, 5_927_040, 70_819_200]);
  });

  it('gives the same choices for the same seed, and others for another', () => {
    expect(draw(new Random(7), 100)).toEqual(draw(new Random(7), 100));
    expect(draw(new Random(7), 4)).not.toEqual(draw(new Random(8), 4));
    expect(draw(new Random(0), 4)).not.toEqual([0, 0, 0, 0]);
    expect(() => new Random([0, 0, 0, 0])).toThrow('zeros');
  });

  it('forks by label: the same whatever was drawn before, different for each label and seed', () => {
    const one = new Random(42);
    const before = draw(one.fork('people'), 10);
    draw(one, 1_000);
    expect(draw(one.fork('people'), 10)).toEqual(before);
    const firsts = new Set([42, 43].flatMap((seed) => ['people', 'peopl', 'cards', ''].map((label) => new Random(seed).fork(label).uint32())));
    expect(firsts.size).toBe(8);
  });

  it('spreads int() evenly and keeps it below its bound', () => {
    const random = new Random(1);
    for (const below of [1, 2, 3, 10, 4_096]) {
      const counts = new Map<number, number>();
      for (let index = 0; index < 200 * Math.min(below, 50); index++) {
        const drawn = random.int(below);
        expect(drawn >= 0 && drawn < below).toBe(true);
        counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
      }
      if (below <= 10) for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60);
    }
    const high = Array.from({ length: 4_000 }, () => random.int(3 * 2 ** 30)).filter((drawn) => drawn >= 2 ** 31).length;
    expect(Math.abs(high - 4_000 / 3)).toBeLessThan(200);
    expect(() => random.int(0)).toThrow('int()');
    expect(random.int(2 ** 32)).toBeGreaterThanOrEqual(0);
  });

  it('picks, ranges, draws bytes, and takes chances as often as asked', () => {
    const random = new Random(99);
    const picked = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])));
    expect([...picked].sort()).toEqual(['a', 'b', 'c']);
    const ranged = Array.from({ length: 200 }, () => random.between(-1, 1));
    expect([Math.min(...ranged), Math.max(...ranged)]).toEqual([-1, 1]);
    expect(random.bytes(16)).toHaveLength(16);
    const taken = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length;
    expect(Math.abs(taken - 2_500)).toBeLessThan(200);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
    expect(() => random.pick([])).toThrow('int()');
  });
});
