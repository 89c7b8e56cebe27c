/** R2 and R3: `#` submits, and so does the 8th digit. */
import { describe, expect, it } from 'vitest';
import { openDoor, outcomes } from './tools.ts';

const people = [
  { name: 'ann', pin: '0417' },
  { name: 'eve', pin: '90210334' },
];

describe('R2: `#` submits', () => {
  it('R2: nothing happens before `#`, and `#` decides at once (U1)', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.type('0417');
    await door.wait(4_000);
    expect(door.story()).toBe('');
    await door.type('#');
    expect(door.story()).toMatchInlineSnapshot(`
      "   4.400 event access.granted ann by=pin mode=pinOnly
         4.400 strike released
         4.400 signal granted"
    `);
  });

  it('R2: an empty `#` does nothing and logs nothing', async () => {
    for (const mode of ['cardOnly', 'pinOnly', 'cardOrPin', 'cardAndPin', 'locked'] as const) {
      const door = await openDoor({ mode, people });
      const before = await door.events();
      await door.type('####');
      await door.wait(10_000);
      expect(door.story()).toBe('');
      expect(await door.events()).toEqual(before);
    }
  });

  it('R2: after `*` there is nothing left to submit', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.type('0417*#');
    await door.wait(1_000);
    expect(door.story()).toBe('');
  });
});

describe('R3: the 8th digit submits by itself', () => {
  it('R3: the 8th digit opens without `#`, seven digits wait for it (U2)', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.type('9021033');
    await door.wait(1_000);
    expect(door.story()).toBe('');
    await door.type('4');
    expect(door.story()).toMatchInlineSnapshot(`
      "   1.700 event access.granted eve by=pin mode=pinOnly
         1.700 strike released
         1.700 signal granted"
    `);
  });

  it('R3: the 8th digit submits a wrong PIN as well, as one attempt', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.type('11111111');
    await door.wait(1_000);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
  });

  it('R3: a ninth digit begins the next PIN', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.type('11111111');
    await door.wait(2_000);
    await door.type('0417#');
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied', 'access.granted ann', 'strike released', 'granted']);
  });
});

describe('R2: a `#` within 2 s after an automatic submit is swallowed', () => {
  it('R2: the `#` of habit after an 8-digit PIN costs nothing and logs nothing (U3)', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.type('90210334#');
    await door.wait(6_000);
    expect(outcomes(door)).toEqual(['access.granted eve', 'strike released', 'granted']);
  });

  it('R2: it is swallowed also with a digit too many before it, up to 1.999 s, once', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.burst('11111111');
    await door.wait(1_000);
    await door.burst('1');
    await door.wait(999);
    await door.burst('#');
    await door.wait(1_000);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
    await door.burst('#');
    await door.wait(1_000);
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied']);
  });

  it('R2: a swallowed `#` is a key: the pause that clears begins anew with it', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.burst('111111110417');
    await door.wait(1_500);
    await door.burst('#');
    await door.wait(4_999);
    await door.burst('#');
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied', 'access.granted ann', 'strike released', 'granted']);
  });

  it('R2: at 2.000 s a `#` submits again', async () => {
    const door = await openDoor({ mode: 'pinOnly', people });
    await door.burst('11111111');
    await door.wait(1_000);
    await door.burst('0417');
    await door.wait(1_000);
    await door.burst('#');
    expect(outcomes(door)).toEqual(['credential.notFound', 'denied', 'access.granted ann', 'strike released', 'granted']);
  });
});
