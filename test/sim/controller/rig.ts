/** A controller and its readers on a wire in memory, in virtual time, with its database in a directory that goes with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { ControllerStore, controllerFileName } from '../../../sim/controller/controller-store.ts';
import { noRest, type Rest } from '../../../sim/controller/database.ts';
import { LineController } from '../../../sim/controller/line-controller.ts';
import { MockReader } from '../../../sim/controller/mock-reader.ts';
import { PeopleDesk } from '../../../sim/controller/people-desk.ts';
import type { ReaderKeeper } from '../../../sim/controller/reader-keeper.ts';
import type { KnownReader } from '../../../sim/controller/site-store.ts';
import { Wire } from '../../../sim/line/wire.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { Card } from '../../../src/access/card.ts';
import { Pin } from '../../../src/access/pin.ts';
import { NodeCrypto } from '../../../src/drivers/node-crypto.ts';
import type { Strike } from '../../../src/ports/strike.ts';
import { present } from '../../../src/shared/assert.ts';
import type { Result } from '../../../src/shared/result.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { cardTag, pinTag } from '../../../src/table/tags.ts';

export const crypto = new NodeCrypto();
export const baudRate = 115_200;

/** The value, in a test that is about something else. */
export const taken = <Value, Failure>(result: Result<Value, Failure>): Value => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.failure)}`);
  return result.value;
};

export const pinOf = (digits: string): Pin => present(Pin.from(digits), 'a PIN of a test is one');

export const scratchDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-controller-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const patterned = (length: number, seed: number): SecretBytes => new SecretBytes(crypto.sha256(Uint8Array.of(seed)).subarray(0, length));

export interface Site {
  readonly directory: string;
  readonly siteKey: SecretBytes;
  /** For a program that is started on it. */
  readonly siteKeyHex: string;
  readonly store: ControllerStore;
  readonly authority: Uint8Array;
  readonly site: Uint8Array;
}

/** A new database with a site in it. */
export const foundSite = async (rest: Rest = noRest): Promise<Site> => {
  const directory = scratchDirectory();
  const siteKey = patterned(32, 1);
  const store = await ControllerStore.open({ directory, siteKey, crypto, rest });
  onTestFinished(() => store.close());
  const { seed, publicKey } = crypto.newSigningKey();
  const site = new Uint8Array(16).fill(0xa0);
  taken(await store.site.found({ site, authoritySeed: seed }));
  return { directory, siteKey, siteKeyHex: Buffer.from(crypto.sha256(Uint8Array.of(1))).toString('hex'), store, authority: publicKey, site };
};

export const addReader = async ({ store }: Site, address: number): Promise<KnownReader> => {
  const reader = new Uint8Array(16).fill(0xc0 + address);
  taken(
    await store.site.addReader({
      name: `door ${address}`,
      address,
      reader,
      tableKey: patterned(32, 10 + address),
      scbk: patterned(16, 100 + address),
    }),
  );
  return present(
    (await store.site.readers()).find((known) => known.address === address),
    'the reader was added',
  );
};

/** Another program writes to the database from here on, until what this gives is called. */
export const lockDatabase = ({ directory }: Site): (() => void) => {
  const other = new DatabaseSync(join(directory, controllerFileName));
  other.exec('BEGIN IMMEDIATE');
  const unlock = (): void => (other.isOpen ? other.close() : undefined);
  onTestFinished(unlock);
  return unlock;
};

/** Of a site that nobody's line ends at, at the moment virtual time begins. */
export const deskOf = ({ store }: Site, changed = (): void => undefined): PeopleDesk =>
  new PeopleDesk({ store, crypto, clock: new VirtualClock(), changed });

/** The disk takes its time from here on: nothing is read or written until what this gives is called. */
export const holdDisk = ({ store }: Pick<Site, 'store'>): (() => void) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  void store.write(() => promise);
  onTestFinished(() => resolve());
  return resolve;
};

/** A file of people with one PIN each. */
export const peopleFile = (pins: Readonly<Record<number, string>>): Uint8Array =>
  new TextEncoder().encode(['person,pin,cards', ...Object.entries(pins).map(([person, pin]) => `${person},${pin},CARD${person}`)].join('\n'));

export interface RigOptions {
  readonly readers?: number;
  readonly strike?: (clock: VirtualClock) => Strike;
  readonly people?: Readonly<Record<number, string>>;
  readonly pollIntervalMs?: number;
  readonly rest?: Rest;
}

export class Rig {
  readonly clock = new VirtualClock();
  readonly wire = new Wire({ clock: this.clock, baudRate });
  readonly end = this.wire.end();
  readonly place: Site;
  readonly alarms: string[] = [];
  readonly events: string[] = [];
  readonly readers: MockReader[];
  people: PeopleDesk;
  store: ControllerStore;
  #controller: LineController | undefined;
  readonly #strike: Strike | undefined;
  readonly #pollIntervalMs: number;

  private constructor(place: Site, known: readonly KnownReader[], { strike, pollIntervalMs = 50 }: RigOptions) {
    this.place = place;
    this.store = place.store;
    this.#strike = strike?.(this.clock);
    this.#pollIntervalMs = pollIntervalMs;
    this.readers = known.map(
      ({ address, scbk, reader, tableKey }) =>
        new MockReader({
          line: this.wire.end(),
          clock: this.clock,
          crypto,
          address,
          baudRate,
          scbk,
          trust: { authority: this.place.authority, site: this.place.site, reader },
          tableKey,
        }),
    );
    this.people = this.#desk();
  }

  static async open(options: RigOptions = {}): Promise<Rig> {
    const { readers = 1, people = { 1: '0417', 2: '2468' }, rest } = options;
    const place = await foundSite(rest);
    const known: KnownReader[] = [];
    for (let address = 1; address <= readers; address += 1) known.push(await addReader(place, address));
    const rig = new Rig(place, known, options);
    if (Object.keys(people).length > 0) taken(await rig.people.importFile(peopleFile(people)));
    rig.#controller = await rig.#begin();
    return rig;
  }

  get controller(): LineController {
    return present(this.#controller, 'the controller is there');
  }

  get reader(): MockReader {
    return present(this.readers[0], 'a rig has a reader');
  }

  get keeper(): ReaderKeeper {
    return present(this.controller.readers[0], 'a rig has a reader');
  }

  get version(): number {
    return this.reader.table.state()?.version ?? 0;
  }

  /** Nothing is left to send, and what is in force is everybody. */
  async inStep(withinMs = 20_000): Promise<boolean> {
    return this.until(() => this.controller.readers.every(({ state }) => state.isInStep), withinMs);
  }

  /** Lets time pass until this is so; false: it was not within so long. */
  async until(isSo: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<boolean> {
    const endMs = this.clock.nowMs() + withinMs;
    while (!(await isSo())) {
      if (this.clock.nowMs() >= endMs) return false;
      await this.clock.advance(10);
    }
    return true;
  }

  /** Whether this reader finds somebody by this PIN. */
  opens(digits: string, reader = this.reader): boolean {
    return reader.table.find(pinTag(crypto, reader.tableKey, pinOf(digits))).found === 'record';
  }

  opensByCard(text: string, reader = this.reader): boolean {
    const card = new Card('text', new TextEncoder().encode(text), text.length);
    return reader.table.find(cardTag(crypto, reader.tableKey, card)).found === 'record';
  }

  /** The controller's process ends, and another begins on the same database, or on a copy of it. */
  async restart(directory = this.place.directory): Promise<void> {
    this.controller.stop();
    await this.store.close();
    this.store = await ControllerStore.open({ directory, siteKey: this.place.siteKey, crypto, rest: noRest });
    onTestFinished(() => this.store.close());
    this.people = this.#desk();
    this.#controller = await this.#begin();
  }

  #desk(): PeopleDesk {
    return new PeopleDesk({ store: this.store, crypto, clock: this.clock, changed: () => this.#controller?.peopleChanged() });
  }

  async #begin(): Promise<LineController> {
    const { store, clock } = this;
    const controller = new LineController({
      line: this.end,
      clock,
      crypto,
      store,
      site: present(await store.site.site(), 'there is a site'),
      baudRate,
      pollIntervalMs: this.#pollIntervalMs,
      listener: {
        changed: () => undefined,
        alarm: (_, alarm) => this.alarms.push(alarm),
        event: (_, { entry, sequence }) => this.events.push(`${sequence} ${entry?.code ?? 'unreadable'}`),
      },
    });
    for (const known of await store.site.readers()) taken(controller.add(known, this.#strike));
    return controller;
  }
}

/** A rig in which there is nothing left to send. */
export const rigAtRest = async (options: RigOptions = {}): Promise<Rig> => {
  const rig = await Rig.open(options);
  await rig.inStep();
  return rig;
};

/** The answer, once time has brought it. */
export const answerOf = async <Answer>(rig: Rig, asked: Promise<Answer>): Promise<Answer | undefined> => {
  let answer: Answer | undefined;
  void asked.then((given) => {
    answer = given;
  });
  await rig.until(() => answer !== undefined, 60_000);
  return answer;
};
