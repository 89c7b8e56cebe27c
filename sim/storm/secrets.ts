/**
 * Canaries (SECURITY I1): digits that are found nowhere by chance, looked for in every shape they could leak in. Which
 * bytes and texts a storm shows it is the storm's. PINs of eight digits only: shorter ones occur in any time or count.
 */

const canaryDigits = 8;

export class Canaries {
  readonly #shapes = new Set<string>();
  #pattern: RegExp | undefined;

  /** Digits of a PIN; fewer than eight are not watched for. */
  addPin(digits: string): void {
    if (digits.length < canaryDigits) return;
    const bytes = Buffer.from(digits);
    const packed = Buffer.from(digits, 'hex');
    this.#add(digits, [...digits].reverse().join(''), bytes.toString('hex'), ...base64Of(bytes), packed.toString('latin1'), ...base64Of(packed));
    // Without its leading zeros a PIN is a number like any other; a whole one is written as JSON writes it.
    this.#add(packed.reverse().toString('latin1'));
  }

  /** Bits of a card, written as 0 and 1. */
  addCard(bits: string): void {
    const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
    this.#add(bits, bytes.toString('hex'), BigInt(`0b${bits}`).toString(), bytes.toString('latin1'), ...base64Of(bytes));
  }

  /** True: a canary is in there. Bytes are given as latin1. */
  isIn(text: string): boolean {
    this.#pattern ??= new RegExp([...this.#shapes].map((shape) => shape.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)).join('|') || '(?!)', 'i');
    return this.#pattern.test(text);
  }

  #add(...shapes: readonly string[]): void {
    for (const shape of shapes) this.#shapes.add(shape);
    this.#pattern = undefined;
  }
}

/** Base64 of the bytes at each of the three places they can stand in, without the characters that neighbours change. */
const base64Of = (bytes: Uint8Array): readonly string[] =>
  [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64').replaceAll('=', '');
    const end = (lead + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(lead === 0 ? 0 : lead + 1, end);
  });
