/** The table and its disk as calls between threads: what crosses, and in which shape. Every rule is table/'s. */
import type { Crypto } from '../ports/crypto.ts';
import type { StagedState, TableRefusal, TableState } from '../ports/table-store.ts';
import type { Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import type { Trust } from '../table/header.ts';
import type { TableLimits } from '../table/limits.ts';
import { Table, type TableParts } from '../table/table.ts';
import { SqliteTableDisk, type TableDiskOptions } from './sqlite-table-disk.ts';
import type { Service } from './thread.ts';

export interface TableServiceData extends Pick<TableDiskOptions, 'directory' | 'maxBytes'> {
  readonly trust: Trust;
  /** The table key of this reader, 32 bytes. The thread's own copy: it wipes it. */
  readonly tableKey: Uint8Array;
  readonly limits?: TableLimits;
}

/** What the table is after a call. */
export interface TableView {
  readonly state: TableState | undefined;
  readonly staged: StagedState | undefined;
}

export interface OpenedTable extends TableView {
  readonly isNew: boolean;
  readonly openedDamaged: string | undefined;
  readonly readOnly: string | undefined;
}

export type Answered<Value> = TableView & { readonly result: Result<Value, TableRefusal> };

export class TableService implements Service {
  readonly #options: TableDiskOptions;
  readonly #parts: Omit<TableParts, 'disk'>;
  #disk: SqliteTableDisk;
  #table: Table;

  constructor({ directory, maxBytes, trust, tableKey, limits }: TableServiceData, crypto: Crypto) {
    this.#options = { directory, ...(maxBytes === undefined ? {} : { maxBytes }) };
    this.#parts = { crypto, trust, tableKey: new SecretBytes(tableKey), ...(limits === undefined ? {} : { limits }) };
    this.#disk = new SqliteTableDisk(this.#options);
    this.#table = new Table({ ...this.#parts, disk: this.#disk });
    tableKey.fill(0);
  }

  opened(): OpenedTable {
    const { isNew, openedDamaged, readOnly } = this.#disk;
    return { ...this.#view(), isNew, openedDamaged: openedDamaged ?? this.#unreadableState(), readOnly: readOnly?.message };
  }

  receive(offset: number, bytes: Uint8Array): Answered<StagedState> {
    return this.#answer(this.#table.receive(offset, bytes));
  }

  apply(): Answered<TableState> {
    return this.#answer(this.#table.apply());
  }

  revoke(file: Uint8Array): Answered<TableState> {
    return this.#answer(this.#table.revoke(file));
  }

  /** Takes up what another process has put in force, also in another file. A file whose header was on its way has to begin anew. */
  reopen(): TableView {
    const disk = new SqliteTableDisk(this.#options);
    this.#disk.close();
    this.#disk = disk;
    this.#table = new Table({ ...this.#parts, disk });
    return this.#view();
  }

  scrub(): boolean {
    return this.#disk.reading(() => this.#table.scrub());
  }

  /** See `SqliteTableDisk.suspect`. */
  suspect(): void {
    this.#disk.suspect();
  }

  maintain(): void {
    this.#disk.maintain();
  }

  close(): void {
    this.#disk.close();
  }

  #view(): TableView {
    return { state: this.#table.state(), staged: this.#table.staged() };
  }

  #answer<Value>(result: Result<Value, TableRefusal>): Answered<Value> {
    return { ...this.#view(), result };
  }

  /** The pages are sound, but the fact that says which version is in force is not: nobody gets in. */
  #unreadableState(): string | undefined {
    if (this.#table.state() !== undefined || this.#disk.state() === undefined) return undefined;
    return 'table.db does not say which version is in force, or another key wrote it; nobody gets in until the controller has sent the table again';
  }
}
