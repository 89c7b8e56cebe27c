/** R9: cardOrPin and pinOnly, where a PIN alone names its person. */
import { describe, expect, it } from 'vitest';
import { displayText } from '../../src/access/events.ts';
import { ann, openDoor, outcomes, second, told } from './tools.ts';

const opened = ['strike released', 'granted'];

describe('R9: either alone opens; a person needs no card to use a PIN', () => {
  it('R9: the card alone opens, and the PIN alone opens (U18)', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.swipe('A');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened]);
    await door.wait(10 * second);
    await door.type('0417#');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened]);
  });

  it('R9: a person without any card opens with their PIN (G2)', async () => {
    const door = await openDoor({ mode: 'cardOrPin', people: [{ name: 'guest', pin: '7788' }] });
    await door.type('7788#');
    expect(outcomes(door)).toEqual(['access.granted guest', ...opened]);
  });

  it('R9: a person without a PIN opens with their card', async () => {
    const door = await openDoor({ mode: 'cardOrPin', people: [{ name: 'guest', cards: ['G'] }] });
    await door.swipe('G');
    expect(outcomes(door)).toEqual(['access.granted guest', ...opened]);
  });

  it('R9: the event says whether it was the card or the PIN, and the mode', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.swipe('A');
    await door.type('0417#');
    const grants = (await door.events()).filter(({ code }) => code === 'access.granted');
    expect(grants.map(({ fields }) => fields)).toEqual([
      { by: 'card', mode: 'cardOrPin' },
      { by: 'pin', mode: 'cardOrPin' },
    ]);
  });
});

describe('R9: wrong PIN or unknown card: denied, `Deny Access - Card/PIN Not Found`, no person named', () => {
  it('R9: the same code for both, shown as "Deny Access - Card/PIN Not Found", of nobody (G20)', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.type('9999#');
    await door.wait(1 * second);
    await door.swipe('Z');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied', 'credential.notFound', 'denied']);
    for (const entry of (await door.events()).slice(-2)) expect(entry).not.toHaveProperty('person');
    expect(displayText('credential.notFound', 'genea-2021')).toBe('Deny Access - Card/PIN Not Found');
  });

  it('R9: of a card no more than its last two digits are told', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    door.cardReader.presentText('0012345678');
    await door.wait(1 * second);
    expect(told(door)[0]).toBe('event credential.notFound mode=cardOrPin by=card card=78');
  });

  it('R9: pinOnly treats a wrong PIN the same', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await door.type('9999#');
    await door.wait(1 * second);
    expect(told(door)).toEqual(['event credential.notFound mode=pinOnly by=pin', 'signal denied']);
  });
});

describe('R9: a card read over typed digits: the card decides', () => {
  it('R9: a known card opens, and the digits are gone', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.type('2580');
    await door.swipe('A');
    await door.type('7#');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened, 'credential.notFound', 'denied']);
  });

  it('R9: an unknown card over the digits of a right PIN is denied', async () => {
    const door = await openDoor({ mode: 'cardOrPin', people: [ann] });
    await door.type('0417');
    await door.swipe('Z');
    await door.wait(6 * second);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
  });
});
