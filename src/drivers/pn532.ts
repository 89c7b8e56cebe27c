/**
 * The CardReader port on a PN532 at a serial line: the chip is set up, asked for a card seven times a second, and set up anew when it falls silent.
 * Decides when a card came and when it went; which card it is, and whether it opens, is for the rules and the table. Chapters are those of NXP's
 * UM0701-02, "PN532 User Manual".
 *
 * What is read is the UID, which every card tells everybody and many can be given: an identifier, no proof (docs/card-readers.md).
 */
import type { CardReader, CardReaderListener } from '../ports/card-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { Line } from '../ports/line.ts';
import type { Subscription } from '../ports/subscription.ts';
import { assert } from '../shared/assert.ts';
import type { DeviceNews } from './device-news.ts';
import { ackFrame, commandFrame, nackFrame, Pn532Decoder, wakeUp } from './pn532-frame.ts';
import { Retries } from './retries.ts';

/** Of the chip, unless it is told otherwise (§7.2.8). */
export const pn532BaudRate = 115_200;
/** From an answer that there is no card, or the same one, to the next question. */
export const pollMs = 150;
/** The chip acknowledges within 15 ms (§6.2.2) and answers what is asked here within tens; an adapter may keep bytes for 16. */
export const answerDeadlineMs = 250;
/** How often a damaged answer is asked for again. */
export const maxRepeats = 2;
/** A chip that fails is set up anew at once, and after so many failures in a row counts as gone. */
const maxFailures = 2;
/** Answers without a card after which it has gone: at the edge of the field one is missed now and then. */
export const missesUntilGone = 2;

type Command = readonly [code: number, ...parameters: number[]];

/** §7.2.10: normal mode, no secure module. */
const samConfiguration: Command = [0x14, 0x01];
/** §7.2.2, and the chip it must name. */
const firmwareVersion: Command = [0x02];
const chip = 0x32;
/** §7.3.1, item 5: two tries to activate a card instead of waiting for one for ever. */
const fewTries: Command = [0x32, 0x05, 0xff, 0x01, 0x01];
/** §7.3.1, item 1. Off between questions, so that a card begins anew each time and a sleeping card is found again. */
const fieldOff: Command = [0x32, 0x01, 0x00];
const fieldOn: Command = [0x32, 0x01, 0x01];
/** §7.3.5: one card, 106 kbps type A. */
const listCard: Command = [0x4a, 0x01, 0x00];

/** ISO/IEC 14443-3, §6.5.4: single, double and triple size. */
const uidLengths: ReadonlySet<number> = new Set([4, 7, 10]);
/** ISO/IEC 14443-3, §6.5.4: a UID of single size that begins so is drawn anew each time. */
const randomUid = 0x08;

interface Exchange {
  /** Of its command; that of the answer is one more. */
  readonly code: number;
  /** Takes what follows the code of the answer; false: that cannot be. */
  readonly answered: (bytes: Uint8Array) => boolean;
  repeats: number;
}

export interface Pn532Options {
  /** At 115 200 baud. */
  readonly line: Line;
  readonly clock: Clock;
  readonly told?: (news: DeviceNews) => void;
}

export class Pn532 implements CardReader {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #told: (news: DeviceNews) => void;
  readonly #decoder = new Pn532Decoder();
  readonly #retries: Retries;
  #listener: CardReaderListener | undefined;
  #exchange: Exchange | undefined;
  /** One at a time: the deadline of the exchange, or the next question. */
  #timer: unknown;
  #isWired = false;
  #isAttached = true;
  #failures = 0;
  #awaySentence: string | undefined;
  /** The card that is there, so that it is told once. */
  #card: string | undefined;
  #misses = 0;

  constructor({ line, clock, told = () => undefined }: Pn532Options) {
    this.#line = line;
    this.#clock = clock;
    this.#told = told;
    this.#retries = new Retries(clock, () => this.#setUp());
  }

  listen(listener: CardReaderListener): Subscription {
    assert(this.#listener === undefined, 'a card reader has one listener at a time');
    this.#listener = listener;
    this.#isAttached = true;
    this.#failures = 0;
    this.#retries.reset();
    this.#awaySentence = undefined;
    const line = this.#line.listen({
      received: (bytes) => this.#received(bytes),
      attached: (isAttached) => this.#wired(isAttached),
    });
    return {
      stop: () => {
        if (this.#listener !== listener) return;
        this.#listener = undefined;
        line.stop();
        this.#rest();
      },
    };
  }

  #wired(isWired: boolean): void {
    this.#isWired = isWired;
    this.#failures = 0;
    this.#retries.reset();
    if (isWired) this.#setUp();
    else this.#gone();
  }

  #setUp(): void {
    this.#rest();
    this.#line.send(wakeUp);
    this.#ask(samConfiguration, () => {
      this.#ask(firmwareVersion, ([ic]) => {
        if (ic === chip) this.#ask(fewTries, () => this.#poll());
        return ic === chip;
      });
      return true;
    });
  }

  #poll(): true {
    this.#ask(fieldOn, () => {
      this.#ask(listCard, (answer) => {
        const uid = uidIn(answer);
        if (uid !== undefined) this.#ask(fieldOff, () => this.#polled(uid));
        return uid !== undefined;
      });
      return true;
    });
    return true;
  }

  #polled(uid: Uint8Array): true {
    this.#failures = 0;
    this.#retries.reset();
    this.#awaySentence = undefined;
    this.#timer = this.#clock.setTimeout(() => this.#poll(), pollMs);
    if (!this.#isAttached) {
      this.#isAttached = true;
      this.#listener?.attached(true);
    }
    // Whoever was told may have stopped listening.
    if (this.#listener !== undefined) this.#see(uid);
    return true;
  }

  /** `uid`: of the card that is there; empty: none is. */
  #see(uid: Uint8Array): void {
    if (uid.length === 0) {
      this.#misses++;
      if (this.#misses >= missesUntilGone) this.#card = undefined;
      return;
    }
    this.#misses = 0;
    // A telephone shows another number each time; it is told once all the same.
    const isRandom = uid.length === 4 && uid[0] === randomUid;
    const card = isRandom ? 'random' : Buffer.from(uid).toString('hex');
    if (card === this.#card) return;
    this.#card = card;
    this.#listener?.read({ form: 'bits', value: uid, length: uid.length * 8, atMs: this.#clock.nowMs() });
  }

  #ask(command: Command, answered: Exchange['answered']): void {
    this.#exchange = { code: command[0], answered, repeats: 0 };
    this.#line.send(commandFrame(Uint8Array.from(command)));
    this.#await();
  }

  #await(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#failed('the card reader does not answer'), answerDeadlineMs);
  }

  #received(bytes: Uint8Array): void {
    this.#decoder.feed(bytes, {
      // The answer shows as well that the command was heard, so nothing hangs on its acknowledgement.
      ack: () => undefined,
      nack: () => undefined,
      reply: (reply) => this.#answered(reply),
      refused: () => {
        if (this.#exchange !== undefined) this.#failed('the card reader refuses a command');
      },
      damaged: () => this.#damaged(),
    });
  }

  #answered([code, ...rest]: Uint8Array): void {
    const exchange = this.#exchange;
    // An answer to something asked before is passed over.
    if (exchange === undefined || code !== exchange.code + 1) return;
    this.#exchange = undefined;
    this.#clock.clearTimeout(this.#timer);
    if (!exchange.answered(Uint8Array.from(rest))) this.#failed('the card reader answers what no PN532 does');
  }

  /** §6.2.1.4: the chip sends its last answer again. */
  #damaged(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.repeats >= maxRepeats) return;
    exchange.repeats++;
    this.#line.send(nackFrame);
    this.#await();
  }

  #failed(sentence: string): void {
    this.#failures++;
    this.#rest();
    // §6.2.1.3: whatever the chip still does, it stops.
    this.#line.send(ackFrame);
    if (this.#failures < maxFailures) {
      this.#setUp();
      return;
    }
    const isNews = this.#awaySentence !== sentence;
    this.#awaySentence = sentence;
    if (isNews) this.#told({ what: 'away', sentence });
    this.#gone();
    if (this.#listener === undefined || !this.#isWired) return;
    this.#retries.later();
  }

  #gone(): void {
    this.#rest();
    this.#card = undefined;
    this.#misses = 0;
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#listener?.attached(false);
  }

  /** Nothing is asked, and nothing is waited for. */
  #rest(): void {
    this.#exchange = undefined;
    this.#decoder.forget();
    this.#clock.clearTimeout(this.#timer);
    this.#retries.cancel();
  }
}

/** Of the answer to §7.3.5: number of cards, then of the first its number, SENS_RES (2), SEL_RES, length of the UID, UID. Empty: no card; undefined: it cannot be. */
function uidIn(answer: Uint8Array): Uint8Array | undefined {
  const [count, , , , , length = 0] = answer;
  if (count === 0) return new Uint8Array();
  const uid = answer.slice(6, 6 + length);
  return count === 1 && uidLengths.has(length) && uid.length === length ? uid : undefined;
}
