/** Who looked at or changed what, for good. A line holds no digits and no card number: what it says is its writer's to see to. */
import type { Selectable } from 'kysely';
import type { Access } from './database.ts';
import type { Tables } from './tables.ts';

/** A longer detail is cut. */
export const maxDetailLength = 500;

export interface NewAuditLine {
  readonly atMs: number;
  readonly by: string;
  /** A stable word. */
  readonly what: string;
  readonly person?: number | undefined;
  readonly detail?: string | undefined;
}

export interface AuditLine extends NewAuditLine {
  /** Rises in the order of writing. */
  readonly id: number;
  readonly detail: string;
}

export class AuditStore {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async add({ atMs, by, what, person, detail = '' }: NewAuditLine): Promise<void> {
    const row = { at_ms: Math.floor(atMs), by, what, person: person ?? null, detail: detail.slice(0, maxDetailLength) };
    await this.#access.sql.insertInto('audit').values(row).execute();
  }

  /** Newest first; `beforeId`: older than that one. */
  async newest(limit: number, beforeId?: number): Promise<readonly AuditLine[]> {
    let lines = this.#access.sql.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
    if (beforeId !== undefined) lines = lines.where('id', '<', beforeId);
    return (await lines.execute()).map(lineOf);
  }

  /** About one person, newest first. */
  async ofPerson(person: number, limit: number): Promise<readonly AuditLine[]> {
    const lines = this.#access.sql.selectFrom('audit').selectAll().where('person', '=', person).orderBy('id', 'desc').limit(limit);
    return (await lines.execute()).map(lineOf);
  }
}

const lineOf = ({ id, at_ms, by, what, person, detail }: Selectable<Tables['audit']>): AuditLine => ({
  id,
  atMs: at_ms,
  by,
  what,
  person: person ?? undefined,
  detail,
});
