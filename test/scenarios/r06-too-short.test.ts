/** R6: a submit of one to three digits. */
import { describe, expect, it } from 'vitest';
import { openDoor, outcomes, perceived, second } from './tools.ts';

const typeAt = async (mode: 'pinOnly' | 'cardAndPin', typed: string) => {
  const door = await openDoor({ mode });
  if (mode === 'cardAndPin') await door.swipe('A');
  await door.wait(1 * second);
  const submittedAtMs = door.clock.nowMs();
  await door.burst(`${typed}#`);
  await door.wait(3 * second);
  return { door, seen: perceived(door, submittedAtMs + 100) };
};

describe('R6: a submit of 1–3 digits is a wrong PIN to the person and to the log', () => {
  it('R6: it looks and sounds like any wrong PIN, at the same time', async () => {
    for (const mode of ['pinOnly', 'cardAndPin'] as const) {
      const wrong = await typeAt(mode, '9999');
      for (const typed of ['9', '99', '999']) expect((await typeAt(mode, typed)).seen, `${mode} ${typed}`).toEqual(wrong.seen);
    }
  });

  it('R6: the log has the code of a wrong PIN, with the detail tooShort', async () => {
    const alone = await typeAt('pinOnly', '999');
    const afterCard = await typeAt('cardAndPin', '999');
    expect((await alone.door.events()).at(-1)).toMatchObject({ code: 'credential.notFound', fields: { by: 'pin', detail: 'tooShort' } });
    expect((await afterCard.door.events()).at(-1)).toMatchObject({ code: 'pin.wrong', person: 1, fields: { detail: 'tooShort' } });
  });

  it('R6: it uses one of the tries of the window', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    for (const typed of ['9#', '99#', '999#', '0417#']) {
      await door.burst(typed);
      await door.wait(500);
    }
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
    ]);
  });

  it('R6: it costs no attempt: after fifty of them nobody is locked out', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    for (let turn = 0; turn < 50; turn += 1) {
      await door.burst('999#');
      await door.wait(1 * second);
    }
    door.story();
    await door.burst('0417#');
    expect(outcomes(door)).toEqual(['access.granted ann', 'strike released', 'granted']);
  });

  it('R6: after a card it costs that person no attempt either', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    for (let turn = 0; turn < 10; turn += 1) {
      await door.swipe('A');
      await door.burst('999#');
      await door.wait(2 * second);
    }
    await door.swipe('A');
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('granted');
  });
});
