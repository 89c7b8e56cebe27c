/**
 * The keys of a reader on disk, in `keys/` of its data directory: made in one step, private to their owner, refused when
 * anybody else could read them (SECURITY G8). A file on the same card as the table is tier 0 of SECURITY §8.4: whoever
 * takes the card has the keys. What the keys are for is table/'s.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Crypto } from '../ports/crypto.ts';
import { Fault } from '../shared/faults.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import type { Trust } from '../table/header.ts';

/** What a running reader needs: whom it obeys, and the key of its tags. */
export interface ReaderKeys {
  readonly trust: Trust;
  /** 32 bytes. */
  readonly tableKey: SecretBytes;
}

/** What signs tables for a reader without a controller. A running reader never reads it. */
export interface StandAloneKeys extends ReaderKeys {
  /** 32 bytes: the Ed25519 seed whose public half is `trust.authority`. */
  readonly authoritySeed: SecretBytes;
}

const keysDirectory = 'keys';
const readerFile = 'reader.json';
const authorityFile = 'authority.json';
const format = 1;

const hexBytes = (bytes: number): v.GenericSchema<unknown, string> => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));
const readerShape = v.strictObject({
  format: v.literal(format),
  site: hexBytes(16),
  reader: hexBytes(16),
  authority: hexBytes(32),
  tableKey: hexBytes(32),
});
const authorityShape = v.strictObject({ format: v.literal(format), seed: hexBytes(32) });

/** The keys, undefined when none were made yet, or the sentence that says why they are refused. */
export const readReaderKeys = (dataDir: string): Result<ReaderKeys | undefined, string> => {
  const directory = join(dataDir, keysDirectory);
  const place = checked(directory, () => {
    if (!exists(directory)) return ok(false);
    const loose = loosenessOf(directory, 0o700);
    return loose === undefined ? ok(true) : failed(loose);
  });
  if (!place.ok) return place;
  if (!place.value) return ok(undefined);
  const file = readKeyFile(join(directory, readerFile), readerShape);
  if (!file.ok) return file;
  const { site, reader, authority, tableKey } = file.value;
  return ok({ trust: { site: fromHex(site), reader: fromHex(reader), authority: fromHex(authority) }, tableKey: secretFromHex(tableKey) });
};

/** The keys with the authority's seed, undefined when there are no keys, or why they are refused. */
export const readStandAloneKeys = (dataDir: string): Result<StandAloneKeys | undefined, string> => {
  const keys = readReaderKeys(dataDir);
  if (!keys.ok) return keys;
  if (keys.value === undefined) return ok(undefined);
  const path = join(dataDir, keysDirectory, authorityFile);
  if (!exists(path)) return failed('The tables of this reader are signed elsewhere: there is no authority key on it.');
  const file = readKeyFile(path, authorityShape);
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
export const writeStandAloneKeys = (dataDir: string, keys: StandAloneKeys): void => {
  try {
    writeKeys(dataDir, keys);
  } catch (thrown) {
    throw new Fault('disk.failed', `The keys could not be written to ${dataDir}.`, thrown);
  }
};

const writeKeys = (dataDir: string, { trust, tableKey, authoritySeed }: StandAloneKeys): void => {
  const incoming = mkdtempSync(join(dataDir, `${keysDirectory}.new-`));
  try {
    chmodSync(incoming, 0o700);
    const { site, reader, authority } = trust;
    writeKeyFile(join(incoming, readerFile), {
      format,
      site: toHex(site),
      reader: toHex(reader),
      authority: toHex(authority),
      tableKey: toHex(tableKey.reveal()),
    });
    writeKeyFile(join(incoming, authorityFile), { format, seed: toHex(authoritySeed.reveal()) });
    syncDirectory(incoming);
    renameSync(incoming, join(dataDir, keysDirectory));
    syncDirectory(dataDir);
  } catch (thrown) {
    rmSync(incoming, { recursive: true, force: true });
    throw thrown;
  }
};

/**
 * Makes the data directory, or accepts one that is only its owner's; the sentence says why not. Running as another user
 * would leave files that the reader itself cannot read.
 */
export const prepareDataDirectory = (dataDir: string): Result<void, string> =>
  checked(dataDir, () => {
    if (!exists(dataDir)) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      chmodSync(dataDir, 0o700);
    }
    const loose = loosenessOf(dataDir, 0o700);
    return loose === undefined ? ok(undefined) : failed(loose);
  });

const readKeyFile = <Shape>(path: string, shape: v.GenericSchema<unknown, Shape>): Result<Shape, string> =>
  checked(path, () => {
    const loose = loosenessOf(path, 0o600);
    if (loose !== undefined) return failed(loose);
    const read = v.safeParse(shape, parseJson(readFileSync(path, 'utf8')));
    return read.success
      ? ok(read.output)
      : failed(`${path} is damaged. Restore it from a copy; or remove ${keysDirectory}/ and import the people anew.`);
  });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Says in a sentence what the system said in a code. */
const checked = <Value>(path: string, work: () => Result<Value, string>): Result<Value, string> => {
  try {
    return work();
  } catch (thrown) {
    return failed(`${path} cannot be used: ${(thrown as NodeJS.ErrnoException).code}.`);
  }
};

/** Why a file or directory is not private to this user, or undefined. */
const loosenessOf = (path: string, mode: number): string | undefined => {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return `${path} is a link; it must be the place itself.`;
  if (found.uid !== process.geteuid?.()) return `${path} belongs to another user (${found.uid}). Run this as that user.`;
  if ((found.mode & 0o077) === 0) return undefined;
  return `${path} can be used by other users (mode ${(found.mode & 0o777).toString(8)}). If nobody can have read it, run: chmod ${mode.toString(8)} ${path}`;
};

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const writeKeyFile = (path: string, content: Readonly<Record<string, string | number>>): void => {
  writeFileSync(path, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  chmodSync(path, 0o600);
};

const syncDirectory = (path: string): void => {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const secretFromHex = (hex: string): SecretBytes => new SecretBytes(fromHex(hex));
