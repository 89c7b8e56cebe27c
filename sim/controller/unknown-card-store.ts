/** Cards that came up whole from a reader and are nobody's, sealed, until they are given to a person. The newest are kept. */
import type { Selectable } from 'kysely';
import type { Card } from '../../src/access/card.ts';
import { Fault } from '../../src/shared/faults.ts';
import type { Access } from './database.ts';
import type { Secrets } from './secrets.ts';
import type { Tables } from './tables.ts';

/** Above this the one that was seen longest ago goes. */
export const maxUnknownCards = 500;

export interface UnknownCard {
  readonly id: number;
  readonly reader: number;
  readonly seenMs: number;
  readonly card: Card;
  /** That told of it; undefined: none has yet. */
  readonly event: EventPlace | undefined;
}

/** An event of one reader. */
export interface EventPlace {
  readonly epoch: string;
  readonly sequence: number;
}

const placeOf = (tag: string): string => `doorpad/controller/unknown-card/${tag}`;

export class UnknownCardStore {
  readonly #access: Access;
  readonly #secrets: Secrets;

  constructor(access: Access, secrets: Secrets) {
    this.#access = access;
    this.#secrets = secrets;
  }

  /** Its number; the same for a card that was kept before. */
  keep(reader: number, card: Card, seenMs: number): Promise<number> {
    const tag = this.#secrets.tags.card(card);
    const row = {
      reader,
      tag,
      form: card.form,
      length: card.length,
      sealed: this.#secrets.box.sealCard(placeOf(tag), card),
      seen_ms: Math.floor(seenMs),
    };
    return this.#access.write(async ({ sql }) => {
      const { id } = await sql
        .insertInto('unknown_card')
        .values(row)
        .onConflict((conflict) => conflict.column('tag').doUpdateSet({ reader, seen_ms: row.seen_ms, epoch: null, sequence: null }))
        .returning('id')
        .executeTakeFirstOrThrow();
      const newest = sql.selectFrom('unknown_card').select('id').orderBy('seen_ms', 'desc').orderBy('id', 'desc').limit(maxUnknownCards);
      await sql.deleteFrom('unknown_card').where('id', 'not in', newest).execute();
      return id;
    });
  }

  /**
   * An event tells of the card that came up last and that none has told of. On the line a card of text is the bits of its characters; `tail`, how the
   * reader shows it, says which it was: of both forms one looks so only where bits end with the characters of 30 to 39.
   */
  toldOf(reader: number, tail: string, { epoch, sequence }: EventPlace): Promise<void> {
    const { box, tags } = this.#secrets;
    return this.#access.write(async ({ sql }) => {
      const row = await sql
        .selectFrom('unknown_card')
        .selectAll()
        .where('reader', '=', reader)
        .where('epoch', 'is', null)
        .orderBy('seen_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return;
      const text = row.form === 'bits' && row.length % 8 === 0 ? box.openCard(placeOf(row.tag), row.sealed, 'text', row.length / 8) : undefined;
      const isText = text?.tail === tail;
      const tag = isText ? tags.card(text) : row.tag;
      const read = isText ? { tag, form: text.form, length: text.length, sealed: box.sealCard(placeOf(tag), text) } : {};
      await sql.deleteFrom('unknown_card').where('tag', '=', tag).where('id', '!=', row.id).execute();
      await sql
        .updateTable('unknown_card')
        .set({ ...read, epoch, sequence })
        .where('id', '=', row.id)
        .execute();
    });
  }

  /** Newest first. */
  async list(): Promise<readonly UnknownCard[]> {
    const rows = await this.#access.sql.selectFrom('unknown_card').selectAll().orderBy('seen_ms', 'desc').orderBy('id', 'desc').execute();
    return rows.map((row) => this.#read(row));
  }

  async card(id: number): Promise<UnknownCard | undefined> {
    const row = await this.#access.sql.selectFrom('unknown_card').selectAll().where('id', '=', id).executeTakeFirst();
    return row && this.#read(row);
  }

  /** It is somebody's. */
  async forget(id: number): Promise<void> {
    await this.#access.sql.deleteFrom('unknown_card').where('id', '=', id).execute();
  }

  #read({ id, reader, tag, form, length, sealed, seen_ms, epoch, sequence }: Selectable<Tables['unknown_card']>): UnknownCard {
    const card = this.#secrets.box.openCard(placeOf(tag), sealed, form, length);
    if (card === undefined) throw new Fault('disk.damaged', 'a card in the database was not sealed with the key of this site');
    return { id, reader, seenMs: seen_ms, card, event: epoch === null || sequence === null ? undefined : { epoch, sequence } };
  }
}
