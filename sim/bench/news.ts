/**
 * What the bench tells pages by itself: time, doors, signals, beeps and the line. Decides what is new and how often it is told: while time runs
 * faster than people live, only what they can follow. Over which connection it goes is the server's.
 */

import type { Subscription } from '../../src/ports/subscription.ts';
import type { BenchMessage } from '../controller/api/live.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { BenchDoor, DoorName, DoorWatcher } from './bench-door.ts';
import type { LineMessage } from './line-words.ts';

/** Time is told so often, in real milliseconds. */
export const tellTimeMs = 250;
/** Of messages that are told of a line where nothing happens. */
const idleWords: ReadonlySet<string> = new Set(['poll', 'ack']);

export class News {
  readonly #clock: VirtualClock;
  readonly #listeners = new Set<(message: BenchMessage) => void>();
  /** Of each door what was told last. */
  readonly #doors = new Map<DoorName, { readonly bench: BenchDoor; told: string }>();
  #speed: number;
  #isSkipping = false;
  #tick: unknown;
  #look: unknown;

  constructor(clock: VirtualClock, speed: number) {
    this.#clock = clock;
    this.#speed = speed;
    this.#arm();
  }

  get speed(): number {
    return this.#speed;
  }

  hear(listener: (message: BenchMessage) => void): Subscription {
    this.#listeners.add(listener);
    return { stop: () => this.#listeners.delete(listener) };
  }

  /** Tells of a door from here on. */
  follow(bench: BenchDoor): void {
    this.#doors.set(bench.name, { bench, told: JSON.stringify(bench.facts) });
  }

  watcherOf(door: DoorName): DoorWatcher {
    return {
      changed: () => this.#lookSoon(),
      signalled: (signal) => this.#tell({ kind: 'signal', door, signal }),
      beeped: ({ onMs, tone }) => this.#tell({ kind: 'beep', door, ms: onMs, tone }),
    };
  }

  /** An idle line is told only at the pace of people. */
  line(message: LineMessage): void {
    if (!this.#isRushing || !idleWords.has(message.words)) this.#tell({ kind: 'line', ...message });
  }

  /** Virtual milliseconds a real one, from now on. */
  setSpeed(speed: number): void {
    this.#speed = speed;
    this.tellTime();
    this.#arm();
  }

  /** What passes meanwhile passes at once. */
  async skip(passing: () => Promise<void>): Promise<void> {
    this.#isSkipping = true;
    try {
      await passing();
    } finally {
      this.#isSkipping = false;
    }
    this.tellTime();
    this.look();
  }

  tellTime(): void {
    const { ms } = this.#clock.wall();
    this.#tell({ kind: 'time', nowMs: this.#clock.nowMs(), wall: new Date(ms).toISOString(), speed: this.#speed });
  }

  /** Tells of doors that are not as they were. */
  look(): void {
    for (const one of this.#doors.values()) {
      const { facts } = one.bench;
      const text = JSON.stringify(facts);
      if (text === one.told) continue;
      one.told = text;
      this.#tell({ kind: 'door', ...facts });
    }
  }

  get #isRushing(): boolean {
    return this.#isSkipping || this.#speed > 1;
  }

  /** Once for all that changes at this moment. */
  #lookSoon(): void {
    if (this.#look !== undefined || this.#isRushing) return;
    this.#look = this.#clock.setTimeout(() => {
      this.#look = undefined;
      this.look();
    }, 0);
  }

  #arm(): void {
    this.#clock.clearTimeout(this.#tick);
    this.#tick = this.#clock.setTimeout(() => {
      this.#arm();
      if (this.#isSkipping) return;
      this.tellTime();
      this.look();
    }, tellTimeMs * Math.max(1, this.#speed));
  }

  #tell(message: BenchMessage): void {
    for (const listener of this.#listeners) listener(message);
  }
}
