/**
 * The people of a site on disk, every change of them by number, and what the changes took away: enough to bring any reader from the table
 * it has to the one of today. On disk when a call resolves. Which changes are allowed is people-desk.ts's.
 */
import { type RawBuilder, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { Card } from '../../src/access/card.ts';
import type { Mode } from '../../src/access/mode.ts';
import type { GivenPerson } from '../../src/table/given-person.ts';
import { maxPersonId } from '../../src/table/record.ts';
import { chunksOf } from './chunks.ts';
import type { Access } from './database.ts';
import { PeopleWriting, peopleAtOnce } from './people-writing.ts';
import type { KeptChange, Withdrawn } from './person.ts';
import { type Author, type KeptPerson, type PersonChange, type PersonRecord, readRecord } from './person-record.ts';
import { readPerson } from './person-text.ts';
import type { Secrets } from './secrets.ts';
import type { Tables } from './tables.ts';

/** Where the people of a site have come to. */
export interface Stand {
  /** Number of the last change; 0: nobody was ever there. */
  readonly change: number;
  /** Number of the last revocation; 0: none. */
  readonly revocation: number;
}

export interface RevokedSince {
  readonly number: number;
  readonly withdrawn: Withdrawn;
}

/** A page of people, by name. */
export interface PeoplePage {
  readonly people: readonly PersonRecord[];
  readonly total: number;
  /** The last of this page, where there are more. */
  readonly next: number | undefined;
}

export interface PeopleFilter {
  /** Part of a name or a mail address. */
  readonly find?: string | undefined;
  readonly lacks?: 'pin' | 'card' | undefined;
  /** Those behind this one; `afterName`: their name then, where they may be gone. */
  readonly after?: number | undefined;
  readonly afterName?: string | undefined;
  readonly limit: number;
}

export class PeopleStore {
  readonly #access: Access;
  readonly #secrets: Secrets;

  constructor(access: Access, secrets: Secrets) {
    this.#access = access;
    this.#secrets = secrets;
  }

  async stand(): Promise<Stand> {
    const row = await this.#access.sql.selectFrom('site').select(['last_change', 'last_revocation']).executeTakeFirst();
    return { change: row?.last_change ?? 0, revocation: row?.last_revocation ?? 0 };
  }

  async person(person: number): Promise<GivenPerson | undefined> {
    return (await this.record(person))?.given;
  }

  async record(person: number): Promise<PersonRecord | undefined> {
    const row = await this.#access.sql.selectFrom('person').selectAll().where('person', '=', person).executeTakeFirst();
    return row && readRecord(this.#secrets.box, row);
  }

  /** Everybody who stands in readers' tables, by number, in parts: others have their turns between them, so that a change may come in the middle. */
  async people(): Promise<readonly GivenPerson[]> {
    const records = await this.#parts((query) => query.where('is_suspended', '=', 0).where('is_out_of_hours', '=', 0));
    return records.map(({ given }) => given);
  }

  /** Everybody, by number, likewise. */
  records(): Promise<readonly PersonRecord[]> {
    return this.#parts((query) => query);
  }

  /** By name, and by number where names are alike. */
  async list({ find, lacks, after, afterName, limit }: PeopleFilter): Promise<PeoplePage> {
    const { sql: kysely } = this.#access;
    let meant = kysely.selectFrom('person');
    if (find !== undefined) {
      const part = find.toLowerCase();
      meant = meant.where(({ or }) => or([sql<boolean>`instr(lower(name), ${part})`, sql<boolean>`instr(lower(email), ${part})`]));
    }
    if (lacks === 'pin') meant = meant.where('pin_length', 'is', null);
    if (lacks === 'card') {
      meant = meant.where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('credential').select('id').where('kind', '=', 'card').whereRef('credential.person', '=', 'person.person'))),
      );
    }
    const { n } = await meant.select(({ fn }) => fn.countAll().as('n')).executeTakeFirstOrThrow();
    const last = afterName ?? (after === undefined ? undefined : (await this.record(after))?.name);
    let page = meant
      .selectAll()
      .orderBy('name')
      .orderBy('person')
      .limit(limit + 1);
    if (last !== undefined && after !== undefined) {
      page = page.where(({ or, and, eb }) => or([eb('name', '>', last), and([eb('name', '=', last), eb('person', '>', after)])]));
    }
    const rows = await page.execute();
    const people = rows.slice(0, limit).map((row) => readRecord(this.#secrets.box, row));
    return { people, total: Number(n), next: rows.length > limit ? people.at(-1)?.given.person : undefined };
  }

  /** In readers' tables, and without what this mode asks for: the first `limit` by name, and how many there are. */
  async lacking(mode: Mode, limit: number): Promise<Pick<PeoplePage, 'people' | 'total'>> {
    const meant = this.#access.sql
      .selectFrom('person')
      .where('is_suspended', '=', 0)
      .where('is_out_of_hours', '=', 0)
      .where(sql<boolean>`not (${has[mode]})`);
    const { n } = await meant.select(({ fn }) => fn.countAll().as('n')).executeTakeFirstOrThrow();
    const rows = await meant.selectAll().orderBy('name').orderBy('person').limit(limit).execute();
    return { people: rows.map((row) => readRecord(this.#secrets.box, row)), total: Number(n) };
  }

  /** Their cards, with the numbers by which one of them is named. */
  async cardsOf({ given }: KeptPerson): Promise<readonly { readonly id: number; readonly card: Card }[]> {
    const rows = await this.#access.sql
      .selectFrom('credential')
      .select(['id', 'tag'])
      .where('person', '=', given.person)
      .where('kind', '=', 'card')
      .execute();
    const ids = new Map(rows.map(({ tag, id }) => [tag, id]));
    return given.cards.map((card) => ({ id: ids.get(this.#secrets.tags.card(card)) ?? 0, card }));
  }

  /** Who has which of these credentials: tags of credential-tags.ts. */
  async holders(tags: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const held = new Map<string, number>();
    for (const chunk of chunksOf(tags, peopleAtOnce)) {
      const rows = await this.#access.sql.selectFrom('credential').select(['tag', 'person']).where('tag', 'in', chunk).execute();
      for (const { tag, person } of rows) held.set(tag, person);
    }
    return held;
  }

  /** A number for somebody new: above everybody's who ever was; undefined: a file has given the highest one away. */
  async nextNumber(): Promise<number | undefined> {
    const row = await this.#access.sql.selectFrom('site').select('last_person').executeTakeFirst();
    const next = (row?.last_person ?? 0) + 1;
    return next <= maxPersonId ? next : undefined;
  }

  /**
   * All of the changes in one commit, each that readers are told of with a number of its own; what they take away shares one number. PINs that
   * are nobody's after it are retired with it. Somebody else's credential is for the caller to refuse: here it is a Fault.
   */
  change(changes: readonly PersonChange[], withdrawn: readonly Withdrawn[], author: Author): Promise<Stand> {
    return this.#access.write(async (within) => {
      const { change: from, revocation: lastRevocation } = await new PeopleStore(within, this.#secrets).stand();
      const writing = new PeopleWriting(within, this.#secrets, author);
      const change = await writing.people(changes, from);
      const revocation = lastRevocation + (withdrawn.length > 0 ? 1 : 0);
      await writing.withdrawn(withdrawn, revocation);
      const last = changes.reduce((most, { before, after }) => Math.max(most, (after ?? before)?.given.person ?? 0), 0);
      await within.sql
        .updateTable('site')
        .set(({ fn, val, ref }) => ({
          last_change: change,
          last_revocation: revocation,
          last_person: fn<number>('max', [ref('last_person'), val(last)]),
        }))
        .execute();
      return { change, revocation };
    });
  }

  /** A database of before credentials were found by tags gets them, once. */
  fillTags(): Promise<void> {
    return this.#access.write(async (within) => {
      const site = await within.sql.selectFrom('site').select(['has_tags', 'last_change']).executeTakeFirst();
      if (site === undefined || site.has_tags === 1) return;
      const { tags } = this.#secrets;
      for (const chunk of chunksOf(await new PeopleStore(within, this.#secrets).records(), peopleAtOnce)) {
        const rows = chunk.flatMap(({ given }) => tags.of(given).map((tagged) => ({ ...tagged, person: given.person })));
        if (rows.length > 0) await within.sql.insertInto('credential').values(rows).execute();
        for (const { given } of chunk)
          if (given.pin !== undefined)
            await within.sql
              .updateTable('person')
              .set({ pin_length: given.pin.length, pin_change: site.last_change })
              .where('person', '=', given.person)
              .execute();
        await within.rest();
      }
      await within.sql.updateTable('site').set({ has_tags: 1 }).execute();
    });
  }

  /** Goes on above a reader that knows of more revocations than this database does. */
  async raiseRevocation(atLeast: number): Promise<void> {
    await this.#access.sql.updateTable('site').set({ last_revocation: atLeast }).where('last_revocation', '<', atLeast).execute();
  }

  /** How many changes there are above `from`, or undefined when some of them are forgotten. */
  async changeCount(from: number): Promise<number | undefined> {
    const row = await this.#access.sql
      .selectFrom('site')
      .select(({ selectFrom }) => [
        'last_change as change',
        selectFrom('change')
          .select(({ fn }) => fn.countAll().as('n'))
          .where('number', '>', from)
          .as('n'),
      ])
      .executeTakeFirst();
    const [change, count] = [row?.change ?? 0, Number(row?.n ?? 0)];
    return from <= change && count === change - from ? count : undefined;
  }

  /** Each person who changed above `from`, once: as they were then, and as they are now. */
  async changedSince(from: number): Promise<readonly KeptChange[]> {
    const { sql, rest } = this.#access;
    const rows = await sql.selectFrom('change').select(['person', 'before', 'after']).where('number', '>', from).orderBy('number').execute();
    const texts = new Map<number, { readonly before: string | null; readonly after: string | null }>();
    for (const { person, before, after } of rows)
      texts.set(person, { before: texts.has(person) ? (texts.get(person)?.before ?? null) : before, after });
    const changed: KeptChange[] = [];
    for (const chunk of chunksOf([...texts], peopleAtOnce)) {
      for (const [person, { before, after }] of chunk) changed.push({ before: this.#read(person, before), after: this.#read(person, after) });
      await rest();
    }
    return changed.filter(({ before, after }) => before !== undefined || after !== undefined);
  }

  /** At most `limit` of what was taken away above `number`, the oldest first. */
  async withdrawnSince(number: number, limit: number): Promise<readonly RevokedSince[]> {
    const rows = await this.#access.sql
      .selectFrom('withdrawn')
      .select(['number', 'person', 'is_whole', 'text'])
      .where('number', '>', number)
      .orderBy('place')
      .limit(limit)
      .execute();
    const since: RevokedSince[] = [];
    for (const chunk of chunksOf(rows, peopleAtOnce)) {
      for (const { number, person, is_whole, text } of chunk)
        since.push({ number, withdrawn: { isWhole: is_whole === 1, from: readPerson(this.#secrets.box, person, text) } });
      await this.#access.rest();
    }
    return since;
  }

  /** What every reader has: old PINs are kept no longer than they are needed. */
  forget({ change, revocation }: Stand): Promise<void> {
    return this.#access.write(async ({ sql }) => {
      await sql.deleteFrom('change').where('number', '<=', change).execute();
      await sql.deleteFrom('withdrawn').where('number', '<=', revocation).execute();
    });
  }

  async #parts(which: (query: PersonQuery) => PersonQuery): Promise<readonly PersonRecord[]> {
    const { sql: kysely, rest } = this.#access;
    const records: PersonRecord[] = [];
    for (;;) {
      const rows = await which(kysely.selectFrom('person').selectAll())
        .where('person', '>', records.at(-1)?.given.person ?? 0)
        .orderBy('person')
        .limit(peopleAtOnce)
        .execute();
      for (const row of rows) records.push(readRecord(this.#secrets.box, row));
      if (rows.length < peopleAtOnce) return records;
      await rest();
    }
  }

  #read(person: number, text: string | null | undefined): GivenPerson | undefined {
    return typeof text === 'string' ? readPerson(this.#secrets.box, person, text) : undefined;
  }
}

const hasPin = sql`pin_length is not null`;
const hasCard = sql`exists (select 1 from credential where credential.person = person.person and credential.kind = 'card')`;
const isPinExempt = sql`coalesce(json_extract(text, '$.facts.pinExempt'), 0)`;
const everybody = sql`1`;

/** What a person has who can enter at a door in this mode; one that opens to nobody, or to everybody, asks for nothing. */
const has: Readonly<Record<Mode, RawBuilder<unknown>>> = {
  cardOnly: hasCard,
  pinOnly: hasPin,
  cardOrPin: sql`(${hasCard} or ${hasPin})`,
  cardAndPin: sql`(${hasCard} and (${hasPin} or ${isPinExempt}))`,
  unlocked: everybody,
  locked: everybody,
};

type PersonQuery = SelectQueryBuilder<Tables, 'person', Selectable<Tables['person']>>;
