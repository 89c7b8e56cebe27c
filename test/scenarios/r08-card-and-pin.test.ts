/** R8: cardAndPin, the card first and then its person's PIN within the window. The edges of the window are edges.test.ts's. */
import { describe, expect, it } from 'vitest';
import { displayText } from '../../src/access/events.ts';
import { ann, ben, openDoor, outcomes, perceived, second, told } from './tools.ts';

const opened = ['strike released', 'granted'];

describe('R8: a known, valid card opens a window of 15 s from the card read', () => {
  it('R8: card, then PIN, then the door (U10, G17)', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(2 * second);
    await door.type('0417#');
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
         2.400 event access.granted ann by=cardAndPin mode=cardAndPin
         2.400 strike released
         2.400 signal granted"
    `);
  });

  it('R8: the window is shown by a fast amber flash, two beeps, and a beep at 5 s left (U14)', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.wait(2 * second);
    await door.swipe('A');
    await door.wait(12 * second);
    const { lights, beeps } = perceived(door, 2 * second);
    expect(lights.slice(0, 8)).toEqual(['0 amber', '100 off', '200 amber', '300 off', '500 amber', '625 off', '750 amber', '875 off']);
    expect(beeps).toEqual(['0 normal 80', '160 normal 80', '10000 normal 40']);
  });

  it('R8: a window of 5 s is asked for, and not warned of in the same breath', async () => {
    const door = await openDoor({ mode: 'cardAndPin', policy: { windowMs: 5 * second } });
    await door.wait(2 * second);
    await door.swipe('A');
    await door.wait(4 * second);
    expect(outcomes(door)).toEqual(['pinAsked']);
    expect(perceived(door, 2 * second).beeps).toEqual(['0 normal 80', '160 normal 80']);
  });

  it('R8: ended with nothing submitted is pin.timeout, of the person of the card (U12)', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(60 * second);
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
        10.000 signal windowEnding
        15.000 event pin.timeout ann
        15.000 signal windowOver"
    `);
    expect(displayText('pin.timeout', 'genea-2021')).toBe('Deny Access - PIN Timeout');
  });

  it('R8: ended after a wrong PIN is no timeout', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('9999#');
    await door.wait(60 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'pin.wrong ann', 'denied', 'windowEnding', 'windowOver']);
  });

  it("R8: the PIN is the person's: it works with each of their cards (U19, G8)", async () => {
    const people = [{ name: 'ann', pin: '0417', cards: ['A', 'fob', 'phone'] }];
    for (const card of people[0]?.cards ?? []) {
      const door = await openDoor({ mode: 'cardAndPin', people });
      await door.swipe(card);
      await door.type('0417#');
      expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', ...opened]);
    }
  });
});

describe('R8: at the end of the window a new read is needed', () => {
  it('R8: a submit in the 2 s after the window repeats the window-over signal, later ones ask for the card (U11, G18)', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(15 * second);
    await door.wait(1_999);
    await door.burst('0417#');
    await door.wait(1);
    await door.burst('0417#');
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
        10.000 signal windowEnding
        15.000 event pin.timeout ann
        15.000 signal windowOver
        16.999 event pin.late mode=cardAndPin
        16.999 signal windowOver
        17.000 event pin.cardFirst mode=cardAndPin
        17.000 signal cardFirst"
    `);
  });

  it('R8: a late PIN is never looked up: right or wrong, it costs nothing and tells nothing', async () => {
    const stories = [];
    for (const pin of ['0417', '9999']) {
      const door = await openDoor({ mode: 'cardAndPin' });
      await door.swipe('A');
      await door.wait(15 * second);
      for (let turn = 0; turn < 6; turn += 1) {
        await door.burst(`${pin}#`);
        await door.wait(1 * second);
      }
      stories.push(door.story());
      await door.swipe('A');
      await door.burst('0417#');
      expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', ...opened]);
    }
    expect(stories[0]).toBe(stories[1]);
  });

  it('R8: after a grant the window is closed: the same PIN again needs the card again', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.burst('0417#');
    await door.burst('0417#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted ann', ...opened, 'pin.cardFirst', 'cardFirst']);
  });
});

describe("R8: wrong PIN: denied, attributed to the card's person; at most 3 tries, the last of which ends the window", () => {
  it('R8: a wrong PIN is pin.wrong of the person of the card, shown as "Deny Access - Wrong PIN" (G19)', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('9999#');
    const entry = (await door.events()).at(-1);
    expect(entry).toMatchObject({ code: 'pin.wrong', person: 1 });
    expect(displayText('pin.wrong', 'genea-2021')).toBe('Deny Access - Wrong PIN');
  });

  it('R8: the right PIN opens on the second and on the third try (U13)', async () => {
    for (const wrong of ['9999#', '9999#9998#']) {
      const door = await openDoor({ mode: 'cardAndPin' });
      await door.swipe('A');
      await door.type(`${wrong}0417#`);
      expect(outcomes(door).at(-1)).toBe('granted');
    }
  });

  it('R8: tries do not move the deadline', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(14 * second);
    await door.type('9999#');
    await door.wait(500);
    await door.burst('0417#');
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
        10.000 signal windowEnding
        14.400 event pin.wrong ann mode=cardAndPin
        14.700 signal denied
        15.000 signal windowOver
        15.000 event pin.late mode=cardAndPin
        15.000 signal windowOver"
    `);
  });

  it('R8: the third wrong PIN ends the window, and the card must be read again', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    for (const pin of ['9999#', '9998#', '9997#', '0417#']) {
      await door.burst(pin);
      await door.wait(500);
    }
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
         0.000 event pin.wrong ann mode=cardAndPin
         0.300 signal denied
         0.500 event pin.wrong ann mode=cardAndPin
         0.800 signal denied
         1.000 event pin.wrong ann mode=cardAndPin
         1.300 signal denied
         1.500 event pin.late mode=cardAndPin
         1.500 signal windowOver"
    `);
    await door.swipe('A');
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('granted');
  });

  it('R8: the setting allows one to five tries', async () => {
    for (const windowTries of [1, 5]) {
      const door = await openDoor({ mode: 'cardAndPin', policy: { windowTries } });
      await door.swipe('A');
      for (let turn = 0; turn < 6; turn += 1) {
        await door.burst('999#');
        await door.wait(400);
      }
      expect(outcomes(door).filter((outcome) => outcome === 'pin.wrong ann')).toHaveLength(windowTries);
    }
  });
});

describe('R8: a second card replaces the first and starts a new window', () => {
  it('R8: after a second card only the PIN of its person opens (E5)', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(1 * second);
    await door.swipe('B');
    await door.type('0417#25807#');
    expect(outcomes(door)).toEqual(['pinAsked', 'pin.abandoned ann', 'pinAsked', 'pin.wrong ben', 'denied', 'access.granted ben', ...opened]);
  });

  it('R8: the new window has its own 15 s', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(14 * second);
    await door.swipe('B');
    await door.wait(14_999);
    await door.burst('25807#');
    expect(outcomes(door)).toContain('access.granted ben');
  });

  it('R8: an unknown second card leaves no window', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.swipe('Z');
    await door.wait(1 * second);
    await door.burst('0417#');
    expect(outcomes(door)).toEqual(['pinAsked', 'pin.abandoned ann', 'credential.notFound', 'denied', 'pin.cardFirst', 'cardFirst']);
  });
});

describe('R8: what else a card meets in cardAndPin', () => {
  it('R8: a PIN with no card is not looked up: card-first signal, no attempt, however often', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    for (let turn = 0; turn < 30; turn += 1) {
      await door.burst('9999#');
      await door.wait(1 * second);
    }
    expect(new Set(outcomes(door))).toEqual(new Set(['pin.cardFirst', 'cardFirst']));
    await door.swipe('A');
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('granted');
  });

  it("R8: a credential marked PIN-exempt opens alone, the same person's other card does not (U20)", async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [{ name: 'ann', pin: '0417', cards: ['A', 'phone!'] }] });
    await door.swipe('phone');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened]);
    await door.swipe('A');
    expect(outcomes(door)).toEqual(['pinAsked']);
  });

  it('R8: a person without a PIN is refused with their own code', async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [{ name: 'guest', cards: ['G'] }] });
    await door.swipe('G');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['credential.noPin guest', 'denied']);
  });

  it('R8: an unknown card is denied as in R9, with nobody named', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('Z');
    await door.wait(1 * second);
    expect(told(door)).toEqual([expect.stringMatching(/^event credential\.notFound mode=cardAndPin by=card card=..$/), 'signal denied']);
  });

  it("R8: a PIN-exempt card after another's card opens for its own person", async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [ann, { ...ben, cards: ['B!'] }] });
    await door.swipe('A');
    await door.swipe('B');
    await door.wait(20 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'pin.abandoned ann', 'access.granted ben', ...opened]);
  });
});

describe('R8: the person is looked up again at submit', () => {
  const change = async (people: Parameters<Awaited<ReturnType<typeof openDoor>>['publish']>[0]) => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.publish(people);
    await door.type('0417#');
    await door.wait(1 * second);
    return outcomes(door).slice(1, 3);
  };

  it('R8: a card taken away during the window opens nothing', async () => {
    expect(await change([{ ...ann, cards: [] }, ben])).toEqual(['credential.notFound', 'denied']);
  });

  it('R8: a card given to somebody else during the window opens for neither', async () => {
    expect(
      await change([
        { ...ann, cards: [] },
        { ...ben, cards: ['A'] },
      ]),
    ).toEqual(['credential.notFound', 'denied']);
  });

  it('R8: a PIN rolled during the window is a wrong PIN', async () => {
    expect(await change([{ ...ann, pin: '0418' }, ben])).toEqual(['pin.wrong ann', 'denied']);
  });

  it('R8: a person who expired during the window is refused as expired', async () => {
    expect(await change([{ ...ann, validUntil: '2026-01-01T00:00Z' }, ben])).toEqual(['credential.expired ann', 'denied']);
  });

  it('R8: a person who is still there opens, though the table is a new one', async () => {
    expect(await change([ann, { name: 'cleo', pin: '1357' }])).toEqual(['access.granted ann', 'strike released']);
  });
});
