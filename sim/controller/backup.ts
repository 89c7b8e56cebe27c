/**
 * Everything a controller keeps, as one sealed file, and back into an empty directory: its database, the key that opens what is sealed in it, and
 * the keys of the site. A controller that was restored knows less than its readers: it goes on above what each of them says, with a snapshot
 * (docs/table-profile.md §10). Who may ask, and where the keys go, is the caller's.
 */
import { rmSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { exists, fromHex, hexBytes, parseJson, secretFromHex, syncDirectory, toHex } from '../../src/tools/private-files.ts';
import { type BackupRefusal, maxBackedUpBytes, openBackup, sealBackup } from './backup-file.ts';
import { ControllerStore, controllerFileName } from './controller-store.ts';
import { migrations } from './migrations.ts';
import type { NewReader, Site } from './site-store.ts';

const readerShape = v.object({ name: v.string(), address: v.number(), reader: hexBytes(16), tableKey: hexBytes(32), scbk: hexBytes(16) });
/** In front of the database, behind its own length in four bytes. */
const keysShape = v.object({ siteKey: hexBytes(32), site: hexBytes(16), authoritySeed: hexBytes(32), readers: v.array(readerShape) });
const lengthBytes = 4;
const maxKeysBytes = 1024 * 1024;

/** What a site directory is made of. */
export interface SiteKeysOfBackup extends Site {
  /** Of the database. */
  readonly siteKey: SecretBytes;
  readonly readers: readonly NewReader[];
}

/** `tooLarge`: of a database that is. Rejects with a Fault when the disk fails. */
export const makeBackup = async (store: ControllerStore, password: string, atMs: number): Promise<Result<Uint8Array, 'tooLarge' | 'noSite'>> => {
  const { crypto } = store.secrets;
  const [site, readers] = [await store.site.site(), await store.site.readers()];
  if (site === undefined) return failed('noSite');
  const copied = store.copy(maxBackedUpBytes - maxKeysBytes);
  if (!copied.ok) return copied;
  const keys: v.InferOutput<typeof keysShape> = {
    siteKey: toHex(copied.value.siteKey.reveal()),
    site: toHex(site.site),
    authoritySeed: toHex(site.authoritySeed.reveal()),
    readers: readers.map(({ name, address, reader, tableKey, scbk }) => ({
      name,
      address,
      reader: toHex(reader),
      tableKey: toHex(tableKey.reveal()),
      scbk: toHex(scbk.reveal()),
    })),
  };
  const text = Buffer.from(JSON.stringify(keys));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(text.length);
  const content = Buffer.concat([length, text, copied.value.database]);
  return ok(await sealBackup({ made: new Date(atMs).toISOString(), database: migrations.length, content }, password, crypto));
};

export type RestoreRefusal = BackupRefusal | 'notEmpty';

export const restoreSentences: Readonly<Record<RestoreRefusal, string>> = {
  noBackup: 'This is no backup of a controller.',
  otherVersion: 'This backup was made by a later version of this program. Restore it with that one.',
  cut: 'This backup is cut: the end of it is missing. Take another copy of it.',
  wrongPassword: 'The password is not that of this backup.',
  damaged: 'This backup is damaged: it is not what was written. Take another copy of it.',
  notEmpty: 'There is a database already. Restore into an empty directory.',
};

export interface OpenedBackup {
  /** When it was made, ISO 8601. */
  readonly made: string;
  readonly keys: SiteKeysOfBackup;
  readonly database: Uint8Array;
}

export const readBackup = async (file: Uint8Array, password: string, crypto: Crypto): Promise<Result<OpenedBackup, RestoreRefusal>> => {
  const found = await openBackup(file, password, crypto);
  if (!found.ok) return found;
  const { made, database, content } = found.value;
  if (database > migrations.length) return failed('otherVersion');
  const from = lengthBytes + Buffer.from(content.buffer, content.byteOffset, content.length).readUInt32BE();
  const read = v.safeParse(keysShape, parseJson(new TextDecoder().decode(content.subarray(lengthBytes, from))));
  if (!read.success) return failed('damaged');
  const { siteKey, site, authoritySeed, readers } = read.output;
  const keys: SiteKeysOfBackup = {
    siteKey: secretFromHex(siteKey),
    site: fromHex(site),
    authoritySeed: secretFromHex(authoritySeed),
    readers: readers.map(({ name, address, reader, tableKey, scbk }) => ({
      name,
      address,
      reader: fromHex(reader),
      tableKey: secretFromHex(tableKey),
      scbk: secretFromHex(scbk),
    })),
  };
  return ok({ made, keys, database: content.subarray(from) });
};

const folder = 'restore.new';
/** It waited when the backup was made: since then it was sent, or is out of date. */
const notSent = 'It waited when a backup was made that was restored.';

/**
 * The database in its place, whole or not at all, whenever the power goes. That it was restored is in its audit; what waited to be sent then is given
 * up. Rejects with a Fault, or with what the system says, when the disk fails.
 */
export const restoreDatabase = async (
  { made, keys, database }: OpenedBackup,
  { directory, crypto, atMs }: { readonly directory: string; readonly crypto: Crypto; readonly atMs: number },
): Promise<Result<undefined, RestoreRefusal>> => {
  const place = join(directory, controllerFileName);
  if (exists(place)) return failed('notEmpty');
  const incoming = join(directory, folder);
  rmSync(incoming, { recursive: true, force: true });
  try {
    await mkdir(incoming, { mode: 0o700 });
    await writeSynced(join(incoming, controllerFileName), database);
    const store = await ControllerStore.open({ directory: incoming, siteKey: keys.siteKey, crypto });
    try {
      await store.write(async (within) => {
        await within.sendings.giveUpWaiting(notSent);
        await within.audit.add({ atMs, by: 'operator', what: 'site.restored', detail: `backup of ${made}` });
      });
    } finally {
      await store.close();
    }
    await rename(join(incoming, controllerFileName), place);
    syncDirectory(directory);
    return ok(undefined);
  } finally {
    rmSync(incoming, { recursive: true, force: true });
  }
};

const writeSynced = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};
