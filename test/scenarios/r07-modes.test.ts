/** R7: the six modes, who may change them, and the door that stands unlocked. What each mode does with each input is cells.test.ts's. */
import { describe, expect, it } from 'vitest';
import { type Mode, modes } from '../../src/access/mode.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { Disk, hour, openDoor, outcomes, second, told } from './tools.ts';

describe('R7: the configuration sets the default, the controller may change it over the line', () => {
  it('R7: a door starts in the mode of its configuration, whichever it is', async () => {
    for (const mode of modes) expect((await openDoor({ mode })).reader.mode).toBe(mode);
  });

  it('R7: the mode that was ordered is still in force after a restart and after a power cut, whatever else is remembered', async () => {
    const door = await openDoor({ mode: 'cardOrPin', hasController: true });
    await door.wait(3 * hour);
    await door.order({ kind: 'setMode', mode: 'locked' });
    await door.restart();
    expect(door.reader.mode).toBe('locked');
    door.cutPower();
    await door.powerOn();
    expect(door.reader.mode).toBe('locked');
    door.story();
    await door.swipe('A');
    expect(outcomes(door)).toEqual(['door.locked']);
  });

  it('R7: an ordered `unlocked` is not: power coming back opens no door', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.order({ kind: 'setMode', mode: 'unlocked' });
    door.cutPower();
    await door.powerOn();
    expect(door.reader.mode).toBe('cardOrPin');
    expect(door.strike.releases.entries).toEqual([]);
  });

  it('R7: a lockdown is lifted neither by editing the settings nor by editing them again, until an order accepts them', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.order({ kind: 'setMode', mode: 'locked' });
    for (const mode of ['cardOnly', 'cardAndPin', 'cardOrPin'] as const) {
      door.edit({ mode });
      await door.restart();
      door.story();
      await door.swipe('A');
      expect(outcomes(door), mode).toEqual(['door.locked']);
    }
    door.edit({ mode: 'cardOnly', areSettingsAccepted: true });
    await door.restart();
    expect(door.reader.mode).toBe('cardOnly');
    door.edit({ areSettingsAccepted: false });
    door.cutPower();
    await door.powerOn();
    expect(door.reader.mode).toBe('cardOnly');
  });

  it('R7: a stricter default that was edited in counts, and the mode it ended does not come back with the old default', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.order({ kind: 'setMode', mode: 'cardOnly' });
    door.edit({ mode: 'cardAndPin' });
    await door.restart();
    expect(door.reader.mode).toBe('cardAndPin');
    door.edit({ mode: 'cardOrPin', areSettingsAccepted: true });
    await door.restart();
    expect(door.reader.mode).toBe('cardOrPin');
  });

  it('R7: a signed order changes the mode, and says from which to which', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.order({ kind: 'setMode', mode: 'pinOnly' });
    expect(told(door)).toEqual(['event mode.changed mode=pinOnly from=cardAndPin', 'event order.obeyed order=setMode number=1']);
    await door.type('0417#');
    expect(outcomes(door)).toContain('access.granted ann');
  });

  it('R7: the mode a door is in already is no change', async () => {
    const door = await openDoor({ mode: 'locked' });
    await door.setMode('locked');
    expect(door.story()).toBe('');
  });

  it('R7: a mode change counts from the next card or PIN on', async () => {
    const door = await openDoor({ mode: 'cardOnly' });
    await door.swipe('A');
    await door.setMode('locked');
    await door.swipe('B');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['access.granted ann', 'strike released', 'granted', 'mode.changed', 'door.locked', 'denied']);
  });
});

describe('R7: a reader model without a keypad refuses the PIN modes, with the reason', () => {
  const pinModes: readonly Mode[] = ['pinOnly', 'cardOrPin', 'cardAndPin'];

  it('R7: RP10, RP15 and RP40 refuse every PIN mode with a sentence, an RPK40 none (G5)', async () => {
    for (const model of ['RP10', 'RP15', 'RP40', 'RPK40'] as const) {
      for (const mode of modes) {
        const door = await openDoor({ mode: 'cardOnly', policy: { ...defaultPolicy, mode: 'cardOnly', model } });
        const answer = door.reader.setMode(mode);
        const isRefused = model !== 'RPK40' && pinModes.includes(mode);
        expect(answer.ok, `${model} ${mode}`).toBe(!isRefused);
        if (answer.ok) continue;
        expect(answer.failure).toContain(`An ${model} has no keypad`);
        expect(told(door)).toEqual([`event mode.refused mode=${mode}`]);
        expect(door.reader.mode).toBe('cardOnly');
      }
    }
  });

  it('R7: such a reader refuses the order as well', async () => {
    const door = await openDoor({ mode: 'cardOnly', policy: { ...defaultPolicy, mode: 'cardOnly', model: 'RP40' } });
    await door.order({ kind: 'setMode', mode: 'pinOnly' });
    expect(told(door)).toEqual(['event mode.refused mode=pinOnly', 'event order.refused reason=notDone number=1']);
  });
});

describe('R7: `unlocked` renews a short hold while the reader lives, with one event at its start and its end', () => {
  it('R7: the strike is held without a gap for as long as the mode lasts, and secured at its end', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.setMode('unlocked');
    await door.wait(3 * hour);
    await door.setMode('cardOrPin');
    expect(door.story()).toMatchInlineSnapshot(`
      "   0.000 event mode.changed mode=unlocked from=cardOrPin
         0.000 event door.unlocked
         0.000 strike released
      10800.000 event mode.changed mode=cardOrPin from=unlocked
      10800.000 event door.relocked
      10800.000 strike secured"
    `);
    expect(Math.max(...door.strike.releases.entries.map(({ holdMs }) => holdMs))).toBeLessThanOrEqual(5 * second);
  });

  it('R7: a door that is left unlocked by its configuration unlocks itself at each start', async () => {
    const door = await openDoor({ mode: 'unlocked' });
    expect(door.strike.isEnergised).toBe(true);
    await door.restart();
    expect(door.strike.isEnergised).toBe(true);
    expect(outcomes(door)).toEqual(['reader.stopped', 'reader.started', 'door.unlocked', 'strike released']);
  });

  it('R7: a door locked again while its unlocking waits for the disk stays locked', async () => {
    const recordFaults = new Disk();
    const door = await openDoor({ mode: 'cardOrPin', recordFaults });
    recordFaults.slowDown(door, 500);
    await door.setMode('unlocked');
    await door.wait(200);
    await door.setMode('locked');
    await door.wait(10 * second);
    expect(door.strike.releases.entries).toEqual([]);
    expect(outcomes(door)).toEqual(['mode.changed', 'mode.changed', 'door.unlocked', 'door.relocked']);
  });

  it('R7: a strike that will not release is told, tried again, and one start is on record', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    door.strike.become('failing');
    await door.setMode('unlocked');
    await door.wait(25 * second);
    door.strike.become('working');
    await door.wait(10 * second);
    expect(told(door)).toEqual([
      'event mode.changed mode=unlocked from=cardOrPin',
      'event door.unlocked',
      'event strike.failed',
      'event strike.failed',
      'event strike.failed',
      'strike released',
    ]);
  });

  it.each(['silent', 'failing'] as const)('R7: an unlocking has its end on record as well where the strike is %s', async (condition) => {
    const door = await openDoor({ mode: 'cardOrPin' });
    door.strike.become(condition);
    await door.setMode('unlocked');
    await door.wait(25 * second);
    await door.setMode('cardOrPin');
    await door.wait(25 * second);
    expect(outcomes(door).filter((outcome) => outcome.startsWith('door.'))).toEqual(['door.unlocked', 'door.relocked']);
  });
});
