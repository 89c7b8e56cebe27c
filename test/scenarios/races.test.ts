/** What goes on while something else is still on its way to the disk: modes, orders, power cuts, withdrawn decisions. */
import { describe, expect, it } from 'vitest';
import { Door } from '../../sim/door.ts';
import { Disk, minute, openDoor, outcomes, second } from './tools.ts';

describe('R7: a lockdown', () => {
  it('R7: withdraws a grant that is still on its way to the disk', async () => {
    const disk = new Disk();
    const door = await openDoor({ mode: 'cardOnly', recordFaults: disk });
    disk.slowDown(door, 3 * second);
    await door.swipe('A');
    await door.wait(500);
    await door.setMode('locked');
    await door.wait(10 * second);
    expect(outcomes(door)).toEqual(['mode.changed', 'door.locked', 'denied', 'access.granted ann', 'decision.failed ann']);
    expect(door.strike.releases.entries).toEqual([]);
  });

  it('R7: ends a release under way', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await door.swipe('A');
    await door.wait(500);
    await door.setMode('locked');
    expect(door.strike.isEnergised).toBe(false);
  });

  it('R7: is not obeyed before it is on disk, and is written as soon as the disk takes it', async () => {
    const disk = new Disk();
    const door = await openDoor({ mode: 'cardOrPin', recordFaults: disk });
    disk.slowDown(door, 400);
    const ordered = door.order({ kind: 'setMode', mode: 'locked' });
    await door.wait(500);
    expect(door.reader.mode).toBe('locked');
    expect(outcomes(door)).not.toContain('order.obeyed');
    await door.wait(4 * second);
    await ordered;
    expect(outcomes(door)).toContain('order.obeyed');
    delete disk.slow;
    door.cutPower();
    await door.powerOn();
    expect(door.reader.mode).toBe('locked');
  });

  it('R7: that could not be written at once is written later, without being asked again', async () => {
    const disk = new Disk();
    const door = await openDoor({ mode: 'cardOrPin', recordFaults: disk });
    disk.failure = 'disk.full';
    await door.setMode('locked');
    await door.wait(1 * second);
    disk.failure = undefined;
    await door.wait(20 * second);
    door.cutPower();
    await door.powerOn();
    expect(door.reader.mode).toBe('locked');
  });
});

describe('an order', () => {
  it('R11: to release opens nothing once it has waited too long for the disk', async () => {
    const disk = new Disk();
    const door = await openDoor({ recordFaults: disk });
    disk.slowDown(door, 4 * second);
    const ordered = door.order({ kind: 'release' });
    await door.wait(1 * minute);
    await ordered;
    expect(door.strike.releases.entries).toEqual([]);
    expect(outcomes(door)).toContain('order.refused');
  });

  it('R13: to set the clock that could not be written leaves the clock as it is', async () => {
    const disk = new Disk();
    const door = await openDoor({ recordFaults: disk });
    const before = door.clock.wall().ms;
    disk.failure = 'disk.full';
    await door.order({ kind: 'setClock', wallMs: before - 1_000 * minute });
    await door.wait(1 * second);
    expect(door.clock.wall().ms).toBe(before + 1 * second);
  });
});

describe('R13: the time floor', () => {
  const people = [{ name: 'ann', cards: ['A'], validUntil: '2026-03-01T10:30:00Z' }];

  it('R13: holds over two power cuts in a row, the clock having gone back before the first', async () => {
    const door = await Door.open({ mode: 'cardOnly', people, wall: '2026-03-01T10:40:00Z' });
    for (let cut = 0; cut < 2; cut += 1) {
      door.cutPower();
      door.setWall('2026-03-01T09:00:00Z');
      await door.powerOn();
      await door.wait(2 * second);
      await door.swipe('A');
      await door.wait(1 * second);
    }
    expect(door.story()).not.toContain('access.granted');
  });
});

describe('R8: a denial in the window', () => {
  it('R8, R12: looks the same and leaves the window the same, whether the PIN was wrong or right and refused', async () => {
    const resting = async (pin: string): Promise<string[]> => {
      const disk = new Disk();
      const door = await openDoor({ mode: 'cardAndPin', recordFaults: disk });
      await door.wait(2 * second);
      await door.swipe('A');
      await door.wait(1 * second);
      // The attempt is written, and then the disk is full.
      disk.onCommit = (place) => {
        if (place === 'after') disk.failure = 'disk.full';
      };
      const fromMs = door.clock.nowMs();
      await door.burst(`${pin}#`);
      await door.wait(4 * second);
      return door.lights.shown.entries.filter(({ atMs }) => atMs > fromMs).map(({ atMs, colour }) => `${atMs - fromMs} ${colour}`);
    };
    expect(await resting('0417')).toEqual(await resting('9999'));
  });
});
