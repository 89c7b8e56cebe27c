/** What every Strike keeps. */
import { afterEach, describe, expect, it } from 'vitest';
import { maxHoldMs, type Strike } from '../../src/ports/strike.ts';
import { Fault } from '../../src/shared/faults.ts';

export interface StrikeBench {
  readonly strike: Strike;
  /** Whether current flows. */
  isEnergised(): boolean;
  pass(ms: number): Promise<void>;
  /** From now on the output takes nothing, not even its end. */
  breakDown(): void;
  close(): void;
}

export function describeStrike(name: string, make: () => StrikeBench): void {
  describe(`${name} keeps the Strike contract`, () => {
    let bench: StrikeBench | undefined;
    const open = (): StrikeBench => {
      bench = make();
      return bench;
    };
    afterEach(() => bench?.close());

    it('is de-energised from the start', () => {
      expect(open().isEnergised()).toBe(false);
    });

    it('is energised once a release has resolved, and de-energises by itself when the hold is over', async () => {
      const { strike, isEnergised, pass } = open();
      await strike.release(5_000);
      expect(isEnergised()).toBe(true);
      await pass(4_999);
      expect(isEnergised()).toBe(true);
      await pass(1);
      expect(isEnergised()).toBe(false);
    });

    it.each([
      [5_000, 2_000],
      [2_000, 5_000],
    ])('restarts the hold at a second release and never adds up: %i ms, then %i ms', async (firstMs, secondMs) => {
      const { strike, isEnergised, pass } = open();
      await strike.release(firstMs);
      await pass(1_500);
      await strike.release(secondMs);
      await pass(secondMs - 1);
      expect(isEnergised()).toBe(true);
      await pass(1);
      expect(isEnergised()).toBe(false);
      await pass(maxHoldMs);
      expect(isEnergised()).toBe(false);
    });

    it('releases again after a hold has ended', async () => {
      const { strike, isEnergised, pass } = open();
      await strike.release(1);
      await pass(1);
      expect(isEnergised()).toBe(false);
      await strike.release(maxHoldMs);
      await pass(maxHoldMs - 1);
      expect(isEnergised()).toBe(true);
      await pass(1);
      expect(isEnergised()).toBe(false);
    });

    it('is de-energised at once when secured, also when it was not energised, and releases afterwards', async () => {
      const { strike, isEnergised } = open();
      await strike.secure();
      await strike.release(60_000);
      await strike.secure();
      expect(isEnergised()).toBe(false);
      await strike.release(60_000);
      expect(isEnergised()).toBe(true);
    });

    it.each([0, -1, maxHoldMs + 1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a hold of %d ms and stays de-energised', async (holdMs) => {
      const { strike, isEnergised } = open();
      await expect(strike.release(holdMs)).rejects.toThrow('a hold is');
      expect(isEnergised()).toBe(false);
    });

    it('rejects with a fault, and stays de-energised, when the output does not take it', async () => {
      const { strike, isEnergised, breakDown } = open();
      breakDown();
      await expect(strike.release(1_000)).rejects.toBeInstanceOf(Fault);
      expect(isEnergised()).toBe(false);
      await expect(strike.secure()).rejects.toBeInstanceOf(Fault);
    });
  });
}
