/** Where a mock reader puts the bytes of a table: straight into its table, which is in memory and never slow. What is refused, and when, its behaviour says. */

import { type Outcome, tableFileType } from '../../src/link/messages.ts';
import type { FileSink, FileStep } from '../../src/osdp/file-receiver.ts';
import type { Table } from '../../src/table/table.ts';

export interface MockTableSinkParts {
  table(): Table;
  refusal(): Outcome | undefined;
  /** So many bytes of a table were taken. */
  took(bytes: number): void;
  ended(outcome: Outcome): void;
}

export class MockTableSink implements FileSink {
  readonly #parts: MockTableSinkParts;

  constructor(parts: MockTableSinkParts) {
    this.#parts = parts;
  }

  begin(type: number, _: number, offset: number): FileStep {
    if (type !== tableFileType) return { status: 'unrecognised' };
    const refusal = this.#parts.refusal();
    if (refusal !== undefined) return this.#refuse(refusal);
    const staged = this.#parts.table().staged();
    return offset === 0 || staged?.receivedBytes === offset ? { status: 'goOn' } : this.#refuse('wrongOffset');
  }

  write(offset: number, data: Uint8Array): FileStep {
    const received = this.#parts.table().receive(offset, data);
    if (!received.ok) return this.#refuse(received.failure);
    this.#parts.took(data.length);
    return { status: 'goOn' };
  }

  finish(): FileStep {
    const applied = this.#parts.table().apply();
    if (!applied.ok) return this.#refuse(applied.failure);
    this.#parts.ended('done');
    return { status: 'processed' };
  }

  abort(): void {
    // What is staged stays, to go on from.
  }

  #refuse(outcome: Outcome): FileStep {
    this.#parts.ended(outcome);
    return { status: 'malformed' };
  }
}
