/**
 * An update: one slot of a card in a file that is signed. Its bytes, what makes one of a slot, and how one is opened: signature, then the table of its
 * pieces, and each piece by the table before it is unpacked. Who may be updated with it, and where it goes, is update.ts's. docs/update.md has the
 * format.
 */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import { type UpdateRefusal, updateHeadBytes } from '../ports/update-store.ts';
import { type Failed, failed, ok, type Result } from '../shared/result.ts';

/** Of a slot; each is packed by itself, so that a reader of 512 MB holds one at a time. */
export const pieceBytes = 1 << 20;
/** 4 GiB: no card of ours has a larger slot. */
export const mostPieces = 4_096;
/** What packing may add to a piece that cannot be packed. */
const mostPackedBytes = pieceBytes + (1 << 16);
/** What the programs of a slot are made for. */
const updateTarget = 'doorpad-arm64';

const crypto = new NodeCrypto();
const magic = Buffer.from('DPUPDATE', 'latin1');
const format = 1;
const versionBytes = 32;
const targetBytes = 16;
const hashBytes = 32;
/** Of Ed25519. */
const signatureBytes = 64;
const headBytes = updateHeadBytes - signatureBytes;
const rowBytes = 4 + 2 * hashBytes;

/** Why an update is none for a card: the word for a machine, and the sentence for people, with the remedy. */
export interface UpdateFault {
  readonly reason: UpdateRefusal;
  readonly sentence: string;
}
export const faulty = (reason: UpdateRefusal, sentence: string): Failed<UpdateFault> => failed({ reason, sentence });

/** Bytes that can be read anywhere, more than once. */
export interface UpdateSource {
  readonly bytes: number;
  /** Fewer than `length` bytes only at the end. */
  read(at: number, length: number): Buffer;
}

export interface Piece {
  /** In the file; 0 bytes stand for a piece of zeros. */
  readonly at: number;
  readonly packedBytes: number;
  readonly packedHash: Buffer;
  /** Of the piece as it stands in a slot. */
  readonly hash: Buffer;
}
export interface Update {
  /** Rises with every update that is given out. */
  readonly release: number;
  /** For people. */
  readonly version: string;
  /** Of the whole file. */
  readonly bytes: number;
  readonly pieces: readonly Piece[];
}

/** No secrets are compared here, but there is one way to compare. */
export const isSame = (one: Uint8Array, other: Uint8Array): boolean => crypto.isEqual(one, other);
export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** A text of at most 31 printable ASCII characters, which the two texts of the head are. */
export const isHeadText = (text: string): boolean => /^[\x21-\x7e]{1,31}$/.test(text);

export interface Packed {
  /** Of the table. */
  readonly row: Buffer;
  readonly bytes: Buffer;
}
const zeros = Buffer.alloc(pieceBytes);

export const packPiece = (piece: Buffer): Packed => {
  const bytes = isSame(piece, zeros) ? Buffer.alloc(0) : zstdCompressSync(piece);
  const row = Buffer.alloc(rowBytes);
  row.writeUInt32BE(bytes.length);
  sha256(bytes).copy(row, 4);
  sha256(piece).copy(row, 4 + hashBytes);
  return { row, bytes };
};

/** Head, signature and table. They speak of the pieces and stand before them, so whoever writes leaves that room. */
export const bytesBefore = (pieces: number): number => updateHeadBytes + pieces * rowBytes;

export interface Named {
  readonly release: number;
  /** See `isHeadText`. */
  readonly version: string;
  readonly target?: string;
}

/** What stands before the pieces. */
export const signedHead = ({ release, version, target = updateTarget }: Named, rows: readonly Buffer[], key: KeyObject): Buffer => {
  const table = Buffer.concat(rows);
  const head = Buffer.alloc(headBytes);
  let at = magic.copy(head);
  at = head.writeUInt16BE(format, at);
  at = head.writeUInt32BE(release, at);
  at = head.writeUInt32BE(rows.length, at);
  head.write(version, at, 'latin1');
  head.write(target, at + versionBytes, 'latin1');
  sha256(table).copy(head, at + versionBytes + targetBytes);
  return Buffer.concat([head, sign(null, head, key), table]);
};

const textAt = (bytes: Buffer, at: number, length: number): string => bytes.toString('latin1', at, at + length).replace(/\0+$/, '');

/** What stands in front of everything else, and tells one update from another. */
export interface UpdateHead {
  readonly release: number;
  readonly version: string;
  readonly pieces: number;
  readonly tableHash: Buffer;
}

export const headHashOf = (bytes: Uint8Array): Buffer => sha256(bytes.subarray(0, updateHeadBytes));

/** What the first 162 bytes say, whoever has signed them. The sentence says what is wrong with them, and what to do. */
export const readHead = (bytes: Buffer): Result<UpdateHead, UpdateFault> => {
  if (bytes.length < updateHeadBytes || !isSame(bytes.subarray(0, magic.length), magic))
    return faulty('malformed', 'This is no update of doorpad: take the file doorpad.update.');
  const found = bytes.readUInt16BE(magic.length);
  if (found !== format)
    return faulty('wrongFormat', `The update has format ${found}, and this reader knows ${format}: install a release between the two first.`);
  const pieces = bytes.readUInt32BE(magic.length + 6);
  const textsAt = magic.length + 10;
  const target = textAt(bytes, textsAt + versionBytes, targetBytes);
  if (target !== updateTarget) return faulty('wrongKind', `The update is for ${target}, and this is ${updateTarget}: take the one for this board.`);
  if (pieces === 0 || pieces > mostPieces) return faulty('malformed', 'The update has no slot that a card could hold: have it made anew.');
  return ok({
    release: bytes.readUInt32BE(magic.length + 2),
    version: textAt(bytes, textsAt, versionBytes),
    pieces,
    tableHash: bytes.subarray(headBytes - hashBytes, headBytes),
  });
};

/** The same, once its signature holds: nothing else of a file is believed before. */
export const openHead = (bytes: Buffer, key: KeyObject): Result<UpdateHead, UpdateFault> => {
  if (!isSame(bytes.subarray(0, magic.length), magic)) return readHead(bytes);
  if (!verify(null, bytes.subarray(0, headBytes), key, bytes.subarray(headBytes, updateHeadBytes)))
    return faulty('wrongSignature', 'The signature is not by the key of this card: take the update from whoever made the card, and copy it anew.');
  return readHead(bytes);
};

/** Where each piece stands, when the table is the one that the head names. */
const readTable = (source: UpdateSource, { pieces: count, tableHash }: UpdateHead): Result<readonly Piece[], UpdateFault> => {
  const table = source.read(updateHeadBytes, count * rowBytes);
  if (!isSame(sha256(table), tableHash)) return cutShort;
  const pieces = piecesOf(table);
  return pieces.some(({ packedBytes }) => packedBytes > mostPackedBytes) ? cutShort : ok(pieces);
};

const endOf = (pieces: readonly Piece[]): number => pieces.reduce((_, { at, packedBytes }) => at + packedBytes, 0);

/** What head and table say, whoever has signed them; of the pieces nothing has to be there. */
export const describeUpdate = (source: UpdateSource): Result<Update, UpdateFault> => {
  const head = readHead(source.read(0, updateHeadBytes));
  if (!head.ok) return head;
  const pieces = readTable(source, head.value);
  if (!pieces.ok) return pieces;
  const { release, version } = head.value;
  return ok({ release, version, bytes: endOf(pieces.value), pieces: pieces.value });
};

/** The same, once its signature holds and its length is right. */
export const openUpdate = (source: UpdateSource, key: KeyObject): Result<Update, UpdateFault> => {
  const head = openHead(source.read(0, updateHeadBytes), key);
  const update = head.ok ? describeUpdate(source) : head;
  return update.ok && update.value.bytes !== source.bytes ? cutShort : update;
};

const cutShort = faulty('malformed', 'The update is damaged or not whole: copy it anew, and take the stick out only when it may be taken out.');

const piecesOf = (table: Buffer): readonly Piece[] => {
  const count = table.length / rowBytes;
  const pieces: Piece[] = [];
  let at = bytesBefore(count);
  for (let index = 0; index < count; index++) {
    const row = table.subarray(index * rowBytes, (index + 1) * rowBytes);
    const packedBytes = row.readUInt32BE();
    pieces.push({ at, packedBytes, packedHash: row.subarray(4, 4 + hashBytes), hash: row.subarray(4 + hashBytes) });
    at += packedBytes;
  }
  return pieces;
};

/** The packed bytes, when they are those that were signed. Read anew at each call: a stick may change. */
const packedOf = (source: UpdateSource, { at, packedBytes, packedHash }: Piece): Result<Buffer, UpdateFault> => {
  const packed = source.read(at, packedBytes);
  return isSame(sha256(packed), packedHash) ? ok(packed) : cutShort;
};

/** Whether all of it is what the table says. Unpacks nothing. */
export const checkPieces = (source: UpdateSource, { pieces }: Pick<Update, 'pieces'>): Result<void, UpdateFault> => {
  for (const piece of pieces) {
    const packed = packedOf(source, piece);
    if (!packed.ok) return packed;
  }
  return ok(undefined);
};

/** The piece as it stands in a slot. */
export const unpackPiece = (source: UpdateSource, piece: Piece): Result<Buffer, UpdateFault> => {
  const packed = packedOf(source, piece);
  if (!packed.ok) return packed;
  if (packed.value.length === 0) return ok(zeros);
  try {
    const bytes = zstdDecompressSync(packed.value, { maxOutputLength: pieceBytes });
    if (bytes.length === pieceBytes && isSame(sha256(bytes), piece.hash)) return ok(bytes);
  } catch {
    // Signed, and packed by somebody who packs otherwise.
  }
  return cutShort;
};
