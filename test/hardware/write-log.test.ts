/** What a card has after a power cut: logs of writes made here by hand, in the format of the emulator's, and cards that are files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chanceOf } from '../../hardware/emulator/chance.ts';
import { faultsOf } from '../../hardware/emulator/cut-checks.ts';
import { cutCard, keptOf, type ReadAt, sectorBytes, writesIn } from '../../hardware/emulator/write-log.ts';

const flush = 1n;
const forced = 2n;
const discard = 4n;

const head = (): Buffer => {
  const bytes = Buffer.alloc(sectorBytes);
  bytes.writeBigUInt64LE(0x6a_73_66_77_73_68_72n, 0);
  bytes.writeBigUInt64LE(1n, 8);
  bytes.writeUInt32LE(sectorBytes, 24);
  return bytes;
};
const entry = (sector: number, sectors: number, flags = 0n): Buffer => {
  const bytes = Buffer.alloc(sectorBytes);
  bytes.writeBigUInt64LE(BigInt(sector), 0);
  bytes.writeBigUInt64LE(BigInt(sectors), 8);
  bytes.writeBigUInt64LE(flags, 16);
  return bytes;
};
const written = (sector: number, fill: number, sectors = 1, flags = 0n): Buffer =>
  Buffer.concat([entry(sector, sectors, flags), Buffer.alloc(sectors * sectorBytes, fill)]);
const reading =
  (log: Buffer): ReadAt =>
  (at, bytes) =>
    log.subarray(at, at + bytes);
const placesOf = (...parts: readonly Buffer[]): unknown =>
  writesIn(reading(Buffer.concat(parts)))?.map(({ at, isFlushed }) => [at / sectorBytes, isFlushed]);

describe('a log of writes', () => {
  it('tells what was flushed: all before a flush, and what was written past the cache', () => {
    expect(placesOf(head(), written(3, 1), entry(0, 0, flush), written(4, 2), written(5, 3, 1, forced))).toEqual([
      [3, true],
      [4, false],
      [5, true],
    ]);
  });

  it('has no head before the first flush', () => {
    expect(placesOf(Buffer.alloc(sectorBytes), written(3, 1))).toEqual([[3, false]]);
    expect(placesOf()).toEqual([]);
  });

  it('passes over what was given back to the card', () => {
    expect(placesOf(head(), entry(9, 100, discard), written(4, 2))).toEqual([[4, false]]);
  });

  it('ends before a write whose bytes are not all there', () => {
    expect(placesOf(head(), written(3, 1), written(4, 2, 2).subarray(0, 2 * sectorBytes))).toEqual([[3, false]]);
  });

  it('cannot be followed where an entry is missing in the middle', () => {
    expect(placesOf(head(), written(3, 1), Buffer.alloc(sectorBytes), written(4, 2))).toBeUndefined();
  });

  it('is not another file', () => {
    expect(() => placesOf(Buffer.alloc(2 * sectorBytes, 7))).toThrow('no log of writes');
  });
});

describe('a power cut', () => {
  const seed = Date.now() % 2 ** 32;

  it('keeps what was flushed, and of the rest all, some whole sectors or nothing', () => {
    const chance = chanceOf(seed);
    const kept = new Set(Array.from({ length: 500 }, () => keptOf({ at: 0, dataAt: 0, bytes: 3 * sectorBytes, isFlushed: false }, chance)));
    expect(kept, `seed ${seed}`).toEqual(new Set([0, sectorBytes, 2 * sectorBytes, 3 * sectorBytes]));
    expect(keptOf({ at: 0, dataAt: 0, bytes: 5, isFlushed: true }, () => 0)).toBe(5);
  });

  it('is the same one for the same seed, and another for another', () => {
    const drawn = (from: number): readonly number[] => Array.from({ length: 8 }, chanceOf(from));
    expect(drawn(seed)).toEqual(drawn(seed));
    expect(drawn(seed)).not.toEqual(drawn(seed + 1));
  });

  describe('of a card', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'doorpad-cut-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const cut = (luck: number, ...parts: readonly Buffer[]): { readonly cut: unknown; readonly card: readonly number[] } => {
      const [log, card] = [join(folder, 'log'), join(folder, 'card')];
      writeFileSync(log, Buffer.concat(parts));
      writeFileSync(card, Buffer.alloc(4 * sectorBytes, 9));
      const made = cutCard(log, card, () => luck);
      const bytes = readFileSync(card);
      return { cut: made, card: [0, 1, 2, 3].map((sector) => bytes.readUInt8(sector * sectorBytes)) };
    };
    const log = [head(), written(0, 1), entry(0, 0, flush), written(1, 2), written(2, 3, 2)] as const;

    it('brings it to what it was flushed to, when all else is lost', () => {
      expect(cut(0, ...log)).toEqual({ cut: { flushed: 1, unflushed: 2, lost: 2 }, card: [1, 9, 9, 9] });
    });

    it('brings it to all that was written, when nothing is lost', () => {
      expect(cut(0.5, ...log)).toEqual({ cut: { flushed: 1, unflushed: 2, lost: 0 }, card: [1, 2, 3, 3] });
    });

    it('tears a write between two sectors', () => {
      expect(cut(0.9, ...log).card).toEqual([1, 9, 3, 9]);
    });

    it('leaves it as it was where the log cannot be followed', () => {
      expect(cut(0.5, head(), written(0, 1), Buffer.alloc(sectorBytes), written(1, 2))).toEqual({ cut: undefined, card: [9, 9, 9, 9] });
    });
  });
});

describe('the judge of power cuts', () => {
  it('finds nothing where the reader has what was heard', () => {
    expect(faultsOf(['a 1 x', 'a 2 y'], ['a 1 x', 'a 2 y'])).toEqual([]);
  });

  it.each([
    ['an acknowledged event that is gone', ['a 1 x'], ['a 1 x', 'a 2 y'], /a 2 y was acknowledged/],
    ['an event that is another one at the reader', ['a 1 x', 'a 2 z'], ['a 1 x', 'a 2 y'], /a 2 y was acknowledged/],
    ['an event that came twice', ['a 1 x'], ['a 1 x', 'a 1 x'], /came after a later one, or twice/],
    ['an event that nobody has heard', ['a 1 x', 'a 2 y'], ['a 1 x'], /a 2 y was never heard/],
  ])('finds %s', (_, kept, heard, fault) => {
    expect(faultsOf(kept, heard).join('; ')).toMatch(fault);
  });
});
