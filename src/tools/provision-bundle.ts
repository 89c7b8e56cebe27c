/**
 * The bundle that carries a reader's keys to it: sealed under a code that goes another way (DESIGN §2). Decides its format and how hard
 * a code is to guess; who gets one is provision-site.ts's, where the keys go key-store.ts's.
 */
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import * as v from 'valibot';
import { highestAddress } from '../config/settings.ts';
import { scbkBytes } from '../osdp/scbk.ts';
import type { Crypto } from '../ports/crypto.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import type { SiteKeys } from './key-store.ts';
import { fromHex, hexBytes, parseJson, secretFromHex, toHex } from './private-files.ts';

export const maxBundleBytes = 16_384;
/** Digits of a new code. At 50 ms a guess (SECURITY §8.1), half of them take eight hundred years of one core. */
export const codeDigits = 12;
/** Fewer are refused, more than `mostCodeDigits` too. */
const leastCodeDigits = 8;
export const mostCodeDigits = 32;

/** scrypt with 32 MiB, twice what SECURITY §8.1 measured at 25 ms. Fixed by the format, so that no file chooses it. */
const scryptCost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const keyBytes = 32;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const cipherName = 'aes-256-gcm';

/** Who a reader is: what stands on its label, and in its bundle in clear. */
export interface ReaderPlace {
  readonly name: string;
  /** 0..126. */
  readonly address: number;
  readonly serial: string | undefined;
}

export interface OpenedBundle {
  readonly place: ReaderPlace;
  readonly keys: SiteKeys;
}

/** Name and serial number of a reader, as they are printed: nobody has signed what a bundle says in clear, and a terminal obeys control characters. */
export const readerNameForm = /^(?=.{1,64}$)[^\p{C}\p{Zl}\p{Zp}]+$/u;
export const readerSerialForm = /^[A-Za-z0-9._-]{0,32}$/;

const clearEntries = {
  kind: v.literal('doorpad bundle'),
  format: v.literal(1),
  name: v.pipe(v.string(), v.regex(readerNameForm)),
  address: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(highestAddress)),
  serial: v.nullable(v.pipe(v.string(), v.regex(readerSerialForm))),
  reader: hexBytes(16),
  salt: hexBytes(saltBytes),
  nonce: hexBytes(nonceBytes),
};
const bundleShape = v.strictObject({ ...clearEntries, sealed: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}){16,4096}$/)) });
const sealedShape = v.strictObject({ site: hexBytes(16), authority: hexBytes(32), tableKey: hexBytes(32), scbk: hexBytes(scbkBytes) });

/** A new code, as its digits in ASCII. */
export const newCode = (crypto: Crypto): SecretBytes => {
  const digits: number[] = [];
  // 250 is the largest multiple of ten in a byte: every digit is as likely.
  while (digits.length < codeDigits) digits.push(...crypto.randomBytes(codeDigits).filter((byte) => byte < 250));
  return new SecretBytes(Uint8Array.from(digits.slice(0, codeDigits), (byte) => 0x30 + (byte % 10)));
};

/** The code as people type it, spaces and dashes aside; undefined when it is none. */
export const codeFrom = (text: string): SecretBytes | undefined => {
  const digits = text.replaceAll(/[\s-]/g, '');
  const isCode = /^[0-9]+$/.test(digits) && digits.length >= leastCodeDigits && digits.length <= mostCodeDigits;
  return isCode ? new SecretBytes(new TextEncoder().encode(digits)) : undefined;
};

/** In groups of four: for the one time that it is shown. */
export const codeText = (code: SecretBytes): string => new TextDecoder().decode(code.reveal()).replaceAll(/(.{4})(?=.)/g, '$1 ');

const keyOf = (code: SecretBytes, salt: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    scrypt(code.reveal(), salt, keyBytes, scryptCost, (thrown, key) => (thrown === null ? resolve(key) : reject(thrown)));
  });

type Clear = Omit<v.InferOutput<typeof bundleShape>, 'sealed'>;
/** What is in clear is bound to what is sealed: none of it can be changed. */
const boundBytes = (clear: Clear): Uint8Array => new TextEncoder().encode(JSON.stringify(clear));

/** The text of a bundle file. */
export const sealBundle = async ({ place, keys }: OpenedBundle, code: SecretBytes, crypto: Crypto): Promise<string> => {
  const [salt, nonce] = [crypto.randomBytes(saltBytes), crypto.randomBytes(nonceBytes)];
  const { trust, tableKey, scbk } = keys;
  const { name, address, serial = null } = place;
  const clear: Clear = {
    kind: 'doorpad bundle',
    format: 1,
    name,
    address,
    serial,
    reader: toHex(trust.reader),
    salt: toHex(salt),
    nonce: toHex(nonce),
  };
  const secrets = { site: toHex(trust.site), authority: toHex(trust.authority), tableKey: toHex(tableKey.reveal()), scbk: toHex(scbk.reveal()) };
  const cipher = createCipheriv(cipherName, await keyOf(code, salt), nonce);
  cipher.setAAD(boundBytes(clear));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${JSON.stringify({ ...clear, sealed: toHex(sealed) })}\n`;
};

/** What a bundle says of itself in clear; its code proves it. */
export interface BundleLabel {
  readonly name: string;
  readonly address: number;
  /** The reader's id, as hexadecimal digits. */
  readonly reader: string;
}

/** Undefined: this is no bundle. */
export const bundleLabel = (bytes: Uint8Array): BundleLabel | undefined => {
  const bundle = v.safeParse(bundleShape, bytes.length > maxBundleBytes ? undefined : parseJson(new TextDecoder().decode(bytes)));
  if (!bundle.success) return undefined;
  const { name, address, reader } = bundle.output;
  return { name, address, reader };
};

/** `wrongCode`: or a bundle that was changed; the two cannot be told apart. */
export type BundleRefusal = 'noBundle' | 'wrongCode';

export const openBundle = async (bytes: Uint8Array, code: SecretBytes): Promise<Result<OpenedBundle, BundleRefusal>> => {
  if (bytes.length > maxBundleBytes) return failed('noBundle');
  const bundle = v.safeParse(bundleShape, parseJson(new TextDecoder().decode(bytes)));
  if (!bundle.success) return failed('noBundle');
  const { kind, format, name, address, serial, reader, salt, nonce, sealed } = bundle.output;
  const bound = boundBytes({ kind, format, name, address, serial, reader, salt, nonce });
  const text = opened(await keyOf(code, fromHex(salt)), fromHex(nonce), bound, fromHex(sealed));
  const secrets = v.safeParse(sealedShape, text === undefined ? undefined : parseJson(text));
  if (!secrets.success) return failed('wrongCode');
  const { site, authority, tableKey, scbk } = secrets.output;
  return ok({
    place: { name, address, serial: serial ?? undefined },
    keys: {
      trust: { site: fromHex(site), reader: fromHex(reader), authority: fromHex(authority) },
      tableKey: secretFromHex(tableKey),
      scbk: secretFromHex(scbk),
    },
  });
};

const opened = (key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, sealed: Uint8Array): string | undefined => {
  const decipher = createDecipheriv(cipherName, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
};
