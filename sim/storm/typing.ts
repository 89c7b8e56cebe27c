/**
 * What the keys pressed so far may amount to (DESIGN R1–R5), told from the outside: where a pause leaves open whether
 * the digits were forgotten, both are possible. A storm uses it to know which PINs can have been submitted.
 */
import type { Key } from '../../src/ports/keypad.ts';

const longestPin = 8;
/** Digits are forgotten after this pause, and within the window of a person with extended time after the other (R5, R13). */
const forgottenMs = 5_000;
const forgottenAtLatestMs = 10_000;
const swallowedMs = 2_000;

export class Typing {
  #possible = new Set(['']);
  #lastKeyMs = Number.NEGATIVE_INFINITY;
  #autoSubmittedMs = Number.NEGATIVE_INFINITY;

  /** What this key may have submitted; empty: nothing. */
  press(key: Key, atMs: number): readonly string[] {
    const pauseMs = atMs - this.#lastKeyMs;
    this.#lastKeyMs = atMs;
    if (pauseMs >= forgottenAtLatestMs) this.clear();
    else if (pauseMs >= forgottenMs) this.mayBeCleared();
    if (key === '*') this.clear();
    else if (key !== '#') return this.#takeDigit(key, atMs);
    else return this.#takeHash(atMs);
    return [];
  }

  clear(): void {
    this.#possible = new Set(['']);
  }

  /** Something happened that may have cleared what is typed. */
  mayBeCleared(): void {
    this.#possible.add('');
  }

  #takeDigit(digit: string, atMs: number): readonly string[] {
    const longer = [...this.#possible].map((typed) => typed + digit);
    const submitted = longer.filter(({ length }) => length === longestPin);
    this.#possible = new Set(longer.map((typed) => (typed.length === longestPin ? '' : typed)));
    if (submitted.length > 0) this.#autoSubmittedMs = atMs;
    return submitted;
  }

  #takeHash(atMs: number): readonly string[] {
    const isSwallowed = atMs - this.#autoSubmittedMs < swallowedMs;
    const isCertain = this.#possible.size === 1;
    this.#autoSubmittedMs = Number.NEGATIVE_INFINITY;
    if (isSwallowed && isCertain) return [];
    const submitted = [...this.#possible].filter((typed) => typed !== '');
    if (!isSwallowed) this.clear();
    else this.mayBeCleared();
    return submitted;
  }
}
