/** The edges of the rules, each where two rules meet or where a millisecond decides. */
import { describe, expect, it } from 'vitest';
import type { Mode } from '../../src/access/mode.ts';
import { ann, ben, Disk, openDoor, outcomes, second } from './tools.ts';

const opened = ['strike released', 'granted'];

describe('R8: the PIN counts if it is submitted before the window ends', () => {
  it('R8: opens for card and PIN at 14.999 s and asks for the card again at 15.000 s (G17, G18)', async () => {
    for (const [waitMs, outcome] of [
      [14_999, ['access.granted ann', ...opened]],
      [15_000, ['windowOver', 'pin.late', 'windowOver']],
    ] as const) {
      const door = await openDoor({ mode: 'cardAndPin' });
      await door.swipe('A');
      await door.wait(14 * second);
      await door.type('0417');
      await door.wait(waitMs - 14 * second - door.typedMs);
      await door.type('#');
      expect(outcomes(door).slice(2)).toEqual(waitMs < 15 * second ? outcome : ['pin.timeout ann', 'windowOver']);
    }
  });

  it('R8: at exactly 15.000 s it is too late, whether the key or the end of the window comes first', async () => {
    for (const isKeyFirst of [true, false]) {
      const door = await openDoor({ mode: 'cardAndPin' });
      const submit = (): unknown => door.clock.setTimeout(() => door.keypad.tap('#'), 15 * second);
      if (isKeyFirst) submit();
      await door.swipe('A');
      if (!isKeyFirst) submit();
      await door.wait(13 * second);
      await door.burst('0417');
      await door.wait(5 * second);
      expect(outcomes(door)).not.toContain('access.granted ann');
    }
  });

  it('R8: typing begun in time does not help: the submit counts', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(14_990);
    await door.burst('041');
    await door.wait(10);
    await door.burst('7#');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'windowEnding', 'pin.timeout ann', 'windowOver', 'pin.late', 'windowOver']);
  });

  it('R8: the 8th digit at 14.999 s counts, at 15.000 s it does not', async () => {
    for (const waitMs of [14_999, 15_000]) {
      const door = await openDoor({ mode: 'cardAndPin', people: [{ name: 'eve', pin: '90210334', cards: ['E'] }] });
      await door.swipe('E');
      await door.wait(12 * second);
      await door.burst('9021033');
      await door.wait(waitMs - 12 * second);
      await door.burst('4');
      expect(outcomes(door).includes('access.granted eve')).toBe(waitMs === 14_999);
    }
  });

  it('R8: the 15 s run from the card read, also when keys are typed all the time', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    for (let turn = 0; turn < 149; turn += 1) await door.type('*'.repeat(turn % 2).padEnd(1, '1'));
    await door.type('*0417#');
    expect(outcomes(door)).not.toContain('access.granted ann');
  });
});

describe('R8: retry inside the window', () => {
  it('R8: three tries are three, however fast they come', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.burst('9999#9998#9997#0417#0417#');
    await door.wait(3 * second);
    expect(outcomes(door)).toEqual([
      'pinAsked',
      'pin.wrong ann',
      'denied',
      'pin.wrong ann',
      'denied',
      'pin.wrong ann',
      'denied',
      'pin.late',
      'windowOver',
      'pin.late',
      'windowOver',
    ]);
  });

  it('R8: one card lets one person in: a PIN typed behind the right one needs its own card', async () => {
    const recordFaults = new Disk();
    const door = await openDoor({ mode: 'cardAndPin', recordFaults });
    recordFaults.slowDown(door, 500);
    await door.swipe('A');
    await door.burst('0417#0417#');
    await door.wait(5 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', ...opened, 'pin.cardFirst', 'cardFirst']);
  });
});

describe('R8, R9: cards and PINs that do not belong together', () => {
  it('E6: card A with the PIN of B is denied like any wrong PIN, of the person of the card', async () => {
    const people = Array.from({ length: 12 }, (_, index) => ({ name: `p${index}`, pin: `${4711 + index}`, cards: [`C${index}`] }));
    for (const holder of people) {
      for (const other of people) {
        const door = await openDoor({ mode: 'cardAndPin', people });
        await door.swipe(holder.cards[0] ?? '');
        await door.burst(`${other.pin}#`);
        const isOwn = holder === other;
        expect(outcomes(door)[1]).toBe(`${isOwn ? 'access.granted' : 'pin.wrong'} ${holder.name}`);
      }
    }
  });

  it('R8: two people, one after the other, each with card and PIN', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('0417#');
    await door.swipe('B');
    await door.type('25807#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', ...opened, 'pinAsked', 'access.granted ben', 'granted']);
  });

  it('R8: PIN first and card second opens nothing until the PIN is typed again', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.type('0417#');
    await door.swipe('A');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['pin.cardFirst', 'cardFirst', 'pinAsked']);
  });
});

describe('R4, R8: a mode change in the middle', () => {
  it('R4: a card that was just read opens no window in the mode that came between', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    const reading = door.swipe('A');
    door.reader.setMode('cardOrPin');
    await reading;
    await door.wait(20 * second);
    expect(outcomes(door)).not.toContain('pin.timeout ann');
    expect(door.lights.colour).toBe('blue');
  });

  it('R7: every mode can follow every other in the middle of an entry, a window and a decision, and the door goes on', async () => {
    const modes: readonly Mode[] = ['cardOnly', 'pinOnly', 'cardOrPin', 'cardAndPin', 'unlocked', 'locked'];
    for (const from of modes) {
      for (const to of modes.filter((mode) => mode !== from)) {
        const recordFaults = new Disk();
        const door = await openDoor({ mode: from, recordFaults });
        recordFaults.slowDown(door, 200);
        await door.swipe('A');
        await door.burst('04');
        await door.setMode(to);
        await door.wait(10 * second);
        await door.setMode('cardOrPin');
        await door.wait(10 * second);
        door.story();
        await door.burst('25807#');
        await door.wait(5 * second);
        expect(outcomes(door), `${from} to ${to}`).toEqual(['access.granted ben', ...opened]);
      }
    }
  });
});

describe('R2, R5: keys at the edges', () => {
  it('R3: 8 digits by themselves, `#` swallowed, next PIN at once (U3)', async () => {
    const door = await openDoor({ mode: 'pinOnly', people: [ann, ben, { name: 'eve', pin: '90210334' }] });
    await door.type('90210334#0417#');
    expect(outcomes(door)).toEqual(['access.granted eve', ...opened, 'access.granted ann', 'granted']);
  });

  it('R5: a key at the fifth second exactly begins anew', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await door.burst('9');
    await door.wait(5 * second);
    await door.burst('0417#');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened]);
  });

  it('R5: the pause and the end of the window at the same moment give one signal each, and clear once', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(10 * second);
    await door.burst('0417');
    await door.wait(5 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'windowEnding', 'pin.timeout ann', 'windowOver']);
  });
});
