/**
 * What a people file (docs/people-file.md) makes of the people of a site: it stands in place of everybody, and says nothing in a column that it does
 * not have. Decides what is wrong with it beside what the file itself tells. Accesses of bookings are no people of such a file: they stay.
 */
import type { Pin } from '../../src/access/pin.ts';
import { FirstErrors } from '../../src/shared/first-errors.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { GivenPerson } from '../../src/table/given-person.ts';
import { maxPersons } from '../../src/table/limits.ts';
import { readCsvRows } from '../../src/tools/csv.ts';
import { plainCell } from '../../src/tools/csv-text.ts';
import { type Column, isColumn } from '../../src/tools/people-columns.ts';
import { type ListedPerson, listedErrors, type PeopleError, readPeople } from '../../src/tools/people-file.ts';
import { columnOf, taggedPeople } from '../../src/tools/tagged-people.ts';
import { chunksOf } from './chunks.ts';
import type { CredentialTags } from './credential-tags.ts';
import type { Rest } from './database.ts';
import { peopleAtOnce } from './people-writing.ts';
import { type KeptPerson, type PersonChange, type PersonRecord, unnamed } from './person-record.ts';
import { weaknessOf } from './rules/pin-rules.ts';
import type { Secrets } from './secrets.ts';

/** As the API has it of a name. */
const maxNameLength = 80;
const maxSerial = 0xffff;

export interface ReadFile {
  readonly people: readonly ListedPerson[];
  readonly columns: ReadonlySet<Column>;
  /** By the number of a person. */
  readonly names: ReadonlyMap<number, string>;
}

/** Everything that is wrong with the file, whoever there is. */
export const readPeopleFile = (text: string, { crypto, tags }: Secrets): Result<ReadFile, readonly PeopleError[]> => {
  const reading = readPeople(new TextEncoder().encode(text), { mayLack: true });
  const tagged = taggedPeople(crypto, tags.key, reading);
  if (!tagged.ok) return tagged;
  const [header, ...rows] = readCsvRows(text, maxPersons + 1).rows;
  const columns = new Set((header?.fields ?? []).filter(isColumn));
  const at = header?.fields.indexOf('name') ?? -1;
  const cells = reading.people.map(({ person, line }, index) => ({ person, line, name: plainCell(rows[index]?.fields[at]?.trim() ?? '') }));
  const tooLong = cells.filter(({ name }) => name.length > maxNameLength);
  if (tooLong.length > 0) {
    const sentence = `A name has at most ${maxNameLength} characters.`;
    return failed(listedErrors(tooLong.map(({ line }) => ({ line, column: 'name', sentence }))));
  }
  return ok({ people: reading.people, columns, names: new Map(cells.map(({ person, name }) => [person, name])) });
};

export interface Everybody {
  readonly records: readonly PersonRecord[];
  /** Numbers of those behind accesses of bookings. */
  readonly shared: ReadonlySet<number>;
  /** Tags of PINs whose rest is not over. */
  readonly resting: ReadonlySet<string>;
  readonly tags: CredentialTags;
  readonly rest: Rest;
}

/** Who is as before may be among the changes; or everything that is wrong, by line. */
export const planOfFile = async (file: ReadFile, everybody: Everybody): Promise<Result<readonly PersonChange[], readonly PeopleError[]>> => {
  const { records, shared, rest, tags } = everybody;
  const before = new Map(records.map((record) => [record.given.person, record]));
  const errors = new FirstErrors<PeopleError>();
  const changes: PersonChange[] = [];
  const holders = new Map<string, number>();
  for (const { given } of records) if (shared.has(given.person)) for (const { tag } of tags.of(given)) holders.set(tag, given.person);
  // A PIN that is somebody's rests before it is anybody else's, also where the same file takes it away from them.
  const own = records.filter(({ given }) => !shared.has(given.person));
  const present = own.flatMap(({ given }) => [given.pin, given.duressPin].flatMap((pin) => (pin === undefined ? [] : [tags.pin(pin)])));
  const taken = { ...everybody, resting: new Set([...everybody.resting, ...present]) };
  for (const chunk of chunksOf(file.people, peopleAtOnce)) {
    for (const listed of chunk) {
      const known = before.get(listed.person);
      const after = mergedOf(file, listed, known);
      changes.push({ before: known, after });
      errors.add(...errorsOf(listed, known, after, taken, holders));
    }
    await rest();
  }
  const listed = new Set(file.people.map(({ person }) => person));
  const gone = records.filter(({ given: { person } }) => !listed.has(person) && !shared.has(person));
  if (errors.first.length > 0) return failed(listedErrors(errors.first, errors.further));
  return ok([...gone.map((record) => ({ before: record, after: undefined })), ...changes]);
};

const columnsOfFacts = [
  ['pin', 'pin'],
  ['duress_pin', 'duressPin'],
  ['cards', 'cards'],
  ['pin_exempt', 'pinExempt'],
  ['valid_from', 'validFromS'],
  ['valid_until', 'validUntilS'],
  ['extended_time', 'extendedTime'],
  ['offline_priority', 'offlinePriority'],
] as const satisfies readonly (readonly [Column, keyof GivenPerson])[];

const mergedOf = ({ columns, names }: ReadFile, { line: _, ...listed }: ListedPerson, before: KeptPerson | undefined): KeptPerson => {
  const name = names.get(listed.person) ?? '';
  if (before === undefined) return { ...unnamed(listed), name };
  const said = columnsOfFacts.filter(([column]) => columns.has(column)).map(([, fact]) => [fact, listed[fact]] as const);
  const given: GivenPerson = { ...before.given, ...Object.fromEntries(said), uses: usesOf(columns, listed, before.given) };
  return { ...before, given, name: name === '' ? before.name : name };
};

/** Another limit counts from nothing, also where no allowance is named. */
const usesOf = (columns: ReadFile['columns'], { uses }: GivenPerson, before: GivenPerson): GivenPerson['uses'] => {
  if (!columns.has('uses')) return before.uses;
  if (uses === undefined || columns.has('allowance')) return uses;
  return uses.limit === before.uses?.limit ? before.uses : { limit: uses.limit, serial: ((before.uses?.serial ?? 0) % maxSerial) + 1 };
};

const errorsOf = (
  { line, person }: ListedPerson,
  before: KeptPerson | undefined,
  { given }: KeptPerson,
  { shared, resting, tags }: Everybody,
  holders: Map<string, number>,
): readonly PeopleError[] => {
  const error = (column: Column, sentence: string): PeopleError => ({ line, column, sentence });
  const own = new Set(before === undefined ? [] : tags.of(before.given).map(({ tag }) => tag));
  const held = tags.of(given).flatMap(({ kind, tag }) => {
    const holder = holders.get(tag);
    holders.set(tag, person);
    if (holder === undefined) return [];
    return [error(columnOf[kind], kind === 'card' ? 'Another person has this card.' : notAvailable)];
  });
  const pins = (
    [
      ['pin', given.pin],
      ['duress_pin', given.duressPin],
    ] as const
  ).flatMap(([column, pin]) => (pin === undefined || own.has(tags.pin(pin)) || mayBeGiven(pin, resting, tags) ? [] : [error(column, notAvailable)]));
  const { validFromS, validUntilS } = given;
  const isOver = validFromS !== undefined && validUntilS !== undefined && validUntilS <= validFromS;
  return [
    ...(shared.has(person) ? [error('person', 'This number is that of an access of a booking.')] : []),
    ...(isOver ? [error('valid_until', 'It ends before it begins.')] : []),
    ...held,
    ...pins,
  ];
};

/** One sentence whatever is wrong with the digits (FIELD M5). */
const notAvailable = 'This code is not available. Choose another.';

const mayBeGiven = (pin: Pin, resting: ReadonlySet<string>, tags: CredentialTags): boolean =>
  weaknessOf(pin) === undefined && !resting.has(tags.pin(pin));
