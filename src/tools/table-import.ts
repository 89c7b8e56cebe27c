/**
 * Puts a list of people in force at a reader that has no controller: makes its keys when there are none, signs a snapshot
 * with them, and gives it to the table like any other file. Nothing is changed unless all of it can be. Which people are
 * listed is people-file.ts's; what a table accepts is table/'s.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { TableState } from '../ports/table-store.ts';
import type { ReaderKeys } from '../reader/reader-keys.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { SqliteTableDisk } from '../store/sqlite-table-disk.ts';
import { maxChunkBytes } from '../table/limits.ts';
import { publishSnapshot } from '../table/publish.ts';
import type { Credential, PersonFacts } from '../table/record.ts';
import { Table } from '../table/table.ts';
import { cardTag, pinTag } from '../table/tags.ts';
import { newStandAloneKeys, prepareDataDirectory, readStandAloneKeys, type StandAloneKeys, writeStandAloneKeys } from './key-store.ts';
import { type ListedPerson, maxListedErrors, type PeopleError } from './people-file.ts';

export interface Imported {
  readonly state: TableState;
  /** False: the table in force is this one already. */
  readonly isChanged: boolean;
  /** Keys were made: this is the reader's first table. */
  readonly isFirst: boolean;
  /** Undefined, or the sentence that says what was wrong with the table on disk, and what became of it. */
  readonly openedDamaged: string | undefined;
}

/** Rejects people that contradict each other, by line. Throws a Fault when the disk fails. */
export const importPeople = (dataDir: string, people: readonly ListedPerson[], crypto: Crypto): Result<Imported, readonly PeopleError[]> => {
  const prepared = prepareDataDirectory(dataDir);
  if (!prepared.ok) return whole(prepared.failure);
  const found = readStandAloneKeys(dataDir);
  if (!found.ok) return whole(found.failure);
  const keys = found.value ?? newStandAloneKeys(crypto);
  const facts = factsOf(people, keys, crypto);
  if (!facts.ok) return facts;
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

const whole = (sentence: string): Result<never, readonly PeopleError[]> => failed([{ line: undefined, column: undefined, sentence }]);

const putInForce = (
  table: Table,
  people: readonly PersonFacts[],
  { trust, tableKey, authoritySeed }: StandAloneKeys,
  crypto: Crypto,
): Result<Pick<Imported, 'state' | 'isChanged'>, readonly PeopleError[]> => {
  const before = table.state();
  const publisher = { crypto, authoritySeed, tableKey, site: trust.site, reader: trust.reader };
  const published = publishSnapshot(publisher, { version: (before?.version ?? 0) + 1, revocation: before?.revocation ?? 0, people });
  if (!published.ok) return whole('Two credentials of the list cannot be told apart by this reader.');
  const { file, state } = published.value;
  if (before !== undefined && crypto.isEqual(before.contentHash, state.contentHash)) return ok({ state: before, isChanged: false });
  for (let offset = 0; offset < file.length; offset += maxChunkBytes) {
    const received = table.receive(offset, file.subarray(offset, offset + maxChunkBytes));
    if (!received.ok) return whole(`The table was refused (${received.failure}). The one in force is unchanged.`);
  }
  const applied = table.apply();
  if (!applied.ok) return whole(`The table was refused (${applied.failure}). The one in force is unchanged.`);
  return ok({ state: applied.value, isChanged: true });
};

/** People with tags in place of PINs and cards; an error for each credential or number that stands twice. */
const factsOf = (
  people: readonly ListedPerson[],
  { tableKey }: ReaderKeys,
  crypto: Crypto,
): Result<readonly PersonFacts[], readonly PeopleError[]> => {
  const errors: PeopleError[] = [];
  const personLines = new Map<number, number>();
  const tagPlaces = new Map<bigint, string>();
  const facts = people.map((listed): PersonFacts => {
    const earlier = personLines.get(listed.person);
    if (earlier !== undefined) errors.push({ line: listed.line, column: 'person', sentence: `This person is on line ${earlier} as well.` });
    personLines.set(listed.person, listed.line);
    const credentials = credentialsOf(
      listed,
      (tag, column) => {
        const place = tagPlaces.get(tag);
        if (place !== undefined)
          errors.push({
            line: listed.line,
            column,
            sentence: `The same is in ${place} already; two people cannot share it, and one cannot have it twice.`,
          });
        tagPlaces.set(tag, `line ${listed.line}, ${column}`);
      },
      tableKey,
      crypto,
    );
    const { person, validFromS, validUntilS, uses, extendedTime, offlinePriority } = listed;
    return { person, validFromS, validUntilS, uses, extendedTime, offlinePriority, credentials };
  });
  return errors.length === 0 ? ok(facts) : failed(errors.slice(0, maxListedErrors));
};

const credentialsOf = (
  { pin, duressPin, cards, pinExempt }: ListedPerson,
  found: (tag: bigint, column: string) => void,
  tableKey: ReaderKeys['tableKey'],
  crypto: Crypto,
): readonly Credential[] => {
  const credential = (kind: Credential['kind'], tag: bigint, column: string): Credential => {
    found(tag, column);
    return { kind, tag, pinExempt: kind === 'card' && pinExempt };
  };
  return [
    ...(pin === undefined ? [] : [credential('pin', pinTag(crypto, tableKey, pin), 'pin')]),
    ...(duressPin === undefined ? [] : [credential('duressPin', pinTag(crypto, tableKey, duressPin), 'duress_pin')]),
    ...cards.map((card) => credential('card', cardTag(crypto, tableKey, card), 'cards')),
  ];
};
