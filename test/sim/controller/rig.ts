/** A controller and its readers on a wire in memory, in virtual time, with its database in a directory that goes with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ControllerStore } from '../../../sim/controller/controller-store.ts';
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
  readonly store: ControllerStore;
  readonly authority: Uint8Array;
  readonly site: Uint8Array;
}

/** A new database with a site in it. */
export const foundSite = (): Site => {
  const directory = scratchDirectory();
  const siteKey = patterned(32, 1);
  const store = new ControllerStore({ directory, siteKey, crypto });
  onTestFinished(() => store.close());
  const { seed, publicKey } = crypto.newSigningKey();
  const site = new Uint8Array(16).fill(0xa0);
  taken(store.site.found({ site, authoritySeed: seed }));
  return { directory, siteKey, store, authority: publicKey, site };
};

export const addReader = ({ store }: Site, address: number): KnownReader => {
  const reader = new Uint8Array(16).fill(0xc0 + address);
  taken(
    store.site.addReader({ name: `door ${address}`, address, reader, tableKey: patterned(32, 10 + address), scbk: patterned(16, 100 + address) }),
  );
  return present(
    store.site.readers().find((known) => known.address === address),
    'the reader was added',
  );
};

/** A file of people with one PIN each. */
export const peopleFile = (pins: Readonly<Record<number, string>>): Uint8Array =>
  new TextEncoder().encode(['person,pin,cards', ...Object.entries(pins).map(([person, pin]) => `${person},${pin},CARD${person}`)].join('\n'));

export interface RigOptions {
  readonly readers?: number;
  readonly strike?: (clock: VirtualClock) => Strike;
  readonly people?: Readonly<Record<number, string>>;
  readonly pollIntervalMs?: number;
}

export class Rig {
  readonly clock = new VirtualClock();
  readonly wire = new Wire({ clock: this.clock, baudRate });
  readonly end = this.wire.end();
  readonly place: Site = foundSite();
  readonly alarms: string[] = [];
  readonly events: string[] = [];
  readonly readers: MockReader[];
  controller: LineController;
  people: PeopleDesk;
  store: ControllerStore;
  readonly #strike: Strike | undefined;
  readonly #pollIntervalMs: number;

  constructor({ readers = 1, strike, people = { 1: '0417', 2: '2468' }, pollIntervalMs = 50 }: RigOptions = {}) {
    this.store = this.place.store;
    this.#strike = strike?.(this.clock);
    this.#pollIntervalMs = pollIntervalMs;
    const known = Array.from({ length: readers }, (_, at) => addReader(this.place, at + 1));
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
    if (Object.keys(people).length > 0) taken(this.people.importFile(peopleFile(people)));
    this.controller = this.#begin();
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
  async until(isSo: () => boolean, withinMs = 20_000): Promise<boolean> {
    const endMs = this.clock.nowMs() + withinMs;
    while (!isSo()) {
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
  restart(directory = this.place.directory): void {
    this.controller.stop();
    this.store.close();
    this.store = new ControllerStore({ directory, siteKey: this.place.siteKey, crypto });
    onTestFinished(() => this.store.close());
    this.people = this.#desk();
    this.controller = this.#begin();
  }

  #desk(): PeopleDesk {
    return new PeopleDesk(this.store.people, crypto, () => this.controller?.peopleChanged());
  }

  #begin(): LineController {
    const { store, clock } = this;
    const controller = new LineController({
      line: this.end,
      clock,
      crypto,
      store,
      site: present(store.site.site(), 'there is a site'),
      baudRate,
      pollIntervalMs: this.#pollIntervalMs,
      listener: {
        changed: () => undefined,
        alarm: (_, alarm) => this.alarms.push(alarm),
        event: (_, { entry, sequence }) => this.events.push(`${sequence} ${entry?.code ?? 'unreadable'}`),
      },
    });
    for (const known of store.site.readers()) taken(controller.add(known, this.#strike));
    return controller;
  }
}

/** A rig in which there is nothing left to send. */
export const rigAtRest = async (options: RigOptions = {}): Promise<Rig> => {
  const rig = new Rig(options);
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
