/**
 * The keys an ACU tries on one PD, and in which order: so that a key change cut off anywhere ends in a session without hands (SECURITY
 * B11), and SCBK-D is used only where it was asked for (B3). The handshake is acu-session.ts's; keeping keys is their owner's.
 */
import { failed, ok, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { KeyRefusal, Pairing } from './acu-events.ts';
import { isWeakScbk, newDefaultScbk } from './scbk.ts';

/** How long an install stays open when the reader does not come (SECURITY B3). */
export const installWindowMs = 300_000;
/** How often the new key is sent before the change is given up. */
export const maxKeysetTries = 3;

export interface KeyTry {
  readonly scbk: SecretBytes;
  readonly role: 'pending' | 'current' | 'default';
}

export class AcuKeys {
  readonly #mayBeClear: boolean;
  #current: SecretBytes | undefined;
  #pending: SecretBytes | undefined;
  #installUntilMs = Number.NEGATIVE_INFINITY;
  #keysetTries = 0;

  constructor(pairing: Pairing) {
    this.#mayBeClear = pairing.kind === 'clear';
    if (pairing.kind !== 'paired') return;
    this.#current = pairing.scbk;
    this.#pending = pairing.pending;
  }

  /** Whether the PD is spoken to in clear. */
  get isClear(): boolean {
    return this.#mayBeClear && this.#current === undefined && this.#pending === undefined;
  }

  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  /** The keys to try, one after the other; none: there is nothing to be said to this PD. */
  tries(nowMs: number): readonly KeyTry[] {
    const tries: KeyTry[] = [];
    if (this.#pending !== undefined) tries.push({ scbk: this.#pending, role: 'pending' });
    if (this.#current !== undefined) tries.push({ scbk: this.#current, role: 'current' });
    else if (this.#pending !== undefined && nowMs < this.#installUntilMs) tries.push({ scbk: newDefaultScbk(), role: 'default' });
    return tries;
  }

  /** The key to send by KEYSET, in a session under another one; each call is one try. */
  keyToSet(): SecretBytes | undefined {
    if (this.#pending === undefined || this.#keysetTries >= maxKeysetTries) return undefined;
    this.#keysetTries += 1;
    return this.#pending;
  }

  /** Opens the one use of SCBK-D there is for a reader without a key. */
  install(scbk: SecretBytes, nowMs: number): Result<undefined, KeyRefusal> {
    if (this.#current !== undefined) return failed('alreadyPaired');
    if (isWeakScbk(scbk)) return failed('weakKey');
    this.#begin(scbk);
    this.#installUntilMs = nowMs + installWindowMs;
    return ok(undefined);
  }

  change(scbk: SecretBytes): Result<undefined, KeyRefusal> {
    if (this.#current === undefined) return failed('notPaired');
    if (isWeakScbk(scbk)) return failed('weakKey');
    this.#begin(scbk);
    return ok(undefined);
  }

  /** The PD acknowledged KEYSET: SCBK-D has had its use. */
  acknowledged(): void {
    this.#installUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** A session is open under the pending key. */
  proven(): void {
    this.#current = this.#pending;
    this.#pending = undefined;
    this.#installUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** The PD, in a session, would not take the pending key. */
  giveUp(): void {
    this.#pending = undefined;
    this.#installUntilMs = Number.NEGATIVE_INFINITY;
  }

  #begin(scbk: SecretBytes): void {
    this.#pending = scbk;
    this.#keysetTries = 0;
  }
}
