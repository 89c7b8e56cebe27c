/**
 * Puts a list of people in force at a reader that has no controller: makes its keys when there are none, signs a snapshot
 * with them, and gives it to the table like any other file. Nothing is changed unless all of it can be. Which people are
 * listed is people-file.ts's; what a table accepts is table/'s.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { TableState } from '../ports/table-store.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { SqliteTableDisk } from '../store/sqlite-table-disk.ts';
import { maxChunkBytes } from '../table/limits.ts';
import { publishSnapshot } from '../table/publish.ts';
import type { PersonFacts } from '../table/record.ts';
import { Table } from '../table/table.ts';
import { keyOriginOf, newStandAloneKeys, prepareDataDirectory, readStandAloneKeys, type StandAloneKeys, writeStandAloneKeys } from './key-store.ts';
import type { PeopleError, PeopleReading } from './people-file.ts';
import { taggedPeople } from './tagged-people.ts';

export interface Imported {
  readonly state: TableState;
  /** False: the table in force is this one already. */
  readonly isChanged: boolean;
  /** Keys were made: this is the reader's first table. */
  readonly isFirst: boolean;
  /** Undefined, or the sentence that says what was wrong with the table on disk, and what became of it. */
  readonly openedDamaged: string | undefined;
}

/** Everything that is wrong with the list, by line; or, as a sentence, why this reader takes none. */
export type ImportRefusal = readonly PeopleError[] | string;

/** Refuses a list with errors, and people that contradict each other. Throws a Fault when the disk fails. */
export const importPeople = (dataDir: string, reading: PeopleReading, crypto: Crypto): Result<Imported, ImportRefusal> => {
  if (keyOriginOf(dataDir) === 'site') return failed('This reader belongs to a site: its table comes from its controller. Change the people there.');
  const found = readStandAloneKeys(dataDir);
  if (!found.ok) return failed(found.failure);
  const keys = found.value ?? newStandAloneKeys(crypto);
  const facts = taggedPeople(crypto, keys.tableKey, reading);
  if (!facts.ok) return facts;
  const prepared = prepareDataDirectory(dataDir);
  if (!prepared.ok) return failed(prepared.failure);
  if (found.value === undefined) writeStandAloneKeys(dataDir, keys);
  const disk = new SqliteTableDisk({ directory: dataDir });
  try {
    const table = new Table({ disk, crypto, trust: keys.trust, tableKey: keys.tableKey });
    const applied = putInForce(table, facts.value, keys, crypto);
    return applied.ok ? ok({ ...applied.value, isFirst: found.value === undefined, openedDamaged: disk.openedDamaged }) : applied;
  } finally {
    disk.close();
  }
};

const putInForce = (
  table: Table,
  people: readonly PersonFacts[],
  { trust, tableKey, authoritySeed }: StandAloneKeys,
  crypto: Crypto,
): Result<Pick<Imported, 'state' | 'isChanged'>, string> => {
  const before = table.state();
  const publisher = { crypto, authoritySeed, tableKey, site: trust.site, reader: trust.reader };
  const published = publishSnapshot(publisher, { version: (before?.version ?? 0) + 1, revocation: before?.revocation ?? 0, people });
  if (!published.ok) return failed('Two credentials of the list cannot be told apart by this reader.');
  const { file, state } = published.value;
  if (before !== undefined && crypto.isEqual(before.contentHash, state.contentHash)) return ok({ state: before, isChanged: false });
  for (let offset = 0; offset < file.length; offset += maxChunkBytes) {
    const received = table.receive(offset, file.subarray(offset, offset + maxChunkBytes));
    if (!received.ok) return failed(`The table was refused (${received.failure}). The one in force is unchanged.`);
  }
  const applied = table.apply();
  if (!applied.ok) return failed(`The table was refused (${applied.failure}). The one in force is unchanged.`);
  return ok({ state: applied.value, isChanged: true });
};
