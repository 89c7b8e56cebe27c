/** One read of a file that never waits. Decides what is nothing yet, and what is nobody at the other end any more. */
import { readSync } from 'node:fs';

export interface Read {
  /** How many came (0: none waiting); undefined: there is nothing at the other end any more. */
  readonly bytes: number | undefined;
  /** What the system said of it. */
  readonly cause?: unknown;
}

export function readSome(fd: number, buffer: Uint8Array): Read {
  try {
    return { bytes: readSync(fd, buffer) || undefined };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return code === 'EAGAIN' || code === 'EINTR' ? { bytes: 0 } : { bytes: undefined, cause };
  }
}
