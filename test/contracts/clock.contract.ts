/** What every Clock keeps. `pass` lets time go by: at once where time is virtual, really where it is not. */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/ports/clock.ts';

export interface ClockBench {
  readonly clock: Clock;
  /** Resolves when at least `ms` have passed and what is due has run. */
  pass(ms: number): Promise<void>;
}

export function describeClock(name: string, make: () => ClockBench): void {
  describe(`${name} keeps the Clock contract`, () => {
    it('calls back once, never early, and never within the call that set the timer', async () => {
      const { clock, pass } = make();
      const setAtMs = clock.nowMs();
      const firedAtMs: number[] = [];
      clock.setTimeout(() => firedAtMs.push(clock.nowMs()), 7.25);
      clock.setTimeout(() => firedAtMs.push(clock.nowMs()), 0);
      expect(firedAtMs).toEqual([]);
      await pass(10);
      expect(firedAtMs).toHaveLength(2);
      expect(firedAtMs[0]).toBeGreaterThanOrEqual(setAtMs);
      expect(firedAtMs[1]).toBeGreaterThanOrEqual(setAtMs + 7.25);
    });

    it('calls back in order of due time, ties in order of setting', async () => {
      const { clock, pass } = make();
      const order: string[] = [];
      for (const [label, delayMs] of Object.entries({ c: 6, a: 2, d: 6.5, b: 2, e: 9 })) clock.setTimeout(() => order.push(label), delayMs);
      await pass(12);
      expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('lets promises of one callback go on before the next callback', async () => {
      const { clock, pass } = make();
      const order: string[] = [];
      const first = async (): Promise<void> => {
        await Promise.resolve();
        await Promise.resolve();
        order.push('promise of the first');
      };
      clock.setTimeout(() => void first(), 1);
      clock.setTimeout(() => order.push('second'), 1);
      await pass(3);
      expect(order).toEqual(['promise of the first', 'second']);
    });

    it('counts a delay below zero as none', async () => {
      const { clock, pass } = make();
      let hasFired = false;
      clock.setTimeout(() => {
        hasFired = true;
      }, -5);
      await pass(1);
      expect(hasFired).toBe(true);
    });

    it('refuses a delay that is no number', () => {
      const { clock } = make();
      expect(() => clock.setTimeout(() => expect.unreachable(), Number.NaN)).toThrow('a delay is a number');
    });

    it('forgets a cleared timer, and ignores clearing one that fired, was cleared, or never was', async () => {
      const { clock, pass } = make();
      const order: string[] = [];
      const fired = clock.setTimeout(() => order.push('kept'), 1);
      const cleared = clock.setTimeout(() => order.push('cleared'), 2);
      clock.clearTimeout(cleared);
      clock.clearTimeout(cleared);
      await pass(4);
      for (const unknown of [fired, undefined, null, 7, 'x', {}]) clock.clearTimeout(unknown);
      expect(order).toEqual(['kept']);
    });

    it('may be set and cleared from within a callback', async () => {
      const { clock, pass } = make();
      const order: string[] = [];
      const doomed = clock.setTimeout(() => order.push('doomed'), 3);
      clock.setTimeout(() => {
        clock.clearTimeout(doomed);
        clock.setTimeout(() => order.push('chained'), 1);
      }, 1);
      await pass(6);
      expect(order).toEqual(['chained']);
    });

    it('keeps a timer of more than 2^31 ms waiting', async () => {
      const { clock, pass } = make();
      let hasFired = false;
      const timer = clock.setTimeout(
        () => {
          hasFired = true;
        },
        2 ** 31 + 5,
      );
      await pass(3);
      expect(hasFired).toBe(false);
      clock.clearTimeout(timer);
    });

    it('never goes back', async () => {
      const { clock, pass } = make();
      let lastMs = clock.nowMs();
      for (let step = 0; step < 5; step++) {
        await pass(1);
        expect(clock.nowMs()).toBeGreaterThanOrEqual(lastMs + 1);
        lastMs = clock.nowMs();
      }
    });
  });
}
