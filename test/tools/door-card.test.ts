/** How to enter, as the door's own settings have it. */
import { describe, expect, it } from 'vitest';
import { asksForPin, modes } from '../../src/access/mode.ts';
import { defaultPolicy, type Policy } from '../../src/access/policy.ts';
import { howToEnter } from '../../src/tools/door-card.ts';

const lines = (change: Partial<Policy>): readonly string[] => howToEnter({ ...defaultPolicy, ...change });

describe('how to enter', () => {
  it('has the times and the lockout of this door', () => {
    const { person } = defaultPolicy.budget;
    const budget = { ...defaultPolicy.budget, person: { ...person, attempts: 4 } };
    expect(lines({ mode: 'cardAndPin', windowMs: 20_000, interDigitMs: 7_000, budget })).toMatchInlineSnapshot(`
      [
        "Hold your card to the reader.",
        "Type your PIN, then press #. With 8 digits you need no #. You have 20 s.",
        "A mistake? Press * and start again. After 7 s without a key, start again too.",
        "After 20 s, hold your card to the reader again.",
        "Green light: open the door.",
        "Red light: no entry.",
        "After 4 wrong PINs the keypad takes no PIN for 5 min or longer.",
      ]
    `);
  });

  it('says that cards still work where they open alone', () => {
    expect(lines({ mode: 'cardOrPin' }).at(-1)).toBe('After 5 wrong PINs the keypad takes no PIN for 60 s or longer. Cards still work.');
    expect(lines({ mode: 'pinOnly' }).at(-1)).toBe('After 5 wrong PINs the keypad takes no PIN for 60 s or longer.');
  });

  it.each(modes)('speaks of PINs in mode %s where it asks for one', (mode) => {
    expect(lines({ mode }).some((line) => line.includes('PIN'))).toBe(asksForPin(mode));
  });
});
