/**
 * What a card holds after its power was cut: everything the machine had flushed, and of what came later each write whole, in part or not at all, as
 * it happens to be. Read from the log that the emulator's `blklogwrites` keeps, in the format of the kernel's dm-log-writes
 * (Documentation/admin-guide/device-mapper/log-writes.rst).
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Chance } from './chance.ts';

export const sectorBytes = 512;
/** `sfwshsj`, and the only version there is. */
const magic = 0x6a_73_66_77_73_68_72n;
const version = 1n;
/** Flags of an entry. */
const flush = 1n;
const forced = 2n;
const discard = 4n;
const headerBytes = 32;

export interface LoggedWrite {
  /** On the card, and in the log. */
  readonly at: number;
  readonly dataAt: number;
  readonly bytes: number;
  /** The card has it for good: it was flushed, or written past the cache. */
  readonly isFlushed: boolean;
}

/** Reads so many bytes from a place; fewer at the end. */
export type ReadAt = (at: number, bytes: number) => Buffer;

const isEmpty = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

/**
 * In the order in which they were made; undefined: one is missing in the middle, since the emulator was killed while it wrote the log itself. Throws
 * when this is no such log. Before the first flush it has no head.
 */
export const writesIn = (read: ReadAt): readonly LoggedWrite[] | undefined => {
  const head = read(0, headerBytes);
  if (!isEmpty(head) && (head.readBigUInt64LE(0) !== magic || head.readBigUInt64LE(8) !== version || head.readUInt32LE(24) !== sectorBytes))
    throw new Error('this is no log of writes');
  const writes: LoggedWrite[] = [];
  let flushed = 0;
  for (let at = sectorBytes; ; ) {
    const entry = read(at, headerBytes);
    if (entry.length < headerBytes) break;
    if (isEmpty(entry)) return undefined;
    const [sector, sectors, flags] = [entry.readBigUInt64LE(0), entry.readBigUInt64LE(8), entry.readBigUInt64LE(16)];
    const bytes = (flags & discard) === 0n ? Number(sectors) * sectorBytes : 0;
    const dataAt = at + sectorBytes;
    at = dataAt + bytes;
    if (bytes > 0 && read(at - 1, 1).length === 0) break;
    if ((flags & flush) !== 0n) flushed = writes.length;
    if (bytes > 0) writes.push({ at: Number(sector) * sectorBytes, dataAt, bytes, isFlushed: (flags & forced) !== 0n });
  }
  return writes.map((write, index) => ({ ...write, isFlushed: write.isFlushed || index < flushed }));
};

/** How much of each write the card has, in bytes. */
export const keptOf = ({ bytes, isFlushed }: LoggedWrite, chance: Chance): number => {
  if (isFlushed) return bytes;
  const luck = chance();
  if (luck < 0.4) return 0;
  return luck < 0.8 ? bytes : Math.floor((bytes / sectorBytes) * chance()) * sectorBytes;
};

export interface Cut {
  readonly flushed: number;
  readonly unflushed: number;
  /** Of those that were not flushed: lost whole or in part. */
  readonly lost: number;
}

/** Brings `card`, as it was when the log began, to what it is after the cut. Undefined, and nothing is changed: the log cannot be followed. */
export const cutCard = (log: string, card: string, chance: Chance): Cut | undefined => {
  const [from, to] = [openSync(log, 'r'), openSync(card, 'r+')];
  try {
    const size = fstatSync(from).size;
    const read: ReadAt = (at, bytes) => {
      const piece = Buffer.alloc(Math.max(0, Math.min(bytes, size - at)));
      return piece.subarray(0, readSync(from, piece, 0, piece.length, at));
    };
    const writes = writesIn(read);
    if (writes === undefined) return undefined;
    let lost = 0;
    for (const write of writes) {
      const kept = keptOf(write, chance);
      if (kept < write.bytes) lost += 1;
      if (kept > 0) writeSync(to, read(write.dataAt, kept), 0, kept, write.at);
    }
    const flushed = writes.filter(({ isFlushed }) => isFlushed).length;
    return { flushed, unflushed: writes.length - flushed, lost };
  } finally {
    closeSync(from);
    closeSync(to);
  }
};
