/**
 * The keys a PD has: the one in use, and a new one until it has proved itself (SECURITY B11). Decides which is tried; who may set one, and
 * what a session is, is pd-security.ts's.
 */
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { Keep, Kept } from './pd-line-settings.ts';

export interface PdKeySet {
  readonly current: SecretBytes | undefined;
  /** Set by KEYSET, not yet used in a session. */
  readonly pending: SecretBytes | undefined;
}

/**
 * Of three challenges the third is answered with the old key: an ACU that missed the change is not locked out. Not every second one: an
 * ACU that tries old and new by turns could then miss for ever.
 */
const triesOfThree = 3;
/** A disk that would not keep a key that has proved itself is asked again after this long: seldom enough to be told each time. */
export const keepPauseMs = 60_000;

export class PdKeys {
  readonly #keep: Keep<PdKeySet>;
  #keys: PdKeySet;
  #tries = 0;
  #isUnsaved = false;
  #saveAtMs = 0;

  constructor(keys: PdKeySet, keep: Keep<PdKeySet>) {
    this.#keys = keys;
    this.#keep = keep;
  }

  get isKeyed(): boolean {
    return this.#keys.current !== undefined || this.#keys.pending !== undefined;
  }

  /** For the next challenge; undefined: there is none. */
  next(): SecretBytes | undefined {
    const { current, pending } = this.#keys;
    if (current === undefined || pending === undefined) return current ?? pending;
    this.#tries += 1;
    return this.#tries % triesOfThree === 0 ? current : pending;
  }

  /** A new key, beside the one in use. It counts only once it is kept. */
  propose(scbk: SecretBytes): Kept {
    const proposed = { current: this.#keys.current, pending: scbk };
    const kept = this.#keep(proposed);
    if (kept !== 'kept') return kept;
    this.#keys = proposed;
    this.#tries = 0;
    return kept;
  }

  /** The ACU has used this key in a session. True: it was the new one, and the old one is dropped. */
  proven(scbk: SecretBytes): boolean {
    if (scbk !== this.#keys.pending) return false;
    this.#keys = { current: scbk, pending: undefined };
    this.#isUnsaved = true;
    this.#saveAtMs = 0;
    return true;
  }

  /** Keeps what was proven, at leisure, and never gives it up: until then both keys are on disk, and either way is right. */
  save(nowMs: number): void {
    if (!this.#isUnsaved || nowMs < this.#saveAtMs) return;
    const kept = this.#keep(this.#keys);
    this.#isUnsaved = kept !== 'kept';
    if (kept === 'failed') this.#saveAtMs = nowMs + keepPauseMs;
  }
}
