/** The simulated keypad, card reader and contacts: their contracts, then what hands can do to them. */
import { describe, expect, it } from 'vitest';
import { SimCardReader } from '../../../sim/devices/card-reader.ts';
import { SimInputs } from '../../../sim/devices/inputs.ts';
import { SimKeypad } from '../../../sim/devices/keypad.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import type { CardRead } from '../../../src/ports/card-reader.ts';
import { describeCardReader } from '../../contracts/card-reader.contract.ts';
import { describeInputs } from '../../contracts/inputs.contract.ts';
import { describeKeypad } from '../../contracts/keypad.contract.ts';

const nothingToClose = (): void => undefined;

describeKeypad('SimKeypad', () => {
  const clock = new VirtualClock();
  const keypad = new SimKeypad(clock);
  return {
    keypad,
    clock,
    press: (key) => keypad.press(key),
    release: (key) => keypad.release(key),
    detach: () => keypad.detach(),
    attach: async () => keypad.attach(),
    close: nothingToClose,
  };
});

describeCardReader('SimCardReader', () => {
  const clock = new VirtualClock();
  const cardReader = new SimCardReader(clock);
  return {
    cardReader,
    clock,
    presentText: (text) => cardReader.presentText(text),
    detach: () => cardReader.detach(),
    attach: async () => cardReader.attach(),
    close: nothingToClose,
  };
});

describeInputs('SimInputs', () => {
  const clock = new VirtualClock();
  const inputs = new SimInputs(clock);
  return { inputs, clock, set: (input, isActive) => inputs.set(input, isActive), close: nothingToClose };
});

describe('SimKeypad', () => {
  it('reports a key held down once, and nothing while it is away', () => {
    const keypad = new SimKeypad(new VirtualClock());
    const heard: string[] = [];
    keypad.listen({ changed: ({ key, action }) => heard.push(`${key} ${action}`), attached: () => undefined });
    keypad.press('1');
    keypad.press('1');
    keypad.release('1');
    keypad.release('1');
    keypad.detach();
    keypad.detach();
    keypad.tap('2');
    keypad.attach();
    keypad.attach();
    keypad.tap('3');
    expect(heard).toEqual(['1 pressed', '1 released', '3 pressed', '3 released']);
  });
});

describe('SimCardReader', () => {
  const readOf = (present: (reader: SimCardReader) => void): CardRead | undefined => {
    const reader = new SimCardReader(new VirtualClock());
    const cards: CardRead[] = [];
    reader.listen({ read: (card) => cards.push(card), attached: () => undefined });
    present(reader);
    return cards[0];
  };

  it.each([
    ['', [], 0],
    ['1', [0x80], 1],
    ['10000001', [0x81], 8],
    ['111111111', [0xff, 0x80], 9],
    ['01'.repeat(13), [0x55, 0x55, 0x55, 0x40], 26],
  ])('packs the bits %s first bit in the top bit, unused low bits zero', (bits, value, length) => {
    expect(readOf((reader) => reader.presentBits(bits))).toEqual({ form: 'bits', value: Uint8Array.from(value), length, atMs: 0 });
  });

  it('cuts a card of more than 512 bits, and tells by the length', () => {
    const card = readOf((reader) => reader.presentBits('1'.repeat(600)));
    expect([card?.value.length, card?.length]).toEqual([64, 513]);
  });

  it('refuses bits that are not written as bits', () => {
    expect(() => readOf((reader) => reader.presentBits('0x2a'))).toThrow('bits are written as 0 and 1');
  });

  it('reads nothing while it is away', () => {
    expect(
      readOf((reader) => {
        reader.detach();
        reader.detach();
        reader.presentText('1');
      }),
    ).toBeUndefined();
  });
});

describe('SimInputs', () => {
  it('has only the inputs that are wired, and tells where they are when listening begins', async () => {
    const clock = new VirtualClock();
    const inputs = new SimInputs(clock, ['doorContact']);
    inputs.set('doorContact', true);
    inputs.set('rex', true);
    const heard: string[] = [];
    inputs.listen({ changed: ({ input, isActive }) => heard.push(`${input} ${isActive}`), attached: () => undefined });
    inputs.set('doorContact', false);
    inputs.set('doorContact', true);
    await clock.settle();
    expect(heard).toEqual(['doorContact true']);
    expect([inputs.isActive('doorContact'), inputs.isActive('rex')]).toEqual([true, false]);
  });
});
