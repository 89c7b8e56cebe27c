/**
 * The controller's half of the PIN table in a storm: publishes snapshots, deltas, revocations and forgeries, a piece at a
 * time, and reads from the disk itself whether what is in force is exactly one complete version it published (I2).
 */

import type { TableState } from '../../src/ports/table-store.ts';
import { present } from '../../src/shared/assert.ts';
import { headerBytes } from '../../src/table/header.ts';
import { publishDelta, publishRevocation, publishSnapshot } from '../../src/table/publish.ts';
import { encodePerson, type PersonFacts } from '../../src/table/record.ts';
import type { Revoked } from '../../src/table/revocations.ts';
import { Table } from '../../src/table/table.ts';
import { MemoryTableDisk } from '../devices/memory-table-disk.ts';
import type { Door } from '../door.ts';
import { factsOf } from '../people.ts';
import type { Random } from '../random.ts';
import type { Judge } from './judge.ts';
import type { Resident, Residents } from './residents.ts';
import { Timeline } from './timeline.ts';

/** One version, as published. */
interface Edition {
  readonly people: readonly Resident[];
  readonly facts: ReadonlyMap<number, PersonFacts>;
  readonly state: TableState;
}

interface Sending {
  readonly edition: Edition;
  readonly file: Uint8Array;
  sentBytes: number;
}

export class Office {
  /** Whom the reader may know at any moment, newest first. */
  readonly known: Timeline<readonly Resident[]>;
  readonly #door: Door;
  readonly #judge: Judge;
  readonly #random: Random;
  readonly #residents: Residents;
  #versions = 0;
  #inForce: Edition | undefined;
  #sending: Sending | undefined;
  /** Persons revoked, by the number of their revocation. */
  readonly #revoked = new Map<number, number>();
  #revocations = 0;
  /** A tag costs more than all else of a storm's table: each is computed once. */
  readonly #facts = new WeakMap<Resident, PersonFacts>();

  constructor(door: Door, judge: Judge, random: Random, residents: Residents) {
    this.#door = door;
    this.#judge = judge;
    this.#random = random;
    this.#residents = residents;
    this.known = new Timeline<readonly Resident[]>([], door.clock.nowMs());
  }

  get versions(): number {
    return this.#versions;
  }

  /** Publishes whole the first time; later a piece at a time, applying after the last. Rejects with the Fault of the disk. */
  async goOn(): Promise<void> {
    this.#sending ??= this.#nextEdition();
    const sending = this.#sending;
    const { file, sentBytes } = sending;
    const { table } = this.#door;
    const piece = file.subarray(sentBytes, sentBytes + this.#random.between(40, 3_000));
    if (piece.length > 0) {
      const received = await table.receive(sentBytes, piece);
      if (received.ok) sending.sentBytes += piece.length;
      else this.#startOver(sending, received.failure);
      return;
    }
    const applied = await table.apply();
    this.#sending = undefined;
    if (applied.ok) this.#nowInForce(sending.edition);
    else this.#judge.expect(applied.failure === 'diskFull', 'I2', `a table published in good order was refused: ${applied.failure}`);
    this.audit();
  }

  /** Sends the whole of the next edition. */
  async finish(): Promise<void> {
    const before = this.#inForce;
    for (let pieces = 0; this.#inForce === before && pieces < 1_000; pieces++) await this.goOn();
  }

  /** Takes one person out ahead of the next table. */
  async revoke(): Promise<void> {
    if (this.#inForce === undefined) return;
    const { number } = this.#random.pick(this.#inForce.people);
    const persons = new Set([...this.#revoked.keys(), number]);
    const file = this.#revocationOf(this.#revocations + 1, [...persons]);
    const taken = await this.#door.table.revoke(file);
    this.#judge.expect(taken.ok || taken.failure === 'diskFull', 'I2', 'a revocation published in good order was refused');
    if (!taken.ok) return;
    this.#revocations += 1;
    // Whoever is listed again is listed under the new number.
    for (const person of persons) this.#revoked.set(person, this.#revocations);
    this.#residents.remove(number);
    this.#told();
    this.audit();
  }

  /** A file somebody tampered with; the one that was being sent starts over. */
  async forge(): Promise<void> {
    const { file } = this.#nextEdition();
    const at = this.#random.int(file.length);
    file[at] = (file[at] as number) ^ (1 << this.#random.int(8));
    if (this.#sending !== undefined) this.#sending.sentBytes = 0;
    const { table } = this.#door;
    const received = await table.receive(0, file);
    const applied = received.ok ? await table.apply() : received;
    this.#judge.expect(!applied.ok, 'I2', `a file with its byte ${at} changed was taken`);
    this.audit();
  }

  /** After a power cut: the file goes on where the disk says, and what is in force is what the disk says. */
  resume(): void {
    const sending = this.#sending;
    this.audit();
    if (sending === undefined) return;
    const staged = this.#door.table.staged();
    const { crypto } = this.#door.publisher;
    const isOurs = staged !== undefined && crypto.isEqual(staged.headerHash, crypto.sha256(sending.file.subarray(0, headerBytes)));
    sending.sentBytes = isOurs ? staged.receivedBytes : 0;
  }

  /** Reads all that is in force from a copy of the disk: exactly the version it says it is, less what was revoked. */
  audit(): void {
    const { publisher, tableMedium, trust } = this.#door;
    const { crypto, tableKey } = publisher;
    const copy = { ...tableMedium, stagedBody: [...tableMedium.stagedBody] };
    const table = new Table({ disk: new MemoryTableDisk(copy), crypto, trust, tableKey });
    const state = table.state();
    const edition = this.#editionOf(state);
    if (edition === undefined) {
      this.#judge.expect(
        state === undefined && tableMedium.state === undefined,
        'I2',
        `version ${state?.version ?? 'unreadable'} was never published`,
      );
      return;
    }
    if (edition !== this.#inForce) this.#nowInForce(edition);
    const { persons, tags } = tableMedium;
    const isWhole = table.scrub() && persons.size === edition.state.persons && tags.size === edition.state.credentials;
    this.#judge.expect(isWhole, 'I2', `the rows on disk are not those of version ${edition.state.version}`);
    for (const facts of edition.facts.values()) {
      const isRevoked = this.#isRevoked(facts.person, edition);
      const record = encodePerson(facts);
      for (const { tag } of facts.credentials) {
        const found = table.find(tag);
        const isRight = found.found === 'record' ? !isRevoked && crypto.isEqual(found.record, record) : found.found === 'nobody' && isRevoked;
        this.#judge.expect(isRight, 'I2', `version ${edition.state.version} does not say of person ${facts.person} what was published`);
      }
    }
  }

  #editionOf(state: TableState | undefined): Edition | undefined {
    const { crypto } = this.#door.publisher;
    return [this.#inForce, this.#sending?.edition].find(
      (each) => each !== undefined && each.state.version === state?.version && crypto.isEqual(each.state.contentHash, state.contentHash),
    );
  }

  #nowInForce(edition: Edition): void {
    this.#inForce = edition;
    for (const [person, number] of this.#revoked) if (number <= edition.state.revocation) this.#revoked.delete(person);
    this.#told();
  }

  #told(): void {
    const edition = present(this.#inForce, 'a version is in force');
    this.known.set(
      edition.people.filter(({ number }) => !this.#isRevoked(number, edition)),
      this.#door.clock.nowMs(),
    );
  }

  #isRevoked(person: number, { state }: Edition): boolean {
    return (this.#revoked.get(person) ?? 0) > state.revocation;
  }

  #startOver(sending: Sending, refusal: string): void {
    // A new file begins at its header; what was staged of it before may be gone with the power.
    if (refusal === 'wrongOffset' && sending.sentBytes > 0) sending.sentBytes = 0;
    else this.#sending = undefined;
    this.#judge.expect(['wrongOffset', 'diskFull'].includes(refusal), 'I2', `a table published in good order was refused: ${refusal}`);
  }

  #nextEdition(): Sending {
    const { publisher } = this.#door;
    this.#residents.change();
    this.#versions += 1;
    const { people } = this.#residents;
    const facts = new Map(people.map((person) => [person.number, this.#factsOf(person)]));
    const common = { version: this.#versions, revocation: this.#revocations };
    const base = this.#inForce;
    const changes = base === undefined || this.#random.chance(0.5) ? [] : changesBetween(base.facts, facts);
    const published =
      base === undefined || changes.length === 0
        ? publishSnapshot(publisher, { ...common, people: facts.values() })
        : publishDelta(publisher, { ...common, base: base.state, changes });
    if (!published.ok) throw new Error('no two people of a storm share a credential');
    return { edition: { people, facts, state: published.value.state }, file: published.value.file, sentBytes: 0 };
  }

  #revocationOf(number: number, persons: readonly number[]): Uint8Array {
    const entries = persons.map((person): Revoked => ({ kind: 'person', person }));
    return publishRevocation(this.#door.publisher, { number, after: this.#inForce?.state.revocation ?? 0, entries });
  }

  #factsOf(person: Resident): PersonFacts {
    const known = this.#facts.get(person);
    if (known !== undefined) return known;
    const { crypto, tableKey } = this.#door.publisher;
    const uses = person.uses === undefined ? undefined : { limit: person.uses, serial: person.serial };
    const facts = { ...factsOf(crypto, tableKey, person.number, person), uses };
    this.#facts.set(person, facts);
    return facts;
  }
}

const changesBetween = (before: ReadonlyMap<number, PersonFacts>, after: ReadonlyMap<number, PersonFacts>) =>
  [...new Set([...before.keys(), ...after.keys()])]
    .map((person) => ({ before: before.get(person), after: after.get(person) }))
    .filter(({ before: was, after: is }) => was !== is);
