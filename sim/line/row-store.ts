/**
 * A RecordStore in memory for journals of a size that MemoryRecordStore, which can lose its power, is slow with: every row is found by its key.
 * It never fails.
 */
import type { RecordStore, Row, Space, Write } from '../../src/ports/record-store.ts';
import { assertScan, copyOfWrites } from '../../src/store/record-calls.ts';

interface Rows {
  readonly values: Map<number, Uint8Array>;
  newest: number;
}

export class RowStore implements RecordStore {
  readonly #spaces = new Map<Space, Rows>();

  async commit(writes: readonly Write[]): Promise<void> {
    for (const write of copyOfWrites(writes)) {
      const rows = this.#rows(write.space);
      if (write.op === 'put') {
        rows.values.set(write.key, write.value);
        rows.newest = Math.max(rows.newest, write.key);
      } else if (write.op === 'delete') rows.values.delete(write.key);
      else for (let key = write.from; key <= Math.min(write.to, rows.newest); key += 1) rows.values.delete(key);
    }
  }

  async scan(space: Space, from: number, limit: number): Promise<readonly Row[]> {
    assertScan(from, limit);
    const { values, newest } = this.#rows(space);
    const found: Row[] = [];
    for (let key = from; key <= newest && found.length < limit; key += 1) {
      const value = values.get(key);
      if (value !== undefined) found.push({ key, value: value.slice() });
    }
    return found;
  }

  async close(): Promise<void> {
    // There is no disk to let go of.
  }

  #rows(space: Space): Rows {
    const rows = this.#spaces.get(space) ?? { values: new Map<number, Uint8Array>(), newest: -1 };
    this.#spaces.set(space, rows);
    return rows;
  }
}
