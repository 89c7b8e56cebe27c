/**
 * Notices that are to be sent, in the commit of what they tell of: none is lost over a restart, and each has a number by which a receiver knows
 * one that comes twice. What is sent may hold digits, and is sealed until it was sent. How it is sent, and when again, is the notice desk's.
 */
import type { Selectable } from 'kysely';
import { Fault } from '../../src/shared/faults.ts';
import type { Access } from './database.ts';
import type { SecretBox } from './secret-box.ts';
import type { Tables } from './tables.ts';

/** Above this the oldest that waits is given up: a mail and a webhook for each of 10,000 people. */
export const maxWaitingSendings = 20_000;
/** Of the last failure; longer ones are cut. */
const maxErrorLength = 300;
const place = 'doorpad/controller/sending';

export type SendingState = 'waiting' | 'sent' | 'givenUp';

export interface NewSending {
  readonly atMs: number;
  readonly trigger: string;
  readonly way: 'email' | 'webhook';
  readonly person?: number | undefined;
  /** All that is needed to send it. */
  readonly content: string;
}

export interface Sending extends Omit<NewSending, 'content'> {
  readonly id: number;
  readonly state: SendingState;
  readonly tries: number;
  readonly lastError: string | undefined;
}

export interface DueSending extends Sending {
  readonly content: string;
}

export class SendingStore {
  readonly #access: Access;
  readonly #box: SecretBox;

  constructor(access: Access, box: SecretBox) {
    this.#access = access;
    this.#box = box;
  }

  /** Due at once. */
  add({ atMs, trigger, way, person, content }: NewSending): Promise<number> {
    const at_ms = Math.floor(atMs);
    const row = {
      at_ms,
      trigger_name: trigger,
      way,
      person: person ?? null,
      content: this.#box.sealText(place, content),
      state: 'waiting',
      due_ms: at_ms,
    };
    return this.#access.write(async ({ sql }) => {
      const { id } = await sql.insertInto('sending').values(row).returning('id').executeTakeFirstOrThrow();
      return id;
    });
  }

  /** Where more wait than may, the oldest of them are given up: to be called in the commit that added some. */
  async giveUpOverflow(): Promise<void> {
    const { sql } = this.#access;
    const { n } = await sql
      .selectFrom('sending')
      .select(({ fn }) => fn.countAll().as('n'))
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
    const over = Number(n) - maxWaitingSendings;
    if (over <= 0) return;
    const oldest = sql.selectFrom('sending').select('id').where('state', '=', 'waiting').orderBy('id').limit(over);
    await sql.updateTable('sending').set(ended('givenUp', 'Too many wait.')).where('id', 'in', oldest).execute();
  }

  /** What waits and is due, the oldest first; `way`: of that one only. Rejects with a Fault `disk.damaged` when another site key sealed it. */
  async due(nowMs: number, limit: number, way?: NewSending['way']): Promise<readonly DueSending[]> {
    let waiting = this.#access.sql.selectFrom('sending').selectAll().where('state', '=', 'waiting').where('due_ms', '<=', nowMs);
    if (way !== undefined) waiting = waiting.where('way', '=', way);
    const rows = await waiting.orderBy('id').limit(limit).execute();
    return rows.map((row) => ({ ...sendingOf(row), content: this.#open(row.content) }));
  }

  /** When the next one is due; undefined: none waits. */
  async nextDueMs(way?: NewSending['way']): Promise<number | undefined> {
    let waiting = this.#access.sql
      .selectFrom('sending')
      .select(({ fn }) => fn.min('due_ms').as('due'))
      .where('state', '=', 'waiting');
    if (way !== undefined) waiting = waiting.where('way', '=', way);
    const row = await waiting.executeTakeFirst();
    return row?.due ?? undefined;
  }

  /** It has arrived: what was in it is forgotten. */
  async sent(id: number): Promise<void> {
    await this.#access.sql
      .updateTable('sending')
      .set(({ eb }) => ({ ...ended('sent', null), tries: eb('tries', '+', 1) }))
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .execute();
  }

  /** It has not, and is tried again then; undefined: it is given up. */
  async failed(id: number, error: string, againMs: number | undefined): Promise<void> {
    const last_error = error.slice(0, maxErrorLength);
    await this.#access.sql
      .updateTable('sending')
      .set(({ eb }) => ({ ...(againMs === undefined ? ended('givenUp', last_error) : { due_ms: againMs, last_error }), tries: eb('tries', '+', 1) }))
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .execute();
  }

  /** Everything that waits, or what of it is of this kind. Resolves with how many that were. */
  async giveUpWaiting(error: string, { trigger, way, person }: Partial<Pick<NewSending, 'trigger' | 'way' | 'person'>> = {}): Promise<number> {
    let waiting = this.#access.sql.updateTable('sending').set(ended('givenUp', error)).where('state', '=', 'waiting');
    if (trigger !== undefined) waiting = waiting.where('trigger_name', '=', trigger);
    if (way !== undefined) waiting = waiting.where('way', '=', way);
    if (person !== undefined) waiting = waiting.where('person', '=', person);
    const { numUpdatedRows } = await waiting.executeTakeFirst();
    return Number(numUpdatedRows);
  }

  /** Newest first; `beforeId`: older than that one. */
  async newest(limit: number, beforeId?: number): Promise<readonly Sending[]> {
    let sendings = this.#access.sql.selectFrom('sending').selectAll().orderBy('id', 'desc').limit(limit);
    if (beforeId !== undefined) sendings = sendings.where('id', '<', beforeId);
    return (await sendings.execute()).map(sendingOf);
  }

  /** To one person, newest first. */
  async ofPerson(person: number, limit: number): Promise<readonly Sending[]> {
    const sendings = this.#access.sql.selectFrom('sending').selectAll().where('person', '=', person).orderBy('id', 'desc').limit(limit);
    return (await sendings.execute()).map(sendingOf);
  }

  #open(sealed: Uint8Array): string {
    const content = this.#box.openText(place, sealed);
    if (content === undefined) throw new Fault('disk.damaged', 'a notice in the database was not sealed with the key of this site');
    return content;
  }
}

const ended = (
  state: SendingState,
  last_error: string | null,
): { readonly state: SendingState; readonly last_error: string | null; readonly content: Uint8Array } => ({
  state,
  last_error,
  content: new Uint8Array(),
});

const sendingOf = ({ id, at_ms, trigger_name, way, person, state, tries, last_error }: Selectable<Tables['sending']>): Sending => ({
  id,
  atMs: at_ms,
  trigger: trigger_name,
  way: way as Sending['way'],
  person: person ?? undefined,
  state: state as SendingState,
  tries,
  lastError: last_error ?? undefined,
});
