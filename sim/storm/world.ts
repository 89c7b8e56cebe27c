/**
 * The world around one door in a storm: power, the line, and the passing of time, each told to the oracle and the witness
 * as it happens. What is done when is steps.ts's; what must hold is theirs.
 */
import type { Mode } from '../../src/access/mode.ts';
import type { ReaderPorts } from '../../src/reader.ts';
import { Fault } from '../../src/shared/faults.ts';
import type { Order } from '../../src/table/orders.ts';
import { publishOrder } from '../../src/table/publish.ts';
import { type MemoryTableDisk, PowerLost, type TableMedium } from '../devices/memory-table-disk.ts';
import { Door } from '../door.ts';
import { Random } from '../random.ts';
import { Controller } from './controller.ts';
import { Disks } from './disks.ts';
import { Hands } from './hands.ts';
import { Judge } from './judge.ts';
import { Office } from './office.ts';
import { Oracle } from './oracle.ts';
import { Residents } from './residents.ts';
import { type StormSettings, settingsOf } from './settings.ts';
import { watchedTable } from './watched-table.ts';
import { Witness } from './witness.ts';

/** A fault planted to be found: of the rig around the reader, never in the reader. */
export interface Plant {
  readonly skipFsync?: boolean;
  readonly tableDisk?: (medium: TableMedium, beforeWrite: () => void) => MemoryTableDisk;
  /** Puts itself between the reader and its ports, at each start. */
  readonly between?: (ports: ReaderPorts, door: Door) => ReaderPorts;
}

type Trouble = 'disk' | 'strike';

/** Longest that a storm waits for an answer of the reader: a disk is slow, a strike silent, but not for ever. */
const patienceMs = 30_000;

export class World {
  readonly judge = new Judge();
  readonly random: Random;
  readonly settings: StormSettings;
  readonly door: Door;
  readonly disks: Disks;
  readonly hands: Hands;
  readonly residents: Residents;
  readonly office: Office;
  readonly oracle: Oracle;
  readonly witness: Witness;
  readonly controller: Controller;
  cuts = 0;
  starts = 0;
  /** How often faults had stopped and somebody right stood before the door. */
  letIn = 0;
  isLinkUp = false;
  readonly #plant: Plant;
  readonly #askedModes = new Set<string>();
  readonly #troubles = new Map<Trouble, number>();
  readonly #beganWallMs: number;
  #isPowered = false;
  #orders = 0;

  private constructor(seed: number, days: number, plant: Plant) {
    const random = new Random(seed);
    this.random = random.fork('steps');
    this.#plant = plant;
    this.settings = settingsOf(random.fork('settings'));
    const { policy } = this.settings;
    this.disks = new Disks(
      () => this.door.clock,
      () => this.cutPower(),
    );
    this.door = Door.unpowered({
      ...this.settings,
      seed,
      mode: policy.mode,
      recordFaults: this.disks.recordFaults(plant.skipFsync ?? false),
      tableDisk: (medium) => this.disks.tableDisk(medium, plant.tableDisk),
      between: (ports) => this.#between(ports),
    });
    const { clock, publisher } = this.door;
    this.#beganWallMs = clock.wall().ms;
    this.residents = new Residents(random.fork('people'), clock.wall().ms, Math.ceil(24 * days));
    this.office = new Office(this.door, this.judge, random.fork('office'), this.residents);
    this.oracle = new Oracle(clock, this.judge, policy, this.office.known);
    this.witness = new Witness(clock, publisher.crypto, this.judge, this.oracle, this.settings);
    this.hands = new Hands(this.door, this.oracle, this.witness.canaries);
    this.controller = new Controller(this);
    this.#watch();
  }

  /** A door with power and its first table, all else at rest. */
  static async begin(seed: number, days: number, plant: Plant = {}): Promise<World> {
    const world = new World(seed, days, plant);
    await world.powerOn();
    await world.office.finish();
    return world;
  }

  get nowMs(): number {
    return this.door.clock.nowMs();
  }

  get isPowered(): boolean {
    return this.#isPowered;
  }

  wait(ms: number): Promise<void> {
    return this.door.wait(ms);
  }

  /** Takes note of what the reader may have changed by itself, and of whether it was asked to. */
  look(): void {
    this.oracle.lookAtWall();
    if (!this.door.isRunning) return;
    const { mode } = this.door.reader;
    if (mode === this.oracle.modes.now) return;
    this.judge.expect(this.#askedModes.has(mode), 'allowed', `the mode became ${mode}, which nobody asked for`);
    this.#askedModes.add(this.oracle.modes.now);
    this.oracle.modeChanged(mode);
  }

  /**
   * Waits for the reader, and lets time pass while it waits for a disk. Undefined: the power went, a Fault was the answer,
   * or none came within `patienceMs`. Whatever else is thrown is a fault of ours.
   */
  async finish<Answer>(work: Promise<Answer>): Promise<Answer | undefined> {
    let isSettled = false;
    let answer: Answer | undefined;
    const settle = (value: Answer | undefined): void => {
      isSettled = true;
      answer = value;
    };
    work.then(settle, (thrown: unknown) => {
      const isExpected = thrown instanceof Fault || thrown instanceof PowerLost;
      this.judge.expect(isExpected, 'whole', `${String(thrown)} was thrown`);
      settle(undefined);
    });
    const { clock } = this.door;
    const untilMs = clock.nowMs() + patienceMs;
    await clock.settle();
    while (!isSettled && this.#isPowered && clock.nowMs() < untilMs) {
      await clock.advanceTo(Math.min(clock.nextDueMs ?? untilMs, untilMs));
    }
    this.look();
    return answer;
  }

  async setMode(mode: Mode): Promise<void> {
    this.#askedModes.add(mode);
    await this.door.setMode(mode);
    this.look();
  }

  /** Gives an order signed for this reader, valid for `forS` seconds; 0 or less: it has expired, by whichever clock the reader goes. */
  async order(order: Order, forS = 60): Promise<void> {
    this.#orders += 1;
    // A reader whose clock is behind takes for valid what has expired for the rest of the world: second 1 is past for all.
    const expiresS = forS > 0 ? Math.floor(this.door.clock.wall().ms / 1000) + forS : 1;
    const file = publishOrder(this.door.publisher, this.#orders, expiresS, order);
    await this.#obey(order, file, forS > 0);
    // The same file a second time is an order nobody gave.
    if (this.door.isRunning && this.random.chance(0.3)) await this.#obey(order, file, false);
  }

  async link(isUp: boolean): Promise<void> {
    if (!this.settings.hasController || isUp === this.isLinkUp) return;
    this.isLinkUp = isUp;
    this.oracle.outages.set(isUp ? undefined : { sinceMs: this.nowMs, beforeMs: 0 }, this.nowMs);
    await this.door.link(isUp);
  }

  /** Sets the wall clock from outside, as NTP or a wrong battery does. */
  setWall(ms: number, isTrusted: boolean): void {
    this.door.clock.setWall(ms, isTrusted);
    this.oracle.lookAtWall();
  }

  setWallRight(): void {
    this.setWall(this.#beganWallMs + this.nowMs, true);
  }

  /** Something breaks, and is mended after a while: seconds, or minutes. */
  trouble(what: Trouble, begin: () => void): void {
    begin();
    this.#troubles.set(what, this.nowMs + this.random.pick([5_000, 60_000, 600_000]));
  }

  /** Mends what has lasted long enough; `isAll`: everything, the devices and the wall clock too. */
  async mend(isAll = false): Promise<void> {
    for (const [what, untilMs] of this.#troubles) {
      if (!isAll && untilMs > this.nowMs) continue;
      this.#troubles.delete(what);
      if (what === 'disk') this.disks.mend();
      else if (this.#isPowered) this.door.strike.become('working');
    }
    if (isAll) {
      this.disks.cutAt(undefined);
      this.setWallRight();
    }
    if (!this.#isPowered) await this.powerOn();
    else if (this.disks.hasFailed && this.disks.condition === 'fine') await this.restart();
  }

  cutPower(): void {
    if (!this.#isPowered) return;
    this.cuts += 1;
    this.#isPowered = false;
    this.disks.cutAt(undefined);
    this.door.cutPower();
    this.judge.expect(!this.door.strike.isEnergised, 'I6', 'the strike is energised without power');
  }

  /** The power is back; it may go again while the reader starts. */
  powerOn(): Promise<void> {
    return this.#start(() => this.door.powerOn());
  }

  /** An orderly end and a start. */
  restart(): Promise<void> {
    return this.#start(() => this.door.restart());
  }

  /** A start that hangs is ended by the watchdog. */
  async #start(start: () => Promise<void>): Promise<void> {
    this.#isPowered = true;
    let hasStarted = false;
    await this.finish(
      start().then(() => {
        hasStarted = true;
      }),
    );
    if (!hasStarted) this.cutPower();
    else if (this.#isPowered) this.office.resume();
  }

  async #obey(order: Order, file: Uint8Array, isValid: boolean): Promise<void> {
    if (order.kind === 'setMode' && isValid) this.#askedModes.add(order.mode);
    if (order.kind === 'release' && isValid) this.witness.releaseOrdered();
    if (order.kind === 'clearLockout' && isValid) this.witness.lockoutCleared(order.person);
    const obeyed = await this.finish(this.door.reader.obey(file));
    this.judge.expect(isValid || obeyed?.ok !== true, 'allowed', `an order to ${order.kind} was obeyed that had expired, or a second time`);
    if (order.kind === 'clearLockout' && obeyed?.ok === true) this.witness.lockoutCleared(order.person);
  }

  #watch(): void {
    const { records, signalled, happened } = this.door;
    records.watch((writes) => {
      this.look();
      this.witness.committed(writes);
    });
    signalled.watch((signal) => {
      if (signal === 'denied' || signal === 'windowOver') this.oracle.windowMayHaveEnded();
    });
    happened.watch(({ event: { code, person, fields = {} } }) => {
      if (code === 'submit.dropped') this.oracle.presentationDropped();
      if (code === 'access.granted' && fields.unrecorded === true) this.witness.grantedUnrecorded(person, fields);
    });
  }

  /** At each start: the ports as the reader gets them, with the witness behind them. */
  #between(ports: ReaderPorts): ReaderPorts {
    this.starts += 1;
    this.isLinkUp = false;
    // The mode that was set last, or, when it went with the power, the one before or that of the settings.
    this.#askedModes.add(this.settings.policy.mode);
    this.disks.hasFailed = false;
    this.hands.restarted();
    this.witness.restarted();
    this.oracle.restarted();
    if (this.settings.hasController) this.oracle.outages.set({ sinceMs: this.nowMs, beforeMs: this.witness.offlineMs }, this.nowMs);
    this.door.strike.releases.watch(({ holdMs }) => this.witness.released(holdMs));
    const table = watchedTable(ports.table, (tag) => {
      if (this.#isPowered && !this.hands.isCardTag(tag)) this.witness.pinCompared();
    });
    const watched: ReaderPorts = { ...ports, table };
    return this.#plant.between?.(watched, this.door) ?? watched;
  }
}
