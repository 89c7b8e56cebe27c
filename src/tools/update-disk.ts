/** Slots and small files as they are written for an update: everything is on disk when a call returns. What is written, and when, is update.ts's. */
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Failed, failed, ok, type Result } from '../shared/result.ts';
import { syncDirectory } from './private-files.ts';
import type { UpdateSource } from './update-file.ts';

/** For everybody to read: nothing about an update is secret. */
const publicMode = 0o644;

/** In one step: the old text or the new one. */
export const writeFileSynced = (path: string, text: string): void => {
  const handle = openSync(`${path}.new`, 'w', publicMode);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${path}.new`, path);
  syncDirectory(dirname(path));
};

const readAt = (handle: number, at: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  let read = 0;
  for (let more = -1; more !== 0 && read < length; read += more) more = readSync(handle, bytes, read, length - read, at + read);
  return bytes.subarray(0, read);
};

class SourceLost extends Error {}

const unreadable = (path: string, thrown: unknown): Failed<string> =>
  failed(`${path} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? String(thrown)}): see that it is there, and whole.`);

/** Gives the file to `work` for as long as that lasts. The sentence says why it cannot be read, or not any more; what else is thrown goes on. */
export const withSource = <Value, Failure>(path: string, work: (source: UpdateSource) => Result<Value, Failure>): Result<Value, Failure | string> => {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    return unreadable(path, thrown);
  }
  const read = (at: number, length: number): Buffer => {
    try {
      return readAt(handle, at, length);
    } catch (thrown) {
      throw new SourceLost(path, { cause: thrown });
    }
  };
  try {
    const stats = fstatSync(handle);
    return stats.isFile() ? work({ bytes: stats.size, read }) : failed(`${path} is not a file.`);
  } catch (thrown) {
    if (thrown instanceof SourceLost) return unreadable(path, thrown.cause);
    throw thrown;
  } finally {
    closeSync(handle);
  }
};

/** A slot that is written from its beginning. Each piece is on the disk before the next: whoever else waits for this disk waits for one piece, and for no heap of them. */
export class SlotWriter {
  readonly #handle: number;
  #at = 0;

  constructor(device: string) {
    this.#handle = openSync(device, 'r+');
  }

  write(piece: Buffer): void {
    for (let done = 0; done < piece.length; ) done += writeSync(this.#handle, piece, done, piece.length - done, this.#at + done);
    fsyncSync(this.#handle);
    this.#at += piece.length;
  }

  end(): void {
    closeSync(this.#handle);
  }
}

/** Bytes of a block device or a file: where its end is. */
export const bytesOf = (device: string): number => {
  const handle = openSync(device, 'r');
  try {
    const { size } = fstatSync(handle);
    return size > 0 ? size : endOf(handle);
  } finally {
    closeSync(handle);
  }
};

/** A block device tells no size to stat(2): the first byte that cannot be read, by halving. */
const endOf = (handle: number): number => {
  const probe = Buffer.alloc(1);
  let [low, high] = [0, 2 ** 41];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (readSync(handle, probe, 0, 1, middle) === 1) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Reads it all back, piece by piece; false when one is not what the caller says it is. */
export const holds = (
  device: string,
  count: number,
  pieceBytes: number,
  isRight: (piece: Buffer, index: number) => boolean,
): Result<void, number> => {
  const handle = openSync(device, 'r');
  try {
    for (let index = 0; index < count; index++) if (!isRight(readAt(handle, index * pieceBytes, pieceBytes), index)) return failed(index);
    return ok(undefined);
  } finally {
    closeSync(handle);
  }
};
