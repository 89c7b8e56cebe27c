/** R12: what a person sees and hears says yes or no, and to nobody why. Compared are whole histories of lights and buzzer, from the submit on. */
import { describe, expect, it } from 'vitest';
import type { Door, DoorSetup } from '../../sim/door.ts';
import type { Policy } from '../../src/access/policy.ts';
import { keys } from '../../src/ports/keypad.ts';
import { ann, ben, Disk, damageTable, openDoor, outcomes, perceived, second } from './tools.ts';

interface Denial {
  readonly setup: DoorSetup;
  /** Ends with the last key or the card of the presentation. */
  readonly present: (door: Door) => Promise<void>;
  readonly code: string;
}

const people = [
  ann,
  ben,
  { name: 'early', pin: '1111', cards: ['E'], validFrom: '2030-01-01T00:00Z' },
  { name: 'late', pin: '2222', cards: ['L'], validUntil: '2020-01-01T00:00Z' },
  { name: 'spent', pin: '3333', cards: ['S'], uses: 1 },
  { name: 'forced', pin: '4444', duressPin: '4445' },
  { name: 'pinless', cards: ['P'] },
];
const wall = '2026-01-05T08:00Z';
const policy = (some: Partial<Policy>): Partial<Policy> => some;

const byPin: Readonly<Record<string, Denial>> = {
  'a PIN of nobody': { setup: {}, present: (door) => door.burst('9999#'), code: 'credential.notFound' },
  'a PIN too short': { setup: {}, present: (door) => door.burst('041#'), code: 'credential.notFound' },
  'a PIN of eight digits': { setup: {}, present: (door) => door.burst('99999999'), code: 'credential.notFound' },
  'a person who may not enter yet': { setup: {}, present: (door) => door.burst('1111#'), code: 'credential.notYetValid early' },
  'a person who has expired': { setup: {}, present: (door) => door.burst('2222#'), code: 'credential.expired late' },
  'a person without uses left': {
    setup: {},
    present: async (door) => {
      await door.burst('3333#');
      await door.wait(10 * second);
      await door.burst('3333#');
    },
    code: 'credential.noUsesLeft spent',
  },
  'a date nobody can judge': { setup: { wallTrusted: false }, present: (door) => door.burst('1111#'), code: 'credential.timeUntrusted early' },
  'a duress PIN where there is none': { setup: {}, present: (door) => door.burst('4445#'), code: 'credential.notFound' },
  'a reader without a table': { setup: { hasTable: false }, present: (door) => door.burst('0417#'), code: 'table.missing' },
  'a locked door': { setup: { mode: 'locked' }, present: (door) => door.burst('0417#'), code: 'door.locked' },
  "another's PIN after the card": {
    setup: { mode: 'cardAndPin' },
    present: async (door) => {
      await door.swipe('A');
      await door.wait(1 * second);
      await door.burst('25807#');
    },
    code: 'pin.wrong ann',
  },
  'a reader that was offline for too long': {
    setup: { hasController: true, policy: policy({ offline: { fullMs: 0, priorityMs: 0 } }) },
    present: (door) => door.burst('0417#'),
    code: 'offline.limited ann',
  },
};

const byCard: Readonly<Record<string, Denial>> = {
  'a card of nobody': { setup: {}, present: (door) => door.swipe('Z'), code: 'credential.notFound' },
  'a person who may not enter yet': { setup: {}, present: (door) => door.swipe('E'), code: 'credential.notYetValid early' },
  'a person who has expired': { setup: {}, present: (door) => door.swipe('L'), code: 'credential.expired late' },
  'a person without a PIN': { setup: { mode: 'cardAndPin' }, present: (door) => door.swipe('P'), code: 'credential.noPin pinless' },
  'an unknown card where a PIN is asked for': { setup: { mode: 'cardAndPin' }, present: (door) => door.swipe('Z'), code: 'credential.notFound' },
  'a card where only PINs count': { setup: { mode: 'pinOnly' }, present: (door) => door.swipe('A'), code: 'card.notAsked' },
  'a reader without a table': { setup: { hasTable: false }, present: (door) => door.swipe('A'), code: 'table.missing' },
};

/** What is seen and heard of the answer, in milliseconds from the submit. */
const answerTo = async ({ setup, present, code }: Denial, before: (door: Door) => void = () => {}) => {
  const door = await openDoor({ mode: 'cardOrPin', people, wall, ...setup });
  before(door);
  await door.wait(1 * second);
  await present(door);
  const submittedAtMs = door.clock.nowMs();
  await door.wait(3 * second);
  expect(outcomes(door)).toContain(code);
  // Before and after the red, the light shows what the mode or the window shows at rest.
  const lights = door.lights.shown.entries.filter(({ atMs }) => atMs >= submittedAtMs + 100);
  const red = lights.findIndex(({ colour }) => colour === 'red');
  const [beginMs = 0, endMs = 0] = lights.slice(red, red + 2).map(({ atMs }) => atMs - submittedAtMs);
  return { redFromMs: beginMs, redUntilMs: endMs, beeps: perceived(door, submittedAtMs).beeps.filter((beep) => !beep.startsWith('0 ')) };
};

const denied = { redFromMs: 300, redUntilMs: 1_300, beeps: ['300 normal 100', '480 normal 100', '660 normal 100'] };

describe('R12: denied looks and sounds the same, and comes at the same time after the submit, whatever the reason (E14)', () => {
  it.each(Object.entries(byPin).filter(([reason]) => reason !== 'a locked door'))('R12: by PIN: %s', async (_, denial) => {
    expect(await answerTo(denial)).toEqual(denied);
  });

  it.each(Object.entries(byCard))('R12: by card: %s', async (_, denial) => {
    expect(await answerTo(denial)).toEqual(denied);
  });

  it('R12: a locked door answers alike, over its own red light', async () => {
    const { beeps } = await answerTo(byPin['a locked door'] as Denial);
    expect(beeps).toEqual(denied.beeps);
  });

  it('R12: a fault while deciding answers alike', async () => {
    const disk = new Disk();
    const notWritten = await answerTo({ setup: { recordFaults: disk }, present: (door) => door.burst('0417#'), code: 'record.failed' }, () => {
      disk.failure = 'disk.failed';
    });
    const damaged = await answerTo({ setup: {}, present: (door) => door.burst('0417#'), code: 'table.damaged' }, damageTable);
    const noStrike = await answerTo({ setup: {}, present: (door) => door.burst('0417#'), code: 'strike.failed ann' }, (door) =>
      door.strike.become('failing'),
    );
    expect([notWritten, damaged, noStrike]).toEqual([denied, denied, denied]);
  });

  it('R12: a right PIN without a right to enter comes no sooner and no later than a wrong one, on a slow disk as well', async () => {
    const on = (present: Denial['present'], code: string) => {
      const disk = new Disk();
      return answerTo({ setup: { recordFaults: disk }, present, code }, (door) => disk.slowDown(door, 700));
    };
    const wrong = await on((door) => door.burst('9999#'), 'credential.notFound');
    expect(await on((door) => door.burst('2222#'), 'credential.expired late')).toEqual(wrong);
    expect(await on((door) => door.burst('1111#'), 'credential.notYetValid early')).toEqual(wrong);
    expect(wrong.beeps[0]).toBe('700 normal 100');
  });
});

describe('R12: only lockout, card-first, window-over and press-# have their own signals', () => {
  it('R12: the programs of lockout, card-first, window-over, press-#, denial and grant are all different (U16)', async () => {
    const heardAfter = async (setup: DoorSetup, act: (door: Door) => Promise<void>, code: string) => {
      const door = await openDoor(setup);
      await door.wait(1 * second);
      await act(door);
      const atMs = door.clock.nowMs();
      await door.wait(2 * second);
      expect(outcomes(door)).toContain(code);
      const { lights, beeps } = perceived(door, atMs);
      return JSON.stringify([lights.filter((light) => !light.startsWith('0 white')).slice(0, 3), beeps]);
    };
    const lockOut = async (door: Door): Promise<void> => {
      for (let turn = 0; turn < 6; turn += 1) {
        await door.wait(1 * second);
        await door.burst('9999#');
      }
    };
    const all = await Promise.all([
      heardAfter({ mode: 'pinOnly' }, lockOut, 'lockedOut'),
      heardAfter({ mode: 'cardAndPin' }, (door) => door.burst('0417#'), 'cardFirst'),
      heardAfter({ mode: 'cardAndPin' }, (door) => door.swipe('A').then(() => door.wait(15 * second)), 'windowOver'),
      heardAfter({ mode: 'pinOnly' }, (door) => door.burst('0417').then(() => door.wait(5 * second)), 'pressHash'),
      heardAfter({ mode: 'pinOnly' }, (door) => door.burst('9999#'), 'denied'),
      heardAfter({ mode: 'pinOnly' }, (door) => door.burst('0417#'), 'granted'),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('R12: lockout of the reader and lockout of a person look and sound alike', async () => {
    const reader = await openDoor({ mode: 'pinOnly' });
    const person = await openDoor({ mode: 'cardAndPin' });
    for (let turn = 0; turn < 5; turn += 1) {
      await reader.burst('9999#');
      await reader.wait(2 * second);
      await person.swipe('A');
      await person.burst('9999#**');
      await person.wait(2 * second);
    }
    await reader.burst('9999#');
    await person.swipe('A');
    const atMs = reader.clock.nowMs();
    await reader.wait(2 * second);
    await person.wait(2 * second);
    expect(perceived(person, atMs).beeps).toEqual(['0 low 600']);
    expect(perceived(reader, atMs).beeps.at(-1)).toBe('0 low 600');
  });
});

describe('R12: what is heard while typing tells nothing about what is typed', () => {
  it('E15: all twelve keys sound and flash alike, with anything or nothing typed before', async () => {
    for (const typed of ['', '041', '0417']) {
      const traces = new Set<string>();
      for (const key of keys) {
        const door = await openDoor({ mode: 'cardOrPin' });
        await door.wait(1 * second);
        await door.burst(typed);
        await door.wait(1 * second);
        const atMs = door.clock.nowMs();
        await door.burst(key);
        await door.wait(60);
        const { lights, beeps } = perceived(door, atMs);
        traces.add(JSON.stringify([lights[0], beeps[0]]));
      }
      expect(traces.size).toBe(1);
    }
  });

  it('R12: a wrong digit in the middle of a PIN sounds like a right one', async () => {
    const typing = async (typed: string) => {
      const door = await openDoor({ mode: 'pinOnly' });
      await door.wait(1 * second);
      await door.type(typed);
      return perceived(door, 1 * second);
    };
    expect(await typing('0499')).toEqual(await typing('0417'));
  });
});
