/** Contacts of the door: request-to-exit, door contact, tamper. */
import type { Subscription } from './subscription.ts';

export type InputName = 'rex' | 'doorContact' | 'tamper';

export interface InputChange {
  readonly input: InputName;
  /** rex: pressed; doorContact: the door is open; tamper: the case is open. */
  readonly isActive: boolean;
  readonly atMs: number;
}

export interface InputsListener {
  changed(change: InputChange): void;
  /** The device went, or is not there at the start (false), or is there (again) (true). Contacts stay as last reported meanwhile. */
  attached(isAttached: boolean): void;
}

export interface Inputs {
  /** Reports the present state of every input that exists once, soon after this call, then every change, in order, until stopped. */
  listen(listener: InputsListener): Subscription;
}
