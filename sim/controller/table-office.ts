/**
 * Makes the signed files of one reader from the people of the site: which facts go into a snapshot, a delta, a revocation, an order. Each
 * number is on disk before a file with it exists outside. When a file is made is table-keeper.ts's and order-desk.ts's.
 */
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { factsOf, type GivenPerson } from '../../src/table/given-person.ts';
import { headerBytes } from '../../src/table/header.ts';
import { maxRevoked } from '../../src/table/limits.ts';
import type { Order } from '../../src/table/orders.ts';
import {
  type Contradiction,
  type Published,
  type Publisher,
  publishDelta,
  publishOrder,
  publishRevocation,
  publishSnapshot,
} from '../../src/table/publish.ts';
import type { PersonFacts } from '../../src/table/record.ts';
import { chunksOf } from './chunks.ts';
import type { ControllerStore, Stores } from './controller-store.ts';
import { type KeptChange, revokedOf } from './person.ts';
import type { Edition, KnownReader, Outgoing, Site } from './site-store.ts';

/** People may change while they are read. After so many times they have to wait. */
const maxReadings = 3;
/** Tagged in one go: a few milliseconds. */
const peopleAtOnce = 200;

/** `contradiction`: two credentials make one tag under this reader's key. `numbersSpent`: 2^32 versions. */
export type PublishRefusal = 'contradiction' | 'numbersSpent';

export interface RevocationFile {
  readonly number: number;
  readonly file: Uint8Array;
}

export class TableOffice {
  readonly #store: ControllerStore;
  readonly #reader: KnownReader;
  readonly #publisher: Publisher;

  constructor(store: ControllerStore, crypto: Crypto, { site, authoritySeed }: Site, reader: KnownReader) {
    this.#store = store;
    this.#reader = reader;
    this.#publisher = { crypto, authoritySeed, site, reader: reader.reader, tableKey: reader.tableKey };
  }

  /** Everybody, as a version above what is in force and all that were made; kept as outgoing. Rejects with a Fault when the store does. */
  async snapshot(versionInForce: number): Promise<Result<Outgoing, PublishRefusal>> {
    for (let reading = 1; reading < maxReadings; reading += 1) {
      const { change } = await this.#store.people.stand();
      const people = await this.#everybody(this.#store);
      const made = await this.#store.write(async (within) =>
        (await within.people.stand()).change === change ? this.#snapshot(within, versionInForce, people) : undefined,
      );
      if (made !== undefined) return made;
    }
    return this.#store.write(async (within) => this.#snapshot(within, versionInForce, await this.#everybody(within)));
  }

  /** What has changed since `base`; kept as outgoing. Rejects with a Fault when the store does. */
  delta({ state, throughChange }: Edition): Promise<Result<Outgoing, PublishRefusal>> {
    return this.#store.write(async (within) => {
      const changes = await this.#inParts(within, await within.people.changedSince(throughChange), (change) => this.#changeOf(change));
      return this.#publish(within, state.version, state.version, (version, revocation) =>
        publishDelta(this.#publisher, { base: state, version, revocation, changes }),
      );
    });
  }

  /** What was taken away above `inForce`, the reader's own number; undefined: nothing, or so much that the table itself is as fast. */
  async revocation(inForce: number): Promise<RevocationFile | undefined> {
    const since = await this.#store.people.withdrawnSince(inForce, maxRevoked + 1);
    const number = since.at(-1)?.number;
    const entries = await this.#inParts(this.#store, since, ({ withdrawn }) => revokedOf(this.#publisher.crypto, this.#reader.tableKey, withdrawn));
    if (number === undefined || entries.flat().length > maxRevoked) return undefined;
    return { number, file: publishRevocation(this.#publisher, { number, after: inForce, entries: entries.flat() }) };
  }

  /** `obeyed`: the last number the reader says it obeyed; `orderAt` is asked once the number is on disk. Undefined: no numbers are left. */
  async order(orderAt: () => { readonly order: Order; readonly expiresS: number }, obeyed: number): Promise<RevocationFile | undefined> {
    const number = await this.#store.site.takeOrderNumber(this.#reader.id, obeyed);
    if (number === undefined) return undefined;
    const { order, expiresS } = orderAt();
    return { number, file: publishOrder(this.#publisher, number, expiresS, order) };
  }

  /** As a reader reports it of what is staged. */
  headerHash({ file }: Outgoing): Uint8Array {
    return this.#publisher.crypto.sha256(file.subarray(0, headerBytes));
  }

  async #everybody(stores: Stores): Promise<readonly PersonFacts[]> {
    return this.#inParts(stores, await stores.people.people(), (kept) => this.#factsOf(kept));
  }

  async #inParts<From, To>({ rest }: Stores, all: readonly From[], make: (from: From) => To): Promise<readonly To[]> {
    const made: To[] = [];
    for (const chunk of chunksOf(all, peopleAtOnce)) {
      for (const each of chunk) made.push(make(each));
      await rest();
    }
    return made;
  }

  #snapshot(within: Stores, versionInForce: number, people: readonly PersonFacts[]): Promise<Result<Outgoing, PublishRefusal>> {
    return this.#publish(within, versionInForce, 0, (version, revocation) => publishSnapshot(this.#publisher, { version, revocation, people }));
  }

  async #publish(
    { site, people }: Stores,
    versionInForce: number,
    baseVersion: number,
    make: (version: number, revocation: number) => Result<Published, Contradiction>,
  ): Promise<Result<Outgoing, PublishRefusal>> {
    const version = await site.takeVersion(this.#reader.id, versionInForce);
    if (version === undefined) return failed('numbersSpent');
    const { change, revocation } = await people.stand();
    const published = make(version, revocation);
    if (!published.ok) return failed('contradiction');
    const { file, state } = published.value;
    const outgoing = { edition: { state, throughChange: change, baseVersion }, file };
    await site.keepOutgoing(this.#reader.id, outgoing);
    return ok(outgoing);
  }

  #changeOf({ before, after }: KeptChange): { readonly before: PersonFacts | undefined; readonly after: PersonFacts | undefined } {
    return { before: before && this.#factsOf(before), after: after && this.#factsOf(after) };
  }

  #factsOf(kept: GivenPerson): PersonFacts {
    return factsOf(this.#publisher.crypto, this.#reader.tableKey, kept);
  }
}
