/** What every Keypad keeps. The bench presses keys at the far end, with auto-repeat where the device has it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/ports/clock.ts';
import { type Key, type Keypad, keys } from '../../src/ports/keypad.ts';
import { Heard, someTurns } from './heard.ts';

export interface KeypadBench {
  readonly keypad: Keypad;
  readonly clock: Clock;
  press(key: Key): void;
  release(key: Key): void;
  detach(): void;
  /** The device is there again, and the driver has had the time to find it. */
  attach(): Promise<void>;
  close(): void;
}

/** `tellsReleases`: false for a keypad that reports each key pressed and released together. */
export function describeKeypad(name: string, make: () => KeypadBench, { tellsReleases = true } = {}): void {
  /** What follows a press at once. */
  const released = (key: Key): string[] => (tellsReleases ? [] : [`${key} released`]);
  describe(`${name} keeps the Keypad contract`, () => {
    let bench: KeypadBench | undefined;
    const open = (): KeypadBench => {
      bench = make();
      return bench;
    };
    const listen = (keypad: Keypad) => {
      const heard = new Heard<string>();
      const times: number[] = [];
      const subscription = keypad.listen({
        changed: ({ key, action, atMs }) => {
          times.push(atMs);
          heard.add(`${key} ${action}`);
        },
        attached: (isAttached) => heard.add(isAttached ? 'attached' : 'detached'),
      });
      return { heard, times, subscription };
    };
    afterEach(() => bench?.close());

    it('reports every key pressed and released, in order, with times that never go back nor lie in the future', async () => {
      const { keypad, clock, press, release } = open();
      const { heard, times } = listen(keypad);
      expect(heard.reports).toEqual([]);
      const expected: string[] = [];
      for (const key of keys) {
        press(key);
        release(key);
        expected.push(`${key} pressed`, `${key} released`);
        await heard.atLeast(expected.length);
      }
      expect(heard.reports).toEqual(expected);
      expect(times).toEqual([...times].sort((left, right) => left - right));
      expect(times.at(-1)).toBeLessThanOrEqual(clock.nowMs());
    });

    it('reports keys that are down together', async () => {
      const { keypad, press, release } = open();
      const { heard } = listen(keypad);
      press('1');
      press('2');
      release('1');
      release('2');
      const together = ['1 pressed', '2 pressed', '1 released', '2 released'];
      expect(await heard.atLeast(4)).toEqual(tellsReleases ? together : ['1 pressed', '1 released', '2 pressed', '2 released']);
    });

    it('says once that the device is not there at the start, and once that it came', async () => {
      const { keypad, press, detach, attach } = open();
      detach();
      const { heard } = listen(keypad);
      expect(heard.reports).toEqual([]);
      expect(await heard.atLeast(1)).toEqual(['detached']);
      await attach();
      press('5');
      expect(await heard.atLeast(3)).toEqual(['detached', 'attached', '5 pressed', ...released('5')]);
    });

    it('releases what was held when the device goes, says so once, and takes the same key again when it is back', async () => {
      const { keypad, press, detach, attach } = open();
      const { heard } = listen(keypad);
      press('*');
      await heard.atLeast(1);
      detach();
      expect(await heard.atLeast(3)).toEqual(['* pressed', '* released', 'detached']);
      await attach();
      press('*');
      expect((await heard.atLeast(5)).slice(3)).toEqual(['attached', '* pressed', ...released('*')]);
    });

    it('reports nothing after it was stopped, however often that is', async () => {
      const { keypad, press } = open();
      const { heard, subscription } = listen(keypad);
      press('7');
      await heard.atLeast(1);
      subscription.stop();
      subscription.stop();
      press('8');
      await someTurns();
      expect(heard.reports).toEqual(['7 pressed', ...released('7')]);
    });

    it('may be stopped from within a report, and listened to again', async () => {
      const { keypad, press } = open();
      const first = new Heard<string>();
      const subscription = keypad.listen({
        changed: ({ key }) => {
          first.add(key);
          subscription.stop();
        },
        attached: () => expect.unreachable(),
      });
      press('1');
      press('2');
      await first.atLeast(1);
      await someTurns();
      expect(first.reports).toEqual(['1']);
      const second = listen(keypad);
      press('3');
      // Slow devices may only now come to the key before.
      while (!second.heard.reports.includes('3 pressed')) await second.heard.atLeast(second.heard.reports.length + 1);
    });

    it('refuses a second listener', () => {
      const { keypad } = open();
      listen(keypad);
      expect(() => listen(keypad)).toThrow('one listener at a time');
    });
  });
}
