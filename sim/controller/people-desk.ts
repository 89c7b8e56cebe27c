/**
 * Who may enter a site: people are imported, changed and rolled here. Decides whether a change may be, and what it takes away at once;
 * when a reader hears of it is table-keeper.ts's.
 */
import type { Pin } from '../../src/access/pin.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { factsOf, type GivenPerson } from '../../src/table/given-person.ts';
import { type PeopleError, readPeople } from '../../src/tools/people-file.ts';
import { taggedPeople } from '../../src/tools/tagged-people.ts';
import type { PeopleStore, Stand } from './people-store.ts';
import { type KeptChange, type SameCredential, sameByTag, type Withdrawn, withdrawnBy } from './person.ts';

export interface PeopleChanged {
  readonly stand: Stand;
  /** People who are not as they were. */
  readonly people: number;
}

/** `credentialTaken`: somebody else has it, or they have it already in another place. */
export type PersonRefusal = 'unknownPerson' | 'credentialTaken';

export class PeopleDesk {
  readonly #store: PeopleStore;
  readonly #crypto: Crypto;
  readonly #changed: () => void;
  /** For comparing credentials in memory; never leaves it. */
  readonly #key: SecretBytes;
  readonly #isSame: SameCredential;

  /** `changed` is called once a change is on disk. */
  constructor(store: PeopleStore, crypto: Crypto, changed: () => void) {
    this.#store = store;
    this.#crypto = crypto;
    this.#changed = changed;
    this.#key = new SecretBytes(crypto.randomBytes(32));
    this.#isSame = sameByTag(crypto, this.#key);
  }

  /** The people of a file (docs/people-file.md) in place of everybody: all of it, or none with every error by line. */
  importFile(bytes: Uint8Array): Result<PeopleChanged, readonly PeopleError[]> {
    const reading = readPeople(bytes);
    const tagged = taggedPeople(this.#crypto, this.#key, reading);
    if (!tagged.ok) return tagged;
    const before = new Map(this.#store.people().map((kept) => [kept.person, kept]));
    const listed = new Map(reading.people.map(({ line: _, ...kept }) => [kept.person, kept]));
    const gone = [...before.values()].filter(({ person }) => !listed.has(person)).map((kept) => ({ before: kept, after: undefined }));
    const others = [...listed.values()].map((after) => ({ before: before.get(after.person), after }));
    return ok(this.#change([...gone, ...others.filter((change) => !this.#isUnchanged(change))]));
  }

  /** Puts one person in place of whoever has their number. */
  put(after: GivenPerson): Result<PeopleChanged, PersonRefusal> {
    const tags = this.#tagsOf(after);
    const taken = new Set(this.#store.people().flatMap((kept) => (kept.person === after.person ? [] : this.#tagsOf(kept))));
    if (new Set(tags).size < tags.length || tags.some((tag) => taken.has(tag))) return failed('credentialTaken');
    const change = { before: this.#store.person(after.person), after };
    return ok(this.#change(this.#isUnchanged(change) ? [] : [change]));
  }

  remove(person: number): Result<PeopleChanged, PersonRefusal> {
    const before = this.#store.person(person);
    return before === undefined ? failed('unknownPerson') : ok(this.#change([{ before, after: undefined }]));
  }

  /** A new PIN for one person: the old one is revoked ahead of everything. */
  rollPin(person: number, pin: Pin): Result<PeopleChanged, PersonRefusal> {
    const before = this.#store.person(person);
    return before === undefined ? failed('unknownPerson') : this.put({ ...before, pin });
  }

  #change(changes: readonly KeptChange[]): PeopleChanged {
    if (changes.length === 0) return { stand: this.#store.stand(), people: 0 };
    const withdrawn = changes.map((change) => withdrawnBy(change, this.#isSame)).filter((each): each is Withdrawn => each !== undefined);
    const stand = this.#store.change(changes, withdrawn);
    this.#changed();
    return { stand, people: changes.length };
  }

  #tagsOf(kept: GivenPerson): readonly bigint[] {
    return factsOf(this.#crypto, this.#key, kept).credentials.map(({ tag }) => tag);
  }

  #isUnchanged({ before, after }: KeptChange): boolean {
    return before !== undefined && after !== undefined && this.#textOf(before) === this.#textOf(after);
  }

  /** Equal texts, equal people, in whatever order their cards come. */
  #textOf(kept: GivenPerson): string {
    const { credentials, ...facts } = factsOf(this.#crypto, this.#key, kept);
    const listed = credentials.map(({ kind, tag, pinExempt }) => `${kind} ${tag} ${pinExempt}`).sort();
    return JSON.stringify([facts, listed]);
  }
}
