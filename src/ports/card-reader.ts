/** Cards, as a head or a keyboard-like reader presents them. A card number is an identifier, not a secret (SECURITY §2.3), yet never printed whole. */
import type { Subscription } from './subscription.ts';

/** Longest card value the reader takes: 64 bytes = 512 bits. More is cut off, and `length` says so. */
export const maxCardBytes = 64;

export interface CardRead {
  /** `bits`: raw bits, first bit in the top bit of the first byte, unused low bits zero. `text`: the ASCII a typing reader sent. */
  readonly form: 'bits' | 'text';
  /** 0..64 bytes. */
  readonly value: Uint8Array;
  /** Number of bits (form `bits`, 0..512) or of characters (form `text`, 0..64). One more than that: the rest was cut off. */
  readonly length: number;
  /** Monotonic milliseconds of the read. */
  readonly atMs: number;
}

export interface CardReaderListener {
  read(card: CardRead): void;
  /** As KeypadListener's. */
  attached(isAttached: boolean): void;
}

export interface CardReader {
  /** Reports every read, in order, until stopped. Keeps looking for a device that is not there. */
  listen(listener: CardReaderListener): Subscription;
}
