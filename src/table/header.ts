/**
 * The one header of every signed file: snapshot, delta, revocation, order (docs/table-profile.md §5). Decides whether a
 * file is whole, ours and signed; whether it fits what is in force is table.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { hashBytes } from './content.ts';
import { readUint40, viewOf, writeUint40 } from './record.ts';

/** Whose files this reader obeys: the site's authority, for this site and this reader. */
export interface Trust {
  /** 32 bytes: the Ed25519 public key of the site's authority. */
  readonly authority: Uint8Array;
  /** 16 bytes. */
  readonly site: Uint8Array;
  /** 16 bytes. */
  readonly reader: Uint8Array;
}

export const fileKinds = ['snapshot', 'delta', 'revocation', 'order'] as const;
export type FileKind = (typeof fileKinds)[number];

export interface FileHeader {
  readonly kind: FileKind;
  readonly site: Uint8Array;
  readonly reader: Uint8Array;
  /** Delta: the version it changes. Revocation: the number it goes on from. */
  readonly baseVersion: number;
  /** Delta: content hash of the base. */
  readonly baseContentHash: Uint8Array;
  /** Snapshot, delta: the version it makes. Revocation, order: its number. 1..2^32-1. */
  readonly version: number;
  /** Snapshot, delta: put records in the body. */
  readonly personsPut: number;
  /** Delta: delete records in the body. Revocation: persons in the body. */
  readonly personsDeleted: number;
  /** Snapshot, delta: credentials in the put records. Revocation: tags in the body. */
  readonly credentials: number;
  /** Snapshot, delta: what the table holds afterwards. */
  readonly totalPersons: number;
  readonly totalCredentials: number;
  readonly contentHash: Uint8Array;
  /** Snapshot, delta: every revocation up to this number is included. */
  readonly revocation: number;
  /** Order: first second since 1970 at which it is no longer obeyed, 1..2^40-1. */
  readonly expiresS: number;
  readonly bodyBytes: number;
  readonly bodyHash: Uint8Array;
}

export const formatVersion = 1;
export const identityBytes = 16;
/** Not UTF-8 and not ASCII, so that no tool takes a file for text. */
const magic = Uint8Array.of(0x89, 0x44, 0x50, 0x54);
const signatureLabel = new TextEncoder().encode('doorpad/file/1');
const signatureBytes = 64;

/** Where each field begins. */
const at = {
  magic: 0,
  format: 4,
  kind: 5,
  site: 6,
  reader: 22,
  baseVersion: 38,
  baseContentHash: 42,
  version: 74,
  personsPut: 78,
  personsDeleted: 82,
  credentials: 86,
  totalPersons: 90,
  totalCredentials: 94,
  contentHash: 98,
  revocation: 130,
  expiresS: 134,
  bodyBytes: 139,
  bodyHash: 143,
  signature: 175,
} as const;

export const headerBytes = at.signature + signatureBytes;

type NumberField = {
  [Name in keyof FileHeader]: FileHeader[Name] extends number ? Name : never;
}[keyof FileHeader];
type HashField = 'baseContentHash' | 'contentHash';

/** What a kind does not use is zero. */
const unused: Readonly<Record<FileKind, readonly (NumberField | HashField)[]>> = {
  snapshot: ['baseVersion', 'baseContentHash', 'personsDeleted', 'expiresS'],
  delta: ['expiresS'],
  revocation: ['baseContentHash', 'personsPut', 'totalPersons', 'totalCredentials', 'contentHash', 'revocation', 'expiresS'],
  order: [
    'baseVersion',
    'baseContentHash',
    'personsPut',
    'personsDeleted',
    'credentials',
    'totalPersons',
    'totalCredentials',
    'contentHash',
    'revocation',
  ],
};

export type HeaderRefusal = 'malformed' | 'wrongFormat' | 'wrongSignature' | 'wrongSite' | 'wrongReader';

/**
 * The header in exactly these bytes, once it is shown to be the authority's, for this site and this reader. Checked in
 * this order, so that nothing but the format is believed before the signature.
 */
export const readHeader = (crypto: Crypto, trust: Trust, bytes: Uint8Array): Result<FileHeader, HeaderRefusal> => {
  if (bytes.length !== headerBytes || !crypto.isEqual(bytes.subarray(0, magic.length), magic)) return failed('malformed');
  if (bytes[at.format] !== formatVersion) return failed('wrongFormat');
  if (!crypto.verify(trust.authority, signedMessage(bytes), bytes.subarray(at.signature))) return failed('wrongSignature');
  const header = decode(bytes);
  if (header === undefined || !isConsistent(header)) return failed('malformed');
  if (!crypto.isEqual(header.site, trust.site)) return failed('wrongSite');
  if (!crypto.isEqual(header.reader, trust.reader)) return failed('wrongReader');
  return ok(header);
};

const decode = (bytes: Uint8Array): FileHeader | undefined => {
  const view = viewOf(bytes);
  const kind = fileKinds[view.getUint8(at.kind) - 1];
  // Not slice(): of a Buffer that is a view, which would change when its owner fills it again.
  const cut = (from: number, length: number): Uint8Array => new Uint8Array(bytes.subarray(from, from + length));
  return (
    kind && {
      kind,
      site: cut(at.site, identityBytes),
      reader: cut(at.reader, identityBytes),
      baseVersion: view.getUint32(at.baseVersion),
      baseContentHash: cut(at.baseContentHash, hashBytes),
      version: view.getUint32(at.version),
      personsPut: view.getUint32(at.personsPut),
      personsDeleted: view.getUint32(at.personsDeleted),
      credentials: view.getUint32(at.credentials),
      totalPersons: view.getUint32(at.totalPersons),
      totalCredentials: view.getUint32(at.totalCredentials),
      contentHash: cut(at.contentHash, hashBytes),
      revocation: view.getUint32(at.revocation),
      expiresS: readUint40(view, at.expiresS),
      bodyBytes: view.getUint32(at.bodyBytes),
      bodyHash: cut(at.bodyHash, hashBytes),
    }
  );
};

/** Says nothing its kind does not say, and nothing that cannot be. */
const isConsistent = (header: FileHeader): boolean => {
  const isUnusedZero = unused[header.kind].every((name) => {
    const value = header[name];
    return typeof value === 'number' ? value === 0 : value.every((byte) => byte === 0);
  });
  if (!isUnusedZero || header.version <= header.baseVersion) return false;
  switch (header.kind) {
    case 'snapshot':
      return header.totalPersons === header.personsPut && header.totalCredentials === header.credentials;
    case 'delta':
      return header.baseVersion > 0 && header.personsPut <= header.totalPersons && header.credentials <= header.totalCredentials;
    case 'revocation':
      return true;
    case 'order':
      return header.expiresS > 0;
  }
};

/** The signed header of these fields. */
export const writeHeader = (header: FileHeader, sign: (message: Uint8Array) => Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(headerBytes);
  const view = viewOf(bytes);
  bytes.set(magic, at.magic);
  view.setUint8(at.format, formatVersion);
  view.setUint8(at.kind, fileKinds.indexOf(header.kind) + 1);
  bytes.set(header.site, at.site);
  bytes.set(header.reader, at.reader);
  view.setUint32(at.baseVersion, header.baseVersion);
  bytes.set(header.baseContentHash, at.baseContentHash);
  view.setUint32(at.version, header.version);
  view.setUint32(at.personsPut, header.personsPut);
  view.setUint32(at.personsDeleted, header.personsDeleted);
  view.setUint32(at.credentials, header.credentials);
  view.setUint32(at.totalPersons, header.totalPersons);
  view.setUint32(at.totalCredentials, header.totalCredentials);
  bytes.set(header.contentHash, at.contentHash);
  view.setUint32(at.revocation, header.revocation);
  writeUint40(view, at.expiresS, header.expiresS);
  view.setUint32(at.bodyBytes, header.bodyBytes);
  bytes.set(header.bodyHash, at.bodyHash);
  bytes.set(sign(signedMessage(bytes)), at.signature);
  return bytes;
};

/** A label of its own, so that no signature made for anything else is ever one of a file. */
const signedMessage = (bytes: Uint8Array): Uint8Array => {
  const message = new Uint8Array(signatureLabel.length + at.signature);
  message.set(signatureLabel);
  message.set(bytes.subarray(0, at.signature), signatureLabel.length);
  return message;
};
