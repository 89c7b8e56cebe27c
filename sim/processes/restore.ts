/**
 * `npm run sim -- controller --restore FILE`: a backup into an empty data directory, and its keys into the site where that has none. Decides what is
 * said of it; what a backup is made of is ../controller/backup.ts's.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { readBounded, readText } from '../../src/tools/bounded-file.ts';
import { exists, preparePrivateDirectory } from '../../src/tools/private-files.ts';
import { keepSiteAnew, readSite, type Site } from '../../src/tools/provision-site.ts';
import { readBackup, restoreDatabase, restoreSentences, type SiteKeysOfBackup } from '../controller/backup.ts';
import { maxBackupBytes } from '../controller/backup-file.ts';
import { controllerFileName } from '../controller/controller-store.ts';
import { keepSiteKey } from './site-files.ts';

export interface Restoring {
  /** The backup, and the file whose first line is its password. */
  readonly file: string;
  readonly passwordFile: string | undefined;
  readonly site: string;
  readonly data: string;
  readonly crypto: Crypto;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

const maxPasswordBytes = 1_024;

/** What to tell whoever restores, or the sentence that says why not. Rejects when the disk fails. */
export const restore = async ({ file, passwordFile, site, data, crypto, atMs }: Restoring): Promise<Result<string, string>> => {
  if (passwordFile === undefined) return failed('Name the file that holds the password of the backup: --password-file FILE.');
  const password = readText(passwordFile, maxPasswordBytes);
  if (!password.ok) return password;
  const bytes = readBounded(file, maxBackupBytes);
  if (!bytes.ok) return failed(`${file}: ${bytes.failure}`);
  const backup = await readBackup(bytes.value, password.value.split(/\r?\n/)[0] ?? '', crypto);
  if (!backup.ok) return failed(`${file}: ${restoreSentences[backup.failure]}`);
  const { keys, made } = backup.value;
  if (exists(join(data, controllerFileName))) return failed(`${data}: ${restoreSentences.notEmpty}`);
  const kept = keepSite(site, keys, crypto);
  if (!kept.ok) return kept;
  const prepared = preparePrivateDirectory(data);
  if (!prepared.ok) return prepared;
  const restored = await restoreDatabase(backup.value, { directory: data, crypto, atMs });
  if (!restored.ok) return failed(`${data}: ${restoreSentences[restored.failure]}`);
  return ok(
    `Restored as of ${made}. Whoever was removed since is back, and codes that were rolled since are the old ones, at each reader once it is heard.`,
  );
};

/** A site that is there stays as it is. */
const keepSite = (directory: string, keys: SiteKeysOfBackup, crypto: Crypto): Result<undefined, string> => {
  const there = readSite(directory);
  if (!there.ok) return there;
  if (there.value === undefined) keepSiteAnew(directory, provisionedOf(keys));
  else if (!crypto.isEqual(there.value.site, keys.site)) return failed(`${directory} is another site than that of the backup.`);
  return keepSiteKey(directory, keys.siteKey, crypto);
};

const provisionedOf = ({ site, authoritySeed, readers }: SiteKeysOfBackup): Site => {
  const authority = publicKeyOf(authoritySeed);
  return {
    site,
    authority,
    authoritySeed,
    readers: readers.map(({ name, address, reader, tableKey, scbk }) => ({
      place: { name, address, serial: undefined },
      keys: { trust: { site, authority, reader }, tableKey, scbk },
    })),
  };
};

/** In front of an Ed25519 seed (RFC 8410 §7). */
const seedPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyBytes = 32;

const publicKeyOf = (seed: SecretBytes): Uint8Array => {
  const key = createPrivateKey({ key: Buffer.concat([seedPrefix, seed.reveal()]), format: 'der', type: 'pkcs8' });
  return Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-publicKeyBytes));
};
