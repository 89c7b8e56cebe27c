/** A table store that says what is looked up in it, before it is. */
import type { TableStore } from '../../src/ports/table-store.ts';

export const watchedTable = (table: TableStore, lookedUp: (tag: bigint) => void): TableStore => ({
  state: () => table.state(),
  staged: () => table.staged(),
  find: (tag) => {
    lookedUp(tag);
    return table.find(tag);
  },
  receive: (offset, bytes) => table.receive(offset, bytes),
  apply: () => table.apply(),
  revoke: (file) => table.revoke(file),
  scrub: () => table.scrub(),
  close: () => table.close(),
});
