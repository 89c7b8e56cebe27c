/** R10: how many PINs can be guessed, by anyone and over anything: time, restarts, power cuts, and insiders. */
import { describe, expect, it } from 'vitest';
import type { Door } from '../../sim/door.ts';
import { comparedIn, day, guess, hour, minute, openDoor, outcomes, second, told } from './tools.ts';

/** Guesses as soon as a guess may be made, until `untilMs`. Gives the times at which a PIN was compared. */
const guessWithoutPause = async (door: Door, untilMs: number, pin = '9999'): Promise<number[]> => {
  const comparedAtMs: number[] = [];
  while (door.clock.nowMs() < untilMs) {
    const atMs = door.clock.nowMs();
    await door.burst(`${pin}#`);
    await door.wait(300);
    const story = door.story();
    if (story.includes('credential.notFound')) comparedAtMs.push(atMs);
    const waitMs = /waitMs=(\d+)/.exec(story)?.[1];
    if (waitMs !== undefined) await door.wait(Number(waitMs) - 300);
  }
  return comparedAtMs;
};

describe('R10: without a card: 5 attempts per reader, then the PIN path waits 60 s, doubling to 15 min, one try after each wait', () => {
  it('R10: the waits are 1, 2, 4, 8 and then always 15 minutes', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    const comparedAtMs = await guessWithoutPause(door, 2 * hour);
    const pauses = comparedAtMs.slice(1).map((atMs, index) => atMs - (comparedAtMs[index] ?? 0));
    expect(pauses.slice(0, 11)).toEqual([300, 300, 300, 300, ...[1, 2, 4, 8, 15, 15, 15].map((minutes) => minutes * minute)]);
  });

  it('R10: the fifth wrong PIN begins the lockout; until it ends the right PIN is not compared either', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    await door.burst('0417#');
    await door.wait(58_999);
    await door.burst('0417#');
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 event credential.notFound mode=pinOnly by=pin
         0.300 signal denied
         1.000 event credential.notFound mode=pinOnly by=pin
         1.300 signal denied
         2.000 event credential.notFound mode=pinOnly by=pin
         2.300 signal denied
         3.000 event credential.notFound mode=pinOnly by=pin
         3.300 signal denied
         4.000 event credential.notFound mode=pinOnly by=pin
         4.000 event lockout.started waitMs=60000
         4.300 signal denied
         5.000 signal keyLockedOut
         5.000 signal keyLockedOut
         5.000 signal keyLockedOut
         5.000 signal keyLockedOut
         5.000 signal keyLockedOut
         5.000 signal lockedOut
        63.999 signal keyLockedOut
        63.999 signal keyLockedOut
        63.999 signal keyLockedOut
        63.999 signal keyLockedOut
        63.999 signal keyLockedOut
        63.999 signal lockedOut"
    `);
    await door.wait(1);
    await door.burst('0417#');
    expect(outcomes(door)).toContain('access.granted ann');
  });

  it('R10: one PIN after each wait: a second one waits again', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    await door.wait(1 * minute);
    door.story();
    await guess(door, 1);
    await door.burst('0417#');
    expect(outcomes(door).filter((outcome) => outcome !== 'keyLockedOut')).toEqual(['credential.notFound', 'lockout.started', 'denied', 'lockedOut']);
  });

  it('R10: cards go on working (U22)', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await guess(door, 7);
    door.story();
    await door.swipe('A');
    expect(outcomes(door)).toEqual(['access.granted ann', 'strike released', 'granted']);
  });

  it('R10: attempts in a lockout are counted and summarised once a minute', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    door.story();
    await guess(door, 25);
    await door.wait(5 * minute);
    expect(told(door).filter((line) => line.startsWith('event'))).toEqual(['event lockout.ended', 'event lockout.attempts count=25']);
  });

  it('R10: keys in a lockout do not lengthen it (E11)', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    await guess(door, 59, '1234');
    door.story();
    await door.burst('0417#');
    expect(outcomes(door)).toContain('access.granted ann');
  });
});

describe('R10: 15 min without a wrong PIN lowers one level, and at the lowest returns one attempt', () => {
  it('R10: after one quiet quarter of an hour the next lockout is no longer than the last', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    await door.wait(1 * minute);
    await guess(door, 1);
    expect(door.story()).toContain('waitMs=120000');
    await door.wait(15 * minute);
    await guess(door, 1);
    expect(door.story()).toContain('waitMs=120000');
  });

  it('R10: all five attempts are back after level and attempts have been quiet away, and not a minute before', async () => {
    const wrongUntilLockout = async (quietMs: number): Promise<number> => {
      const door = await openDoor({ mode: 'pinOnly' });
      await guess(door, 5);
      await door.wait(quietMs);
      door.story();
      for (let wrong = 1; ; wrong += 1) {
        await guess(door, 1);
        if (door.story().includes('lockout.started')) return wrong;
      }
    };
    // The fifth wrong PIN earned level 1 and left one attempt: 15 min for the level, 15 for each of the four others.
    const quarters = await Promise.all([0, 1, 2, 3, 4, 5].map((count) => wrongUntilLockout(count * 15 * minute + 1 * minute)));
    expect(quarters).toEqual([1, 1, 2, 3, 4, 5]);
  });

  it('R10: each wrong PIN begins the quiet quarter of an hour anew', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 3);
    await door.wait(14 * minute);
    await guess(door, 1);
    await door.wait(2 * minute);
    await guess(door, 1);
    expect(door.story()).toContain('lockout.started');
  });

  it('R10: an order of the authority clears a lockout at once', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 6);
    door.story();
    await door.order({ kind: 'clearLockout', person: undefined });
    await door.burst('0417#');
    expect(outcomes(door)).toEqual(['lockout.cleared', 'order.obeyed', 'access.granted ann', 'strike released', 'granted']);
  });
});

describe('R10: a right PIN never refills what others spent', () => {
  it('E13: an insider who types their own PIN after every four wrong ones guesses no more in a day', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    let compared = 0;
    while (door.clock.nowMs() < 1 * day) {
      await guess(door, 4);
      await guess(door, 1, '0417');
      const story = door.story();
      compared += story.split('credential.notFound').length - 1;
      await door.wait(Number(/waitMs=(\d+)/.exec(story)?.[1] ?? 0));
    }
    expect(compared).toBeGreaterThan(90);
    expect(compared).toBeLessThanOrEqual(103);
  });

  it('E13: a right PIN costs nothing: a hundred in a row open a hundred times', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 4);
    door.story();
    await guess(door, 100, '0417');
    expect(outcomes(door).filter((outcome) => outcome === 'access.granted ann')).toHaveLength(100);
    await guess(door, 1);
    expect(door.story()).toContain('lockout.started');
  });
});

describe('R10: about a hundred guesses a day for someone who never stops', () => {
  const perDay = (comparedAtMs: readonly number[], days: number): number[] =>
    Array.from({ length: days }, (_, at) => comparedAtMs.filter((atMs) => Math.floor(atMs / day) === at).length);

  it('E9: at the end of each wait at once, two days: at most 103 PINs on the first day, at most 96 on each day after', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    const [first = 0, ...later] = perDay(await guessWithoutPause(door, 2 * day), 2);
    expect(first).toBeGreaterThan(90);
    expect(first).toBeLessThanOrEqual(103);
    expect(Math.max(...later)).toBeLessThanOrEqual(96);
  });

  it('E9: in the rhythm that just escapes the waits, thirty days: at most 103 PINs on the first day, at most 96 on each day after', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 3);
    const comparedAtMs = [0, 1, 2].map((turn) => turn * second);
    door.story();
    while (door.clock.nowMs() < 30 * day) {
      comparedAtMs.push(door.clock.nowMs());
      await door.burst('9999#');
      await door.wait(15 * minute);
      expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
    }
    const [first = 0, ...later] = perDay(comparedAtMs, 30);
    expect(first).toBeLessThanOrEqual(103);
    expect(Math.max(...later)).toBeLessThanOrEqual(96);
  });

  it('E9: guessing blindly every minute for a day finds out no more', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    let compared = 0;
    while (door.clock.nowMs() < 1 * day) {
      await guess(door, 1);
      await door.wait(1 * minute);
      compared += comparedIn(outcomes(door));
    }
    expect(compared).toBeLessThanOrEqual(103);
  });

  it('E11: with a vandal at the keypad all day, cards always open and a PIN opens within 15 minutes', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    for (let turn = 0; turn < 24; turn += 1) {
      await guess(door, 20);
      door.story();
      await door.swipe('A');
      expect(outcomes(door)[0]).toBe('access.granted ann');
      await door.wait(15 * minute);
      door.story();
      await door.burst('25807#');
      expect(outcomes(door)).toContain('access.granted ben');
      await door.wait(44 * minute);
    }
  });
});

describe("R10: after a valid card only that person's budget counts", () => {
  /** Card and PIN, window after window. */
  const guessWithCard = async (door: Door, card: string, times: number, pin = '9999'): Promise<void> => {
    for (let turn = 0; turn < times; turn += 1) {
      await door.swipe(card);
      await door.burst(`${pin}#**`);
      await door.wait(2 * second);
    }
  };

  it('E10: 5 wrong PINs in 10 min stop PIN entry for that person for 5 min, and for nobody else', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await guessWithCard(door, 'A', 5);
    door.story();
    await door.swipe('A');
    expect(outcomes(door)).toEqual(['lockedOut']);
    await door.swipe('B');
    await door.burst('25807#');
    expect(outcomes(door)).toContain('access.granted ben');
    await door.wait(5 * minute - 2 * second);
    await door.swipe('A');
    await door.burst('0417#');
    expect(outcomes(door)).toContain('access.granted ann');
  });

  it('E10: the wait doubles up to an hour', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    const waits: number[] = [];
    while (waits.length < 6) {
      await guessWithCard(door, 'A', 1);
      const waitMs = Number(/waitMs=(\d+)/.exec(door.story())?.[1] ?? 0);
      if (waitMs > 0) {
        waits.push(waitMs / minute);
        await door.wait(waitMs);
      }
    }
    expect(waits).toEqual([5, 10, 20, 40, 60, 60]);
  });

  it('E10: wrong PINs more than 10 min apart do not add up', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    for (let turn = 0; turn < 12; turn += 1) {
      await guessWithCard(door, 'A', 1);
      await door.wait(2.5 * minute);
    }
    expect(door.story()).not.toContain('lockout');
  });

  it('E10: someone with a stolen card guesses five PINs for each wait, at most 140 in a day', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    const comparedAtMs: number[] = [];
    while (door.clock.nowMs() < 1 * day) {
      const atMs = door.clock.nowMs();
      await guessWithCard(door, 'A', 1);
      const story = door.story();
      if (story.includes('pin.wrong')) comparedAtMs.push(atMs);
      await door.wait(Number(/waitMs=(\d+)/.exec(story)?.[1] ?? 0));
    }
    const forFive = comparedAtMs.slice(5).map((atMs, index) => atMs - (comparedAtMs[index] ?? 0));
    expect(Math.min(...forFive)).toBeGreaterThan(5 * minute);
    expect(comparedAtMs.length).toBeLessThanOrEqual(140);
  });

  it("R10: the reader's lockout does not touch card and PIN, nor the person's the PIN alone of others", async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    await door.setMode('cardAndPin');
    await door.swipe('A');
    await door.burst('0417#');
    expect(outcomes(door)).toContain('access.granted ann');
    await guessWithCard(door, 'A', 5);
    await door.wait(1 * minute);
    await door.setMode('pinOnly');
    await door.burst('25807#');
    expect(outcomes(door)).toContain('access.granted ben');
  });
});
