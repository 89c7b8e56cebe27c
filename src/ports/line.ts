/** A serial line: bytes out, bytes in, with the time they came. What the bytes mean, and who may speak when, is the protocol's. */
import type { Subscription } from './subscription.ts';

/** Longest piece `send` takes: the longest OSDP frame (1 440 bytes, OSDP.md §1) with room for marks. */
export const maxSendBytes = 2_048;
/** Longest piece one `received` brings. */
export const maxReceivedBytes = 4_096;

export interface LineListener {
  /** 1..4 096 bytes in the order they came, as many as there were at once; a frame may come in pieces. The listener's to keep. `atMs`: monotonic. */
  received(bytes: Uint8Array, atMs: number): void;
  /** Whether the wire is there: once soon after listening begins, then at every change. What came before it went is never reported after it. */
  attached(isAttached: boolean): void;
}

export interface Line {
  /** Reports until stopped, one listener at a time, never during this call. Keeps looking for a wire that is not there. */
  listen(listener: LineListener): Subscription;
  /**
   * Puts 1..2 048 bytes on the wire at once and whole; while it is not there they are dropped, and never sent later. Never throws,
   * keeps no queue beyond what the system has. The caller may reuse the bytes once the call has returned.
   */
  send(bytes: Uint8Array): void;
  /** Bits a second, 8N1, from the moment the bytes sent before are out; what is sent after it goes out at the new rate. */
  setBaudRate(baudRate: number): void;
}
