/** R13: dates, use counts, extended time and priority of a person. What is a right date is time.test.ts's, who is served offline offline.test.ts's. */
import { describe, expect, it } from 'vitest';
import type { SimPerson } from '../../sim/people.ts';
import type { Mode } from '../../src/access/mode.ts';
import { openDoor, outcomes, perceived, second } from './tools.ts';

const opened = ['strike released', 'granted'];

/** What one person's card and PIN come to, in a door that asks for either. */
const tryBoth = async (person: SimPerson, wall: string): Promise<string[]> => {
  const door = await openDoor({ mode: 'cardOrPin', people: [person], wall });
  await door.swipe('G');
  await door.wait(500);
  await door.type('7788#');
  await door.wait(500);
  return outcomes(door);
};
const guest = { name: 'guest', pin: '7788', cards: ['G'] };

describe('R13: a person may have valid-from and valid-until', () => {
  const stay = { ...guest, validFrom: '2026-03-01T12:00Z', validUntil: '2026-03-05T10:00Z' };

  it('R13: not yet valid and expired have their own codes, for card and PIN alike (G1)', async () => {
    expect(await tryBoth(stay, '2026-02-28T12:00Z')).toEqual(['credential.notYetValid guest', 'denied', 'credential.notYetValid guest', 'denied']);
    expect(await tryBoth(stay, '2026-03-06T12:00Z')).toEqual(['credential.expired guest', 'denied', 'credential.expired guest', 'denied']);
    expect(await tryBoth(stay, '2026-03-02T12:00Z')).toEqual(['access.granted guest', ...opened, 'access.granted guest', 'granted']);
  });

  it('R13: the first second counts, the last does not (E18)', async () => {
    const at = async (wall: string): Promise<string | undefined> => {
      const door = await openDoor({ mode: 'cardOnly', people: [stay], wall });
      await door.swipe('G');
      return outcomes(door)[0];
    };
    expect(await at('2026-03-01T11:59:59.999Z')).toBe('credential.notYetValid guest');
    expect(await at('2026-03-01T12:00:00.000Z')).toBe('access.granted guest');
    expect(await at('2026-03-05T09:59:59.999Z')).toBe('access.granted guest');
    expect(await at('2026-03-05T10:00:00.000Z')).toBe('credential.expired guest');
  });

  it('R13: an expired card opens no window', async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [stay], wall: '2026-03-06T12:00Z' });
    await door.swipe('G');
    await door.wait(500);
    await door.burst('7788#');
    expect(outcomes(door)).toEqual(['credential.expired guest', 'denied', 'pin.cardFirst', 'cardFirst']);
  });
});

describe('R13: a person may have a use count', () => {
  it('R13: each grant takes one use, a denial none, and then there are none left (G1)', async () => {
    const door = await openDoor({ mode: 'cardOrPin', people: [{ ...guest, uses: 2 }] });
    for (const turn of ['G', '7788#', 'G']) {
      if (turn === 'G') await door.swipe(turn);
      else await door.type(turn);
      await door.wait(10 * second);
    }
    expect(outcomes(door)).toEqual(['access.granted guest', ...opened, 'access.granted guest', ...opened, 'credential.noUsesLeft guest', 'denied']);
  });

  it('R13: a window that is not used takes no use', async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [{ ...guest, uses: 1 }] });
    await door.swipe('G');
    await door.wait(20 * second);
    await door.swipe('G');
    await door.type('9999#7788#');
    expect(outcomes(door).at(-1)).toBe('granted');
  });

  it('R13: uses stay spent over a restart and a power cut', async () => {
    const door = await openDoor({ mode: 'cardOnly', people: [{ ...guest, uses: 2 }] });
    await door.swipe('G');
    await door.wait(10 * second);
    await door.restart();
    await door.swipe('G');
    door.cutPower();
    await door.wait(10 * second);
    await door.powerOn();
    door.story();
    await door.swipe('G');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['credential.noUsesLeft guest', 'denied']);
  });
});

describe('R13: extended time: window and strike × 2; 10 s between digits inside the window', () => {
  const slow = { ...guest, extendedTime: true };

  it('R13: the window lasts 30 s and the strike 10 s (U21)', async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [slow] });
    await door.swipe('G');
    await door.wait(29_999);
    await door.burst('7788#');
    await door.wait(20 * second);
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
        25.000 signal windowEnding
        29.999 event access.granted guest by=cardAndPin mode=cardAndPin
        29.999 strike released
        29.999 signal granted
        39.999 strike secured"
    `);
    await door.swipe('G');
    await door.wait(30 * second);
    await door.burst('7788#');
    expect(outcomes(door)).toEqual(['pinAsked', 'windowEnding', 'pin.timeout guest', 'windowOver', 'pin.late', 'windowOver']);
  });

  it('R13: ten seconds between digits inside the window, five outside (U21)', async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [slow] });
    await door.swipe('G');
    await door.burst('77');
    await door.wait(9_999);
    await door.burst('88#');
    expect(outcomes(door)).toEqual(['pinAsked', 'access.granted guest', ...opened]);
    await door.wait(1 * second);
    await door.burst('7788');
    await door.wait(5 * second);
    expect(outcomes(door)).toEqual(['pressHash', 'pin.hinted']);
  });

  it('R13: others beside them keep the ordinary times', async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [slow, { name: 'ann', pin: '0417', cards: ['A'] }] });
    await door.swipe('G');
    await door.swipe('A');
    await door.wait(15 * second);
    expect(outcomes(door).slice(-2)).toEqual(['pin.timeout ann', 'windowOver']);
  });

  it('R13: the strike is released twice as long for their PIN and card alone, too', async () => {
    for (const mode of ['cardOnly', 'pinOnly'] as const satisfies readonly Mode[]) {
      const door = await openDoor({ mode, people: [slow] });
      if (mode === 'cardOnly') await door.swipe('G');
      else await door.burst('7788#');
      expect(door.strike.releases.last?.holdMs).toBe(10 * second);
      expect(perceived(door, 0).beeps.at(-1)).toContain('normal 200');
    }
  });
});
