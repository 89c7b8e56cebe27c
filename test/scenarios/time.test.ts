/** R13 and the faults of time (SECURITY F1, F2, F4, F6): what the wall clock decides, and what it never decides. */
import { describe, expect, it } from 'vitest';
import type { Door } from '../../sim/door.ts';
import { ann, day, hour, minute, openDoor, outcomes, second, told } from './tools.ts';

const stay = { name: 'guest', pin: '7788', cards: ['G'], validFrom: '2026-03-01T12:00Z', validUntil: '2026-03-05T10:00Z' };
const people = [ann, stay];
const opened = ['strike released', 'granted'];

/** What the guest's card comes to now. */
const tryCard = async (door: Door): Promise<string | undefined> => {
  door.story();
  await door.swipe('G');
  await door.wait(2 * second);
  return outcomes(door)[0];
};

describe("R13: time at the door is the reader's own clock; wall time is for dates and time stamps", () => {
  it('F1: a wall clock that jumps an hour, a year and ten years, both ways, moves no timer of an entry, a window or a strike', async () => {
    const story = async (walls: readonly string[]): Promise<string> => {
      const door = await openDoor({ mode: 'cardAndPin', people });
      const jump = (index: number): void => {
        const wall = walls[index];
        if (wall !== undefined) door.setWall(wall);
      };
      await door.swipe('A');
      jump(0);
      await door.wait(9 * second);
      await door.burst('04');
      jump(1);
      await door.wait(4_999);
      jump(2);
      await door.burst('17#');
      jump(3);
      await door.wait(30 * second);
      await door.swipe('A');
      jump(4);
      await door.wait(30 * second);
      return door.story();
    };
    const steady = await story([]);
    const jumps = ['2026-01-05T09:00Z', '2026-01-05T07:00Z', '2027-01-05T08:00Z', '2036-01-05T08:00Z', '2016-01-05T08:00Z'];
    expect(await story(jumps)).toBe(steady);
    expect(await story(jumps.toReversed())).toBe(steady);
    expect(steady).toMatchInlineSnapshot(`
      "   0.000 signal pinAsked
        10.000 signal windowEnding
        13.999 event access.granted ann by=cardAndPin mode=cardAndPin
        13.999 strike released
        13.999 signal granted
        18.999 strike secured
        43.999 signal pinAsked
        53.999 signal windowEnding
        58.999 event pin.timeout ann
        58.999 signal windowOver"
    `);
  });

  it('F1: the wall clock jumping both ways during a window leaves the edge at 15.000 s', async () => {
    for (const [waitMs, code] of [
      [14_999, 'access.granted ann'],
      [15_000, 'pin.late'],
    ] as const) {
      const door = await openDoor({ mode: 'cardAndPin', people });
      await door.swipe('A');
      door.setWall('2030-01-01T00:00Z');
      await door.wait(7 * second);
      door.setWall('2020-01-01T00:00Z');
      await door.wait(waitMs - 7 * second);
      await door.burst('0417#');
      expect(outcomes(door)).toContain(code);
    }
  });

  it('R13: each event carries wall time, and whether it was trusted', async () => {
    const door = await openDoor({ mode: 'cardOnly', people, wall: '2026-03-02T08:00Z' });
    await door.swipe('A');
    door.setWall('2026-03-02T09:00Z', false);
    await door.swipe('G');
    const [trusted, untrusted] = (await door.events()).slice(-2);
    expect(trusted).toMatchObject({ code: 'access.granted', wallMs: Date.parse('2026-03-02T08:00Z'), wallTrusted: true });
    expect(untrusted).toMatchObject({ wallMs: Date.parse('2026-03-02T09:00Z'), wallTrusted: false });
  });
});

describe('R13: the last time seen is a floor, kept over restarts', () => {
  it('F2: a clock set back does not bring back who has expired', async () => {
    const door = await openDoor({ mode: 'cardOnly', people, wall: '2026-03-05T09:59Z' });
    expect(await tryCard(door)).toBe('access.granted guest');
    await door.wait(2 * minute);
    expect(await tryCard(door)).toBe('credential.expired guest');
    door.setWall('2026-03-02T08:00Z');
    expect(await tryCard(door)).toBe('credential.expired guest');
  });

  it('F2: nor does a clock set back and a restart, whether the power went or not', async () => {
    for (const isOrderly of [true, false]) {
      const door = await openDoor({ mode: 'cardOnly', people, wall: '2026-03-05T10:01Z' });
      expect(await tryCard(door)).toBe('credential.expired guest');
      await door.wait(3 * hour);
      if (!isOrderly) door.cutPower();
      door.setWall('2026-03-02T08:00Z');
      if (isOrderly) await door.restart();
      else await door.powerOn();
      expect(await tryCard(door)).toBe('credential.expired guest');
    }
  });

  it('F2: the floor is written every hour: a quiet day is not forgotten when the power goes', async () => {
    const door = await openDoor({ mode: 'cardOnly', people, wall: '2026-03-05T08:00Z' });
    await door.wait(4 * hour);
    door.cutPower();
    door.setWall('2026-03-05T08:00Z');
    await door.powerOn();
    expect(await tryCard(door)).toBe('credential.expired guest');
  });

  it('F1: a clock set forward lets nobody in before their time by itself, once it is set right by the authority', async () => {
    const door = await openDoor({ mode: 'cardOnly', people, wall: '2026-02-20T08:00Z' });
    door.setWall('2036-01-01T00:00Z');
    expect(await tryCard(door)).toBe('credential.expired guest');
    await door.order({ kind: 'setClock', wallMs: Date.parse('2026-03-02T08:00Z') });
    expect(await tryCard(door)).toBe('access.granted guest');
  });

  it('F2: the order that sets the clock back is an event that says by how much', async () => {
    const door = await openDoor({ mode: 'cardOnly', people, wall: '2026-03-06T08:00Z' });
    await door.order({ kind: 'setClock', wallMs: Date.parse('2026-03-06T07:00Z') });
    expect(told(door)).toEqual(['event time.set byMs=-3600000', 'event order.obeyed order=setClock number=1']);
    expect(door.clock.wall()).toEqual({ ms: Date.parse('2026-03-06T07:00Z'), trusted: true });
  });
});

describe('R13: untrusted: people with dates follow the setting; people without are served', () => {
  it('F4: after a start without a clock, people with dates are refused and people without get in', async () => {
    const door = await openDoor({ mode: 'cardOnly', people, wall: '1970-01-01T00:00Z', wallTrusted: false });
    expect(await tryCard(door)).toBe('credential.timeUntrusted guest');
    await door.swipe('A');
    expect(outcomes(door)).toEqual(['access.granted ann', ...opened]);
  });

  it('F4: once the time is trusted again, dates count again', async () => {
    const door = await openDoor({ mode: 'cardOnly', people, wall: '1970-01-01T00:00Z', wallTrusted: false });
    expect(await tryCard(door)).toBe('credential.timeUntrusted guest');
    door.setWall('2026-03-02T08:00Z');
    expect(await tryCard(door)).toBe('access.granted guest');
  });

  it('F4: with the setting lastSeen, dates are judged by the last time seen', async () => {
    const restartedWithoutClock = async (lastSeen: string): Promise<string | undefined> => {
      const door = await openDoor({ mode: 'cardOnly', people, wall: lastSeen, policy: { untrustedTime: 'lastSeen' } });
      await door.restart();
      door.setWall('1970-01-01T00:00Z', false);
      await door.restart();
      return tryCard(door);
    };
    expect(await restartedWithoutClock('2026-02-20T08:00Z')).toBe('credential.notYetValid guest');
    expect(await restartedWithoutClock('2026-03-02T08:00Z')).toBe('access.granted guest');
    expect(await restartedWithoutClock('2026-03-06T08:00Z')).toBe('credential.expired guest');
  });
});

describe('F6: years nobody thinks of', () => {
  it('F6: the door opens, records and remembers in 1970, 2038, 2100, 2106 and at a leap second', async () => {
    for (const wall of [
      '1970-01-01T00:00:01Z',
      '2016-12-31T23:59:59.999Z',
      '2038-01-19T03:14:07.999Z',
      '2100-02-28T23:59:59Z',
      '2106-02-07T06:28:15Z',
    ]) {
      const door = await openDoor({ mode: 'cardAndPin', wall });
      await door.swipe('A');
      await door.wait(5 * second);
      await door.burst('0417#');
      await door.wait(2 * day);
      await door.restart();
      expect(outcomes(door).slice(0, 4), wall).toEqual(['pinAsked', 'access.granted ann', ...opened]);
      const granted = (await door.events()).find(({ code }) => code === 'access.granted');
      expect(granted?.wallMs, wall).toBe(Date.parse(wall) + 5 * second);
    }
  });

  it('F6: a stay may begin before 2038 and end in 2100', async () => {
    const long = { ...stay, validFrom: '2038-01-18T00:00Z', validUntil: '2100-03-01T00:00Z' };
    for (const [wall, code] of [
      ['2038-01-17T23:59:59Z', 'credential.notYetValid guest'],
      ['2038-01-19T03:14:08Z', 'access.granted guest'],
      ['2100-02-28T23:59:59Z', 'access.granted guest'],
      ['2100-03-01T00:00:00Z', 'credential.expired guest'],
    ]) {
      const door = await openDoor({ mode: 'cardOnly', people: [long], wall: wall as string });
      expect(await tryCard(door)).toBe(code);
    }
  });
});
