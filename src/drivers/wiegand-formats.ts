/**
 * What Wiegand readers put around card numbers: the parity of formats whose checks are known, and keys as keypads send them. Pure.
 * A length with no row here is neither right nor wrong.
 */
import { type Key, keys } from '../ports/keypad.ts';

export interface WiegandBits {
  /** First bit in the top bit of the first byte, unused low bits zero. */
  readonly value: Uint8Array;
  /** Number of bits that came, more than `value` holds when the rest was cut off. */
  readonly length: number;
}

export type Parity = 'right' | 'wrong' | 'unknown';

interface Check {
  readonly sum: 'even' | 'odd';
  /** Bits counted from 0, the first one sent, the parity bit itself among them. */
  readonly bits: readonly number[];
}

const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

/**
 * By length. 26 (H10301) and 34 (H10306): the halves, as in the Civintec CN56X0B-X user manual, §6.4.2 and §6.4.5. 35 (Corporate 1000): two thirds of
 * the bits each, then all, as the format table of the Proxmark3 client has it (C1k35s). 37 (H10302 and H10304): halves that share the middle bit, as
 * in OpenOptions' knowledge base, "37 Bit Card Format".
 */
const checks: ReadonlyMap<number, readonly Check[]> = new Map([
  [26, [even(from(0, 13)), odd(from(13, 13))]],
  [34, [even(from(0, 17)), odd(from(17, 17))]],
  [35, [even([1, ...from(2, 32).filter((bit) => bit % 3 !== 1)]), odd(from(1, 34).filter((bit) => bit % 3 !== 0)), odd(from(0, 35))]],
  [37, [even(from(0, 19)), odd(from(18, 19))]],
]);

export function parityOf(card: WiegandBits): Parity {
  const known = checks.get(card.length);
  if (known === undefined) return 'unknown';
  return known.every(({ sum, bits }) => (bits.filter((bit) => isSet(card, bit)).length % 2 === 0) === (sum === 'even')) ? 'right' : 'wrong';
}

/** Lengths of a key: four bits, or eight of which the first four are the last four inverted (Rosslare AYC-Q series manual, §4.2.3; HID PINpad 7393760, table 1). */
export const keyLengths: ReadonlySet<number> = new Set([4, 8]);

/** 0 to 9 as they are, 10 for star, 11 for hash. Undefined: no key. */
export function keyOf({ value: [byte = 0], length }: WiegandBits): Key | undefined {
  const number = length === 4 ? byte >> 4 : byte & 0x0f;
  if (length === 8 && byte >> 4 !== (number ^ 0x0f)) return undefined;
  return number < keys.length ? keysByNumber[number] : undefined;
}

const keysByNumber = '0123456789*#' as unknown as readonly Key[];

const isSet = ({ value }: WiegandBits, bit: number): boolean => (((value[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;

function even(bits: readonly number[]): Check {
  return { sum: 'even', bits };
}

function odd(bits: readonly number[]): Check {
  return { sum: 'odd', bits };
}
