/** Looks at the table a reader has in force, on a connection that cannot write: nothing is made, moved or repaired by looking. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Crypto } from '../ports/crypto.ts';
import type { TableState } from '../ports/table-store.ts';
import type { ReaderKeys } from '../reader/reader-keys.ts';
import { Fault } from '../shared/faults.ts';
import { closeQuietly, openForReading } from '../store/database-file.ts';
import { maxTableBytes, SqliteTableReader, tableFile, tableFileName } from '../store/table-file.ts';
import { openState } from '../table/state.ts';
import { deriveTableKeys } from '../table/tags.ts';

/** Undefined: there is no table. Throws a Fault when what is there is damaged, or cannot be read. */
export const tableStateOf = (dataDir: string, { tableKey }: ReaderKeys, crypto: Crypto): TableState | undefined => {
  const path = join(dataDir, tableFileName);
  if (!existsSync(path)) return undefined;
  const sealed = sealedStateOf(path);
  if (sealed === undefined) return undefined;
  const state = openState(crypto, deriveTableKeys(crypto, tableKey), sealed);
  if (state === undefined) throw new Fault('disk.damaged', 'The state of the table is damaged, or was written with other keys: nobody gets in.');
  return state;
};

const sealedStateOf = (path: string): Uint8Array | undefined => {
  const database = openForReading(path, tableFile(maxTableBytes));
  try {
    return new SqliteTableReader(database).lookUp(0n).state;
  } finally {
    closeQuietly(database);
  }
};
