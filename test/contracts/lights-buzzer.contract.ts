/** What every Lights and every Buzzer keeps. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Buzzer, Colour, Lights } from '../../src/ports/lights.ts';

export interface LightsBench {
  readonly lights: Lights;
  /** What an eye sees. */
  colour(): Colour;
  close(): void;
}

export interface BuzzerBench {
  readonly buzzer: Buzzer;
  isSounding(): boolean;
  pass(ms: number): Promise<void>;
  close(): void;
}

const colours: readonly Colour[] = ['off', 'red', 'green', 'amber', 'blue', 'violet', 'white'];

export function describeLights(name: string, make: () => LightsBench): void {
  describe(`${name} keeps the Lights contract`, () => {
    let bench: LightsBench | undefined;
    const open = (): LightsBench => {
      bench = make();
      return bench;
    };
    afterEach(() => bench?.close());

    it('is off from the start', () => {
      expect(open().colour()).toBe('off');
    });

    it('goes from any colour to any other at once, and stays when told the same again', () => {
      const { lights, colour } = open();
      for (const from of colours) {
        for (const to of colours) {
          lights.show(from);
          lights.show(to);
          lights.show(to);
          expect(colour()).toBe(to);
        }
      }
    });
  });
}

export function describeBuzzer(name: string, make: () => BuzzerBench): void {
  describe(`${name} keeps the Buzzer contract`, () => {
    let bench: BuzzerBench | undefined;
    const open = (): BuzzerBench => {
      bench = make();
      return bench;
    };
    afterEach(() => bench?.close());

    it('is silent from the start', () => {
      expect(open().isSounding()).toBe(false);
    });

    it.each(['normal', 'low'] as const)('sounds at once for as long as asked and stops by itself (%s)', async (tone) => {
      const { buzzer, isSounding, pass } = open();
      buzzer.beep(200, tone);
      expect(isSounding()).toBe(true);
      await pass(199);
      expect(isSounding()).toBe(true);
      await pass(1);
      expect(isSounding()).toBe(false);
    });

    it.each([
      [1_000, 100],
      [100, 1_000],
    ])('replaces a beep that sounds: %i ms by %i ms', async (firstMs, secondMs) => {
      const { buzzer, isSounding, pass } = open();
      buzzer.beep(firstMs, 'normal');
      await pass(50);
      buzzer.beep(secondMs, 'low');
      await pass(secondMs - 1);
      expect(isSounding()).toBe(true);
      await pass(1);
      expect(isSounding()).toBe(false);
    });

    it('never sounds longer than 5 s, and does not throw when asked to', async () => {
      const { buzzer, isSounding, pass } = open();
      buzzer.beep(60_000, 'normal');
      await pass(5_000);
      expect(isSounding()).toBe(false);
    });
  });
}
