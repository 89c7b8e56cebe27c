/**
 * The files a controller process starts from: the site that `doorpad provision` made, the key of the database beside it, and the people file,
 * taken in once for as long as it does not change. What is in the database is controller/'s.
 */
import { readFileSync } from 'node:fs';
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
import type { PeopleDesk } from '../controller/people-desk.ts';

const siteKeyFile = 'database-key.json';
const takenFile = 'people-taken';
const siteKeyBytes = 32;
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

export interface PeopleParts {
  readonly file: string;
  /** Where it is noted which file was taken in. */
  readonly data: string;
  readonly siteKey: SecretBytes;
  readonly crypto: Crypto;
  readonly desk: PeopleDesk;
}

/**
 * Puts the people of the file in place of everybody, when it is not the file that was taken in last: what was changed by hand since stays.
 * How many changed; every error of the file, by line.
 */
export const takePeople = ({ file, data, siteKey, crypto, desk }: PeopleParts): Result<number, readonly string[]> => {
  const bytes = readBounded(file, maxPeopleFileBytes);
  if (!bytes.ok) return failed([`${file}: ${bytes.failure}`]);
  const mark = join(data, takenFile);
  const taken = toHex(crypto.hmacSha256(siteKey, bytes.value));
  if (exists(mark) && readFileSync(mark, 'latin1') === taken) return ok(0);
  const imported = desk.importFile(bytes.value);
  if (!imported.ok) return failed(imported.failure.map((error) => errorText(file, error)));
  replacePrivateFile(mark, taken);
  return ok(imported.value.people);
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
