/** R10 over restarts and power cuts: what was spent stays spent, and nothing is compared that was not written down. */
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/access/policy.ts';
import { comparedIn, Disk, damageRecords, guess, minute, openDoor, outcomes, second } from './tools.ts';

describe('R10: a restart resumes the lockout and assumes no time passed', () => {
  it('R10: restart during a lockout: the whole wait begins again, and then one PIN may be tried', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    await door.wait(50 * second);
    await door.restart();
    door.story();
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('lockedOut');
    await door.wait(59 * second);
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('lockedOut');
    await door.wait(1 * second);
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('granted');
  });

  it('R10: a locked-out reader looks locked out again after a restart', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    await door.restart();
    await door.wait(2 * second);
    expect(door.lights.colour).toBe('red');
  });

  it.each([
    ['the reader', 'cardOrPin', 'door', ''],
    ['a person', 'cardAndPin', 'person', 'ann'],
  ] as const)('R10: fewer attempts in the settings than were spent by %s are a lockout like any other, told once', async (_, mode, owner, whose) => {
    const door = await openDoor({ mode });
    const present = async (pin: string): Promise<void> => {
      if (owner === 'person') await door.swipe('A');
      await door.wait(1 * second);
      await guess(door, 1, pin);
    };
    for (let turn = 0; turn < 4; turn += 1) await present('9999');
    const { budget } = defaultPolicy;
    door.edit({ policy: { budget: { ...budget, [owner]: { ...budget[owner], attempts: owner === 'door' ? 2 : 3 } } } });
    for (let turn = 0; turn < 2; turn += 1) {
      await door.restart();
      await present('0417');
      const heard = outcomes(door);
      expect([heard.includes('lockedOut'), heard.includes('granted')]).toEqual([true, false]);
    }
    const started = (await door.events()).filter(({ code }) => code === 'lockout.started');
    expect(started.map(({ person }) => (person === undefined ? '' : 'ann'))).toEqual([whose]);
    await door.wait(5 * minute);
    await present('0417');
    expect(outcomes(door).at(-1)).toBe('granted');
  });

  it('E12: pulling the plug after every guess refills nothing: five PINs, then one for each wait served in full', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    let compared = 0;
    for (let turn = 0; turn < 60; turn += 1) {
      await guess(door, 1);
      compared += comparedIn(outcomes(door));
      door.cutPower();
      await door.wait(20 * second);
      await door.powerOn();
    }
    expect(compared).toBe(5);
  });

  it('E12: with the power cut before or after any commit of a guess, no PIN is compared that was not written down', async () => {
    for (const place of ['before', 'after'] as const) {
      for (let at = 1; at <= 8; at += 1) {
        const recordFaults = new Disk();
        const door = await openDoor({ mode: 'pinOnly', recordFaults });
        let compared = 0;
        for (let turn = 0; turn < 10; turn += 1) {
          const cutAt = recordFaults.commits + at;
          recordFaults.onCommit = (reached) => {
            if (reached === place && recordFaults.commits === cutAt) door.cutPower();
          };
          await guess(door, 3);
          recordFaults.onCommit = undefined;
          compared += comparedIn(outcomes(door));
          if (recordFaults.commits < cutAt) door.cutPower();
          await door.powerOn();
        }
        expect(compared, `cut ${place} commit ${at}`).toBeLessThanOrEqual(5);
      }
    }
  });

  it('E12: a wall clock set forward ends no lockout and returns no attempt (F1)', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 5);
    for (const wall of ['2027-01-01T00:00Z', '2036-01-01T00:00Z', '2020-01-01T00:00Z']) {
      door.setWall(wall);
      await door.burst('0417#');
      expect(outcomes(door).at(-1)).toBe('lockedOut');
    }
  });
});

describe('R10: an attempt is written down durably before the PIN is compared', () => {
  it('R10: while attempts cannot be written, no PIN is compared, and cards may still be told apart', async () => {
    const recordFaults = new Disk();
    const door = await openDoor({ mode: 'cardOrPin', recordFaults });
    recordFaults.failure = 'disk.full';
    await guess(door, 20);
    await guess(door, 20, '0417');
    expect(new Set(outcomes(door))).toEqual(new Set(['record.failed', 'denied']));
    recordFaults.failure = undefined;
    await door.burst('0417#');
    expect(outcomes(door)).toContain('access.granted ann');
  });

  it('R10: a damaged record of a budget is taken for the worst there can be', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await guess(door, 1);
    damageRecords(door, 'attempt');
    await door.restart();
    door.story();
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('lockedOut');
    await door.wait(15 * minute);
    await door.burst('0417#');
    expect(outcomes(door).at(-1)).toBe('granted');
  });
});
