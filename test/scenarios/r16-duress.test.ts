/** R16: a second PIN that grants as usual and tells silently. */
import { describe, expect, it } from 'vitest';
import { classOf } from '../../src/access/events.ts';
import type { Mode } from '../../src/access/mode.ts';
import { ann, openDoor, outcomes, perceived, second } from './tools.ts';

const people = [{ ...ann, duressPin: '0418' }];

const enter = async (mode: Mode, pin: string, duress: boolean) => {
  const door = await openDoor({ mode, people, policy: { duress } });
  if (mode === 'cardAndPin') await door.swipe('A');
  await door.wait(2 * second);
  await door.burst(`${pin}#`);
  await door.wait(20 * second);
  return { door, seen: perceived(door, 2 * second), strike: door.strike.changes.entries };
};

describe('R16: duress (off by default): a second, separate PIN per person; grants as usual, and a silent event', () => {
  it('R16: seen and heard from outside it is a grant like any other (E19)', async () => {
    for (const mode of ['pinOnly', 'cardOrPin', 'cardAndPin'] as const) {
      const usual = await enter(mode, '0417', true);
      const forced = await enter(mode, '0418', true);
      expect(forced.seen).toEqual(usual.seen);
      expect(forced.strike).toEqual(usual.strike);
    }
  });

  it('R16: the alarm is on disk with the grant, in the same commit', async () => {
    const { door } = await enter('cardAndPin', '0418', true);
    expect((await door.events()).slice(-2)).toMatchObject([
      { code: 'access.granted', person: 1, fields: { by: 'cardAndPin' } },
      { code: 'duress.used', person: 1, fields: { by: 'cardAndPin' } },
    ]);
    expect(classOf('duress.used')).toBe('alarm');
  });

  it('R16: off, it is a wrong PIN like any other', async () => {
    expect(outcomes((await enter('pinOnly', '0418', false)).door)).toEqual(['credential.notFound', 'denied']);
    expect(outcomes((await enter('cardAndPin', '0418', false)).door)).toContain('pin.wrong ann');
  });

  it('R16: the ordinary PIN raises nothing', async () => {
    const { door } = await enter('cardAndPin', '0417', true);
    expect((await door.events()).map(({ code }) => code)).not.toContain('duress.used');
  });

  it("R16: with another's card it is a wrong PIN, and tells nothing", async () => {
    const door = await openDoor({ mode: 'cardAndPin', people: [...people, { name: 'ben', pin: '25807', cards: ['B'] }], policy: { duress: true } });
    await door.swipe('B');
    await door.burst('0418#');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['pinAsked', 'pin.wrong ben', 'denied']);
  });
});
