/** A PIN as typed: 0–8 digits that print, serialise and inspect as a tag, without even their number. */
import { Masked } from '../shared/masked.ts';

export const minPinLength = 4;
export const maxPinLength = 8;

export type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

export class Pin extends Masked {
  static readonly empty = new Pin('');
  readonly #digits: string;

  private constructor(digits: string) {
    super();
    this.#digits = digits;
  }

  /** The PIN of these digits, or undefined when it is anything but 4–8 digits 0–9. Leading zeros count. */
  static from(text: string): Pin | undefined {
    return /^[0-9]{4,8}$/.test(text) ? new Pin(text) : undefined;
  }

  /** This PIN with one more digit; at most eight are kept. */
  with(digit: Digit): Pin {
    return this.#digits.length < maxPinLength ? new Pin(this.#digits + digit) : this;
  }

  get length(): number {
    return this.#digits.length;
  }

  /** Shorter than any PIN that can be issued: it can match nobody (DESIGN R6). */
  get isTooShort(): boolean {
    return this.#digits.length < minPinLength;
  }

  /** The digits themselves: for the one computation that makes a tag of them. */
  reveal(): string {
    return this.#digits;
  }

  toString(): string {
    return '‹pin›';
  }
}
