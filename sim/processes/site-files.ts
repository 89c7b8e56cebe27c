/**
 * The files a controller process starts from: the site that `doorpad provision` made, the key of the database beside it, and the people file,
 * taken in once for as long as it does not change. What is in the database is controller/'s.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { readBounded } from '../../src/tools/bounded-file.ts';
import { readCsv } from '../../src/tools/csv.ts';
import { maxPeopleFileBytes, type PeopleError } from '../../src/tools/people-file.ts';
import { exists, hexBytes, readPrivateFile, replacePrivateFile, secretFromHex, toHex, writeNewPrivateFile } from '../../src/tools/private-files.ts';
import { readSite, type Site } from '../../src/tools/provision-site.ts';
import type { FileTaken } from '../controller/file-changes.ts';
import type { PeopleDesk } from '../controller/people-desk.ts';
import { peopleText } from './io.ts';

const siteKeyFile = 'database-key.json';
const takenFile = 'people-taken';
const siteKeyBytes = 32;
const digestBytes = 32;
const siteKeyShape = v.strictObject({ format: v.literal(1), key: hexBytes(siteKeyBytes) });

export interface FoundSite {
  readonly site: Site;
  /** Seals what the database keeps; made at the first start, beside the site and not beside the database. */
  readonly siteKey: SecretBytes;
}

/** The sentence says what is wrong with the files. Throws what the disk says. */
export const findSite = (directory: string, crypto: Crypto): Result<FoundSite, string> => {
  const site = readSite(directory);
  if (!site.ok) return site;
  if (site.value === undefined) return failed(`There is no site in ${directory}. Make one: npm run doorpad -- provision --site ${directory} …`);
  const path = join(directory, siteKeyFile);
  if (!exists(path)) writeNewPrivateFile(path, `${JSON.stringify({ format: 1, key: toHex(crypto.randomBytes(siteKeyBytes)) })}\n`);
  const key = readPrivateFile(path, siteKeyShape, 'Restore it from a copy: nothing else opens the database.');
  return key.ok ? ok({ site: site.value, siteKey: secretFromHex(key.value.key) }) : key;
};

/** Of a database that comes from elsewhere. Another one that is there stays: it opens another database. */
export const keepSiteKey = (directory: string, siteKey: SecretBytes, crypto: Crypto): Result<undefined, string> => {
  const path = join(directory, siteKeyFile);
  if (!exists(path)) writeNewPrivateFile(path, `${JSON.stringify({ format: 1, key: toHex(siteKey.reveal()) })}\n`);
  const key = readPrivateFile(path, siteKeyShape, 'Remove it where there is no database that it opens.');
  if (!key.ok) return key;
  const isSame = crypto.isEqual(secretFromHex(key.value.key).reveal(), siteKey.reveal());
  return isSame ? ok(undefined) : failed(`${path} is the key of another database. Remove it where there is no such database.`);
};

export interface PeopleParts {
  readonly file: string;
  /** Where it is noted which file was taken in. */
  readonly data: string;
  readonly siteKey: SecretBytes;
  readonly crypto: Crypto;
  readonly desk: PeopleDesk;
}

/** What was taken in: a digest of the file, and of what it said of each person, under keys of the site. */
const takenShape = v.strictObject({
  format: v.literal(1),
  file: hexBytes(digestBytes),
  people: v.record(v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,9}$/)), hexBytes(digestBytes)),
});

/**
 * Takes in what the file says otherwise than the last time; what was changed by hand since stays where it does not. Undefined: it is the same
 * file. Every error of the file, by line. Throws what the disk says.
 */
export const takePeople = async ({ file, data, siteKey, crypto, desk }: PeopleParts): Promise<Result<FileTaken | undefined, readonly string[]>> => {
  const bytes = readBounded(file, maxPeopleFileBytes);
  if (!bytes.ok) return failed([`${file}: ${bytes.failure}`]);
  const mark = join(data, takenFile);
  const last = exists(mark) ? readPrivateFile(mark, takenShape, damagedMark) : undefined;
  if (last?.ok === false) return failed([last.failure]);
  const digest = toHex(crypto.hmacSha256(siteKey, bytes.value));
  if (last?.value.file === digest) return ok(undefined);
  const said = last && new Map(Object.entries(last.value.people).map(([person, row]) => [Number(person), row]));
  const taken = await desk.importChanges(bytes.value, said, byFile);
  if (!taken.ok) return failed(taken.failure.map((error) => errorText(file, error)));
  replacePrivateFile(mark, `${JSON.stringify({ format: 1, file: digest, people: Object.fromEntries(taken.value.said) })}\n`);
  return taken;
};

/** In the audit. */
const byFile = 'people file';

const damagedMark = 'Remove it: then everybody is as the people file says, also whose code was rolled here and who was removed.';

/** More people than this are counted, not named. */
export const maxNamed = 20;

/** A line for what the file brought, and one for each person of whom it undoes what was done here. */
export const takenTexts = (taken: FileTaken | undefined, nameOf: (person: number) => string): readonly string[] => {
  const { come = [], changed = [], gone = [], countAgain = [], comeBack = [] } = taken ?? {};
  const count = come.length + changed.length + countAgain.length + comeBack.length;
  const left = gone.length === 0 ? '' : `, ${gone.length} no longer in it`;
  const undone = [
    ...countAgain.map((person) => `${nameOf(person)} was changed here, and now in the people file: the file counts again, its code too`),
    ...comeBack.map((person) => `${nameOf(person)} was removed here, and is changed in the people file: back, with the code of the file`),
  ];
  const more = undone.length - maxNamed;
  return [
    `${count} of the people file are new or changed${left}`,
    ...undone.slice(0, maxNamed),
    ...(more > 0 ? [`the file counts again for ${peopleText(more)} more`] : []),
  ];
};

/** `names`: one or more. */
export const weakText = (names: readonly string[]): string => {
  const more = names.length - maxNamed;
  const who = [...names.slice(0, maxNamed), ...(more > 0 ? [`${peopleText(more)} more`] : [])].join(', ');
  return `${who}: the PIN in the file is among the first anybody guesses. Roll ${names.length === 1 ? 'it' : 'those'}`;
};

const errorText = (file: string, { line, column, sentence }: PeopleError): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${column === undefined ? '' : `${column}: `}${sentence}`;

/** Names for people to read; a controller's database has none. A file without names is no error. */
export const namesIn = (file: string): ReadonlyMap<number, string> => {
  const bytes = readBounded(file, maxPeopleFileBytes);
  const rows = bytes.ok ? readCsv(new TextDecoder().decode(bytes.value)) : bytes;
  if (!rows.ok) return new Map();
  const [header, ...people] = rows.value;
  const [person, name] = ['person', 'name'].map((column) => header?.fields.indexOf(column) ?? -1);
  if (person === undefined || name === undefined || name < 0) return new Map();
  return new Map(people.map(({ fields }) => [Number(fields[person]), fields[name] ?? ''] as const).filter(([, text]) => text !== ''));
};
