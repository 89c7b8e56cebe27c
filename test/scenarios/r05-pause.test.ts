/** R5: a pause clears what is typed, and hints at `#`. */
import { describe, expect, it } from 'vitest';
import { openDoor, outcomes, perceived, second } from './tools.ts';

describe('R5: 5 s without a key clears the entry', () => {
  it('R5: five seconds without a key clear the entry (U7)', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await door.burst('041');
    await door.wait(5 * second);
    await door.burst('7#');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
  });

  it('R5: at 4.999 s the entry is still there, and each key begins the five seconds anew', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    for (const key of '0417#') {
      await door.burst(key);
      await door.wait(4_999);
    }
    expect(outcomes(door)).toEqual(['access.granted ann', 'strike released', 'granted']);
  });

  it('R5: one to three digits are forgotten in silence', async () => {
    for (const typed of ['1', '12', '123']) {
      const door = await openDoor();
      await door.burst(typed);
      await door.wait(30 * second);
      expect(door.story()).toBe('');
    }
  });

  it('R5: inside the window the pause clears too, and the window goes on', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.burst('99');
    await door.wait(5 * second);
    await door.burst('0417#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', 'strike released', 'granted']);
  });
});

describe('R5: if 4–7 digits were waiting, the hint "press #" is given once, and counted per reader', () => {
  it('R5: four to seven waiting digits give the hint once, at the fifth second (U8)', async () => {
    for (const typed of ['1234', '12345', '123456', '1234567']) {
      const door = await openDoor();
      await door.burst(typed);
      await door.wait(30 * second);
      expect(door.story()).toBe('   5.000 signal pressHash\n   5.000 event pin.hinted');
    }
  });

  it('R5: the hint is amber, with two beeps', async () => {
    const door = await openDoor();
    await door.burst('1234');
    await door.wait(10 * second);
    expect(perceived(door, 5 * second)).toEqual({
      lights: ['0 amber', '150 off', '300 amber', '450 off', '600 blue'],
      beeps: ['0 normal 120', '300 normal 120'],
    });
  });

  it('R5: hints are counted in the journal, and cost no attempt', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    for (let turn = 0; turn < 7; turn += 1) {
      await door.burst('9999');
      await door.wait(6 * second);
    }
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('granted');
    expect((await door.events()).filter(({ code }) => code === 'pin.hinted')).toHaveLength(7);
  });
});
