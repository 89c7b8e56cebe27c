/** R4: what `*` clears, and what else clears what is typed. */
import { describe, expect, it } from 'vitest';
import { openDoor, outcomes, second } from './tools.ts';

describe('R4: `*` clears what is typed', () => {
  it('R4: a PIN begun wrong is begun again after `*` (U6)', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await door.type('99*0417#');
    expect(outcomes(door)).toEqual(['access.granted ann', 'strike released', 'granted']);
  });

  it('R4: `*` on an empty entry does nothing outside the window, however often', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.type('*****');
    expect(door.story()).toBe('');
  });

  it('R4: during the card window `*` goes back to waiting, and never moves the deadline', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(12 * second);
    await door.type('99*');
    await door.wait(2_698);
    await door.burst('0417');
    await door.wait(1);
    await door.burst('*0417');
    await door.wait(1);
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
        10.000 signal windowEnding
        15.000 event pin.timeout ann
        15.000 signal windowOver"
    `);
  });

  it('R4: after `*` in the window the PIN still opens', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('99*0417#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', 'strike released', 'granted']);
  });

  it('R4: a second `*` on an empty entry ends the window as abandoned', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('04**');
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
         0.300 event pin.abandoned ann detail=cleared"
    `);
    await door.type('0417#');
    await door.wait(20 * second);
    expect(outcomes(door)).toEqual(['pin.cardFirst', 'cardFirst']);
  });

  it('R4: two `*` with a digit between them end nothing', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('*1*0417#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', 'strike released', 'granted']);
  });

  it('R4: a `*` from before the card does not count for the window', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.type('*');
    await door.swipe('A');
    await door.type('*0417#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', 'strike released', 'granted']);
  });
});

describe('R4: a card, a mode change or the end of the window also clears what is typed', () => {
  it('R4: a card clears what is typed', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.type('99');
    await door.swipe('A');
    await door.type('0417#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', 'strike released', 'granted']);
  });

  it('R4: an unknown card clears what is typed as well', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.type('0417');
    await door.swipe('Z');
    await door.type('#');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
  });

  it('R4: a mode change clears what is typed, and ends the window', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('041');
    await door.setMode('cardOrPin');
    await door.type('7#');
    await door.wait(20 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'mode.changed', 'credential.notFound', 'denied']);
  });

  it('R4: the end of the window clears what is typed', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(14 * second);
    await door.type('0417');
    await door.wait(1 * second);
    await door.type('#');
    await door.wait(3 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'windowEnding', 'pin.timeout ann', 'windowOver']);
  });

  it('R4: the last of the tries ends the window and clears what was typed since', async () => {
    const door = await openDoor({ mode: 'cardAndPin', policy: { windowTries: 1 } });
    await door.swipe('A');
    await door.burst('9999#04');
    await door.wait(1 * second);
    await door.swipe('B');
    await door.burst('25807#');
    expect(outcomes(door)).toEqual(['pinAsked', 'pin.wrong ann', 'denied', 'pinAsked', 'access.granted ben', 'strike released', 'granted']);
  });
});
