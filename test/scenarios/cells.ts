/** How each cell of (mode, state, input) is brought about, and how its outcome is put into words. What is right is in cells.test.ts. */

import type { Door } from '../../sim/door.ts';
import type { Mode } from '../../src/access/mode.ts';
import { Disk, guess, openDoor, outcomes, second } from './tools.ts';

/** Ann's own PIN is typed, her card is read; the other one in the story is Ben. */
export const inputs = {
  digit: (door) => door.burst('4'),
  '#': (door) => door.burst('#'),
  '*': (door) => door.burst('*'),
  'card known': (door) => door.swipe('A'),
  'card unknown': (door) => door.swipe('Z'),
  'mode change': (door) => door.setMode(door.reader.mode === 'locked' ? 'cardOnly' : 'locked'),
  'PIN right': (door) => door.burst('0417#'),
  'PIN wrong': (door) => door.burst('9999#'),
} as const satisfies Record<string, (door: Door) => Promise<void>>;
export type Input = keyof typeof inputs;

export const states = {
  idle: async () => {},
  /** Ann's PIN, without its `#`. */
  typing: (door) => door.burst('0417'),
  /** Ben is being decided: his grant waits for a slow disk, or, in a locked door, his answer for its time. */
  deciding: async (door, disk) => {
    disk.slowDown(door, 500);
    if (door.reader.mode !== 'pinOnly') await door.swipe('B');
    if (door.reader.mode === 'pinOnly' || door.reader.mode === 'cardAndPin') await door.burst('25807#');
  },
  offline: (door) => door.link(false),
  /** The reader's own budget is spent, and its PIN path waits. */
  'locked out': async (door) => {
    const { mode } = door.reader;
    await door.setMode('pinOnly');
    await guess(door, 5);
    await door.setMode(mode);
  },
  'window open': async (door) => {
    await door.swipe('A');
    await door.wait(2 * second);
  },
  'window over': async (door) => {
    await door.swipe('A');
    await door.wait(16 * second);
  },
  /** Ann's budget is spent. */
  'Ann locked out': async (door) => {
    await door.swipe('A');
    await guess(door, 3);
    await door.swipe('A');
    await guess(door, 2);
    await door.burst('**');
  },
} as const satisfies Record<string, (door: Door, disk: Disk) => Promise<void>>;
export type State = keyof typeof states;

/** What the input comes to within 3 s: how the key sounds, then events, the strike and signals. What is Ben's is left out. */
export const outcomeOf = async (mode: Mode, state: State, input: Input): Promise<string> => {
  const disk = new Disk();
  const door = await openDoor({ mode, recordFaults: disk, hasController: true });
  await door.link(true);
  await door.wait(2 * second);
  await states[state](door, disk);
  door.story();
  const fromMs = door.clock.nowMs();
  const before = door.strike.releases.entries.length;
  await inputs[input](door);
  await door.wait(3 * second);

  // A mode change withdraws what is being decided of Ben, and decides it anew: what he left on record is still his.
  const isWithdrawn = state === 'deciding' && mode !== 'locked' && input === 'mode change';
  const found = outcomes(door).filter(
    (outcome) => outcome !== 'keyLockedOut' && outcome !== 'strike released' && !(isWithdrawn && outcome.endsWith(' ben')),
  );
  const isWaitingForBen = state === 'deciding' && mode !== 'locked' && !isWithdrawn;
  const bens = isWaitingForBen ? ['access.granted ben', 'granted'] : state === 'deciding' && !isWithdrawn ? ['denied'] : [];
  for (const outcome of bens) found.splice(found.indexOf(outcome), 1);
  const releases = door.strike.releases.entries.length - before - (isWaitingForBen ? 1 : 0);
  const grants = found.filter((outcome) => outcome.startsWith('access.granted')).length;
  if (mode !== 'unlocked') found.splice(grants, 0, ...Array.from({ length: releases }, () => 'opens'));
  return [...keySound(door, input, fromMs), ...found].join(', ') || '-';
};

const keySound = (door: Door, input: Input, fromMs: number): string[] => {
  if (!['digit', '#', '*'].includes(input)) return [];
  const heard = door.buzzer.heard.entries.find(({ atMs }) => atMs >= fromMs);
  return heard === undefined ? [] : [heard.tone === 'low' ? 'low key' : 'key'];
};
