/**
 * Puts changes of people into a commit: the people, the numbered changes that readers are brought on by, the credentials they are found by, and
 * the PINs that are retired with it. Decides what is written where; what may be changed is people-desk.ts's.
 */
import type { Insertable } from 'kysely';
import type { GivenPerson } from '../../src/table/given-person.ts';
import { chunksOf } from './chunks.ts';
import type { TaggedCredential } from './credential-tags.ts';
import type { Access } from './database.ts';
import type { Withdrawn } from './person.ts';
import { type Author, inTables, type KeptPerson, type PersonChange, type PinFact } from './person-record.ts';
import { writePerson } from './person-text.ts';
import type { Secrets } from './secrets.ts';
import type { Tables } from './tables.ts';

/** Read, opened, sealed or written in one go: a few milliseconds. */
export const peopleAtOnce = 200;

interface Numbered extends PersonChange {
  readonly person: number;
  /** Of the change, or of the last one before it where readers are told nothing. */
  readonly number: number;
  readonly isForReaders: boolean;
}

export class PeopleWriting {
  readonly #within: Access;
  readonly #secrets: Secrets;
  readonly #author: Author;
  /** Of everybody who changes, once they were looked at: what stays, and what comes. */
  readonly #had = new Map<number, ReadonlySet<string>>();
  readonly #tags = new Map<number, readonly TaggedCredential[]>();

  constructor(within: Access, secrets: Secrets, author: Author) {
    this.#within = within;
    this.#secrets = secrets;
    this.#author = author;
  }

  /** The number of the last change. */
  async people(changes: readonly PersonChange[], from: number): Promise<number> {
    let number = from;
    const numbered = changes.map(({ before, after }): Numbered => {
      const isForReaders = inTables(before) !== inTables(after);
      if (isForReaders) number += 1;
      return { before, after, person: (after ?? before)?.given.person as number, number, isForReaders };
    });
    // All that goes before anything comes: two people may change credentials with each other.
    for (const chunk of chunksOf(numbered, peopleAtOnce)) await this.#takeAway(chunk);
    for (const chunk of chunksOf(numbered, peopleAtOnce)) await this.#put(chunk);
    return number;
  }

  async withdrawn(withdrawn: readonly Withdrawn[], number: number): Promise<void> {
    for (const chunk of chunksOf(withdrawn, peopleAtOnce)) {
      const rows = chunk.map(({ isWhole, from }) => ({ number, person: from.person, is_whole: isWhole ? 1 : 0, text: this.#text(from) }));
      await this.#within.sql.insertInto('withdrawn').values(rows).execute();
      await this.#within.rest();
    }
  }

  async #takeAway(chunk: readonly Numbered[]): Promise<void> {
    const { sql, rest } = this.#within;
    const changed = new Map(chunk.map((change) => [change.person, change]));
    const known = await sql
      .selectFrom('credential')
      .selectAll()
      .where('person', 'in', [...changed.keys()])
      .execute();
    for (const { person, after } of chunk) {
      this.#tags.set(person, after === undefined ? [] : this.#secrets.tags.of(after.given));
      this.#had.set(person, new Set(known.filter((row) => row.person === person).map(nameOf)));
    }
    const theirs = (person: number): readonly TaggedCredential[] => this.#tags.get(person) ?? [];
    const gone = known.filter((row) => !theirs(row.person).some((tagged) => nameOf(tagged) === nameOf(row)));
    const retired = gone.filter(({ kind, tag, person }) => kind !== 'card' && !theirs(person).some((tagged) => tagged.tag === tag));
    const rows = retired.map(({ tag, person }) => ({
      tag,
      person,
      retired_ms: this.#author.atMs,
      change: changed.get(person)?.number as number,
    }));
    if (rows.length > 0) await sql.insertInto('retired_pin').values(rows).execute();
    const ids = gone.map(({ id }) => id);
    if (ids.length > 0) await sql.deleteFrom('credential').where('id', 'in', ids).execute();
    await rest();
  }

  async #put(chunk: readonly Numbered[]): Promise<void> {
    const { sql, rest } = this.#within;
    const listed: Insertable<Tables['person']>[] = [];
    const told: Insertable<Tables['change']>[] = [];
    for (const change of chunk) {
      const { after, number, person } = change;
      if (after !== undefined) listed.push(this.#row(change, after));
      if (change.isForReaders) told.push({ number, person, before: this.#textOf(change.before), after: this.#textOf(after) });
    }
    if (told.length > 0) await sql.insertInto('change').values(told).execute();
    const gone = chunk.flatMap(({ person, after }) => (after === undefined ? [person] : []));
    if (gone.length > 0) await sql.deleteFrom('person').where('person', 'in', gone).execute();
    if (listed.length > 0) await this.#putRows(listed);
    const credentials = chunk.flatMap(({ person }) =>
      (this.#tags.get(person) ?? [])
        .filter((tagged) => this.#had.get(person)?.has(nameOf(tagged)) !== true)
        .map(({ kind, tag }) => ({ kind, tag, person })),
    );
    if (credentials.length > 0) await sql.insertInto('credential').values(credentials).execute();
    await rest();
  }

  async #putRows(rows: readonly Insertable<Tables['person']>[]): Promise<void> {
    await this.#within.sql
      .insertInto('person')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('person').doUpdateSet(({ ref }) => ({
          text: ref('excluded.text'),
          name: ref('excluded.name'),
          email: ref('excluded.email'),
          is_suspended: ref('excluded.is_suspended'),
          is_out_of_hours: ref('excluded.is_out_of_hours'),
          schedule: ref('excluded.schedule'),
          revision: ref('excluded.revision'),
          pin_length: ref('excluded.pin_length'),
          pin_issued_ms: ref('excluded.pin_issued_ms'),
          pin_issued_by: ref('excluded.pin_issued_by'),
          pin_change: ref('excluded.pin_change'),
          duress_length: ref('excluded.duress_length'),
        })),
      )
      .execute();
  }

  #row(change: Numbered, { given, name, email, isSuspended, isOutOfHours, schedule }: KeptPerson): Insertable<Tables['person']> {
    const pin = this.#pinFact(change, given);
    return {
      person: given.person,
      text: this.#text(given),
      name,
      email: email ?? null,
      is_suspended: isSuspended ? 1 : 0,
      is_out_of_hours: isOutOfHours ? 1 : 0,
      schedule: schedule ?? null,
      revision: (change.before?.revision ?? 0) + 1,
      pin_length: pin?.length ?? null,
      pin_issued_ms: pin?.issuedMs ?? null,
      pin_issued_by: pin?.issuedBy ?? null,
      pin_change: pin?.change ?? null,
      duress_length: given.duressPin?.length ?? null,
    };
  }

  #pinFact({ before, number, person }: Numbered, { pin }: GivenPerson): PinFact | undefined {
    if (pin === undefined) return undefined;
    const tagged = this.#tags.get(person)?.find(({ kind }) => kind === 'pin');
    const isOld = tagged !== undefined && this.#had.get(person)?.has(nameOf(tagged)) === true;
    const { by, atMs } = this.#author;
    if (!isOld || before?.pin === undefined) return { length: pin.length, issuedMs: atMs, issuedBy: by, change: number };
    return inTables(before) === undefined ? { ...before.pin, change: number } : before.pin;
  }

  #textOf(kept: KeptPerson | undefined): string | null {
    const given = inTables(kept);
    return given === undefined ? null : this.#text(given);
  }

  #text(given: GivenPerson): string {
    return writePerson(this.#secrets.box, given);
  }
}

const nameOf = ({ kind, tag }: TaggedCredential): string => `${kind} ${tag}`;
