/**
 * Decides how the journal can still be written when others have filled the disk (SECURITY C5): a file of zeros beside it
 * holds the space, and is given up when the disk is full. Whether to tell people is the caller's.
 */
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Room for about 30,000 events of 100 bytes: days of a busy door, while somebody sees to the disk. */
export const reserveBytes = 4 * 1024 * 1024;
const blockBytes = 65_536;

/** Bytes this user may still write to the file system that holds the path. */
export type FreeBytes = (path: string) => number;
export const freeBytesOf: FreeBytes = (path) => {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
};

export class SpaceReserve {
  readonly #path: string;
  readonly #freeBytes: FreeBytes;
  #isHeld: boolean;

  constructor(path: string, freeBytes: FreeBytes = freeBytesOf) {
    this.#path = path;
    this.#freeBytes = freeBytes;
    this.#isHeld = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= reserveBytes;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Takes the space when there is plenty; otherwise leaves it to the journal. Never throws. */
  hold(): void {
    if (this.#isHeld || this.#free() < 4 * reserveBytes) return;
    try {
      this.#fill();
      this.#isHeld = true;
    } catch {
      this.#remove();
    }
  }

  /** Gives the space up, if it is held and the disk is really full: false when there is nothing to gain. Never throws. */
  giveUp(): boolean {
    return this.#isHeld && this.#free() < reserveBytes && this.#remove();
  }

  /** Zeros are written, not skipped over: a file with holes holds no space. */
  #fill(): void {
    const file = openSync(this.#path, 'w', 0o600);
    try {
      const zeros = Buffer.alloc(blockBytes);
      for (let at = 0; at < reserveBytes; at += blockBytes) writeSync(file, zeros, 0, blockBytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  #free(): number {
    try {
      return this.#freeBytes(dirname(this.#path));
    } catch {
      return 0;
    }
  }

  #remove(): boolean {
    try {
      rmSync(this.#path, { force: true });
      this.#isHeld = false;
      return true;
    } catch {
      return false;
    }
  }
}
