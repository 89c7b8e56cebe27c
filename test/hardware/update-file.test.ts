/** An update file: what is in it comes out again, and nothing that was not signed is ever taken. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { makeUpdate, readPrivateKey } from '../../src/tools/make-update.ts';
import { withSource } from '../../src/tools/update-disk.ts';
import { bytesBefore, checkPieces, openUpdate, pieceBytes, type UpdateSource, unpackPiece } from '../../src/tools/update-file.ts';
import { foreignKey, installed, key, pieces, UpdatePlace } from './update-place.ts';

let at: UpdatePlace;
beforeEach(() => {
  at = new UpdatePlace();
});
afterEach(() => at.remove());

const overBytes = (bytes: Buffer): UpdateSource => ({ bytes: bytes.length, read: (from, length) => bytes.subarray(from, from + length) });

/** The slot in these bytes, or why there is none. */
const slotIn = (bytes: Buffer, publicKey = key.publicKey): Result<Buffer, string> => {
  const source = overBytes(bytes);
  const opened = openUpdate(source, publicKey);
  if (!opened.ok) return failed(opened.failure.sentence);
  const whole = checkPieces(source, opened.value);
  if (!whole.ok) return failed(whole.failure.sentence);
  const unpacked = opened.value.pieces.map((piece) => unpackPiece(source, piece));
  const wrong = unpacked.find((piece) => !piece.ok);
  return wrong === undefined || wrong.ok
    ? ok(Buffer.concat(unpacked.map((piece) => (piece.ok ? piece.value : Buffer.alloc(0)))))
    : failed(wrong.failure.sentence);
};

describe('an update file', () => {
  it('gives the slot back that it was made of, byte for byte, and takes less room', () => {
    const { file, slot } = at.update({ release: 0xffff_ffff, version: '9.9.9-rc.1' });
    const bytes = readFileSync(file);
    const found = slotIn(bytes);
    expect(found.ok && found.value.equals(slot)).toBe(true);
    expect(bytes.length).toBeLessThan(slot.length / 2);
    expect(openUpdate(overBytes(bytes), key.publicKey)).toMatchObject({ ok: true, value: { release: 0xffff_ffff, version: '9.9.9-rc.1' } });
  });

  it('is the same for the same slot, release and key', () => {
    const first = readFileSync(at.update().file);
    expect(readFileSync(at.update().file).equals(first)).toBe(true);
  });

  it('is refused with the key of somebody else, without a signature, and when it is something else altogether', () => {
    const bytes = readFileSync(at.update().file);
    expect(slotIn(bytes, foreignKey.publicKey)).toEqual(failed(expect.stringContaining('not by the key of this card')));
    const unsigned = Buffer.from(bytes).fill(0, 98, 162);
    expect(slotIn(unsigned)).toEqual(failed(expect.stringContaining('not by the key of this card')));
    expect(slotIn(Buffer.from('PK this is a zip file'))).toEqual(failed(expect.stringContaining('no update of doorpad')));
    expect(slotIn(Buffer.alloc(0))).toEqual(failed(expect.stringContaining('no update of doorpad')));
  });

  it('is refused when any one bit of it is another, wherever that is', () => {
    const bytes = readFileSync(at.update().file);
    const seed = Date.now() % 1_000_000;
    const random = new Random(seed);
    const everyByteOfTheHead = Array.from({ length: bytesBefore(pieces) }, (_, place) => place);
    const some = Array.from({ length: 200 }, () => random.int(bytes.length));
    for (const place of [...everyByteOfTheHead, ...some]) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ (1 << random.int(8));
      expect(slotIn(changed).ok, `byte ${place}, seed ${seed}`).toBe(false);
    }
  });

  it('is refused when it is cut short anywhere, and when something follows it', () => {
    const bytes = readFileSync(at.update().file);
    for (const length of [1, 97, 98, 161, 162, bytesBefore(pieces) - 1, bytesBefore(pieces), bytes.length - 1])
      expect(slotIn(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false);
    expect(slotIn(Buffer.concat([bytes, Buffer.alloc(1)]))).toEqual(failed(expect.stringContaining('damaged or not whole')));
  });

  it('is refused when it is for another board', () => {
    expect(slotIn(readFileSync(at.update({ target: 'doorpad-riscv' }).file))).toEqual(failed(expect.stringContaining('for doorpad-riscv')));
  });

  it('is refused when its pieces were exchanged for each other', () => {
    const bytes = readFileSync(at.update().file);
    const opened = openUpdate(overBytes(bytes), key.publicKey);
    if (!opened.ok) throw new Error(opened.failure.sentence);
    const [, , third, fourth] = opened.value.pieces;
    if (third === undefined || fourth === undefined || third.packedBytes === 0) throw new Error('no such pieces');
    const exchanged = Buffer.concat([bytes.subarray(0, third.at), bytes.subarray(fourth.at), bytes.subarray(third.at, fourth.at)]);
    expect(exchanged).toHaveLength(bytes.length);
    expect(slotIn(exchanged).ok).toBe(false);
  });
});

describe('a file that is read for an update', () => {
  it('is not one when it is not there, or is a folder', () => {
    expect(withSource(join(at.root, 'nothing'), () => ok(1))).toEqual(failed(expect.stringContaining('ENOENT')));
    expect(withSource(at.root, () => ok(1)).ok).toBe(false);
  });
});

describe('making an update', () => {
  it('refuses what is no slot, and a version that the head has no room for', () => {
    const out = join(at.root, 'out');
    const odd = at.put('odd', Buffer.alloc(pieceBytes + 1));
    const named = { release: installed, version: '1' };
    expect(makeUpdate(odd, out, named, key.privateKey)).toEqual(failed(expect.stringContaining('no slot')));
    expect(makeUpdate(at.put('none', ''), out, named, key.privateKey).ok).toBe(false);
    for (const version of ['', 'a b', 'x'.repeat(32)]) expect(makeUpdate(odd, out, { ...named, version }, key.privateKey).ok).toBe(false);
  });

  it('takes a private Ed25519 key, and says what to do about any other file', () => {
    const good = at.put('good.key', key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    expect(readPrivateKey(good).ok).toBe(true);
    const open = at.put('open.key', key.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    for (const file of [open, at.put('text.key', 'no key')])
      expect(readPrivateKey(file)).toEqual(failed(expect.stringContaining('openssl genpkey -algorithm ed25519')));
    expect(readPrivateKey(join(at.root, 'missing')).ok).toBe(false);
    writeFileSync(good, '');
    expect(readPrivateKey(good).ok).toBe(false);
  });
});
