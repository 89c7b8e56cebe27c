/**
 * What stands in where there is no disk to be had, or no keys yet: the door goes on, and denies (SECURITY C7, C9, E17).
 * A journal that is away keeps no record, so PINs and use counts open nothing; a table that is away knows nobody.
 */
import type { RecordStore, Row } from '../ports/record-store.ts';
import type { FindResult, StagedState, TableRefusal, TableState, TableStore } from '../ports/table-store.ts';
import type { Fault } from '../shared/faults.ts';
import { failed, type Result } from '../shared/result.ts';

export class AbsentRecordStore implements RecordStore {
  readonly #fault: Fault;

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  commit(): Promise<void> {
    return Promise.reject(this.#fault);
  }

  scan(): Promise<readonly Row[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class AbsentTableStore implements TableStore {
  readonly #refusal: Result<never, TableRefusal>;

  /** `wrongSignature` where there is no key to check one with, `diskFull` where there is no disk. */
  constructor(refusal: TableRefusal) {
    this.#refusal = failed(refusal);
  }

  state(): TableState | undefined {
    return undefined;
  }

  staged(): StagedState | undefined {
    return undefined;
  }

  find(): Promise<FindResult> {
    return Promise.resolve({ found: 'nobody' });
  }

  receive(): Promise<Result<StagedState, TableRefusal>> {
    return Promise.resolve(this.#refusal);
  }

  apply(): Promise<Result<TableState, TableRefusal>> {
    return Promise.resolve(this.#refusal);
  }

  revoke(): Promise<Result<TableState, TableRefusal>> {
    return Promise.resolve(this.#refusal);
  }

  /** Nothing is there that could be wrong. */
  scrub(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
