/** A card as read: bits or text, with its length. Prints as its last two hexadecimal digits only. */
import { Masked } from '../shared/masked.ts';

export class Card extends Masked {
  readonly form: 'bits' | 'text';
  /** Number of bits or characters. */
  readonly length: number;
  readonly #value: Uint8Array;

  constructor(form: 'bits' | 'text', value: Uint8Array, length: number) {
    super();
    this.form = form;
    this.length = length;
    this.#value = Uint8Array.from(value);
  }

  /** More was read than is kept: what is kept could be another card's beginning, so it is nobody's. */
  get isCut(): boolean {
    return this.length > this.#value.length * (this.form === 'bits' ? 8 : 1);
  }

  /** The card number itself: for the one computation that makes a tag of it. */
  reveal(): Uint8Array {
    return this.#value;
  }

  /** The last two digits: of the text, or of the bits as hexadecimal. All that people ever see of a card number. */
  get tail(): string {
    const last = this.#value.at(-1);
    if (last === undefined) return '';
    if (this.form === 'bits') return last.toString(16).padStart(2, '0');
    return String.fromCharCode(...this.#value.slice(-2)).replaceAll(/[^0-9A-Za-z]/g, '?');
  }

  toString(): string {
    return `‹card …${this.tail}›`;
  }
}
