/** Twelve keys, telephone layout. */
import type { Subscription } from './subscription.ts';

export const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
export type Key = (typeof keys)[number];

export interface KeyChange {
  readonly key: Key;
  /** A keypad that cannot tell a release reports `pressed` and `released` together. Auto-repeat is never reported. */
  readonly action: 'pressed' | 'released';
  /** Monotonic milliseconds at which it happened, on the clock the reader uses. */
  readonly atMs: number;
}

export interface KeypadListener {
  changed(change: KeyChange): void;
  /** The device went, or is not there when listening begins (false); it came, or came back (true). Nothing: it is there. */
  attached(isAttached: boolean): void;
}

export interface Keypad {
  /** Reports every change, in order, one listener at a time, until stopped. Keeps looking for a device that is not there. */
  listen(listener: KeypadListener): Subscription;
}
