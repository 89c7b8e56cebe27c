/** What a caller of a RecordStore must keep to, the same for every store: calls outside it are our own errors. */
import { maxCommitWrites, maxRowKey, maxScanRows, maxValueBytes, type Write } from '../ports/record-store.ts';
import { assert } from '../shared/assert.ts';

/** Checks the writes and copies them, so that the caller may reuse its arrays and bytes. */
export const copyOfWrites = (writes: readonly Write[]): readonly Write[] => {
  assert(writes.length <= maxCommitWrites, `a commit is of at most ${maxCommitWrites} writes`);
  return writes.map((write) => {
    const keys = write.op === 'deleteRange' ? [write.from, write.to] : [write.key];
    assert(keys.every(isKey), 'a key is an integer 0..2^53-1');
    if (write.op !== 'put') return write;
    assert(write.value.length <= maxValueBytes, `a value is at most ${maxValueBytes} bytes`);
    return { ...write, value: Uint8Array.from(write.value) };
  });
};

export const assertScan = (from: number, limit: number): void => {
  assert(isKey(from), 'a key is an integer 0..2^53-1');
  assert(Number.isInteger(limit) && limit >= 1 && limit <= maxScanRows, `a scan is of 1..${maxScanRows} rows`);
};

const isKey = (key: number): boolean => Number.isInteger(key) && key >= 0 && key <= maxRowKey;
