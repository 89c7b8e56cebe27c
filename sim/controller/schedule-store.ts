/** Schedules of a site, each with its times as JSON. Decides that one in use is not removed; what times mean is rules/'s. */
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { Access } from './database.ts';
import type { Json } from './setting-store.ts';

export type ScheduleKind = 'readerMode' | 'personAccess';

export interface NewSchedule {
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly times: readonly Json[];
}

export interface KeptSchedule extends NewSchedule {
  readonly id: number;
}

export class ScheduleStore {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  /** By name. */
  async list(): Promise<readonly KeptSchedule[]> {
    const rows = await this.#access.sql.selectFrom('schedule').selectAll().orderBy('name').orderBy('id').execute();
    return rows.map(({ id, name, kind, times }) => ({ id, name, kind: kind as ScheduleKind, times: JSON.parse(times) as readonly Json[] }));
  }

  async add({ name, kind, times }: NewSchedule): Promise<number> {
    const { id } = await this.#access.sql
      .insertInto('schedule')
      .values({ name, kind, times: JSON.stringify(times) })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  /** Its kind stays: whoever uses it relies on that. `wrongKind` where another is named. */
  change(id: number, { name, kind, times }: NewSchedule): Promise<Result<undefined, 'unknownSchedule' | 'wrongKind'>> {
    return this.#access.write(async ({ sql }) => {
      const before = await sql.selectFrom('schedule').select('kind').where('id', '=', id).executeTakeFirst();
      if (before === undefined) return failed('unknownSchedule');
      if (before.kind !== kind) return failed('wrongKind');
      await sql
        .updateTable('schedule')
        .set({ name, times: JSON.stringify(times) })
        .where('id', '=', id)
        .execute();
      return ok(undefined);
    });
  }

  remove(id: number): Promise<Result<undefined, 'unknownSchedule' | 'inUse'>> {
    return this.#access.write(async ({ sql }) => {
      const reader = await sql.selectFrom('reader').select('id').where('schedule', '=', id).executeTakeFirst();
      const person = await sql.selectFrom('person').select('person').where('schedule', '=', id).limit(1).executeTakeFirst();
      if (reader !== undefined || person !== undefined) return failed('inUse');
      const { numDeletedRows } = await sql.deleteFrom('schedule').where('id', '=', id).executeTakeFirst();
      return numDeletedRows === 1n ? ok(undefined) : failed('unknownSchedule');
    });
  }

  /** People who have this schedule, by number. */
  async peopleOf(id: number): Promise<readonly number[]> {
    const rows = await this.#access.sql.selectFrom('person').select('person').where('schedule', '=', id).orderBy('person').execute();
    return rows.map(({ person }) => person);
  }
}
