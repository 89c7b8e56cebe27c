/** Who holds a tag, from what one consistent read of the disk gave. Denies on any doubt: a byte that is not what was written finds nobody. */
import type { Crypto } from '../ports/crypto.ts';
import type { TableReader } from '../ports/table-disk.ts';
import type { FindResult } from '../ports/table-store.ts';
import { unseal } from './content.ts';
import { isRevoked } from './revocations.ts';
import { openState } from './state.ts';
import type { TableKeys } from './tags.ts';

const nobody: FindResult = { found: 'nobody' };
const damaged = (sentence: string): FindResult => ({ found: 'damaged', sentence });

/**
 * The record of the person who holds the credential with this tag (0..2^64-1), less what was revoked. Works on any reader:
 * the writer's, or a read-only connection of the main thread. Throws the Fault of a disk that does not answer.
 */
export const findPerson = (reader: TableReader, crypto: Crypto, keys: TableKeys, tag: bigint): FindResult => {
  const read = reader.lookUp(tag);
  if (read.state === undefined) {
    return read.person === undefined ? nobody : damaged('There are records, but not the state of the table they belong to.');
  }
  const state = openState(crypto, keys, read.state);
  if (state === undefined) return damaged('The state of the table is not what was written.');
  if (read.person === undefined) return nobody;
  if (read.sealed === undefined) return damaged('A credential leads to a record that is not there.');
  const unsealed = unseal(crypto, keys, read.person, read.sealed);
  if (unsealed === undefined) return damaged('A record is not what was written.');
  if (!unsealed.tags.includes(tag)) return damaged('A credential leads to a record that does not hold it.');
  return isRevoked(state.revoked, read.person, tag) ? nobody : { found: 'record', record: unsealed.record };
};
