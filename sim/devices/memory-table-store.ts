/** The TableStore port over a disk that answers at once: the same rules as at the door, for the bench and for tests. It decides nothing of its own. */
import type { TableDisk } from '../../src/ports/table-disk.ts';
import type { FindResult, StagedState, TableRefusal, TableState, TableStore } from '../../src/ports/table-store.ts';
import { Fault } from '../../src/shared/faults.ts';
import type { Result } from '../../src/shared/result.ts';
import { Table, type TableParts } from '../../src/table/table.ts';
import { MemoryTableDisk, PowerLost } from './memory-table-disk.ts';

export type MemoryTableParts = Omit<TableParts, 'disk'> & {
  /** Default: a blank one. Give the one of an earlier store to start again after it. */
  readonly disk?: TableDisk;
};

export class MemoryTableStore implements TableStore {
  readonly #table: Table;
  #isClosed = false;

  constructor({ disk = new MemoryTableDisk(), ...parts }: MemoryTableParts) {
    this.#table = new Table({ ...parts, disk });
  }

  state(): TableState | undefined {
    return this.#table.state();
  }

  staged(): StagedState | undefined {
    return this.#table.staged();
  }

  find(tag: bigint): Promise<FindResult> {
    return this.#answer(() => this.#table.find(tag));
  }

  receive(offset: number, bytes: Uint8Array): Promise<Result<StagedState, TableRefusal>> {
    return this.#answer(() => this.#table.receive(offset, bytes));
  }

  apply(): Promise<Result<TableState, TableRefusal>> {
    return this.#answer(() => this.#table.apply());
  }

  revoke(file: Uint8Array): Promise<Result<TableState, TableRefusal>> {
    return this.#answer(() => this.#table.revoke(file));
  }

  scrub(): Promise<boolean> {
    return this.#answer(() => this.#table.scrub());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async #answer<Value>(call: () => Value): Promise<Value> {
    if (this.#isClosed) throw new Fault('disk.closed', 'The table store is closed.');
    try {
      return call();
    } catch (thrown) {
      throw thrown instanceof PowerLost ? new Fault('disk.failed', 'The disk of the table does not answer.', thrown) : thrown;
    }
  }
}
