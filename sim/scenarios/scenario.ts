/** What a story is once it is read: a door, its people, and steps that do or expect. Reading it is read-scenario.ts's, playing it play.ts's. */
import type { Mode } from '../../src/access/mode.ts';
import { Fault, type FaultCode } from '../../src/shared/faults.ts';
import type { RecordFaults } from '../devices/memory-record-store.ts';
import type { Door, DoorSetup } from '../door.ts';
import type { SimPerson } from '../people.ts';

export interface Scenario {
  /** What it shows, in a sentence. */
  readonly title: string;
  readonly setup: DoorSetup & { readonly mode: Mode; readonly people: readonly SimPerson[] };
  readonly steps: readonly Step[];
  /** The line of the file behind the last step, from 1. */
  readonly endLine: number;
}

export type Step = ActStep | StoryStep | SenseStep;

interface Said {
  /** Of the file, from 1. */
  readonly line: number;
  /** As the file writes it. */
  readonly said: string;
}

/** Somebody or something does something. */
export interface ActStep extends Said {
  readonly kind: 'act';
  readonly act: Act;
}
export type Act = (stage: Stage) => void | Promise<void>;

/** The story since the one before is exactly these lines. */
export interface StoryStep extends Said {
  readonly kind: 'story';
  readonly expected: readonly string[];
  /** Of the file; that of `expect` itself when it expects nothing. */
  readonly lastLine: number;
}

/** What is seen or heard at this moment. */
export interface SenseStep extends Said {
  readonly kind: 'sense';
  readonly sense: Sense;
  readonly expected: string;
}

export const senses = {
  /** A reader without power shows and sounds nothing, whatever it did last. */
  light: ({ door }: Stage): string => (door.isRunning ? door.lights.colour : 'off'),
  sound: ({ door }: Stage): string => {
    if (!door.isRunning || !door.buzzer.isSounding) return 'none';
    return door.buzzer.heard.last?.tone === 'low' ? 'low' : 'beep';
  },
} as const satisfies Record<string, (stage: Stage) => string>;
export type Sense = keyof typeof senses;

/** The door while its story is played, with the disk that the steps can break. */
export interface Stage {
  readonly door: Door;
  readonly disk: StoryDisk;
}

/** The disk of the journal. A failed one stays failed until the reader starts again, even when it is mended. */
export class StoryDisk implements RecordFaults {
  /** What each commit is refused with. */
  failure: FaultCode | undefined;

  beforeCommit(): void {
    if (this.failure !== undefined) throw new Fault(this.failure, 'the disk of the story is made to fail');
  }
}
