/**
 * Events of all readers on disk, each once by (epoch, sequence), byte for byte as it came. What cannot be read is kept as well, without a
 * code. On disk when a call resolves. Which events are taken, and when they are acknowledged, is event-intake.ts's.
 */
import type { Selectable, SelectQueryBuilder } from 'kysely';
import { decodeEntry, type Entry } from '../../src/journal/entry.ts';
import type { Access } from './database.ts';
import type { Tables } from './tables.ts';

export interface KeptEvent {
  /** Rises in the order of keeping. */
  readonly id: number;
  readonly reader: number;
  readonly epoch: string;
  readonly sequence: number;
  readonly receivedMs: number;
  /** Undefined: it could not be read, and was passed over. */
  readonly entry: Entry | undefined;
  readonly bytes: Uint8Array;
}

/** What is left out, any will do. */
export interface EventFilter {
  readonly reader?: number | undefined;
  /** One, or any of them. */
  readonly person?: number | readonly number[] | undefined;
  /** Stable codes. */
  readonly codes?: readonly string[] | undefined;
  /** When it happened, as the reader said; from this moment on, and before that one. */
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

export type NewEvent = Omit<KeptEvent, 'id'>;
export type Kept = 'new' | 'repeated' | 'different';

export class EventStore {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  /** `different`: another was kept under this epoch and sequence, and stays. */
  async keep({ reader, epoch, sequence, receivedMs, entry, bytes }: NewEvent): Promise<Kept> {
    const { sql } = this.#access;
    const received_ms = Math.floor(receivedMs);
    const [code, person] = [entry?.code ?? null, entry?.person ?? null];
    const row = { reader, epoch, sequence, received_ms, at_ms: entry === undefined ? received_ms : entry.wallMs, code, person, bytes };
    const kept = await sql
      .insertInto('event')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (kept.numInsertedOrUpdatedRows === 1n) return 'new';
    const before = await sql
      .selectFrom('event')
      .select('bytes')
      .where('reader', '=', reader)
      .where('epoch', '=', epoch)
      .where('sequence', '=', sequence)
      .executeTakeFirstOrThrow();
    return isSame(before.bytes, bytes) ? 'repeated' : 'different';
  }

  /** Where these very bytes, which are no entry, were kept last. */
  placeOfUnreadable(reader: number, bytes: Uint8Array): Promise<{ readonly epoch: string; readonly sequence: number } | undefined> {
    return this.#access.sql
      .selectFrom('event')
      .select(['epoch', 'sequence'])
      .where('reader', '=', reader)
      .where('code', 'is', null)
      .where('bytes', '=', bytes)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  /** At most `limit` above `afterId`, in the order of keeping. */
  async list(afterId = 0, limit = 1_000): Promise<readonly KeptEvent[]> {
    const rows = await this.#access.sql.selectFrom('event').selectAll().where('id', '>', afterId).orderBy('id').limit(limit).execute();
    return rows.map(eventOf);
  }

  /** Newest first, by the order in which they came; `beforeId`: older than that one. */
  async newest(filter: EventFilter, limit: number, beforeId?: number): Promise<readonly KeptEvent[]> {
    let meant = this.#meant(filter).selectAll().orderBy('id', 'desc').limit(limit);
    if (beforeId !== undefined) meant = meant.where('id', '<', beforeId);
    return (await meant.execute()).map(eventOf);
  }

  async countOf(filter: EventFilter): Promise<number> {
    const { n } = await this.#meant(filter)
      .select(({ fn }) => fn.countAll().as('n'))
      .executeTakeFirstOrThrow();
    return Number(n);
  }

  /** Those of before this moment, at most `limit` of them: how many there were. */
  async forgetBefore(atMs: number, limit: number): Promise<number> {
    const { sql } = this.#access;
    const old = sql.selectFrom('event').select('id').where('at_ms', '<', atMs).where('received_ms', '<', atMs).orderBy('at_ms').limit(limit);
    const { numDeletedRows } = await sql.deleteFrom('event').where('id', 'in', old).executeTakeFirst();
    return Number(numDeletedRows);
  }

  #meant({ reader, person, codes, fromMs, untilMs }: EventFilter): SelectQueryBuilder<Tables, 'event', object> {
    let meant = this.#access.sql.selectFrom('event');
    if (reader !== undefined) meant = meant.where('reader', '=', reader);
    if (person !== undefined) meant = meant.where('person', 'in', typeof person === 'number' ? [person] : person);
    if (codes !== undefined) meant = meant.where('code', 'in', codes);
    if (fromMs !== undefined) meant = meant.where('at_ms', '>=', fromMs);
    if (untilMs !== undefined) meant = meant.where('at_ms', '<', untilMs);
    return meant;
  }

  async count(): Promise<number> {
    const { n } = await this.#access.sql
      .selectFrom('event')
      .select(({ fn }) => fn.countAll().as('n'))
      .executeTakeFirstOrThrow();
    return Number(n);
  }
}

const isSame = (left: Uint8Array, right: Uint8Array): boolean => left.length === right.length && left.every((byte, at) => byte === right[at]);

const eventOf = ({ id, reader, epoch, sequence, received_ms, code, bytes }: Selectable<Tables['event']>): KeptEvent => ({
  id,
  reader,
  epoch,
  sequence,
  receivedMs: received_ms,
  entry: code === null ? undefined : decodeEntry(bytes),
  bytes,
});
