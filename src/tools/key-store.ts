/**
 * The keys of a reader on disk, in `keys/` of its data directory: made in one step, private to their owner, refused when
 * anybody else could read them (SECURITY G8). A file on the same card as the table is tier 0 of SECURITY §8.4: whoever
 * takes the card has the keys. What the keys are for is table/'s and osdp/'s; the key of the line changes in line-keys.ts.
 */
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { PdKeySet } from '../osdp/pd-keys.ts';
import { scbkBytes } from '../osdp/scbk.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { ReaderKeys } from '../reader/reader-keys.ts';
import { Fault } from '../shared/faults.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import {
  checked,
  exists,
  fromHex,
  hexBytes,
  loosenessOf,
  preparePrivateDirectory,
  privateDirectoryMode,
  readPrivateFile,
  replacePrivateFile,
  secretFromHex,
  syncDirectory,
  toHex,
  writeNewPrivateFile,
} from './private-files.ts';

/** What signs tables for a reader without a controller. A running reader never reads it. */
export interface StandAloneKeys extends ReaderKeys {
  /** 32 bytes: the Ed25519 seed whose public half is `trust.authority`. */
  readonly authoritySeed: SecretBytes;
}

/** What a bundle brings to a reader. */
export interface SiteKeys extends ReaderKeys {
  /** The key of the line. */
  readonly scbk: SecretBytes;
}

export const keysDirectory = 'keys';
const readerFile = 'reader.json';
const authorityFile = 'authority.json';
const authorityFormat = 1;
/**
 * Format 1 has no key of the line. In format 2 a reader whose panel set one, and that has no table key, says `null`; `place` is who the
 * bundle says it is.
 */
const readerFormat = 2;
const remedy = `Restore it from a copy; or remove ${keysDirectory}/ and import the people anew, or install the bundle again.`;

const trustEntries = { site: hexBytes(16), reader: hexBytes(16), authority: hexBytes(32), tableKey: hexBytes(32) };
const readerShape = v.union([
  v.pipe(
    v.strictObject({ format: v.literal(1), ...trustEntries }),
    v.transform(({ format: _, ...table }) => ({ table, place: undefined, scbk: null, pendingScbk: null })),
  ),
  v.pipe(
    v.strictObject({
      format: v.literal(readerFormat),
      table: v.nullable(v.strictObject(trustEntries)),
      place: v.optional(v.strictObject({ name: v.string(), address: v.number() })),
      scbk: v.nullable(hexBytes(scbkBytes)),
      pendingScbk: v.nullable(hexBytes(scbkBytes)),
    }),
    v.transform(({ table, place, scbk, pendingScbk }) => ({ table, place, scbk, pendingScbk })),
  ),
]);
type ReaderFile = v.InferOutput<typeof readerShape>;
const authorityShape = v.strictObject({ format: v.literal(authorityFormat), seed: hexBytes(32) });

const emptyFile: ReaderFile = { table: null, place: undefined, scbk: null, pendingScbk: null };

const readReaderFile = (dataDir: string): Result<ReaderFile, string> => {
  const directory = join(dataDir, keysDirectory);
  const place = checked(directory, () => {
    if (!exists(directory)) return ok(false);
    const loose = loosenessOf(directory, privateDirectoryMode);
    return loose === undefined ? ok(true) : failed(loose);
  });
  if (!place.ok) return place;
  return place.value ? readPrivateFile(join(directory, readerFile), readerShape, remedy) : ok(emptyFile);
};

/** The keys, undefined when none were made yet, or the sentence that says why they are refused. */
export const readReaderKeys = (dataDir: string): Result<ReaderKeys | undefined, string> => {
  const file = readReaderFile(dataDir);
  if (!file.ok) return file;
  return ok(file.value.table === null ? undefined : readerKeysOf(file.value.table));
};

const readerKeysOf = ({ site, reader, authority, tableKey }: NonNullable<ReaderFile['table']>): ReaderKeys => ({
  trust: { site: fromHex(site), reader: fromHex(reader), authority: fromHex(authority) },
  tableKey: secretFromHex(tableKey),
});

/** The key of the line, and one that has yet to prove itself; neither when the line has no key; or why they are refused. */
export const readLineKeys = (dataDir: string): Result<PdKeySet, string> => {
  const file = readReaderFile(dataDir);
  if (!file.ok) return file;
  const { scbk, pendingScbk } = file.value;
  return ok({
    current: scbk === null ? undefined : secretFromHex(scbk),
    pending: pendingScbk === null ? undefined : secretFromHex(pendingScbk),
  });
};

/** Who the reader is in its site, as its bundle said. */
export interface KeyedPlace {
  readonly name: string;
  /** Of the line. */
  readonly address: number;
}

/** Undefined where no bundle said it; the sentence says why the keys are refused. */
export const readKeyedPlace = (dataDir: string): Result<KeyedPlace | undefined, string> => {
  const file = readReaderFile(dataDir);
  return file.ok ? ok(file.value.place) : file;
};

/** Keys and place of one read. */
export const readKeyed = (dataDir: string): Result<{ readonly keys: ReaderKeys | undefined; readonly place: KeyedPlace | undefined }, string> => {
  const file = readReaderFile(dataDir);
  if (!file.ok) return file;
  const { table, place } = file.value;
  return ok({ keys: table === null ? undefined : readerKeysOf(table), place });
};

/** Where the keys of the table came from: nowhere yet, made here, or installed from a site's bundle. */
export type KeyOrigin = 'none' | 'standAlone' | 'site';

/** Or why the keys are refused. */
export const readKeyOrigin = (dataDir: string): Result<KeyOrigin, string> => {
  const file = readReaderFile(dataDir);
  if (!file.ok) return file;
  if (file.value.table === null) return ok('none');
  return ok(exists(join(dataDir, keysDirectory, authorityFile)) ? 'standAlone' : 'site');
};

/** The same; `none` also for keys that are refused. */
export const keyOriginOf = (dataDir: string): KeyOrigin => {
  const origin = readKeyOrigin(dataDir);
  return origin.ok ? origin.value : 'none';
};

/** The keys with the authority's seed, undefined when there are no keys, or why they are refused. */
export const readStandAloneKeys = (dataDir: string): Result<StandAloneKeys | undefined, string> => {
  const keys = readReaderKeys(dataDir);
  if (!keys.ok) return keys;
  if (keys.value === undefined) return ok(undefined);
  const path = join(dataDir, keysDirectory, authorityFile);
  if (!exists(path)) return failed('The tables of this reader are signed elsewhere: there is no authority key on it.');
  const file = readPrivateFile(path, authorityShape, remedy);
  return file.ok ? ok({ ...keys.value, authoritySeed: secretFromHex(file.value.seed) }) : file;
};

/** New keys for a reader without a controller, in memory only. */
export const newStandAloneKeys = (crypto: Crypto): StandAloneKeys => {
  const { seed, publicKey } = crypto.newSigningKey();
  return {
    trust: { site: crypto.randomBytes(16), reader: crypto.randomBytes(16), authority: publicKey },
    tableKey: new SecretBytes(crypto.randomBytes(32)),
    authoritySeed: seed,
  };
};

/** All of the keys are on disk when this returns, or none; keys that are there are never replaced. Throws a Fault. */
export const writeStandAloneKeys = (dataDir: string, keys: StandAloneKeys): void =>
  writeKeys(dataDir, keys, JSON.stringify({ format: authorityFormat, seed: toHex(keys.authoritySeed.reveal()) }));

/** The keys of a bundle: likewise. A key that a panel gave the line before is replaced. */
export const writeSiteKeys = (dataDir: string, keys: SiteKeys, place?: KeyedPlace): void => writeKeys(dataDir, keys, undefined, place);

const tableOf = ({ trust: { site, reader, authority }, tableKey }: ReaderKeys): NonNullable<ReaderFile['table']> => ({
  site: toHex(site),
  reader: toHex(reader),
  authority: toHex(authority),
  tableKey: toHex(tableKey.reveal()),
});

const textOf = (file: ReaderFile): string => `${JSON.stringify({ format: readerFormat, ...file })}\n`;

const writeKeys = (dataDir: string, keys: ReaderKeys & Partial<SiteKeys>, authority: string | undefined, place?: KeyedPlace): void => {
  const before = readReaderFile(dataDir);
  if (!before.ok || before.value.table !== null) throw notWritten(dataDir, before.ok ? 'there are keys' : before.failure);
  const scbk = keys.scbk === undefined ? before.value.scbk : toHex(keys.scbk.reveal());
  const pendingScbk = keys.scbk === undefined ? before.value.pendingScbk : null;
  const reader = textOf({ table: tableOf(keys), place: place && { name: place.name, address: place.address }, scbk, pendingScbk });
  try {
    if (exists(join(dataDir, keysDirectory))) {
      // The reader's file goes last: until it names an authority, no seed counts.
      const seedFile = join(dataDir, keysDirectory, authorityFile);
      if (authority === undefined) rmSync(seedFile, { force: true });
      else replacePrivateFile(seedFile, `${authority}\n`);
      replacePrivateFile(join(dataDir, keysDirectory, readerFile), reader);
    } else {
      writeKeysDirectory(dataDir, { [readerFile]: reader, ...(authority === undefined ? {} : { [authorityFile]: `${authority}\n` }) });
    }
  } catch (thrown) {
    throw notWritten(dataDir, thrown);
  }
};

const notWritten = (dataDir: string, cause: unknown): Fault => new Fault('disk.failed', `The keys could not be written to ${dataDir}.`, cause);

const writeKeysDirectory = (dataDir: string, files: Readonly<Record<string, string>>): void => {
  const incoming = mkdtempSync(join(dataDir, `${keysDirectory}.new-`));
  try {
    chmodSync(incoming, privateDirectoryMode);
    for (const [name, content] of Object.entries(files)) writeNewPrivateFile(join(incoming, name), content);
    syncDirectory(incoming);
    renameSync(incoming, join(dataDir, keysDirectory));
    syncDirectory(dataDir);
  } catch (thrown) {
    rmSync(incoming, { recursive: true, force: true });
    throw thrown;
  }
};

/** The file with these keys of the line in place of its own, and where it goes; the sentence says why not. */
export const readerFileWith = (dataDir: string, { current, pending }: PdKeySet): Result<{ readonly path: string; readonly text: string }, string> => {
  const file = readReaderFile(dataDir);
  if (!file.ok) return file;
  const hexOf = (key: SecretBytes | undefined): string | null => (key === undefined ? null : toHex(key.reveal()));
  const text = textOf({ table: file.value.table, place: file.value.place, scbk: hexOf(current), pendingScbk: hexOf(pending) });
  return ok({ path: join(dataDir, keysDirectory, readerFile), text });
};

/**
 * Keeps the keys of the line: as they were before or as these are, whenever the power goes, on disk when this returns. Everything
 * else in the file stays. Throws a Fault.
 */
export const keepLineKeys = (dataDir: string, keys: PdKeySet): void => {
  const file = readerFileWith(dataDir, keys);
  if (!file.ok) throw notWritten(dataDir, file.failure);
  const { path, text } = file.value;
  try {
    if (!exists(join(dataDir, keysDirectory))) writeKeysDirectory(dataDir, { [readerFile]: text });
    else if (readFileSync(path, 'utf8') !== text) replacePrivateFile(path, text);
  } catch (thrown) {
    throw notWritten(dataDir, thrown);
  }
};

/** Makes the data directory, or accepts one that is only its owner's; the sentence says why not. */
export const prepareDataDirectory = (dataDir: string): Result<void, string> => preparePrivateDirectory(dataDir);
