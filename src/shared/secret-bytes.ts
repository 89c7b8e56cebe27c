/** Key material that prints, serialises and inspects as a tag. `reveal` is the only way in, so `grep reveal` lists every reader. */
import { Masked } from './masked.ts';

export class SecretBytes extends Masked {
  readonly #bytes: Uint8Array;

  /** Takes a copy, so that the caller may wipe its own. */
  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = Uint8Array.from(bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The bytes themselves: for the one call that computes with them. Do not keep, print or send them. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** Overwrites the bytes with zeros: best effort, a JavaScript engine may have copied them (SECURITY I4). */
  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return '‹secret›';
  }
}
