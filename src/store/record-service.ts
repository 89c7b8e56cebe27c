/** The journal's database as calls between threads: what crosses, and in which shape. It decides nothing else. */
import type { Row, Space, Write } from '../ports/record-store.ts';
import { RecordDatabase, type RecordDatabaseOptions } from './record-database.ts';
import { type FaultMessage, type Service, toMessage } from './thread.ts';

export type RecordServiceData = Pick<RecordDatabaseOptions, 'directory' | 'maxBytes'>;

export class RecordService implements Service {
  readonly #database: RecordDatabase;

  constructor(data: RecordDatabaseOptions) {
    this.#database = new RecordDatabase(data);
  }

  opened(): { readonly isNew: boolean; readonly openedDamaged: string | undefined } {
    const { isNew, openedDamaged } = this.#database;
    return { isNew, openedDamaged };
  }

  commit(group: readonly (readonly Write[])[]): { readonly outcomes: readonly (FaultMessage | undefined)[]; readonly isSpaceLow: boolean } {
    const outcomes = this.#database.commit(group).map((fault) => fault && toMessage(fault));
    return { outcomes, isSpaceLow: this.#database.isSpaceLow };
  }

  scan(space: Space, from: number, limit: number): readonly Row[] {
    return this.#database.scan(space, from, limit);
  }

  maintain(): void {
    this.#database.maintain();
  }

  close(): void {
    this.#database.close();
  }
}
