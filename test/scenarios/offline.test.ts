/** R15: the line going down changes no decision, unless settings limit offline service. */
import { describe, expect, it } from 'vitest';
import { ann, ben, hour, minute, openDoor, outcomes, second, told } from './tools.ts';

const opened = ['strike released', 'granted'];
const people = [ann, { ...ben, offlinePriority: true }];
const limited = { hasController: true, people, policy: { offline: { fullMs: 24 * hour, priorityMs: 48 * hour } } } as const;

describe('R15: the line going down changes no decision; events wait', () => {
  it('R15: for two days without a controller the door opens and denies as before, and keeps every event', async () => {
    const door = await openDoor({ mode: 'cardOrPin', hasController: true });
    await door.link(true);
    await door.link(false);
    for (let turn = 0; turn < 2; turn += 1) {
      door.story();
      await door.swipe('A');
      await door.wait(10 * second);
      await door.burst('25807#');
      await door.wait(10 * second);
      await door.burst('9999#');
      await door.wait(24 * hour);
      expect(outcomes(door).filter((outcome) => !outcome.startsWith('strike'))).toEqual([
        'access.granted ann',
        'granted',
        'access.granted ben',
        'granted',
        'credential.notFound',
        'denied',
      ]);
    }
    const codes = (await door.events()).map(({ code }) => code);
    expect(codes.filter((code) => code === 'access.granted')).toHaveLength(4);
    expect(codes.filter((code) => code === 'credential.notFound')).toHaveLength(2);
  });

  it('R15: the line going and coming back are events, each once, and the light shows it', async () => {
    const door = await openDoor({ hasController: true });
    await door.link(true);
    await door.link(true);
    await door.wait(2 * second);
    expect(door.lights.colour).toBe('blue');
    await door.link(false);
    await door.link(false);
    expect(door.lights.colour).toBe('amber');
    await door.link(true);
    expect(told(door)).toEqual(['event link.found', 'event link.lost', 'event link.found']);
  });

  it('R15: the line going down in the middle of a window changes nothing', async () => {
    const door = await openDoor({ mode: 'cardAndPin', hasController: true });
    await door.link(true);
    await door.swipe('A');
    await door.link(false);
    await door.wait(14_999);
    await door.burst('0417#');
    expect(outcomes(door)).toContain('access.granted ann');
  });

  it('R15: a reader that expects no controller is never offline', async () => {
    const door = await openDoor({ ...limited, hasController: false, mode: 'cardOnly' });
    await door.wait(400 * hour);
    await door.swipe('A');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened]);
  });
});

describe('R15: settings may limit offline service to N hours, then to priority people', () => {
  it('R15: everyone for 24 h, priority people for 48 h more, then nobody', async () => {
    const door = await openDoor({ ...limited, mode: 'cardOnly' });
    await door.link(true);
    await door.wait(5 * hour);
    await door.link(false);
    const both = async (): Promise<string[]> => {
      door.story();
      await door.swipe('A');
      await door.wait(1 * second);
      await door.swipe('B');
      await door.wait(1 * second);
      return outcomes(door).filter((outcome) => /access|offline/.test(outcome));
    };
    await door.wait(24 * hour - 2 * second);
    expect(await both()).toEqual(['access.granted ann', 'access.granted ben']);
    expect(await both()).toEqual(['offline.limited ann', 'access.granted ben']);
    await door.wait(48 * hour - 4 * second);
    expect(await both()).toEqual(['offline.limited ann', 'access.granted ben']);
    expect(await both()).toEqual(['offline.limited ann', 'offline.limited ben']);
    await door.link(true);
    expect(await both()).toEqual(['access.granted ann', 'access.granted ben']);
  });

  it('R15: PINs are limited like cards', async () => {
    const door = await openDoor({ ...limited, mode: 'pinOnly' });
    await door.wait(25 * hour);
    await door.burst('0417#');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['offline.limited ann', 'denied']);
  });

  it('R15: restarts and power cuts do not begin the hours anew', async () => {
    const door = await openDoor({ ...limited, mode: 'cardOnly' });
    for (let turn = 0; turn < 5; turn += 1) {
      await door.wait(4 * hour + 30 * minute);
      if (turn % 2 === 0) await door.restart();
      else {
        door.cutPower();
        await door.powerOn();
      }
    }
    await door.wait(3 * hour);
    door.story();
    await door.swipe('A');
    await door.wait(1 * second);
    expect(outcomes(door)).toEqual(['offline.limited ann', 'denied']);
  });

  it('R15: a controller that answers for a moment begins them anew', async () => {
    const door = await openDoor({ ...limited, mode: 'cardOnly' });
    await door.wait(30 * hour);
    await door.link(true);
    await door.link(false);
    await door.wait(23 * hour);
    await door.restart();
    door.story();
    await door.swipe('A');
    expect(outcomes(door)).toContain('access.granted ann');
  });

  it('R15: it does so also when the power goes soon after', async () => {
    const door = await openDoor({ ...limited, mode: 'cardOnly' });
    await door.wait(30 * hour);
    await door.link(true);
    await door.link(false);
    await door.wait(10 * minute);
    door.cutPower();
    await door.powerOn();
    door.story();
    await door.swipe('A');
    expect(outcomes(door)).toContain('access.granted ann');
  });
});
