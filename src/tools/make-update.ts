/** Makes an update file of the file of a slot, piece by piece, and signs it. Its bytes are update-file.ts's; what is in the slot is hardware/image's. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { failed, ok, type Result } from '../shared/result.ts';
import { readText } from './bounded-file.ts';
import { withSource } from './update-disk.ts';
import { bytesBefore, isHeadText, mostPieces, type Named, packPiece, pieceBytes, signedHead } from './update-file.ts';

const mostKeyBytes = 4_096;

/** The sentence says why it is none. */
export const readPrivateKey = (path: string): Result<KeyObject, string> => {
  const pem = readText(path, mostKeyBytes);
  if (!pem.ok) return pem;
  try {
    const key = createPrivateKey(pem.value);
    if (key.asymmetricKeyType === 'ed25519') return ok(key);
  } catch {
    // The same sentence serves.
  }
  return failed(
    `${path} is no private Ed25519 key: give the one whose public key is on the cards. Where there is none yet, openssl genpkey -algorithm ed25519 makes one (docs/update.md).`,
  );
};

/** Bytes of the update. Written beside its name first, so that what has the name is whole. */
export const makeUpdate = (slot: string, out: string, named: Named, key: KeyObject): Result<number, string> => {
  if (!isHeadText(named.version)) return failed('A version is at most 31 characters, without spaces.');
  return withSource(slot, (source) => {
    const count = source.bytes / pieceBytes;
    if (!Number.isInteger(count) || count < 1 || count > mostPieces)
      return failed(`${slot} is no slot: its size is no whole number of MiB, 1 to ${mostPieces}.`);
    const partial = `${out}.new`;
    const handle = openSync(partial, 'w');
    try {
      let at = bytesBefore(count);
      const rows: Buffer[] = [];
      for (let index = 0; index < count; index++) {
        const { row, bytes } = packPiece(source.read(index * pieceBytes, pieceBytes));
        rows.push(row);
        writeSync(handle, bytes, 0, bytes.length, at);
        at += bytes.length;
      }
      const head = signedHead(named, rows, key);
      writeSync(handle, head, 0, head.length, 0);
      fsyncSync(handle);
      renameSync(partial, out);
      return ok(at);
    } finally {
      closeSync(handle);
    }
  });
};
