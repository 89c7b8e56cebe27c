/** What the scenarios share: two people, a disk that can be made to fail, and shorter ways to read a story. It checks nothing. */

import type { RecordFaults } from '../../sim/devices/memory-record-store.ts';
import { Door, type DoorSetup } from '../../sim/door.ts';
import type { Space } from '../../src/ports/record-store.ts';
import { Fault, type FaultCode } from '../../src/shared/faults.ts';

export const ann = { name: 'ann', pin: '0417', cards: ['A'] } as const;
export const ben = { name: 'ben', pin: '25807', cards: ['B'] } as const;

/** A door that knows Ann and Ben. Nobody has the PIN 9999 or the card Z. */
export const openDoor = (setup: DoorSetup = {}): Promise<Door> => Door.open({ people: [ann, ben], ...setup });

/** The disk of a journal, to be slowed down, filled or broken while the door runs. */
export class Disk implements RecordFaults {
  slow?: NonNullable<RecordFaults['slow']>;
  /** What each commit is refused with. */
  failure: FaultCode | undefined;
  /** Commits that were asked for, since the beginning. */
  commits = 0;
  /** Called before a commit changes anything, and after it is on disk. */
  onCommit: ((place: 'before' | 'after') => void) | undefined;

  beforeCommit(): void {
    this.commits += 1;
    this.onCommit?.('before');
    if (this.failure !== undefined) throw new Fault(this.failure, 'the disk of the story is made to fail');
  }

  afterCommit(): void {
    this.onCommit?.('after');
  }

  slowDown(door: Door, commitMs: number): void {
    this.slow = { clock: door.clock, commitMs };
  }
}

/** Flips a bit in every row of a space of the journal's disk, as a failing card of memory does. */
export const damageRecords = (door: Door, space: Space): void => {
  for (const { key, value } of door.records.rows(space)) {
    const damaged = value.map((byte, at) => (at === value.length - 1 ? byte ^ 1 : byte));
    door.records.write([{ op: 'put', space, key, value: damaged }], true);
  }
};

/** The same with the record of every person in the PIN table. */
export const damageTable = (door: Door): void => {
  for (const [person, sealed] of door.tableMedium.persons) {
    door.tableMedium.persons.set(
      person,
      sealed.map((byte, at) => (at === 0 ? byte ^ 1 : byte)),
    );
  }
};

/** The story without its times, one line after the other, for rules that are not about time. */
export const told = (door: Door): string[] =>
  door
    .story()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().replace(/^\S+ /, ''));

/** The signals, and the codes of the events with their person, in short. */
export const outcomes = (door: Door): string[] =>
  told(door)
    .filter((line) => !line.startsWith('strike secured'))
    .map((line) => (line.startsWith('event ') ? line.slice(6).replaceAll(/ \S+=\S*/g, '') : line.replace('signal ', '')));

/** PINs that were compared: wrong ones, and grants by PIN. */
export const comparedIn = (outcomes: readonly string[]): number =>
  outcomes.filter((outcome) => outcome.startsWith('credential.notFound') || outcome.startsWith('pin.wrong') || outcome.startsWith('access.granted'))
    .length;

/** Submits a PIN so many times, one a second. */
export const guess = async (door: Door, times: number, pin = '9999'): Promise<void> => {
  for (let turn = 0; turn < times; turn += 1) {
    await door.burst(`${pin}#`);
    await door.wait(1 * second);
  }
};

/** What was seen and heard from a moment on, with times from that moment. */
export const perceived = (door: Door, fromMs: number) => ({
  lights: door.lights.shown.entries.filter(({ atMs }) => atMs >= fromMs).map(({ atMs, colour }) => `${atMs - fromMs} ${colour}`),
  beeps: door.buzzer.heard.entries.filter(({ atMs }) => atMs >= fromMs).map(({ atMs, onMs, tone }) => `${atMs - fromMs} ${tone} ${onMs}`),
});

/** Virtual times are told in these. */
export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
