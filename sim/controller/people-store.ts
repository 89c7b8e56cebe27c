/**
 * The people of a site on disk, every change of them by number, and what the changes took away: enough to bring any reader from the table
 * it has to the one of today. On disk when a call returns. Which changes are allowed is people-desk.ts's.
 */
import type { GivenPerson } from '../../src/table/given-person.ts';
import type { Database, Row, Value } from './database.ts';
import type { KeptChange, Withdrawn } from './person.ts';
import { readPerson, writePerson } from './person-text.ts';
import type { SecretBox } from './secret-box.ts';

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

export class PeopleStore {
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  stand(): Stand {
    const row = this.#database.first('SELECT last_change, last_revocation FROM site');
    return { change: Number(row?.last_change ?? 0), revocation: Number(row?.last_revocation ?? 0) };
  }

  person(person: number): GivenPerson | undefined {
    const row = this.#database.first('SELECT text FROM person WHERE person = ?', person);
    return this.#read(person, row?.text);
  }

  /** Everybody, by number. */
  people(): readonly GivenPerson[] {
    return this.#database
      .all('SELECT person, text FROM person ORDER BY person')
      .map(({ person, text }) => readPerson(this.#box, Number(person), String(text)));
  }

  /** All of the changes in one commit, each with a number of its own; what they take away shares one number. */
  change(changes: readonly KeptChange[], withdrawn: readonly Withdrawn[]): Stand {
    return this.#database.write(() => {
      const stand = this.stand();
      let number = stand.change;
      for (const { before, after } of changes) {
        number += 1;
        const person = (after ?? before)?.person as number;
        const texts = [before, after].map((kept) => (kept === undefined ? null : writePerson(this.#box, kept)));
        this.#database.run('INSERT INTO change VALUES (?, ?, ?, ?)', number, person, ...(texts as Value[]));
        this.#database.run('DELETE FROM person WHERE person = ?', person);
        if (after !== undefined) this.#database.run('INSERT INTO person VALUES (?, ?)', person, texts[1] as string);
      }
      const revocation = stand.revocation + (withdrawn.length > 0 ? 1 : 0);
      for (const { isWhole, from } of withdrawn) {
        const text = writePerson(this.#box, from);
        const sql = 'INSERT INTO withdrawn (number, person, is_whole, text) VALUES (?, ?, ?, ?)';
        this.#database.run(sql, revocation, from.person, isWhole ? 1 : 0, text);
      }
      this.#database.run('UPDATE site SET last_change = ?, last_revocation = ?', number, revocation);
      return { change: number, revocation };
    });
  }

  /** Goes on above a reader that knows of more revocations than this database does. */
  raiseRevocation(atLeast: number): void {
    this.#database.run('UPDATE site SET last_revocation = max(last_revocation, ?)', atLeast);
  }

  /** How many changes there are above `from`, or undefined when some of them are forgotten. */
  changeCount(from: number): number | undefined {
    const { change } = this.stand();
    const count = Number(this.#database.first('SELECT count(*) AS n FROM change WHERE number > ?', from)?.n);
    return from <= change && count === change - from ? count : undefined;
  }

  /** Each person who changed above `from`, once: as they were then, and as they are now. */
  changedSince(from: number): readonly KeptChange[] {
    const people = new Map<number, { first: Row; last: Row }>();
    for (const row of this.#database.all('SELECT person, before, after FROM change WHERE number > ? ORDER BY number', from)) {
      const person = Number(row.person);
      people.set(person, { first: people.get(person)?.first ?? row, last: row });
    }
    return [...people]
      .map(([person, { first, last }]) => ({ before: this.#read(person, first.before), after: this.#read(person, last.after) }))
      .filter(({ before, after }) => before !== undefined || after !== undefined);
  }

  /** At most `limit` of what was taken away above `number`, the oldest first. */
  withdrawnSince(number: number, limit: number): readonly RevokedSince[] {
    return this.#database
      .all('SELECT number, person, is_whole, text FROM withdrawn WHERE number > ? ORDER BY place LIMIT ?', number, limit)
      .map((row) => ({
        number: Number(row.number),
        withdrawn: { isWhole: row.is_whole === 1, from: readPerson(this.#box, Number(row.person), String(row.text)) },
      }));
  }

  /** What every reader has: old PINs are kept no longer than they are needed. */
  forget({ change, revocation }: Stand): void {
    this.#database.write(() => {
      this.#database.run('DELETE FROM change WHERE number <= ?', change);
      this.#database.run('DELETE FROM withdrawn WHERE number <= ?', revocation);
    });
  }

  #read(person: number, text: Value | undefined): GivenPerson | undefined {
    return typeof text === 'string' ? readPerson(this.#box, person, text) : undefined;
  }
}
