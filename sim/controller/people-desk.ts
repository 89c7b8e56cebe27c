/**
 * Who may enter a site: people are imported, changed and rolled here. Decides whether a change may be, and what it takes away at once;
 * when a reader hears of it is table-keeper.ts's.
 */
import type { Pin } from '../../src/access/pin.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { factsOf, type GivenPerson } from '../../src/table/given-person.ts';
import { maxCards } from '../../src/table/limits.ts';
import { type ListedPerson, listedErrors, type PeopleError, readPeople } from '../../src/tools/people-file.ts';
import { toHex } from '../../src/tools/private-files.ts';
import { columnOf, taggedPeople } from '../../src/tools/tagged-people.ts';
import { removeTenants } from './audit-lines.ts';
import { chunksOf } from './chunks.ts';
import type { ControllerStore, Stores } from './controller-store.ts';
import { type FileSaid, type FileTaken, planOf } from './file-changes.ts';
import type { Stand } from './people-store.ts';
import { peopleAtOnce } from './people-writing.ts';
import { type SameCredential, sameByTag, type Withdrawn, withdrawnBy } from './person.ts';
import { type Author, inTables, type KeptPerson, type PersonChange, type PersonRecord, unnamed } from './person-record.ts';
import { Turns } from './turns.ts';
import type { KnownUser } from './user-store.ts';

export interface PeopleChanged {
  readonly stand: Stand;
  /** People who are not as they were. */
  readonly people: number;
}

/**
 * `credentialTaken`: somebody else has it, or they have it already in another place. `changedMeanwhile`: the record is not of the revision that
 * was meant. `tooManyCards`: no table holds so many of one person. `noNumberLeft`: there is none above everybody's who ever was.
 */
export type PersonRefusal = 'unknownPerson' | 'credentialTaken' | 'changedMeanwhile' | 'tooManyCards' | 'noNumberLeft';

/** What the controller knows of a person beside what readers are told. */
export type PersonDetails = Omit<KeptPerson, 'given'>;

/** What one call puts into the commit of its own changes, also where it finds nothing to change. */
export type Alongside = (within: Stores, changes: readonly PersonChange[]) => Promise<void>;

/** Changes that wait for those before them. More are refused with a Fault `queue.full`. */
export const maxWaitingChanges = 64;
const numberOfAccess = 'This number is that of an access of a booking.';
/** Of whoever changes people without saying who they are. */
const nobodySaid = 'controller';

export interface PeopleDeskParts {
  readonly store: ControllerStore;
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** A change is on disk; with whoever is gone went their log-ins. */
  changed(loggedOut: readonly KnownUser[]): void;
  /** In the commit of a change, with what it takes to send notices of it; left out: nothing goes with it. */
  changing?(within: Stores, changes: readonly PersonChange[], author: Author): Promise<void>;
}

/** Every call rejects with a Fault when the store does. `by`: who does it. */
export class PeopleDesk {
  readonly #parts: PeopleDeskParts;
  readonly #turns = new Turns(maxWaitingChanges);
  readonly #isSame: SameCredential;

  constructor(parts: PeopleDeskParts) {
    this.#parts = parts;
    this.#isSame = sameByTag(parts.crypto, parts.store.secrets.tags.key);
  }

  /** The people of a file (docs/people-file.md) in place of everybody: all of it, or none with every error by line. */
  async importFile(bytes: Uint8Array, by = nobodySaid): Promise<Result<PeopleChanged, readonly PeopleError[]>> {
    const { crypto, store } = this.#parts;
    const reading = readPeople(bytes);
    if (reading.errors.length > 0 || (await this.#isAnythingTwice(reading.people))) {
      const tagged = taggedPeople(crypto, store.secrets.tags.key, reading);
      if (!tagged.ok) return tagged;
    }
    return this.#turns.take(async () => ok(await this.#replace(reading.people, by)));
  }

  /**
   * What a people file says otherwise than it `said` when it was taken in last; undefined: none was. All of that, or none with every error by line: a
   * credential may be somebody's by a change made here.
   */
  async importChanges(bytes: Uint8Array, said: FileSaid | undefined, by = nobodySaid): Promise<Result<FileTaken, readonly PeopleError[]>> {
    const { crypto, store } = this.#parts;
    const reading = readPeople(bytes);
    const tagged = taggedPeople(crypto, store.secrets.tags.key, reading);
    if (!tagged.ok) return tagged;
    return this.#turns.take(async () => {
      const listed = new Map<number, { readonly line: number; readonly given: GivenPerson; readonly digest: string }>();
      await this.#inParts(reading.people, ({ line, ...given }) => listed.set(given.person, { line, given, digest: this.#digestOf(given) }));
      const before = new Map<number, { readonly record: PersonRecord; readonly digest: string }>();
      // Behind an access of a booking is nobody of a people file.
      const booked = await store.bookings.persons();
      const own = (await store.people.records()).filter(({ given }) => !booked.has(given.person));
      await this.#inParts(own, (record) => before.set(record.given.person, { record, digest: this.#digestOf(record.given) }));
      const mistaken = [...listed.values()].filter(({ given }) => booked.has(given.person));
      if (mistaken.length > 0) return failed(listedErrors(mistaken.map(({ line }) => ({ line, column: 'person', sentence: numberOfAccess }))));
      const { changes, taken } = planOf(listed, before, said);
      const held = await this.#heldByOthers(changes, (person) => listed.get(person)?.line);
      if (held.length > 0) return failed(listedErrors(held));
      await this.#change(changes, by);
      return ok(taken);
    });
  }

  /**
   * What `plan` makes of everybody once it is its turn, in one commit; or, as a trial, nothing of it. Gives the changes that were, or would be, made.
   * That no two people come to have one credential is `plan`'s to see to.
   */
  changeAll<Failure>(
    plan: (everybody: readonly PersonRecord[]) => Promise<Result<readonly PersonChange[], Failure>>,
    { by, isTrial }: { readonly by: string; readonly isTrial: boolean },
  ): Promise<Result<readonly PersonChange[], Failure>> {
    return this.#turns.take(async () => {
      const planned = await plan(await this.#parts.store.people.records());
      if (!planned.ok) return planned;
      const changes: PersonChange[] = [];
      await this.#inParts(planned.value, (change) => changes.push(...this.#made(change)));
      if (!isTrial) await this.#change(changes, by);
      return ok(changes);
    });
  }

  /** Puts one person in place of whoever has their number; their name and the like stay. */
  put(after: GivenPerson, by = nobodySaid): Promise<Result<PeopleChanged, PersonRefusal>> {
    return this.#turns.take(async () => {
      const before = await this.#parts.store.people.record(after.person);
      return this.#put(before, before === undefined ? unnamed(after) : { ...before, given: after }, by);
    });
  }

  /** Somebody new, with the next number. */
  add(given: Omit<GivenPerson, 'person'>, details: PersonDetails, by = nobodySaid, alongside?: Alongside): Promise<Result<number, PersonRefusal>> {
    return this.#turns.take(async () => {
      const person = await this.#parts.store.people.nextNumber();
      if (person === undefined) return failed('noNumberLeft');
      const put = await this.#put(undefined, { ...details, given: { ...given, person } }, by, alongside);
      return put.ok ? ok(person) : put;
    });
  }

  /** What `change` makes of the record; `revision`: the one that is meant, undefined whatever it is. */
  change(
    person: number,
    revision: number | undefined,
    change: (record: PersonRecord) => KeptPerson,
    by = nobodySaid,
    alongside?: Alongside,
  ): Promise<Result<PeopleChanged, PersonRefusal>> {
    return this.#turns.take(async () => {
      const before = await this.#parts.store.people.record(person);
      if (before === undefined) return failed('unknownPerson');
      if (revision !== undefined && before.revision !== revision) return failed('changedMeanwhile');
      return this.#put(before, change(before), by, alongside);
    });
  }

  /**
   * What `change` makes of the records of those of them who are there, undefined being nobody any more, in one commit. Takes away and lets go on:
   * nobody comes to have a credential by it.
   */
  changeSome(
    persons: readonly number[],
    change: (record: PersonRecord) => KeptPerson | undefined,
    by = nobodySaid,
    alongside?: Alongside,
  ): Promise<PeopleChanged> {
    return this.#turns.take(async () => {
      const changes: PersonChange[] = [];
      for (const chunk of chunksOf(persons, peopleAtOnce)) {
        for (const person of chunk) {
          const before = await this.#parts.store.people.record(person);
          if (before !== undefined) changes.push(...this.#made({ before, after: change(before) }));
        }
        await this.#parts.store.rest();
      }
      return this.#change(changes, by, alongside);
    });
  }

  /** A PIN for each of them who has none, in one commit: how many that were. A PIN that somebody has come to have meanwhile is given to nobody else. */
  fill(pins: ReadonlyMap<number, Pin>, by: string): Promise<number> {
    return this.#turns.take(async () => {
      const { people, secrets } = this.#parts.store;
      const held = await people.holders([...pins.values()].map((pin) => secrets.tags.pin(pin)));
      const changes: PersonChange[] = [];
      for (const [person, pin] of pins) {
        const before = await people.record(person);
        if (before === undefined || before.given.pin !== undefined || held.has(secrets.tags.pin(pin))) continue;
        changes.push({ before, after: { ...before, given: { ...before.given, pin } } });
      }
      return (await this.#change(changes, by)).people;
    });
  }

  remove(person: number, by = nobodySaid): Promise<Result<PeopleChanged, PersonRefusal>> {
    return this.#turns.take(async () => {
      const before = await this.#parts.store.people.record(person);
      return before === undefined ? failed('unknownPerson') : ok(await this.#change([{ before, after: undefined }], by));
    });
  }

  /** A new PIN for one person: the old one is revoked ahead of everything, and retired. */
  rollPin(person: number, pin: Pin, by = nobodySaid): Promise<Result<PeopleChanged, PersonRefusal>> {
    return this.change(person, undefined, (record) => ({ ...record, given: { ...record.given, pin } }), by);
  }

  /** In parts; what is twice, and on which line, is told by whoever reads such files. */
  async #isAnythingTwice(people: readonly ListedPerson[]): Promise<boolean> {
    const { store } = this.#parts;
    const [numbers, tags] = [new Set<number>(), new Set<string>()];
    let tagCount = 0;
    for (const chunk of chunksOf(people, peopleAtOnce)) {
      for (const given of chunk) {
        numbers.add(given.person);
        for (const { tag } of store.secrets.tags.of(given)) {
          tags.add(tag);
          tagCount += 1;
        }
      }
      await store.rest();
    }
    return numbers.size < people.length || tags.size < tagCount;
  }

  async #replace(people: readonly ListedPerson[], by: string): Promise<PeopleChanged> {
    const { store } = this.#parts;
    const before = new Map((await store.people.records()).map((record) => [record.given.person, record]));
    const listed = new Map(people.map(({ line: _, ...given }) => [given.person, given]));
    const changes: PersonChange[] = [...before.values()]
      .filter(({ given }) => !listed.has(given.person))
      .map((record) => ({ before: record, after: undefined }));
    for (const chunk of chunksOf([...listed.values()], peopleAtOnce)) {
      for (const given of chunk) {
        const record = before.get(given.person);
        if (record === undefined) changes.push({ before: record, after: unnamed(given) });
        else if (!this.#isSamePerson(record.given, given)) changes.push({ before: record, after: { ...record, given } });
      }
      await store.rest();
    }
    return this.#change(changes, by);
  }

  async #put(before: PersonRecord | undefined, after: KeptPerson, by: string, alongside?: Alongside): Promise<Result<PeopleChanged, PersonRefusal>> {
    const { store } = this.#parts;
    if (after.given.cards.length > maxCards) return failed('tooManyCards');
    const tags = store.secrets.tags.of(after.given).map(({ tag }) => tag);
    const holders = await store.people.holders(tags);
    const isTaken = [...holders.values()].some((person) => person !== after.given.person);
    if (isTaken || new Set(tags).size < tags.length) return failed('credentialTaken');
    return ok(await this.#change(this.#made({ before, after }), by, alongside));
  }

  /** Nothing, where both are the same. */
  #made(change: PersonChange): readonly PersonChange[] {
    const { before, after } = change;
    if (before === undefined || after === undefined || !this.#isSamePerson(before.given, after.given)) return [change];
    // The same object is what tells that readers have nothing to hear.
    return detailsText(before) === detailsText(after) ? [] : [{ before, after: { ...after, given: before.given } }];
  }

  async #change(changes: readonly PersonChange[], by: string, alongside?: Alongside): Promise<PeopleChanged> {
    const { store, clock, changed, changing } = this.#parts;
    if (changes.length === 0) {
      if (alongside !== undefined) await store.write((within) => alongside(within, []));
      return { stand: await store.people.stand(), people: 0 };
    }
    const withdrawn: Withdrawn[] = [];
    for (const chunk of chunksOf(changes, peopleAtOnce)) {
      for (const { before, after } of chunk) {
        const gone = withdrawnBy({ before: inTables(before), after: inTables(after) }, this.#isSame);
        if (gone !== undefined) withdrawn.push(gone);
      }
      await store.rest();
    }
    const author = { by, atMs: Math.floor(clock.wall().ms) };
    const { come, loggedOut } = await store.write(async (within) => {
      const come = await within.people.change(changes, withdrawn, author);
      const gone = await removeTenants(within, changes, author);
      await changing?.(within, changes, author);
      await alongside?.(within, changes);
      return { come, loggedOut: gone };
    });
    changed(loggedOut);
    return { stand: come, people: changes.length };
  }

  /** Whatever order their cards come in. */
  #isSamePerson(left: GivenPerson, right: GivenPerson): boolean {
    return left === right || this.#textOf(left) === this.#textOf(right);
  }

  /** Credentials in the file that somebody has who stays as they are. */
  async #heldByOthers(changes: readonly PersonChange[], lineOf: (person: number) => number | undefined): Promise<readonly PeopleError[]> {
    const { people, secrets } = this.#parts.store;
    const after = changes.flatMap((change) => (change.after === undefined ? [] : [change.after.given]));
    const changing = new Set(changes.flatMap((change) => (change.before === undefined ? [] : [change.before.given.person])));
    const tagged = after.flatMap((given) => secrets.tags.of(given).map(({ kind, tag }) => ({ person: given.person, kind, tag })));
    const holders = await people.holders(tagged.map(({ tag }) => tag));
    return tagged
      .filter(({ tag }) => !changing.has(holders.get(tag) ?? Number.NaN) && holders.has(tag))
      .map(({ person, kind }) => ({
        line: lineOf(person),
        column: columnOf[kind],
        sentence: 'Somebody else has this, by a change made at the controller.',
      }));
  }

  async #inParts<Item>(items: readonly Item[], work: (item: Item) => unknown): Promise<void> {
    for (const chunk of chunksOf(items, peopleAtOnce)) {
      for (const item of chunk) work(item);
      await this.#parts.store.rest();
    }
  }

  /** As long as a key: no two people have one. */
  #digestOf(given: GivenPerson): string {
    const text = new TextEncoder().encode(`doorpad/controller/people-file ${this.#textOf(given)}`);
    return toHex(this.#parts.crypto.hmacSha256(this.#parts.store.secrets.tags.key, text));
  }

  #textOf(given: GivenPerson): string {
    const { credentials, ...facts } = factsOf(this.#parts.crypto, this.#parts.store.secrets.tags.key, given);
    const listed = credentials.map(({ kind, tag, pinExempt }) => `${kind} ${tag} ${pinExempt}`).sort();
    return JSON.stringify([facts, listed]);
  }
}

const detailsText = ({ name, email, isSuspended, isOutOfHours, schedule }: KeptPerson): string =>
  JSON.stringify([name, email, isSuspended, isOutOfHours, schedule]);
