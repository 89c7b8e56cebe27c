/**
 * What people see and hear: one program of light and sound a signal, and the resting light under it. All denials share
 * one program (R12); every key shares one (R1; IEC 60839-11-1 table 7 row 23). Colours and times: FIELD §6, last rows.
 * A program is resolved from elapsed time alone; who plays it is the reader.
 */
import { present } from '../shared/assert.ts';

export type Colour = 'off' | 'red' | 'green' | 'amber' | 'blue' | 'violet' | 'white';

export type Signal =
  | 'key'
  | 'keyLockedOut'
  | 'granted'
  | 'denied'
  | 'pinAsked'
  | 'windowEnding'
  | 'windowOver'
  | 'cardFirst'
  | 'pressHash'
  | 'lockedOut'
  | 'started';

/** The light while no signal plays. */
export type Resting = 'idle' | 'awaitingPin' | 'lockedOut' | 'unlocked' | 'locked' | 'offline';

export interface LightStep {
  readonly colour: Colour;
  readonly forMs: number;
}

export interface Beep {
  readonly atMs: number;
  readonly onMs: number;
  readonly tone: 'normal' | 'low';
}

export interface Program {
  readonly lights: readonly LightStep[];
  readonly beeps: readonly Beep[];
}

const step = (colour: Colour, forMs: number): LightStep => ({ colour, forMs });
const repeat = (times: number, ...steps: LightStep[]): LightStep[] => Array.from({ length: times }, () => steps).flat();
/** `count` beeps of `onMs`, `gapMs` of silence between them. */
const beeps = (count: number, onMs: number, gapMs: number, tone: Beep['tone'] = 'normal'): Beep[] =>
  Array.from({ length: count }, (_, index) => ({ atMs: index * (onMs + gapMs), onMs, tone }));

export const programs: Readonly<Record<Signal, Program>> = {
  key: { lights: [step('white', 60)], beeps: beeps(1, 60, 0) },
  keyLockedOut: { lights: [step('red', 60)], beeps: beeps(1, 250, 0, 'low') },
  granted: { lights: repeat(7, step('green', 200), step('off', 200)), beeps: beeps(1, 200, 0) },
  denied: { lights: [step('red', 1000)], beeps: beeps(3, 100, 80) },
  pinAsked: { lights: repeat(2, step('amber', 100), step('off', 100)), beeps: beeps(2, 80, 80) },
  windowEnding: { lights: [step('amber', 200)], beeps: beeps(1, 40, 0) },
  windowOver: { lights: repeat(2, step('amber', 300), step('red', 300)), beeps: beeps(2, 300, 100, 'low') },
  cardFirst: { lights: repeat(3, step('amber', 150), step('off', 150)), beeps: beeps(1, 300, 0, 'low') },
  pressHash: { lights: repeat(2, step('amber', 150), step('off', 150)), beeps: beeps(2, 120, 180) },
  lockedOut: { lights: repeat(3, step('red', 100), step('off', 100)), beeps: beeps(1, 600, 0, 'low') },
  started: { lights: [step('red', 200), step('amber', 200), step('green', 200), step('blue', 200)], beeps: beeps(1, 100, 0) },
};

/** A cycle of steps, over and over. */
export const restingLights: Readonly<Record<Resting, readonly LightStep[]>> = {
  idle: [step('blue', 60_000)],
  awaitingPin: [step('amber', 125), step('off', 125)],
  lockedOut: [step('red', 900), step('off', 100)],
  unlocked: [step('green', 60_000)],
  locked: [step('red', 60_000)],
  offline: [step('amber', 1500), step('off', 1500)],
};

export const lengthMs = (steps: readonly LightStep[]): number => steps.reduce((sum, { forMs }) => sum + forMs, 0);

/** The colour of a program `elapsedMs` (≥ 0) after its start, and how long it stays; undefined: the program is over. */
export const lightAt = (steps: readonly LightStep[], elapsedMs: number): LightStep | undefined => {
  let endsMs = 0;
  for (const { colour, forMs } of steps) {
    endsMs += forMs;
    if (elapsedMs < endsMs) return { colour, forMs: endsMs - elapsedMs };
  }
  return undefined;
};

/** The same for a cycle, which is never over. */
export const restingLightAt = (resting: Resting, elapsedMs: number): LightStep => {
  const cycle = restingLights[resting];
  return present(lightAt(cycle, elapsedMs % lengthMs(cycle)), 'a cycle is never over');
};
