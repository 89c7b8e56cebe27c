/**
 * A file of the PIN table that came over the line: whether it is put in force is table/'s, and here only that nothing older than what was ever in
 * force comes back with a disk that was put back (SECURITY C10).
 */
import type { Crypto } from '../ports/crypto.ts';
import type { TableState, TableStore } from '../ports/table-store.ts';
import { failed, ok } from '../shared/result.ts';
import { headerBytes, readHeader, type Trust } from '../table/header.ts';
import { maxFileBytes } from '../table/limits.ts';
import type { FileIntake } from './file-sync.ts';
import type { LinkEvent } from './link-host.ts';
import { type Outcome, tableFileType } from './messages.ts';
import type { Applied, Stored } from './sync-machine.ts';

export const storeBytes = 4_096;

/** The highest that were ever in force; 0: none. */
export interface SeenTable {
  readonly version: number;
  readonly revocation: number;
}

export interface TableIntakeParts {
  readonly crypto: Crypto;
  readonly table: TableStore;
  /** Undefined until the reader has been keyed: then no file is taken. */
  readonly trust: Trust | undefined;
  seen(): SeenTable;
  /** A version is in force. */
  applied(state: TableState): void;
  /** What became of a file, for the controller. */
  ended(outcome: Outcome): void;
  tell(event: LinkEvent): void;
}

export class TableIntake implements FileIntake {
  readonly type = tableFileType;
  readonly headBytes = headerBytes;
  readonly storeBytes = storeBytes;
  readonly #parts: TableIntakeParts;

  constructor(parts: TableIntakeParts) {
    this.#parts = parts;
  }

  begin(totalBytes: number, offset: number): Outcome | undefined {
    const { trust, table } = this.#parts;
    if (trust === undefined) return 'notKeyed';
    if (totalBytes > maxFileBytes) return 'tooLarge';
    const staged = table.staged();
    const isResumed = offset === 0 || (staged?.receivedBytes === offset && staged.totalBytes === totalBytes);
    return isResumed ? undefined : 'wrongOffset';
  }

  async store(offset: number, totalBytes: number, bytes: Uint8Array): Promise<Stored> {
    const refusal = offset === 0 ? this.#headerRefusal(bytes.subarray(0, headerBytes)) : undefined;
    if (refusal !== undefined) return failed(refusal);
    const received = await this.#parts.table.receive(offset, bytes);
    if (!received.ok) return received;
    return received.value.totalBytes === totalBytes ? ok(received.value.receivedBytes) : failed('malformed');
  }

  /** A file that went on where it was cut off has a header of some earlier time: the disk may have been put back since. */
  async apply(): Promise<Applied> {
    const { table, applied, tell } = this.#parts;
    const staged = table.staged();
    const state = staged !== undefined && this.#isOld(staged) ? failed('staleVersion' as const) : await table.apply();
    if (!state.ok) return state;
    applied(state.value);
    tell({ code: 'table.applied', fields: { version: state.value.version, persons: state.value.persons } });
    return ok(undefined);
  }

  ended(outcome: Outcome): void {
    if (outcome !== 'done') this.#parts.tell({ code: 'table.refused', fields: { reason: outcome } });
    this.#parts.ended(outcome);
  }

  #headerRefusal(bytes: Uint8Array): Outcome | undefined {
    const { crypto, trust } = this.#parts;
    const header = trust && readHeader(crypto, trust, bytes);
    return header?.ok === true && this.#isOld(header.value) ? 'staleVersion' : undefined;
  }

  /** A table that has forgotten what was in force must not learn something older; what it knows it guards itself. */
  #isOld({ version, revocation }: SeenTable): boolean {
    const seen = this.#parts.seen();
    const forgotRevocation = (this.#parts.table.state()?.revocation ?? 0) < seen.revocation;
    return version < seen.version || (forgotRevocation && revocation < seen.revocation);
  }
}
