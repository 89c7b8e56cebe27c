/**
 * Edges of the two wires of a Wiegand reader to bursts of bits: one burst is one card or one key. Decides what is a bit and where a burst ends;
 * what its bits mean is wiegand-formats.ts's, and when it is time to ask is wiegand.ts's. Pure: any edges at all are taken.
 *
 * Times are those of SIA AC-01-1996.10, "Access control standard protocol for the 26-bit Wiegand reader interface": pulses of 20 to 100 µs, each 200 µs to
 * 20 ms after the one before.
 */
import { maxCardBytes } from '../ports/card-reader.ts';
import type { Edge } from './gpio-v2.ts';
import type { WiegandBits } from './wiegand-formats.ts';

/** An edge sooner than this after a bit is none: half of the shortest interval, and the longest pulse. */
export const shortestIntervalUs = 100;
/** A pause longer than this ends a burst: the longest interval, and some. */
export const burstGapUs = 25_000;
/** Bits kept of a burst; of the rest only that they came is told. The longest card of the CardReader port. */
const maxBurstBits = maxCardBytes * 8;

export interface Burst extends WiegandBits {
  /** When its last bit came. */
  readonly atUs: number;
  /** A bit of it is missing or doubtful. */
  readonly isSpoiled: boolean;
}

export interface Wires {
  /** The line of D0, whose pulses are zeros. */
  readonly data0: number;
  /** The line of D1, whose pulses are ones. */
  readonly data1: number;
}

export class WiegandBitsDecoder {
  readonly #wires: Wires;
  readonly #ended: (burst: Burst) => void;
  readonly #value = new Uint8Array(maxCardBytes);
  readonly #view = new DataView(this.#value.buffer);
  /** Bits that came, counted no further than one past those kept. */
  #length = 0;
  #latestUs = 0;
  #latestLine = 0;
  #isSpoiled = false;
  /** Edges are missing since the last bit: they may be the end of one burst, and the beginning of the next. */
  #isAfterLoss = false;

  constructor(wires: Wires, ended: (burst: Burst) => void) {
    this.#wires = wires;
    this.#ended = ended;
  }

  /** When the burst under way ends if nothing comes, on the clock of the edges; undefined: there is none. */
  get endsAtUs(): number | undefined {
    return this.#isUnderWay ? this.#latestUs + burstGapUs : undefined;
  }

  take({ line, atUs }: Edge): void {
    const { data0, data1 } = this.#wires;
    if (line !== data0 && line !== data1) return;
    const sinceUs = atUs - this.#latestUs;
    if (this.#isUnderWay && sinceUs > burstGapUs) this.end();
    if (this.#isUnderWay && sinceUs < shortestIntervalUs) {
      // Too soon to be a bit. On the wire of the bit it is that pulse ringing; on the other one nobody knows which of the two was meant.
      if (line !== this.#latestLine) this.#isSpoiled = true;
      return;
    }
    this.#isSpoiled ||= this.#isAfterLoss;
    this.#isAfterLoss = false;
    this.#latestUs = atUs;
    this.#latestLine = line;
    if (this.#length < maxBurstBits && line === data1) this.#set(this.#length);
    this.#length = Math.min(this.#length + 1, maxBurstBits + 1);
  }

  /** Edges are missing at this place. */
  lost(): void {
    this.#isSpoiled = this.#isUnderWay;
    this.#isAfterLoss = true;
  }

  /** Tells the burst under way, if there is one. */
  end(): void {
    const length = this.#length;
    const burst = {
      value: this.#value.slice(0, Math.ceil(Math.min(length, maxBurstBits) / 8)),
      length,
      atUs: this.#latestUs,
      isSpoiled: this.#isSpoiled,
    };
    this.forget();
    if (length > 0) this.#ended(burst);
  }

  /** Drops the burst under way. */
  forget(): void {
    this.#value.fill(0);
    this.#length = 0;
    this.#isSpoiled = false;
  }

  get #isUnderWay(): boolean {
    return this.#length > 0;
  }

  #set(bit: number): void {
    this.#view.setUint8(bit >> 3, this.#view.getUint8(bit >> 3) | (0x80 >> (bit & 7)));
  }
}
