/**
 * A site in virtual time: readers as they run at doors, on one wire, and a controller at its end whose database lies in a directory of its own.
 * Decides what people and keys there are; what is measured on it is the trials' (table-trial.ts, drain-trial.ts). The stores of the readers are
 * in memory and take no time: what a disk costs is measured on a real one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pin } from '../../src/access/pin.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { Reader } from '../../src/reader.ts';
import { assert, present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { BoardClock } from '../board-clock.ts';
import { ControllerStore } from '../controller/controller-store.ts';
import { noRest } from '../controller/database.ts';
import { LineController } from '../controller/line-controller.ts';
import { PeopleDesk } from '../controller/people-desk.ts';
import { SimBuzzer } from '../devices/buzzer.ts';
import { SimCardReader } from '../devices/card-reader.ts';
import { SimInputs } from '../devices/inputs.ts';
import { SimLights } from '../devices/lights.ts';
import { MemoryTableStore } from '../devices/memory-table-store.ts';
import { SimStrike } from '../devices/strike.ts';
import { DoorLine } from '../door-line.ts';
import { Random } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { MeteredLine } from './meter.ts';
import { RowStore } from './row-store.ts';
import { Wire } from './wire.ts';

/** Longest frame a reader is told it may answer with; what it takes itself, it says. */
const maxReplyBytes = 1_440;
/** How often the trial looks whether something is so. */
const lookMs = 5;
/** PINs of six digits, one for each number. */
const firstPin = 100_000;
const maxPeople = 800_000;

export interface SiteOptions {
  readonly readers: number;
  readonly baudRate: number;
  readonly people: number;
  /** 0..2^32-1. */
  readonly seed: number;
}

export interface SiteDoor {
  readonly reader: Reader;
  readonly cards: SimCardReader;
  readonly inputs: SimInputs;
  readonly strike: SimStrike;
  readonly table: MemoryTableStore;
}

/** An event that the controller has on disk, for the first time. */
export interface HeardEvent {
  readonly reader: number;
  readonly sequence: number;
  readonly entry: Entry | undefined;
  readonly atMs: number;
}

/** The card of a person, as a reader types its number. */
export const cardOf = (person: number): string => `CARD${person}`;

export class LineSite {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly meter: MeteredLine;
  readonly store: ControllerStore;
  readonly people: PeopleDesk;
  /** By address, from 1. */
  readonly doors: SiteDoor[] = [];
  /** Calls with every event the controller hears of. */
  heard: (event: HeardEvent) => void = () => undefined;
  readonly alarms: string[] = [];
  readonly #options: SiteOptions;
  readonly #crypto = new NodeCrypto();
  readonly #directory: string;
  readonly #wire: Wire;
  readonly #siteId: Uint8Array;
  #controller: LineController | undefined;
  #rolls = 0;

  private constructor(options: SiteOptions, random: Random, directory: string, store: ControllerStore) {
    this.#options = options;
    this.random = random;
    this.#directory = directory;
    this.store = store;
    this.#wire = new Wire({ clock: this.clock, baudRate: options.baudRate });
    this.meter = new MeteredLine(this.#wire.end(), this.clock);
    this.people = new PeopleDesk({ store, crypto: this.#crypto, clock: this.clock, changed: () => this.#controller?.peopleChanged() });
    this.#siteId = this.random.bytes(16);
  }

  /** Readers that have started, keyed and paired, and nobody who asks them anything. */
  static async open(options: SiteOptions): Promise<LineSite> {
    const random = new Random(options.seed).fork('site');
    const directory = mkdtempSync(join(tmpdir(), 'doorpad-site-'));
    const siteKey = new SecretBytes(random.bytes(32));
    const store = await ControllerStore.open({ directory, siteKey, crypto: new NodeCrypto(), rest: noRest });
    const site = new LineSite(options, random, directory, store);
    const { seed, publicKey } = site.#crypto.newSigningKey();
    const founded = await store.site.found({ site: site.#siteId, authoritySeed: seed });
    assert(founded.ok, 'a new database has no site');
    for (let address = 1; address <= options.readers; address += 1) site.doors.push(await site.#newDoor(address, publicKey));
    if (options.people > 0) await site.importPeople(options.people);
    return site;
  }

  get controller(): LineController {
    return present(this.#controller, 'the controller is there');
  }

  get isInStep(): boolean {
    return this.controller.readers.every(({ state }) => state.isInStep);
  }

  /** Bytes of the file that was made last for a reader. */
  async fileBytes(address: number): Promise<number> {
    const known = (await this.store.site.readers()).find((reader) => reader.address === address);
    const outgoing = await this.store.site.outgoing(present(known, 'the reader is known').id);
    return outgoing?.file.length ?? 0;
  }

  /** The controller comes: it looks for its readers from here on. */
  async begin(): Promise<void> {
    const { clock, store } = this;
    const { baudRate } = this.#options;
    const controller = new LineController({
      line: this.meter,
      clock,
      crypto: this.#crypto,
      store,
      site: present(await store.site.site(), 'there is a site'),
      baudRate,
      maxReplyBytes,
      listener: {
        changed: () => undefined,
        alarm: (_, alarm, detail) => this.alarms.push(`${alarm} ${detail}`.trim()),
        event: ({ address }, { sequence, entry }) => this.heard({ reader: address, sequence, entry, atMs: clock.nowMs() }),
      },
    });
    this.#controller = controller;
    for (const known of await store.site.readers()) assert(controller.add(known).ok, 'a line has room for its readers');
  }

  /** The controller goes, without a word. */
  end(): void {
    this.controller.stop();
    this.#controller = undefined;
  }

  /** Everybody there is from here on: numbers from 1, each with a PIN and a card. */
  async importPeople(count: number): Promise<void> {
    assert(count <= maxPeople, 'there are PINs for so many');
    const lines = Array.from({ length: count }, (_, at) => `${at + 1},${firstPin + at},${cardOf(at + 1)}`);
    const imported = await this.people.importFile(new TextEncoder().encode(['person,pin,cards', ...lines].join('\n')));
    assert(imported.ok, 'everybody has a PIN and a card of their own');
  }

  /** A new PIN for somebody, six digits that nobody has. */
  async rollPin(person: number): Promise<void> {
    this.#rolls += 1;
    const digits = String(firstPin + maxPeople + this.#rolls);
    const rolled = await this.people.rollPin(person, present(Pin.from(digits), 'six digits'));
    assert(rolled.ok, 'nobody has that PIN');
  }

  /** Lets time pass until this is so, and gives how long it took; undefined: it was not so within this time. */
  async until(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<number | undefined> {
    const fromMs = this.clock.nowMs();
    while (!(await isSo())) {
      if (this.clock.nowMs() - fromMs >= withinMs) return undefined;
      await this.clock.advance(lookMs);
    }
    return this.clock.nowMs() - fromMs;
  }

  /** Lets go of the disk. Time does not go on after it. */
  async close(): Promise<void> {
    this.#controller?.stop();
    await this.store.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #newDoor(address: number, authority: Uint8Array): Promise<SiteDoor> {
    const { clock } = this;
    const crypto = this.#crypto;
    const [reader, tableKey, scbk] = [this.random.bytes(16), this.#secret(32), this.#secret(16)];
    const added = await this.store.site.addReader({ name: `door ${address}`, address, reader, tableKey, scbk });
    assert(added.ok, 'an address is given once');
    const trust = { authority, site: this.#siteId, reader };
    const [cards, inputs, strike] = [new SimCardReader(clock), new SimInputs(clock), new SimStrike(clock)];
    const table = new MemoryTableStore({ crypto, trust, tableKey });
    const settings = { address, baudRate: this.#options.baudRate };
    const started = await Reader.start({
      ports: {
        clock,
        crypto,
        cardReader: cards,
        inputs,
        lights: new SimLights(clock),
        buzzer: new SimBuzzer(clock),
        strike,
        records: new RowStore(),
        table,
      },
      policy: { ...defaultPolicy, mode: 'cardOrPin' },
      keys: { trust, tableKey },
      line: new DoorLine({ end: this.#wire.end(), scbk, settings }).side(new BoardClock(clock), undefined),
    });
    return { reader: started, cards, inputs, strike, table };
  }

  #secret(length: number): SecretBytes {
    return new SecretBytes(this.random.bytes(length));
  }
}
