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
import type { ControllerStore } from './controller-store.ts';
import { revokedOf } from './person.ts';
import type { Edition, KnownReader, Outgoing, Site } from './site-store.ts';

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

  /** Everybody, as a version above what is in force and all that were made; kept as outgoing. */
  snapshot(versionInForce: number): Result<Outgoing, PublishRefusal> {
    const { people } = this.#store;
    const facts = (): readonly PersonFacts[] => people.people().map((kept) => this.#factsOf(kept));
    return this.#publish(versionInForce, 0, (version, revocation) => publishSnapshot(this.#publisher, { version, revocation, people: facts() }));
  }

  /** What has changed since `base`; kept as outgoing. */
  delta({ state, throughChange }: Edition): Result<Outgoing, PublishRefusal> {
    return this.#publish(state.version, state.version, (version, revocation) => {
      const changes = this.#store.people.changedSince(throughChange).map(({ before, after }) => ({
        before: before && this.#factsOf(before),
        after: after && this.#factsOf(after),
      }));
      return publishDelta(this.#publisher, { base: state, version, revocation, changes });
    });
  }

  /** What was taken away above `inForce`, the reader's own number; undefined: nothing, or so much that the table itself is as fast. */
  revocation(inForce: number): RevocationFile | undefined {
    const since = this.#store.people.withdrawnSince(inForce, maxRevoked + 1);
    const number = since.at(-1)?.number;
    const entries = since.flatMap(({ withdrawn }) => revokedOf(this.#publisher.crypto, this.#reader.tableKey, withdrawn));
    if (number === undefined || entries.length > maxRevoked) return undefined;
    return { number, file: publishRevocation(this.#publisher, { number, after: inForce, entries }) };
  }

  /** `obeyed`: the last number the reader says it obeyed. Undefined: no numbers are left. */
  order(order: Order, expiresS: number, obeyed: number): RevocationFile | undefined {
    const number = this.#store.site.takeOrderNumber(this.#reader.id, obeyed);
    return number === undefined ? undefined : { number, file: publishOrder(this.#publisher, number, expiresS, order) };
  }

  /** As a reader reports it of what is staged. */
  headerHash({ file }: Outgoing): Uint8Array {
    return this.#publisher.crypto.sha256(file.subarray(0, headerBytes));
  }

  #publish(
    versionInForce: number,
    baseVersion: number,
    make: (version: number, revocation: number) => Result<Published, Contradiction>,
  ): Result<Outgoing, PublishRefusal> {
    const { site, people } = this.#store;
    return this.#store.write(() => {
      const version = site.takeVersion(this.#reader.id, versionInForce);
      if (version === undefined) return failed('numbersSpent');
      const { change, revocation } = people.stand();
      const published = make(version, revocation);
      if (!published.ok) return failed('contradiction');
      const { file, state } = published.value;
      const outgoing = { edition: { state, throughChange: change, baseVersion }, file };
      site.keepOutgoing(this.#reader.id, outgoing);
      return ok(outgoing);
    });
  }

  #factsOf(kept: GivenPerson): PersonFacts {
    return factsOf(this.#publisher.crypto, this.#reader.tableKey, kept);
  }
}
