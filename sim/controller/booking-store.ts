/**
 * Bookings of a site and their shared accesses, with what became of each access. Decides that a state and its history are one commit; which state
 * follows from what is rules/'s, and the person behind an access people-store.ts's.
 */
import { sql as raw, type Selectable } from 'kysely';
import type { Access } from './database.ts';
import type { Author } from './person-record.ts';
import type { Tables } from './tables.ts';

export type SharedState = 'pending' | 'active' | 'lockedAuto' | 'lockedManual' | 'expired' | 'revoked';

export interface NewBooking {
  readonly title: string;
  readonly unit: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Booking extends NewBooking {
  readonly id: number;
  readonly isOverdue: boolean;
  readonly cancelledMs: number | undefined;
}

export type BookingChange = Partial<Omit<Booking, 'id'>>;

export interface SharedAccess {
  readonly id: number;
  readonly booking: number;
  readonly label: string;
  /** Whose number the code stands under in readers' tables. */
  readonly person: number;
  readonly state: SharedState;
}

export interface SharedStep {
  readonly atMs: number;
  readonly what: string;
  readonly by: string;
}

export interface BookingFilter {
  /** Part of a title or a unit. */
  readonly find?: string | undefined;
  /** Those that began before it was this one's turn. */
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

export class BookingStore {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async add({ title, unit, fromMs, untilMs }: NewBooking): Promise<number> {
    const { id } = await this.#access.sql
      .insertInto('booking')
      .values({ title, unit, from_ms: fromMs, until_ms: untilMs })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  async booking(id: number): Promise<Booking | undefined> {
    const row = await this.#access.sql.selectFrom('booking').selectAll().where('id', '=', id).executeTakeFirst();
    return row && bookingOf(row);
  }

  /** What is named of it is so from here on. False: there is none. */
  async change(id: number, change: BookingChange): Promise<boolean> {
    const { title, unit, fromMs, untilMs, isOverdue, cancelledMs } = change;
    const values = {
      ...(title !== undefined && { title }),
      ...(unit !== undefined && { unit }),
      ...(fromMs !== undefined && { from_ms: fromMs }),
      ...(untilMs !== undefined && { until_ms: untilMs }),
      ...(isOverdue !== undefined && { is_overdue: isOverdue ? 1 : 0 }),
      ...(cancelledMs !== undefined && { cancelled_ms: cancelledMs }),
    };
    if (Object.keys(values).length === 0) return (await this.booking(id)) !== undefined;
    const { numUpdatedRows } = await this.#access.sql.updateTable('booking').set(values).where('id', '=', id).executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Newest first. */
  async list({ find, beforeId, limit }: BookingFilter): Promise<readonly Booking[]> {
    let meant = this.#access.sql.selectFrom('booking').selectAll().orderBy('id', 'desc').limit(limit);
    if (beforeId !== undefined) meant = meant.where('id', '<', beforeId);
    if (find !== undefined) {
      const part = find.toLowerCase();
      meant = meant.where(({ or }) => or([raw<boolean>`instr(lower(title), ${part})`, raw<boolean>`instr(lower(unit), ${part})`]));
    }
    return (await meant.execute()).map(bookingOf);
  }

  /** Bookings one of whose accesses has not come to its end: what the clock may change. */
  async open(): Promise<readonly Booking[]> {
    const rows = await this.#access.sql
      .selectFrom('booking')
      .selectAll()
      .where('id', 'in', ({ selectFrom }) => selectFrom('shared_access').select('booking').where('state', 'not in', ['expired', 'revoked']))
      .orderBy('id')
      .execute();
    return rows.map(bookingOf);
  }

  /** Its first state is the first step of its history. */
  addAccess(access: Omit<SharedAccess, 'id'>, what: string, { by, atMs }: Author): Promise<number> {
    return this.#access.write(async ({ sql }) => {
      const { id } = await sql.insertInto('shared_access').values(access).returning('id').executeTakeFirstOrThrow();
      await sql.insertInto('shared_history').values({ access: id, at_ms: atMs, what, by }).execute();
      return id;
    });
  }

  async access(id: number): Promise<SharedAccess | undefined> {
    const row = await this.#access.sql.selectFrom('shared_access').selectAll().where('id', '=', id).executeTakeFirst();
    return row && accessOf(row);
  }

  /** Of these bookings, in the order they were made. */
  async accessesOf(bookings: readonly number[]): Promise<readonly SharedAccess[]> {
    const rows = await this.#access.sql.selectFrom('shared_access').selectAll().where('booking', 'in', bookings).orderBy('id').execute();
    return rows.map(accessOf);
  }

  /** The access behind this person, if there is one. */
  async accessOfPerson(person: number): Promise<SharedAccess | undefined> {
    const row = await this.#access.sql.selectFrom('shared_access').selectAll().where('person', '=', person).executeTakeFirst();
    return row && accessOf(row);
  }

  /** Numbers of everybody behind an access. */
  async persons(): Promise<ReadonlySet<number>> {
    const rows = await this.#access.sql.selectFrom('shared_access').select('person').execute();
    return new Set(rows.map(({ person }) => person));
  }

  /** Another state, or the same one with something new about it, and why. */
  changeAccess(id: number, state: SharedState, what: string, { by, atMs }: Author): Promise<void> {
    return this.#access.write(async ({ sql }) => {
      await sql.updateTable('shared_access').set({ state }).where('id', '=', id).execute();
      await sql.insertInto('shared_history').values({ access: id, at_ms: atMs, what, by }).execute();
    });
  }

  /** The oldest first. */
  async history(access: number): Promise<readonly SharedStep[]> {
    const rows = await this.#access.sql.selectFrom('shared_history').selectAll().where('access', '=', access).orderBy('id').execute();
    return rows.map(({ at_ms, what, by }) => ({ atMs: at_ms, what, by }));
  }
}

const bookingOf = ({ id, title, unit, from_ms, until_ms, is_overdue, cancelled_ms }: Selectable<Tables['booking']>): Booking => ({
  id,
  title,
  unit,
  fromMs: from_ms,
  untilMs: until_ms,
  isOverdue: is_overdue === 1,
  cancelledMs: cancelled_ms ?? undefined,
});

const accessOf = ({ id, booking, label, person, state }: Selectable<Tables['shared_access']>): SharedAccess => ({
  id,
  booking,
  label,
  person,
  state: state as SharedState,
});
