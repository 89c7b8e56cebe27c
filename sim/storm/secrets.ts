/**
 * Canaries (SECURITY I1): digits and card numbers that are found nowhere by chance, looked for in every shape they could
 * leak in. Which bytes and texts are looked through is the storm's. PINs of eight digits only: shorter ones occur in any
 * time or count.
 */

const canaryDigits = 8;
/** Cards watched for, and PINs: enough to find a leak, few enough to look for after every write. */
const maxCanaries = 12;
/** Shorter numbers and texts turn up by themselves. */
const leastCharacters = 6;

export class Canaries {
  readonly #shapes = new Set<string>();
  readonly #pins = new Set<string>();
  readonly #cards = new Set<string>();
  #pattern: RegExp | undefined;

  /** Digits of a PIN; fewer than eight are not watched for, and what is watched for already costs nothing. */
  addPin(digits: string): void {
    if (digits.length < canaryDigits || !isNew(this.#pins, digits)) return;
    const typed = Buffer.from(digits);
    const packed = Buffer.from(digits, 'hex');
    this.#addTexts(digits, [...digits].reverse().join(''), String(Number(digits)), typed.toString('hex'), ...base64Of(typed));
    for (const bytes of [packed, Buffer.from(packed).reverse()]) if (isTelling(bytes)) this.#addBytes(bytes);
  }

  /** 32 or more bits of a card, written as 0 and 1. */
  addCard(bits: string): void {
    if (!isNew(this.#cards, bits)) return;
    const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
    const hex = bytes.toString('hex');
    this.#addTexts(bits, hex, hex.toUpperCase(), BigInt(`0b${bits}`).toString(), ...base64Of(bytes));
    this.#addBytes(bytes);
  }

  /** True: a canary is in there. Bytes are given as latin1. */
  isIn(text: string): boolean {
    const escaped = (shape: string): string => shape.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
    this.#pattern ??= new RegExp([...this.#shapes].map(escaped).join('|') || '(?!)');
    return this.#pattern.test(text);
  }

  #addTexts(...texts: readonly string[]): void {
    for (const text of texts) if (text.length >= leastCharacters) this.#shapes.add(text);
    this.#pattern = undefined;
  }

  #addBytes(bytes: Buffer): void {
    this.#shapes.add(bytes.toString('latin1'));
    this.#pattern = undefined;
  }
}

/** Four packed bytes with a zero stand in many a time and count; such with three small letters in many a word, with three digits in many a number. */
const isTelling = (bytes: Uint8Array): boolean =>
  !bytes.includes(0) &&
  bytes.filter((byte) => byte >= 0x61 && byte <= 0x7a).length < 3 &&
  bytes.filter((byte) => byte >= 0x30 && byte <= 0x39).length < 3;

const isNew = (canaries: Set<string>, canary: string): boolean => {
  if (canaries.has(canary) || canaries.size >= maxCanaries) return false;
  canaries.add(canary);
  return true;
};

/** Base64 of the bytes at each of the three places they can stand in, without the characters that their neighbours change. */
const base64Of = (bytes: Uint8Array): readonly string[] =>
  [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const isWhole = (lead + bytes.length) % 3 === 0;
    return text.slice(lead === 0 ? 0 : lead + 1, isWhole ? undefined : -1);
  });
