/** R1: a digit is taken and acknowledged at once; PINs are strings of 4 to 8 digits. What a submit leads to is other rules'. */
import { describe, expect, it } from 'vitest';
import { keys } from '../../src/ports/keypad.ts';
import { ann, ben, openDoor, outcomes, perceived } from './tools.ts';

describe('R1: a digit is appended and acknowledged at once, at the reader', () => {
  it('R1: every key gives the same beep and the same flash, at the millisecond of the press', async () => {
    for (const key of keys) {
      const door = await openDoor();
      await door.wait(2_000);
      const pressedAtMs = door.clock.nowMs();
      door.keypad.press(key);
      await door.wait(1_000);
      expect(perceived(door, pressedAtMs), key).toEqual({ lights: ['0 white', '60 blue'], beeps: ['0 normal 60'] });
    }
  });

  it('R1: a key is acknowledged while the controller is away', async () => {
    const door = await openDoor({ hasController: true });
    await door.link(false);
    await door.wait(2_000);
    const pressedAtMs = door.clock.nowMs();
    await door.type('7');
    expect(perceived(door, pressedAtMs).beeps).toEqual(['0 normal 60']);
  });

  it('R1: a long press counts once, when it begins', async () => {
    const door = await openDoor();
    door.keypad.press('0');
    await door.wait(3_000);
    door.keypad.release('0');
    await door.type('417#');
    expect(outcomes(door)).toContain('access.granted ann');
  });

  it('R1: fifteen keys a second are all taken, as long as anyone likes (U17)', async () => {
    const door = await openDoor();
    for (let turn = 0; turn < 40; turn += 1) {
      for (const key of '0417#') {
        door.keypad.tap(key as '0');
        await door.wait(1_000 / 15);
      }
    }
    expect(outcomes(door).filter((outcome) => outcome === 'access.granted ann')).toHaveLength(40);
  });

  it('R1: keys that arrive in the same millisecond are taken in their order', async () => {
    const door = await openDoor();
    await door.burst('25807#');
    expect(outcomes(door)).toEqual(['access.granted ben', 'strike released', 'granted']);
  });
});

describe('R1: PINs are strings of 4–8 digits; leading zeros count; mixed lengths live side by side', () => {
  const people = ['0417', '00417', '000417', '0000417', '00000417', '4170', '41700', '0', '1234567']
    .filter((pin) => pin.length >= 4)
    .map((pin) => ({ name: `holder of ${pin}`, pin }));

  it('R1: PINs of 4, 5, 6, 7 and 8 digits in one table each open for their own person only (U4, U5)', async () => {
    for (const { name, pin } of people) {
      const door = await openDoor({ mode: 'pinOnly', people });
      await door.type(pin.length === 8 ? pin : `${pin}#`);
      expect(outcomes(door), pin).toEqual([`access.granted ${name}`, 'strike released', 'granted']);
    }
  });

  it('R1: a digit too few, too many or in another place is another PIN', async () => {
    for (const typed of ['0041#', '04170#', '4107#', '417000#', '1234568#', '123456#']) {
      const door = await openDoor({ mode: 'pinOnly', people });
      await door.type(typed);
      await door.wait(1_000);
      expect(outcomes(door), typed).toEqual(['credential.notFound', 'denied']);
    }
  });

  it('R1: PINs of nothing but zeros are told apart by their length (U5)', async () => {
    const zeros = ['0000', '00000', '000000', '0000000', '00000000'].map((pin) => ({ name: `${pin.length} zeros`, pin }));
    for (const { name, pin } of zeros) {
      const door = await openDoor({ people: [ann, ben, ...zeros] });
      await door.type(pin.length === 8 ? pin : `${pin}#`);
      expect(outcomes(door)[0]).toBe(`access.granted ${name}`);
    }
  });
});
