/**
 * The form of a backup: a header in clear, and bytes sealed under a password. Decides how hard a password is to guess, and how a wrong one, a cut
 * file and another version are told apart; what the bytes are is backup.ts's.
 *
 * The header is one line of JSON. Behind its end of line stand the bytes, compressed (RFC 1952) and sealed by AES-256-GCM with the header as what is
 * bound to them, and the tag of 16 bytes. The key is the first half of 64 bytes of scrypt (RFC 7914) of the password in NFKC; `check` begins the
 * SHA-256 of the second half.
 */
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as v from 'valibot';
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { fromHex, hexBytes, parseJson, toHex } from '../../src/tools/private-files.ts';

const kind = 'doorpad controller backup';
const format = 1;
const cipherName = 'aes-256-gcm';
/** NIST SP 800-38D §8.2. */
const nonceBytes = 12;
const tagBytes = 16;
const saltBytes = 16;
const checkBytes = 8;
const keyBytes = 32;
/** 64 MB and some 200 ms for each guess; the OWASP cheat sheet on password storage asks for N = 2^17 with less memory to spare. */
const cost = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
/** Of what is sealed: a hundred thousand events and ten thousand people take a tenth of it. */
export const maxBackedUpBytes = 128 * 1024 * 1024;
/** Of a file: what cannot be compressed takes a little more than it is long. */
export const maxBackupBytes = maxBackedUpBytes + 1024 * 1024;
const maxHeaderBytes = 1_024;

const zipped = promisify(gzip);
const unzipped = promisify(gunzip);

const anyVersion = v.object({ kind: v.literal(kind), format: v.number() });
const headerShape = v.strictObject({
  kind: v.literal(kind),
  format: v.literal(format),
  /** When it was made, and how many steps its database had had (migrations.ts). */
  made: v.pipe(v.string(), v.isoTimestamp()),
  database: v.pipe(v.number(), v.integer(), v.minValue(1)),
  salt: hexBytes(saltBytes),
  nonce: hexBytes(nonceBytes),
  check: hexBytes(checkBytes),
  /** Behind the header, the tag included. */
  bytes: v.pipe(v.number(), v.integer(), v.minValue(tagBytes)),
});

export interface BackedUp {
  readonly made: string;
  readonly database: number;
  readonly content: Uint8Array;
}

/** At most `maxBackedUpBytes` of content. */
export const sealBackup = async ({ made, database, content }: BackedUp, password: string, crypto: Crypto): Promise<Uint8Array> => {
  const [salt, nonce] = [crypto.randomBytes(saltBytes), crypto.randomBytes(nonceBytes)];
  const { key, check } = await keyOf(password, salt, crypto);
  const plain = await zipped(content);
  const bytes = plain.length + tagBytes;
  const header = `${JSON.stringify({ kind, format, made, database, salt: toHex(salt), nonce: toHex(nonce), check, bytes })}\n`;
  const cipher = createCipheriv(cipherName, key, nonce).setAAD(Buffer.from(header));
  return Buffer.concat([Buffer.from(header), cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

export type BackupRefusal = 'noBackup' | 'otherVersion' | 'cut' | 'wrongPassword' | 'damaged';

export const openBackup = async (file: Uint8Array, password: string, crypto: Crypto): Promise<Result<BackedUp, BackupRefusal>> => {
  const end = file.subarray(0, maxHeaderBytes).indexOf(0x0a) + 1;
  const text = new TextDecoder().decode(file.subarray(0, end));
  const said = parseJson(text);
  const version = v.safeParse(anyVersion, said);
  if (!version.success) return failed('noBackup');
  if (version.output.format !== format) return failed('otherVersion');
  const header = v.safeParse(headerShape, said);
  if (!header.success) return failed('damaged');
  const { made, database, salt, nonce, check, bytes } = header.output;
  const sealed = file.subarray(end);
  if (sealed.length < bytes) return failed('cut');
  if (sealed.length > bytes) return failed('damaged');
  const derived = await keyOf(password, fromHex(salt), crypto);
  if (derived.check !== check) return failed('wrongPassword');
  const plain = opened(derived.key, fromHex(nonce), file.subarray(0, end), sealed);
  return plain === undefined ? failed('damaged') : ok({ made, database, content: await unzipped(plain, { maxOutputLength: maxBackedUpBytes }) });
};

const keyOf = async (password: string, salt: Uint8Array, crypto: Crypto): Promise<{ readonly key: Uint8Array; readonly check: string }> => {
  const derived = await new Promise<Uint8Array>((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 2 * keyBytes, cost, (thrown, bytes) => (thrown === null ? resolve(bytes) : reject(thrown)));
  });
  return { key: derived.subarray(0, keyBytes), check: toHex(crypto.sha256(derived.subarray(keyBytes)).subarray(0, checkBytes)) };
};

const opened = (key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, sealed: Uint8Array): Uint8Array | undefined => {
  const decipher = createDecipheriv(cipherName, key, nonce, { authTagLength: tagBytes }).setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    // The tag is wrong: whatever the bytes are, they are not what was sealed.
    return undefined;
  }
};
