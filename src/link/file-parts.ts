/**
 * Puts a small signed file together from its parts (docs/table-profile.md §19): one at a time, in order, within limits. What the file says, and
 * whether it is obeyed, is for others.
 */
import type { LinkCommand } from './messages.ts';

/** A file of which no part comes for so long is forgotten. */
export const partIdleMs = 10_000;

type FilePart = Extract<LinkCommand, { name: 'filePart' }>;

interface Coming {
  readonly tag: number;
  readonly bytes: Uint8Array;
  received: number;
  atMs: number;
}

export class FileParts {
  #coming: Coming | undefined;

  restart(): void {
    this.#coming = undefined;
  }

  /** The whole file, once it is there. A part at 0 begins a file, whatever was coming; a part had before is taken as read. */
  take({ tag, totalBytes, offset, data }: FilePart, nowMs: number): Uint8Array | 'more' | 'wrongOffset' {
    const coming = offset === 0 ? { tag, bytes: new Uint8Array(totalBytes), received: 0, atMs: nowMs } : this.#coming;
    this.#coming = undefined;
    if (coming?.tag !== tag || coming.bytes.length !== totalBytes || offset > coming.received || nowMs - coming.atMs > partIdleMs)
      return 'wrongOffset';
    if (offset + data.length > coming.received) {
      coming.bytes.set(data, offset);
      coming.received = offset + data.length;
    }
    if (coming.received === totalBytes) return coming.bytes;
    coming.atMs = nowMs;
    this.#coming = coming;
    return 'more';
  }
}
