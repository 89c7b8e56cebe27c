/**
 * One door of the bench: a reader as it runs at a door, its leaf and its case, which outlive a power cut. Decides what is seen of it from
 * outside, and says when that may have changed; who lays hands on it is hands.ts's, who is told news.ts's.
 */
import type { Colour, Signal } from '../../src/access/feedback.ts';
import type { Mode } from '../../src/access/mode.ts';
import type { BenchMessage } from '../controller/api/live.ts';
import type { Beep } from '../devices/buzzer.ts';
import { Door, type DoorSetup } from '../door.ts';

export type DoorMessage = Extract<BenchMessage, { readonly kind: 'door' }>;
export type DoorName = DoorMessage['door'];
/** What is seen of a door. */
export type DoorFacts = Omit<DoorMessage, 'kind'>;

export interface DoorWatcher {
  /** What is seen may have changed. */
  changed(): void;
  signalled(signal: Signal): void;
  beeped(beep: Beep): void;
}

export class BenchDoor {
  readonly name: DoorName;
  /** As its settings say. */
  readonly mode: Mode;
  readonly door: Door;
  isLeafOpen = false;
  isCaseOpen = false;
  readonly #watcher: DoorWatcher;

  constructor(name: DoorName, setup: DoorSetup & { readonly mode: Mode }, watcher: DoorWatcher) {
    this.name = name;
    this.mode = setup.mode;
    this.door = Door.unpowered(setup);
    this.#watcher = watcher;
    this.door.happened.watch(() => watcher.changed());
    this.door.signalled.watch((signal) => {
      watcher.signalled(signal);
      watcher.changed();
    });
  }

  get facts(): DoorFacts {
    const { name, door, isLeafOpen, isCaseOpen } = this;
    const { isRunning } = door;
    return {
      door: name,
      isPowered: isRunning,
      mode: isRunning ? door.reader.mode : null,
      states: isRunning ? Object.entries(door.reader.states).flatMap(([machine, value]) => statesIn(machine, value)) : [],
      light: isRunning ? door.lights.colour : ('off' satisfies Colour),
      isLocked: !door.strike.isEnergised,
      isOpen: isLeafOpen,
      isTampered: isCaseOpen,
    };
  }

  /** The power is back, and finds leaf and case as they are. */
  async powerOn(): Promise<void> {
    const { door, isLeafOpen, isCaseOpen } = this;
    const starting = door.powerOn();
    const { lights, buzzer, strike } = door;
    lights.shown.watch(() => this.#watcher.changed());
    strike.changes.watch(() => this.#watcher.changed());
    buzzer.heard.watch((beep) => this.#watcher.beeped(beep));
    await starting;
    await door.set('doorContact', isLeafOpen);
    await door.set('tamper', isCaseOpen);
  }
}

/** `machine.region.state` of each region; of a region within a region, the whole way to it. */
const statesIn = (way: string, value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([region, inner]) => statesIn(`${way}.${region}`, inner))
    : [`${way}.${String(value)}`];
