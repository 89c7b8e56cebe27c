/** Ratio, floor and odds of doors, and the lockout they come from, against the reader itself. */
import { describe, expect, it } from 'vitest';
import { codeSpaceOf, floorOf, guessesWithin, keepsFloor, nightMs, oddsOf, usablePins } from '../../../../sim/controller/rules/code-space.ts';
import { Door } from '../../../../sim/door.ts';
import { defaultPolicy } from '../../../../src/access/policy.ts';
import { AssertionError } from '../../../../src/shared/assert.ts';

const rule = defaultPolicy.budget.door;
const at = (pins: readonly (readonly [number, number])[], mode = defaultPolicy.mode) =>
  codeSpaceOf({ mode, people: pins.reduce((sum, [, count]) => sum + count, 0), pins: new Map(pins), rule });

describe('the code space of a door', () => {
  it.each([
    { pins: [[4, 8]], ratio: 1_069, isBelowFloor: false },
    { pins: [[4, 9]], ratio: 950, isBelowFloor: true },
    { pins: [[6, 87]], ratio: 10_056, isBelowFloor: false },
    { pins: [[6, 874]], ratio: 1_001, isBelowFloor: false },
    { pins: [[6, 875]], ratio: 999, isBelowFloor: true },
    { pins: [[8, 9_345]], ratio: 10_000, isBelowFloor: false },
  ] as const)('has a ratio of $ratio with $pins', ({ pins, ratio, isBelowFloor }) => {
    expect(at(pins)).toMatchObject({ ratio, isBelowFloor, people: pins[0][1], shortest: pins[0][0] });
  });

  it('is as weak as the length that is guessed best, which need not be the shortest', () => {
    const [fourDigits, sixDigits] = [(count: number) => [4, count] as const, (count: number) => [6, count] as const];
    expect(at([fourDigits(1), sixDigits(875)])).toMatchObject({ ratio: 999, isBelowFloor: true, shortest: 4, people: 876 });
    expect(at([sixDigits(1), fourDigits(9)])).toMatchObject({ ratio: 950, shortest: 4 });
    expect(at([fourDigits(0), sixDigits(10)])).toMatchObject({ shortest: 6 });
  });

  it.each(['cardOnly', 'cardAndPin', 'locked', 'unlocked'] as const)('is none where no PIN alone opens: %s', (mode) => {
    expect(at([[4, 100]], mode)).toBeUndefined();
  });

  it('is none where nobody has a PIN', () => {
    expect(at([])).toBeUndefined();
    expect(at([[6, 0]], 'pinOnly')).toBeUndefined();
  });

  it('has a floor that rises with the guesses of a night, and falls below the standard’s at no budget', () => {
    expect([1, 3, 5, 10].map((attempts) => floorOf({ ...rule, attempts }))).toEqual([1_000, 1_000, 1_000, 1_129]);
    const most = { attempts: 20, withinMs: undefined, attemptsAfterWait: 20, firstWaitMs: 30_000, longestWaitMs: 30_000, quietMs: 86_400_000 };
    expect(floorOf(most)).toBeGreaterThan(400_000);
  });

  it('is said as odds of a night', () => {
    expect([at([[4, 9]]), at([[6, 800]]), at([[6, 10]], 'pinOnly')].map((space) => space?.sentence)).toMatchInlineSnapshot(`
      [
        "1 in 24 per night: 39 guesses in 8 hours. Guessing is too easy: give people longer codes, or ask for a card as well.",
        "1 in 28 per night: 39 guesses in 8 hours. Longer codes would be better.",
        "1 in 2,243 per night: 39 guesses in 8 hours.",
      ]
    `);
    expect(at([[4, 10_000]])?.sentence).toContain('1 in 1 per night');
  });

  it('leaves room for one more down to the floor', () => {
    expect([keepsFloor(new Map([[4, 7]]), 4), keepsFloor(new Map([[4, 8]]), 4), keepsFloor(new Map([[4, 8]]), 5)]).toEqual([true, false, true]);
  });

  it('knows PINs of four to eight digits only', () => {
    expect(() => usablePins(3)).toThrow(AssertionError);
  });
});

describe('guesses of somebody who never stops', () => {
  it('are 39 in a night, 103 in a day, and about a tenth of the way in at the floor (SECURITY §9.2)', () => {
    expect(guessesWithin(rule, nightMs)).toBe(39);
    expect(guessesWithin(rule, 24 * 3_600_000)).toBe(103);
    expect(oddsOf(103, 1, 1_000)).toBeCloseTo(0.103, 10);
    expect(guessesWithin(rule, 1)).toBe(5);
  });

  it('are never right twice, and sure where there are as many as PINs', () => {
    expect(oddsOf(10, 1, 10)).toBe(1);
    expect(oddsOf(9, 2, 10)).toBe(1);
    expect(oddsOf(1, 1, 4)).toBeCloseTo(0.25, 12);
    expect(oddsOf(2, 1, 4)).toBeCloseTo(0.5, 12);
  });

  it('are what a reader compares in a night of trying, but for the time that typing takes', async () => {
    const door = await Door.open({ mode: 'pinOnly', people: [{ name: 'p1', pin: '820495' }] });
    const [tryEachMs, compared] = [5_000, 'credential.notFound'];
    let guesses = 0;
    door.happened.watch(({ event }) => {
      if (event.code === compared) guesses += 1;
    });
    const startMs = door.clock.nowMs();
    while (door.clock.nowMs() - startMs < nightMs) {
      await door.type('704611#');
      await door.wait(tryEachMs - door.typedMs);
    }
    const derived = guessesWithin(rule, nightMs);
    expect(guesses).toBeLessThanOrEqual(derived);
    expect(guesses).toBeGreaterThanOrEqual(derived - 1);
  });
});
