/**
 * The CardReader and Keypad ports on the two wires of a Wiegand reader. Decides which bursts are cards, which are keys, and when nothing more comes;
 * what is noise is dropped, and told once a minute. Rates are the rules', and nothing on these wires is secret: whoever touches them reads every card
 * and can send any (docs/card-readers.md).
 */
import type { CardReader, CardReaderListener } from '../ports/card-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { Keypad, KeypadListener } from '../ports/keypad.ts';
import type { Subscription } from '../ports/subscription.ts';
import { assert } from '../shared/assert.ts';
import type { DeviceNews } from './device-news.ts';
import type { EdgeSource } from './gpio-edges.ts';
import { type Burst, WiegandBitsDecoder, type Wires } from './wiegand-bits.ts';
import { keyLengths, keyOf, parityOf } from './wiegand-formats.ts';

/** Bits of the shortest card. Shorter bursts are keys, or noise. */
export const fewestCardBits = 26;
/** Noise is told once in this time. */
export const noiseNewsMs = 60_000;
/** A burst older than this, or from the future, counts as of now. */
const maxBurstAgeMs = 1_000;

export interface WiegandOptions {
  readonly edges: EdgeSource;
  readonly wires: Wires;
  readonly clock: Clock;
  /** `checked`: cards of a known length with wrong parity are noise. `raw`: for cards of such a length and another format. */
  readonly parity: 'checked' | 'raw';
  /** The clock that stamps the edges: microseconds of CLOCK_MONOTONIC. */
  readonly kernelNowUs?: () => number;
  readonly told?: (news: DeviceNews) => void;
}

const systemNowUs = (): number => Number(process.hrtime.bigint() / 1_000n);

type Attaching = Pick<CardReaderListener, 'attached'>;

export class WiegandReader {
  readonly cardReader: CardReader;
  readonly keypad: Keypad;
  readonly #options: Required<WiegandOptions>;
  readonly #bits: WiegandBitsDecoder;
  #cards: CardReaderListener | undefined;
  #keys: KeypadListener | undefined;
  #edges: Subscription | undefined;
  #isAttached = true;
  #pause: unknown;
  /** Reports never go back in time. */
  #latestMs = Number.NEGATIVE_INFINITY;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: WiegandOptions) {
    this.#options = { kernelNowUs: systemNowUs, told: () => undefined, ...options };
    this.#bits = new WiegandBitsDecoder(options.wires, (burst) => this.#ended(burst));
    this.cardReader = { listen: (listener) => this.#listenCards(listener) };
    this.keypad = { listen: (listener) => this.#listenKeys(listener) };
  }

  #listenCards(listener: CardReaderListener): Subscription {
    assert(this.#cards === undefined, 'a card reader has one listener at a time');
    this.#cards = listener;
    const stop = this.#start(listener, () => this.#cards === listener);
    return {
      stop: () => {
        if (this.#cards !== listener) return;
        this.#cards = undefined;
        stop();
      },
    };
  }

  #listenKeys(listener: KeypadListener): Subscription {
    assert(this.#keys === undefined, 'a keypad has one listener at a time');
    this.#keys = listener;
    const stop = this.#start(listener, () => this.#keys === listener);
    return {
      stop: () => {
        if (this.#keys !== listener) return;
        this.#keys = undefined;
        stop();
      },
    };
  }

  /** The edges are listened to while anybody listens to what they make; whoever comes second hears what the first has heard. */
  #start(listener: Attaching, isListening: () => boolean): () => void {
    if (this.#edges === undefined) this.#listenEdges();
    else if (!this.#isAttached) {
      queueMicrotask(() => {
        if (isListening() && !this.#isAttached) listener.attached(false);
      });
    }
    return () => {
      if (this.#cards !== undefined || this.#keys !== undefined) return;
      this.#edges?.stop();
      this.#edges = undefined;
      this.#forget();
    };
  }

  #listenEdges(): void {
    this.#isAttached = true;
    this.#edges = this.#options.edges.listen({
      edge: (edge) => {
        this.#bits.take(edge);
        this.#wait();
      },
      lost: () => this.#bits.lost(),
      attached: (isAttached) => {
        this.#isAttached = isAttached;
        if (!isAttached) this.#forget();
        this.#cards?.attached(isAttached);
        this.#keys?.attached(isAttached);
      },
    });
  }

  #wait(): void {
    const { clock, kernelNowUs } = this.#options;
    const endsAtUs = this.#bits.endsAtUs;
    if (endsAtUs === undefined || this.#pause !== undefined) return;
    // One millisecond more, so that the end has passed on a clock that counts finer.
    this.#pause = clock.setTimeout(() => this.#paused(), Math.max(0, endsAtUs - kernelNowUs()) / 1_000 + 1);
  }

  /** The process may have been busy: what waits to be read may belong to the burst, and bits may have come since the timer was set. */
  #paused(): void {
    this.#options.edges.catchUp();
    this.#pause = undefined;
    const endsAtUs = this.#bits.endsAtUs;
    if (endsAtUs !== undefined && this.#options.kernelNowUs() > endsAtUs) this.#bits.end();
    this.#wait();
  }

  #forget(): void {
    this.#bits.forget();
    this.#options.clock.clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #ended(burst: Burst): void {
    const { length, value } = burst;
    if (burst.isSpoiled) this.#noise(`${length} bits, of which some are doubtful`);
    else if (keyLengths.has(length)) this.#key(burst);
    else if (length < fewestCardBits) this.#noise(`${length} bits`);
    else if (this.#options.parity === 'checked' && parityOf(burst) === 'wrong') this.#noise(`${length} bits with wrong parity`);
    else this.#cards?.read({ form: 'bits', value, length, atMs: this.#atMs(burst) });
  }

  #key(burst: Burst): void {
    const key = keyOf(burst);
    const atMs = this.#atMs(burst);
    if (key === undefined) this.#noise(`${burst.length} bits that are no key`);
    else for (const action of ['pressed', 'released'] as const) this.#keys?.changed({ key, action, atMs });
  }

  #noise(cause: string): void {
    const { clock, told } = this.#options;
    if (clock.nowMs() < this.#quietUntilMs) return;
    this.#quietUntilMs = clock.nowMs() + noiseNewsMs;
    told({ what: 'noise', sentence: 'the wires of the card reader brought something that is no card and no key', cause });
  }

  #atMs({ atUs }: Burst): number {
    const { clock, kernelNowUs } = this.#options;
    const ageMs = (kernelNowUs() - atUs) / 1_000;
    const atMs = ageMs >= 0 && ageMs <= maxBurstAgeMs ? clock.nowMs() - ageMs : clock.nowMs();
    this.#latestMs = Math.max(this.#latestMs, atMs);
    return this.#latestMs;
  }
}
