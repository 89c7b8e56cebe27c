/**
 * Which PINs are somebody's, and which were: a retired one is given again only once it was out of use for a year and no reader can know it any
 * more (DESIGN §2). Knows PINs by their tags only. PINs are retired by the commit that changes people; which PIN is given is the caller's.
 */
import type { Pin } from '../../src/access/pin.ts';
import type { CredentialTags } from './credential-tags.ts';
import type { Access } from './database.ts';

export const restOfPinMs = 366 * 86_400_000;

/** One PIN that was somebody's. */
export interface RetiredPin {
  readonly person: number;
  readonly retiredMs: number;
  /** The change that took it away: a reader whose table does not go through it may know the PIN. */
  readonly change: number;
}

export class PinStore {
  readonly #access: Access;
  readonly #tags: CredentialTags;

  constructor(access: Access, tags: CredentialTags) {
    this.#access = access;
    this.#tags = tags;
  }

  /** By which `taken` knows it. */
  tagOf(pin: Pin): string {
    return this.#tags.pin(pin);
  }

  /** Tags of all PINs that must not be given at this moment: somebody's, duress PINs among them, and those whose rest is not over. */
  async taken(nowMs: number): Promise<ReadonlySet<string>> {
    const { sql } = this.#access;
    const present = await sql.selectFrom('credential').select('tag').where('kind', '!=', 'card').execute();
    return new Set([...present.map(({ tag }) => tag), ...(await this.resting(nowMs))]);
  }

  /** Tags of those whose rest is not over at this moment. */
  async resting(nowMs: number): Promise<ReadonlySet<string>> {
    const confirmed = await this.#confirmed();
    const resting = await this.#access.sql
      .selectFrom('retired_pin')
      .select('tag')
      .where(({ or, eb }) => or([eb('retired_ms', '>', nowMs - restOfPinMs), eb('change', '>', confirmed)]))
      .execute();
    return new Set(resting.map(({ tag }) => tag));
  }

  /** Whose it is now; `isDuressOn`: duress PINs are looked at too. */
  async holder(pin: Pin, isDuressOn = true): Promise<number | undefined> {
    const row = await this.#access.sql
      .selectFrom('credential')
      .select('person')
      .where('tag', '=', this.tagOf(pin))
      .where('kind', 'in', isDuressOn ? ['pin', 'duressPin'] : ['pin'])
      .executeTakeFirst();
    return row?.person;
  }

  /** Of one person, the newest first. */
  async retiredOf(person: number): Promise<readonly RetiredPin[]> {
    const rows = await this.#access.sql.selectFrom('retired_pin').selectAll().where('person', '=', person).orderBy('id', 'desc').execute();
    return rows.map(({ retired_ms, change }) => ({ person, retiredMs: retired_ms, change }));
  }

  /** How many retired PINs a reader whose table goes through this change may still know. */
  async unconfirmed(throughChange: number): Promise<number> {
    const { n } = await this.#access.sql
      .selectFrom('retired_pin')
      .select(({ fn }) => fn.countAll().as('n'))
      .where('change', '>', throughChange)
      .executeTakeFirstOrThrow();
    return Number(n);
  }

  /** How many PINs there are of each length, duress PINs among them: each opens. */
  async lengths(): Promise<ReadonlyMap<number, number>> {
    const counted = new Map<number, number>();
    for (const column of ['pin_length', 'duress_length'] as const) {
      const rows = await this.#access.sql
        .selectFrom('person')
        .select([`${column} as length`, ({ fn }) => fn.countAll().as('n')])
        .where(column, 'is not', null)
        .groupBy(column)
        .execute();
      for (const { length, n } of rows) counted.set(length ?? 0, (counted.get(length ?? 0) ?? 0) + Number(n));
    }
    return counted;
  }

  /** What may be given again is needed no longer. */
  async forgetRested(nowMs: number): Promise<void> {
    const confirmed = await this.#confirmed();
    await this.#access.sql
      .deleteFrom('retired_pin')
      .where('retired_ms', '<=', nowMs - restOfPinMs)
      .where('change', '<=', confirmed)
      .execute();
  }

  /** Every reader has all changes up to this one; of a reader whose table is not known, nothing is. */
  async #confirmed(): Promise<number> {
    const rows = await this.#access.sql.selectFrom('reader').select('in_force').execute();
    const through = rows.map(({ in_force }) => (in_force === null ? 0 : (JSON.parse(in_force) as { readonly throughChange: number }).throughChange));
    return Math.min(Number.MAX_SAFE_INTEGER, ...through);
  }
}
