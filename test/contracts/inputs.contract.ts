/** What every Inputs keeps. The bench moves the contacts of a door that has all three. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/ports/clock.ts';
import type { InputName, Inputs } from '../../src/ports/inputs.ts';
import { Heard, someTurns } from './heard.ts';

export interface InputsBench {
  readonly inputs: Inputs;
  readonly clock: Clock;
  set(input: InputName, isActive: boolean): void;
  close(): void;
}

export function describeInputs(name: string, make: () => InputsBench): void {
  describe(`${name} keeps the Inputs contract`, () => {
    let bench: InputsBench | undefined;
    const open = (): InputsBench => {
      bench = make();
      return bench;
    };
    const listen = ({ inputs, clock }: InputsBench) => {
      const heard = new Heard<string>();
      const subscription = inputs.listen({
        changed: ({ input, isActive, atMs }) => {
          expect(atMs).toBeLessThanOrEqual(clock.nowMs());
          heard.add(`${input} ${isActive ? 'active' : 'inactive'}`);
        },
        attached: () => undefined,
      });
      return { heard, subscription };
    };
    afterEach(() => bench?.close());

    it('reports the present state of every input once, but not within the call', async () => {
      const { heard } = listen(open());
      expect(heard.reports).toEqual([]);
      await heard.atLeast(3);
      await someTurns();
      expect([...heard.reports].sort()).toEqual(['doorContact inactive', 'rex inactive', 'tamper inactive']);
    });

    it('then reports every change, in order, and no state twice', async () => {
      const at = open();
      const { heard } = listen(at);
      await heard.atLeast(3);
      for (const isActive of [true, true, false, false]) for (const input of ['rex', 'doorContact', 'tamper'] as const) at.set(input, isActive);
      at.set('doorContact', true);
      expect((await heard.atLeast(10)).slice(3)).toEqual([
        'rex active',
        'doorContact active',
        'tamper active',
        'rex inactive',
        'doorContact inactive',
        'tamper inactive',
        'doorContact active',
      ]);
    });

    it('reports nothing after it was stopped', async () => {
      const at = open();
      const { heard, subscription } = listen(at);
      await heard.atLeast(3);
      subscription.stop();
      subscription.stop();
      at.set('rex', true);
      await someTurns();
      expect(heard.reports).toHaveLength(3);
    });

    it('refuses a second listener', () => {
      const at = open();
      listen(at);
      expect(() => listen(at)).toThrow('one listener at a time');
    });
  });
}
