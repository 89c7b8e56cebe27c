/** Noise on a whole line (SECURITY A1): bits flip at random for half a minute, and then they do not. Every seed is printed. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { flipBit, hexOf } from './bytes.ts';
import { type Ends, mark, seededCrypto, shipped, type Together, upAndRunning } from './together.ts';
import { endsWith } from './together-plants.ts';

const seed = 0x5eed;
const noisyMs = 30_000;
/** At the worst rate, where every start is a matter of luck, and at the others. */
const worst = { rate: 1e-2, rounds: 200 };
const rounds = 20;
/** From the last flipped bit until the line is up. */
const recoveryMs = 1_000;

interface Noisy {
  readonly line: Together;
  readonly flips: number;
  readonly done: readonly string[];
}

/** Half a minute in which each bit flips with this chance; an order every 300 ms. */
const noisy = (rate: number, random: Random, ends: Ends = shipped): Noisy => {
  const crypto = seededCrypto(random.uint32());
  const line = upAndRunning({ ends, acuCrypto: crypto, pdCrypto: crypto });
  let flips = 0;
  line.between = ({ bytes }) => {
    let heard = bytes;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      if (!random.chance(rate)) continue;
      heard = flipBit(heard, bit);
      flips += 1;
    }
    return [heard];
  };
  const done: string[] = [];
  for (let number = 0; number * 300 < noisyMs; number += 1) {
    const data = Uint8Array.of(number);
    if (line.acu.order(1, mark(data), line.nowMs).ok) done.push(`mfg ${hexOf(data)}`);
    line.run(300);
  }
  line.between = () => undefined;
  return { line, flips, done };
};

describe(`noise on the line, seed ${seed}`, () => {
  it.each([1e-5, 1e-4, 1e-3, 3e-3, worst.rate])(
    'at a rate of %f bits is over a second after it is over, and nothing was done twice or unasked',
    (rate) => {
      for (let round = 0; round < (rate === worst.rate ? worst.rounds : rounds); round += 1) {
        const random = new Random(seed).fork(`${rate} ${round}`);
        const { line, flips, done } = noisy(rate, random);
        const name = `seed ${seed}, rate ${rate}, round ${round}, ${flips} bits`;
        const beganMs = line.nowMs;
        expect(
          line.until(() => line.isUp, 10_000),
          name,
        ).toBe(true);
        expect(line.nowMs - beganMs, name).toBeLessThanOrEqual(recoveryMs);
        line.run(1_000);
        const { effects } = line.station;
        expect(new Set(effects).size, name).toBe(effects.length);
        expect(
          effects.filter((effect) => !done.includes(effect)),
          name,
        ).toEqual([]);
        const ended = line.events('orderEnded').length;
        expect(ended, name).toBe(done.length);
        // At one bit in a thousand and less every damaged frame is said again in time: the session never ends.
        if (rate <= 1e-4) expect([line.station.told('session.closed'), effects.length], name).toEqual([0, done.length]);
      }
    },
  );

  it('is seen not to be over in time by this test when a PD is looked for once a second only', async () => {
    const ends = await endsWith({ file: 'acu-session.ts', from: 'attemptIntervalMs = 700', to: 'attemptIntervalMs = 1_000' });
    const took = Array.from({ length: worst.rounds }, (_, round) => {
      const { line } = noisy(worst.rate, new Random(seed).fork(`${worst.rate} ${round}`), ends);
      const beganMs = line.nowMs;
      line.until(() => line.isUp, 10_000);
      return line.nowMs - beganMs;
    });
    expect(Math.max(...took)).toBeGreaterThan(recoveryMs);
  });

  it('a single damaged frame, of either end, never ends a session', () => {
    const random = new Random(seed);
    const crypto = seededCrypto(seed);
    const line = upAndRunning({ acuCrypto: crypto, pdCrypto: crypto });
    line.isKept = false;
    for (let count = 0; count < 2_000; count += 1) {
      let isDone = false;
      line.between = ({ toward, bytes }) => {
        if (isDone || toward !== (count % 2 === 0 ? 'acu' : 'pd')) return undefined;
        isDone = true;
        return [flipBit(bytes, random.int(bytes.length * 8))];
      };
      line.run(400);
      expect(isDone).toBe(true);
    }
    expect([line.station.told('session.closed'), line.isUp]).toEqual([0, true]);
  });
});
