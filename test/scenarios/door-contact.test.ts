/** R14: what door contact, request to exit and tamper say: forced, held open, and what excuses an open door. */
import { describe, expect, it } from 'vitest';
import { Disk, hour, minute, openDoor, outcomes, second, told } from './tools.ts';

describe('R14: door forced and held open are events', () => {
  it('R14: a door that opens without a grant is forced, and is told again when it shuts', async () => {
    const door = await openDoor();
    await door.openLeaf();
    await door.wait(12 * second);
    await door.shutLeaf();
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 event door.forced
        12.000 event door.closed openMs=12000"
    `);
  });

  it('R14: a door that opens after a grant is neither, for as long as the strike is released', async () => {
    for (const [waitMs, isForced] of [
      [5_000, false],
      [5_001, true],
    ] as const) {
      const door = await openDoor({ mode: 'cardOnly' });
      await door.swipe('A');
      await door.wait(waitMs);
      await door.openLeaf();
      await door.wait(10 * second);
      await door.shutLeaf();
      expect(outcomes(door).includes('door.forced')).toBe(isForced);
    }
  });

  it('R14: a door held open for longer than the setting is told once, and how long when it shuts', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await door.swipe('A');
    await door.wait(1 * second);
    await door.openLeaf();
    await door.wait(29_999);
    expect(outcomes(door)).not.toContain('door.heldOpen');
    await door.wait(10 * minute);
    await door.shutLeaf();
    expect(told(door)).toEqual(['event door.heldOpen', `event door.closed openMs=${10 * minute + 29_999}`]);
  });

  it('R14: one grant, one opening: a door that shuts and opens again within the hold is excused, later it is forced', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await door.swipe('A');
    await door.openLeaf();
    await door.shutLeaf();
    await door.wait(3 * second);
    await door.openLeaf();
    await door.shutLeaf();
    await door.wait(3 * second);
    await door.openLeaf();
    expect(outcomes(door).filter((outcome) => outcome === 'door.forced')).toHaveLength(1);
  });

  it('R14: an unlocked door is neither forced nor held open', async () => {
    const door = await openDoor({ mode: 'unlocked' });
    await door.wait(1 * hour);
    await door.openLeaf();
    await door.wait(3 * hour);
    await door.shutLeaf();
    expect(door.story()).toBe('');
  });

  it('R14: a door still open when it is locked again is held open from then on', async () => {
    const door = await openDoor({ mode: 'unlocked' });
    await door.openLeaf();
    await door.wait(1 * hour);
    await door.setMode('cardOrPin');
    await door.wait(1 * minute);
    expect(outcomes(door)).toEqual(['mode.changed', 'door.relocked', 'door.heldOpen']);
  });

  it('R14: a door opened by order is not forced', async () => {
    const door = await openDoor({ mode: 'locked' });
    await door.order({ kind: 'release' });
    await door.openLeaf();
    await door.wait(5 * second);
    await door.shutLeaf();
    expect(outcomes(door)).toEqual(['order.released', 'strike released', 'order.obeyed']);
  });
});

describe('R14: the strike may be secured as soon as the door opens', () => {
  it('R14: with the setting, the strike is secured the moment the door opens, and the opening is excused', async () => {
    const door = await openDoor({ mode: 'cardOnly', policy: { secureOnOpen: true } });
    await door.swipe('A');
    await door.wait(1_500);
    await door.openLeaf();
    await door.wait(1 * second);
    await door.shutLeaf();
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 event access.granted ann by=card mode=cardOnly
         0.000 strike released
         0.000 signal granted
         1.500 strike secured"
    `);
  });

  it('R14: with the setting, a second opening needs its own grant', async () => {
    const door = await openDoor({ mode: 'cardOnly', policy: { secureOnOpen: true } });
    await door.swipe('A');
    await door.openLeaf();
    await door.wait(1 * second);
    await door.shutLeaf();
    await door.wait(1 * second);
    await door.openLeaf();
    expect(outcomes(door)).toContain('door.forced');
  });

  it('R14: without it, the strike keeps its time', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await door.swipe('A');
    await door.wait(1_500);
    await door.openLeaf();
    await door.wait(10 * second);
    expect(door.strike.changes.last?.atMs).toBe(5 * second);
  });

  it('R7: an unlocked door stays unlocked when it opens, also with the setting', async () => {
    const door = await openDoor({ mode: 'unlocked', policy: { secureOnOpen: true } });
    await door.wait(10 * second);
    await door.openLeaf();
    await door.wait(10 * second);
    expect(door.strike.isEnergised).toBe(true);
    expect(door.story()).toBe('');
  });
});

describe('R14: REX is an input that stops "forced" from being raised', () => {
  it('R14: a door opened after REX is not forced, and by default REX releases nothing', async () => {
    const door = await openDoor();
    await door.pressRex();
    await door.wait(2 * second);
    await door.openLeaf();
    await door.wait(5 * second);
    await door.shutLeaf();
    expect(door.story()).toMatchInlineSnapshot(`"   0.000 event rex.pressed"`);
  });

  it('R14: the excuse lasts as long as the strike would, from the end of the press', async () => {
    for (const [waitMs, isForced] of [
      [5_000, false],
      [5_001, true],
    ] as const) {
      const door = await openDoor();
      await door.pressRex();
      await door.wait(waitMs);
      await door.openLeaf();
      expect(outcomes(door).includes('door.forced')).toBe(isForced);
    }
  });

  it('R14: with rex = release it releases first and records after: at once, on a slow or broken disk as well', async () => {
    const recordFaults = new Disk();
    const door = await openDoor({ mode: 'locked', recordFaults, policy: { rex: 'release' } });
    recordFaults.slowDown(door, 2 * second);
    recordFaults.failure = 'disk.full';
    await door.pressRex();
    expect(door.strike.releases.entries).toEqual([{ atMs: 0, holdMs: 5 * second }]);
    recordFaults.failure = undefined;
    await door.wait(20 * second);
    expect((await door.events()).at(-1)).toMatchObject({ code: 'rex.pressed', monotonicMs: 0 });
    expect(door.strike.isEnergised).toBe(false);
  });

  it('R14: a door held open after REX is told like any other', async () => {
    const door = await openDoor();
    await door.pressRex();
    await door.openLeaf();
    await door.wait(1 * minute);
    expect(outcomes(door)).toEqual(['rex.pressed', 'door.heldOpen']);
  });
});

describe('R14: tamper is an event', () => {
  it('R14, E24: opening and closing the case are told at once', async () => {
    const door = await openDoor();
    await door.set('tamper', true);
    await door.wait(1 * minute);
    await door.set('tamper', false);
    expect(door.story()).toBe('   0.000 event tamper.opened\n  60.000 event tamper.closed');
  });

  it('R14: contacts that report what they were already say nothing', async () => {
    const door = await openDoor();
    await door.set('tamper', false);
    await door.set('doorContact', false);
    await door.set('rex', false);
    expect(door.story()).toBe('');
  });
});
