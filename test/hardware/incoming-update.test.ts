/** An update that comes over the line, on a card that is a tree of files: which is taken, how early another is refused, and what a power cut leaves. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UpdateRefusal } from '../../src/ports/update-store.ts';
import { failed, ok } from '../../src/shared/result.ts';
import { encodeBootEnv } from '../../src/tools/boot-env.ts';
import { IncomingUpdate, incomingUpdateOf, keptFreeBytes, partialFile, wholeFile } from '../../src/tools/incoming-update.ts';
import { keepLast } from '../../src/tools/update-card.ts';
import { bytesBefore, headHashOf } from '../../src/tools/update-file.ts';
import { foreignKey, installed, key, pieces, UpdatePlace } from './update-place.ts';

const piece = 32_768;

let at: UpdatePlace;
let dataDir: string;
beforeEach(() => {
  at = new UpdatePlace();
  dataDir = join(at.root, 'data/doorpad');
  mkdirSync(dataDir);
});
afterEach(() => at.remove());

const plenty = (): number => 2 ** 40;
const store = (freeBytes = plenty): IncomingUpdate => new IncomingUpdate({ card: at.card, key: key.publicKey, dataDir, freeBytes });
const updateBytes = (...asked: Parameters<UpdatePlace['update']>): Buffer => readFileSync(at.update(...asked).file);
const has = (name: string): boolean => existsSync(join(dataDir, name));

/** From where the store has it up to `until`; the refusal that ended it, and after how many bytes. */
const send = async (
  updates: IncomingUpdate,
  bytes: Buffer,
  until = bytes.length,
): Promise<{ readonly refused: UpdateRefusal | undefined; readonly sent: number }> => {
  const from = updates.stand().receivedBytes;
  const refused = updates.begin(bytes.length, from);
  if (refused !== undefined) return { refused, sent: 0 };
  for (let sent = from; sent < until; ) {
    const next = Math.min(until, sent + piece);
    const received = await updates.receive(bytes.subarray(sent, next));
    if (!received.ok) return { refused: received.failure, sent };
    expect(received.value).toBe(next);
    sent = next;
  }
  return { refused: undefined, sent: until };
};

describe('an update that comes over the line', () => {
  it('grows beside the reader’s own files, and when it is whole stands under the name that root waits for, byte for byte', async () => {
    const bytes = updateBytes();
    const updates = store();
    expect(updates.stand()).toEqual({
      release: installed,
      floor: installed,
      headHash: undefined,
      receivedBytes: 0,
      isWhole: false,
      refused: undefined,
    });
    expect(await send(updates, bytes)).toEqual({ refused: undefined, sent: bytes.length });
    const headHash = headHashOf(bytes);
    expect([has(partialFile), has(wholeFile)]).toEqual([true, false]);
    expect(updates.stand()).toMatchObject({ headHash, receivedBytes: bytes.length, isWhole: false });
    expect(await updates.handOver()).toEqual(ok(undefined));
    expect([has(partialFile), readFileSync(join(dataDir, wholeFile)).equals(bytes)]).toEqual([false, true]);
    expect(updates.stand()).toMatchObject({ headHash, receivedBytes: bytes.length, isWhole: true });
    expect(updates.begin(bytes.length, 0)).toBe('underWay');
    rmSync(join(dataDir, wholeFile));
    expect(updates.stand()).toMatchObject({ headHash: undefined, receivedBytes: 0, isWhole: false });
    expect(updates.begin(bytes.length, 0)).toBe(undefined);
  });

  it('goes on after a new start where the disk has it, from every stretch of it; without its table it begins anew', async () => {
    const bytes = updateBytes();
    const table = bytesBefore(pieces);
    for (const cut of [100, 162, 163, table - 1, table, table + 1, 200_000, bytes.length - 1, bytes.length]) {
      const partial = join(dataDir, partialFile);
      writeFileSync(partial, bytes.subarray(0, cut));
      const updates = store();
      const { receivedBytes, headHash } = updates.stand();
      expect(receivedBytes, `cut at ${cut}`).toBe(cut < table ? 0 : Math.min(cut, bytes.length - 1));
      expect(headHash, `cut at ${cut}`).toEqual(cut < table ? undefined : headHashOf(bytes));
      expect(await send(updates, bytes)).toEqual({ refused: undefined, sent: bytes.length });
      await updates.handOver();
      expect(readFileSync(join(dataDir, wholeFile)).equals(bytes), `cut at ${cut}`).toBe(true);
      rmSync(join(dataDir, wholeFile));
    }
  });

  it('that was handed over is known after a new start, until root has taken it away', async () => {
    const bytes = updateBytes();
    writeFileSync(join(dataDir, wholeFile), bytes);
    const updates = store();
    expect(updates.stand()).toMatchObject({ headHash: headHashOf(bytes), receivedBytes: bytes.length, isWhole: true });
    rmSync(join(dataDir, wholeFile));
    expect(updates.stand()).toMatchObject({ headHash: undefined, isWhole: false });
  });

  it('does not go on where it is not, or as another one, and begins anew at 0 whatever is there', async () => {
    const bytes = updateBytes();
    const updates = store();
    await send(updates, bytes, 3 * piece);
    expect(updates.begin(bytes.length, 2 * piece)).toBe('wrongOffset');
    expect(updates.begin(bytes.length + 1, 3 * piece)).toBe('wrongOffset');
    const other = updateBytes({ release: installed + 2 }, key.privateKey, 2);
    expect(updates.begin(other.length, 0)).toBe(undefined);
    expect(has(partialFile)).toBe(false);
    expect((await updates.receive(other.subarray(0, piece))).ok).toBe(true);
    expect(updates.stand()).toMatchObject({ headHash: headHashOf(other), receivedBytes: piece });
  });

  it('takes nothing that was not begun', async () => {
    expect(await store().receive(updateBytes().subarray(0, piece))).toEqual(failed('wrongOffset'));
  });

  it('is not begun where it would take the room of the journal', () => {
    const bytes = updateBytes();
    const short = store(() => keptFreeBytes + bytes.length - 1);
    expect(short.begin(bytes.length, 0)).toBe('diskFull');
    expect(short.stand().refused).toBe('diskFull');
    expect(store(() => keptFreeBytes + bytes.length).begin(bytes.length, 0)).toBe(undefined);
  });
});

describe('an update over the line is refused before its body has come, and leaves nothing', () => {
  it.each<readonly [why: string, refused: UpdateRefusal, bytes: () => Buffer]>([
    ['somebody else signed it', 'wrongSignature', () => updateBytes({}, foreignKey.privateKey)],
    ['it is older', 'staleVersion', () => updateBytes({ release: installed - 1 })],
    ['it runs already', 'alreadyThere', () => updateBytes({ release: installed })],
    ['it is for another board', 'wrongKind', () => updateBytes({ target: 'doorpad-riscv' })],
    ['it is something else', 'malformed', () => Buffer.alloc(100_000, 'PK')],
    ['one bit of its head is another', 'wrongSignature', () => flipped(updateBytes(), 20)],
    ['one bit of its table is another', 'malformed', () => flipped(updateBytes(), 170)],
    ['something follows it', 'malformed', () => Buffer.concat([updateBytes(), Buffer.alloc(1)])],
    ['its end is missing', 'malformed', () => updateBytes().subarray(0, -1)],
  ])('when %s', async (_, refused, bytes) => {
    const updates = store();
    expect(await send(updates, bytes())).toEqual({ refused, sent: 0 });
    expect([has(partialFile), has(wholeFile), updates.stand()]).toMatchObject([false, false, { refused, headHash: undefined, receivedBytes: 0 }]);
  });

  it('when it is below the floor, came up badly before, or the slot that runs is on trial', async () => {
    const bytes = updateBytes();
    at.put('data/update/floor', `${installed + 5}\n`);
    expect(await send(store(), bytes)).toMatchObject({ refused: 'staleVersion' });
    rmSync(join(at.root, 'data/update/floor'));
    at.put('data/update/rolled-back', `${installed + 1}\n`);
    expect(await send(store(), bytes)).toMatchObject({ refused: 'triedBefore' });
    rmSync(join(at.root, 'data/update/rolled-back'));
    at.put('boot/firmware/doorpad.env', encodeBootEnv({ first: 'A', left: { A: 2, B: 3 } }));
    expect(await send(store(), bytes)).toMatchObject({ refused: 'onTrial' });
  });

  it('and what root says of one that it refused later is told, until the next one begins', async () => {
    const updates = store();
    keepLast(at.root, 'a sentence', 'tooLarge');
    expect(updates.stand().refused).toBe('tooLarge');
    await send(updates, updateBytes({ release: installed }));
    expect(updates.stand().refused).toBe('alreadyThere');
  });
});

describe('a disk that is not what it was', () => {
  it('is no wrong update: it rejects, and the transfer goes on where the disk has it', async () => {
    const bytes = updateBytes();
    const updates = store();
    await send(updates, bytes, 2 * piece);
    const partial = join(dataDir, partialFile);
    const kept = readFileSync(partial);
    rmSync(partial);
    await expect(updates.receive(bytes.subarray(2 * piece, 3 * piece))).rejects.toThrow('ENOENT');
    writeFileSync(partial, kept);
    expect(updates.stand().receivedBytes).toBe(2 * piece);
    expect(await send(updates, bytes)).toEqual({ refused: undefined, sent: bytes.length });
  });

  it('with more than the update is long begins anew; with a piece that is damaged it is root who refuses', async () => {
    const bytes = updateBytes();
    const partial = join(dataDir, partialFile);
    writeFileSync(partial, bytes);
    appendFileSync(partial, 'x');
    expect(store().stand().receivedBytes).toBe(0);
    truncateSync(partial, bytes.length);
    writeFileSync(partial, flipped(bytes, bytes.length - 1));
    const updates = store();
    expect(await send(updates, bytes)).toMatchObject({ refused: undefined });
    writeFileSync(partial, flipped(bytes, bytes.length - 2));
    await updates.handOver();
    const done = at.run(join(dataDir, wholeFile));
    expect(done).toEqual(failed(expect.stringContaining('damaged or not whole')));
  });
});

describe('a machine that takes none', () => {
  it('is no card, or one without a key for updates', () => {
    expect(incomingUpdateOf(dataDir, at.root)).toBeInstanceOf(IncomingUpdate);
    rmSync(join(at.root, 'usr/lib/doorpad/update.pub'));
    expect(incomingUpdateOf(dataDir, at.root)).toBe(undefined);
    at.put('usr/lib/doorpad/update.pub', key.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    at.put('proc/cmdline', 'root=/dev/sda1\n');
    expect(incomingUpdateOf(dataDir, at.root)).toBe(undefined);
  });
});

const flipped = (bytes: Buffer, place: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[place] = (changed[place] ?? 0) ^ 1;
  return changed;
};
