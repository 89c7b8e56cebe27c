/**
 * The simulated world of the bench: two doors and a controller on one line, in virtual time, with a real database file. Decides what there is and
 * lets hands, time and faults at it one thing after the other; who asks for them is calls.ts's, what is told of them news.ts's.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../../src/access/card.ts';
import type { Mode } from '../../src/access/mode.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { assert, present } from '../../src/shared/assert.ts';
import { Fault } from '../../src/shared/faults.ts';
import { cardTag } from '../../src/table/tags.ts';
import { provision, type Site } from '../../src/tools/provision-site.ts';
import type { BenchMessage } from '../controller/api/live.ts';
import { ControllerStore } from '../controller/controller-store.ts';
import { noRest } from '../controller/database.ts';
import { LineController } from '../controller/line-controller.ts';
import { inTables } from '../controller/person-record.ts';
import type { ReaderListener } from '../controller/reader-state.ts';
import { takeSite } from '../controller/take-site.ts';
import { FileDisk } from '../devices/file-disk.ts';
import { FaultyLine } from '../line/faults.ts';
import { Wire } from '../line/wire.ts';
import { Pace, type PaceOptions } from '../pace.ts';
import { findSite } from '../processes/site-files.ts';
import { Random } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { BenchDoor, type DoorName } from './bench-door.ts';
import { addFirstPeople, benchCard, tray } from './first-people.ts';
import { type Hand, lay, stepOf } from './hands.ts';
import { TappedLine } from './line-words.ts';
import { News } from './news.ts';
import type { RecordedPerson } from './recorded-people.ts';
import { Recorder } from './recorder.ts';

const baudRate = 38_400;
/** Slow enough to be read as it goes by. */
const pollIntervalMs = 200;
/** Time is let pass in parts of this much, so that others have their turns. */
const skipPartMs = 1_000;

export const benchDoors: Readonly<Record<DoorName, { readonly label: string; readonly address: number; readonly mode: Mode }>> = {
  front: { label: 'Front door', address: 1, mode: 'cardOrPin' },
  store: { label: 'Store room', address: 2, mode: 'cardAndPin' },
};
const doorNames = Object.keys(benchDoors) as readonly DoorName[];

export interface WorldOptions extends PaceOptions {
  /** Of the noise on the line: 0..2^32-1. */
  readonly seed?: number;
  /** Milliseconds since 1970 before which the world does not begin; where it is not said, when all stories do. */
  readonly wallMs?: number;
}

export interface LineFacts {
  readonly isCut: boolean;
  /** Chance of a bit that is heard to be wrong, 0..0.01. */
  readonly noise: number;
}

interface WorldParts {
  readonly crypto: Crypto;
  readonly store: ControllerStore;
  readonly site: Site;
  readonly clock: VirtualClock;
  readonly directory: string;
  readonly options: WorldOptions;
}

export class World {
  readonly clock: VirtualClock;
  readonly store: ControllerStore;
  readonly doors: readonly BenchDoor[];
  readonly #crypto: Crypto;
  readonly #pace: Pace;
  readonly #news: News;
  /** Each end of the line, the controller's last. */
  readonly #ends: readonly FaultyLine[];
  readonly #line: TappedLine;
  readonly #followers = new Set<ReaderListener>();
  #faults: LineFacts = { isCut: false, noise: 0 };
  #recorder: Recorder | undefined;
  #controller: LineController | undefined;

  private constructor({ crypto, store, site, clock, directory, options }: WorldParts) {
    const { seed = 1, speed = 1 } = options;
    const random = new Random(seed).fork('bench');
    const wire = new Wire({ clock, baudRate });
    const newEnd = (name: string): FaultyLine => new FaultyLine(wire.end(), clock, random.fork(name));
    const news = new News(clock, speed);
    const ends = doorNames.map(newEnd);
    this.#crypto = crypto;
    this.clock = clock;
    this.store = store;
    this.#news = news;
    this.doors = doorNames.map((name, index) => {
      const disk = new FileDisk(join(directory, 'readers', name));
      return doorOf(name, { site, clock, disk, end: present(ends[index], 'each door has an end'), news });
    });
    const controllersEnd = newEnd('controller');
    this.#ends = [...ends, controllersEnd];
    const keys = site.readers.map(({ keys: { scbk } }) => scbk);
    this.#line = new TappedLine(controllersEnd, { clock, crypto, keys, told: (message) => news.line(message) });
    this.#pace = new Pace(clock, options);
  }

  /**
   * A world whose site, database and readers' disks lie in this directory, which is made where it is not there. Its time never goes back to before
   * what it knows of. Rejects with a Fault when the disk fails, or holds what cannot be gone on with.
   */
  static async start(directory: string, crypto: Crypto, options: WorldOptions = {}): Promise<World> {
    const { site, store } = await openSite(directory, crypto);
    let world: World | undefined;
    try {
      const clock = new VirtualClock(await beginningOf(store, options));
      if ((await store.people.stand()).change === 0) await addFirstPeople(store, crypto, clock);
      const begun = new World({ crypto, store, site, clock, directory, options });
      world = begun;
      await begun.do(() => begun.#begin());
      return begun;
    } catch (thrown) {
      await (world?.close() ?? store.close());
      throw thrown;
    }
  }

  get controller(): LineController {
    return present(this.#controller, 'a world that has started has a controller');
  }

  get speed(): number {
    return this.#news.speed;
  }

  get faults(): LineFacts {
    return this.#faults;
  }

  get isRecording(): boolean {
    return this.#recorder !== undefined;
  }

  /** Brings time to the present, then does it; one thing after the other. Rejects as it does. */
  do(action: () => void | Promise<void>): Promise<void> {
    return this.#pace.do(async () => {
      await action();
      await this.clock.settle();
      this.#news.look();
    });
  }

  door(name: DoorName): BenchDoor {
    return present(
      this.doors.find((bench) => bench.name === name),
      'every name is a door',
    );
  }

  /** Nothing comes of a hand that finds things as it would leave them, nor of one at a keypad without power. */
  lay(hand: Hand, name: DoorName): Promise<void> {
    return this.do(async () => {
      const bench = this.door(name);
      if (stepOf(hand, bench) === undefined) return;
      this.#recorder?.note(hand, bench, this.clock.nowMs());
      await lay(hand, bench);
    });
  }

  /** From now on; what is not named stays. */
  setFaults(faults: Partial<LineFacts>): Promise<void> {
    return this.do(() => {
      this.#faults = { ...this.#faults, ...faults };
      const { isCut, noise } = this.#faults;
      for (const end of this.#ends) end.set({ bitErrorRate: noise });
      this.#ends.at(-1)?.set({ isCut });
    });
  }

  /** 0 pauses. */
  async setSpeed(speed: number): Promise<void> {
    await this.#pace.setSpeed(speed);
    this.#news.setSpeed(speed);
  }

  /** Lets this much time pass at once. */
  skip(ms: number): Promise<void> {
    return this.do(() =>
      this.#news.skip(async () => {
        for (let leftMs = ms; leftMs > 0; leftMs -= skipPartMs) await this.clock.advance(Math.min(leftMs, skipPartMs));
      }),
    );
  }

  /** What is done from here on becomes a story. Already so: it goes on. */
  beginRecording(): Promise<void> {
    return this.do(async () => {
      if (this.#recorder !== undefined) return;
      const [nowMs, wallMs, people] = [this.clock.nowMs(), this.clock.wall().ms, await this.#people()];
      const online = this.controller.readers.filter(({ state }) => state.isOnline).map(({ reader }) => reader.address);
      const linked = new Set(doorNames.filter((name) => online.includes(benchDoors[name].address)));
      this.#recorder = new Recorder({ nowMs, wallMs, doors: this.doors, linked, people, readPeople: () => this.#people() });
    });
  }

  /** The story; undefined: nothing was done, or nobody recorded. */
  async endRecording(): Promise<string | undefined> {
    let story: string | undefined;
    await this.do(async () => {
      const recorder = this.#recorder;
      this.#recorder = undefined;
      story = await recorder?.end(this.clock.nowMs());
    });
    return story;
  }

  /** What pages are told of the bench. */
  hear(listener: (message: BenchMessage) => void): Subscription {
    return this.#news.hear(listener);
  }

  /** What the controller tells of its readers. */
  follow(listener: ReaderListener): Subscription {
    this.#followers.add(listener);
    return { stop: () => this.#followers.delete(listener) };
  }

  /** An orderly end of the readers; time stops, and database and disks are let go of. */
  async close(): Promise<void> {
    await this.do(async () => {
      this.#controller?.stop();
      for (const { door } of this.doors) await door.stop();
    });
    this.#pace.stop();
    await this.store.close();
  }

  async #begin(): Promise<void> {
    const { clock, store } = this;
    for (const bench of this.doors) {
      this.#news.follow(bench);
      await bench.powerOn();
    }
    const tell = (told: (follower: ReaderListener) => void): void => {
      for (const follower of this.#followers) told(follower);
    };
    const controller = new LineController({
      line: this.#line,
      clock,
      crypto: this.#crypto,
      store,
      site: present(await store.site.site(), 'there is a site'),
      baudRate,
      pollIntervalMs,
      listener: {
        changed: (reader) => tell((follower) => follower.changed(reader)),
        alarm: (reader, alarm, detail) => tell((follower) => follower.alarm(reader, alarm, detail)),
        event: (reader, event) => tell((follower) => follower.event(reader, event)),
      },
    });
    this.#controller = controller;
    for (const known of await store.site.readers()) assert(controller.add(known).ok, 'a line has room for two readers');
  }

  /** Everybody in the readers' tables, with those of their cards that lie at the bench. */
  async #people(): Promise<readonly RecordedPerson[]> {
    const tagOf = (card: Card): bigint => cardTag(this.#crypto, this.store.secrets.tags.key, card);
    const cards = tray.map(({ card }) => ({ card, tag: tagOf(benchCard(this.#crypto, card)) }));
    const records = await this.store.people.records();
    return records.flatMap((record) => {
      const given = inTables(record);
      if (given === undefined) return [];
      const tags = new Set(given.cards.map(tagOf));
      const theirs = cards.filter(({ tag }) => tags.has(tag));
      return [{ given, name: record.name, cards: theirs.map(({ card }) => card) }];
    });
  }
}

interface DoorParts {
  readonly site: Site;
  readonly clock: VirtualClock;
  readonly disk: FileDisk;
  readonly end: FaultyLine;
  readonly news: News;
}

const doorOf = (name: DoorName, { site, clock, disk, end, news }: DoorParts): BenchDoor => {
  const { address, mode } = benchDoors[name];
  const { authoritySeed } = site;
  const { keys } = present(
    site.readers.find(({ place }) => place.name === name),
    'the site has every door',
  );
  const { trust, tableKey, scbk } = keys;
  return new BenchDoor(
    name,
    { mode, disk, site: { clock, authoritySeed, trust, tableKey }, line: () => ({ end, scbk, settings: { address, baudRate } }) },
    news.watcherOf(name),
  );
};

/** When time begins: as was asked, and after everything that the database tells of. */
const beginningOf = async ({ events, audit }: ControllerStore, { wallMs }: WorldOptions): Promise<{ readonly wallMs?: number }> => {
  const [[event], [line]] = [await events.newest({}, 1), await audit.newest(1)];
  const lastMs = Math.max(event?.receivedMs ?? 0, line?.atMs ?? 0, wallMs ?? 0);
  return lastMs === 0 ? {} : { wallMs: lastMs };
};

/** As an installer would: keys by `doorpad provision`, the site taken into the controller's database. */
const openSite = async (directory: string, crypto: Crypto): Promise<{ readonly site: Site; readonly store: ControllerStore }> => {
  const [siteDirectory, data] = [join(directory, 'site'), join(directory, 'data')];
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const places = doorNames.map((name) => ({ name, address: benchDoors[name].address, serial: undefined }));
  const provisioned = await provision(siteDirectory, places, { crypto, isRenewing: false, isTest: true });
  if (!provisioned.ok) throw new Fault('disk.failed', provisioned.failure.join(' '));
  const found = findSite(siteDirectory, crypto);
  if (!found.ok) throw new Fault('disk.failed', found.failure);
  const { site, siteKey } = found.value;
  const store = await ControllerStore.open({ directory: data, siteKey, crypto, rest: noRest });
  try {
    const taken = await takeSite(store, crypto, site);
    if (!taken.ok) throw new Fault('disk.failed', 'The database belongs to another site than the keys beside it.');
    // A manager reads what stands at the door, until they call it something else.
    for (const { id, name } of await store.site.readers()) {
      const door = doorNames.find((one) => one === name);
      if (door !== undefined) await store.site.changeReader(id, { name: benchDoors[door].label });
    }
    return { site, store };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
};
