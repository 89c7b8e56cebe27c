/**
 * Two characters of idle line before a reply (OSDP.md §1), at rates at which they are long enough to matter to an ACU that turns its driver
 * off late. Holds one reply until then, and what follows from it; what the reply is, is the session's.
 */
import type { Clock } from '../ports/clock.ts';
import type { Line } from '../ports/line.ts';

const idleCharacters = 2;
/** 8N1. */
const bitsPerCharacter = 10;
/** Shorter pauses pass by themselves before any process has answered: two characters last longer up to 19,200 baud. */
const leastPauseMs = 1;
/** After the command, as long as an ACU waits for a reply (OSDP.md §1): one that is later would run into the next command. */
export const maxReplyMs = 200;

export class ReplyPause {
  readonly #line: Pick<Line, 'send' | 'setBaudRate'>;
  readonly #clock: Clock;
  #baudRate: number;
  #heardMs = Number.NEGATIVE_INFINITY;
  #held: { reply: Uint8Array; untilMs: number; timer?: unknown } | undefined;
  /** To be set when the reply is out. */
  #nextBaudRate: number | undefined;

  constructor(line: Pick<Line, 'send' | 'setBaudRate'>, clock: Clock, baudRate: number) {
    this.#line = line;
    this.#clock = clock;
    this.#baudRate = baudRate;
  }

  /** Before the bytes are read: the line is not idle, and a reply that is held waits on, or is too late and never said. */
  heard(atMs: number): void {
    this.#heardMs = atMs;
    this.#arm();
  }

  /** At once where the line has been idle, or else then. To two commands in one breath there is one reply, to the later. */
  send(reply: Uint8Array): void {
    this.#clock.clearTimeout(this.#held?.timer);
    this.#held = { reply, untilMs: this.#heardMs + maxReplyMs };
    this.#arm();
  }

  /** Behind the reply that is held. */
  setBaudRate(baudRate: number): void {
    this.#nextBaudRate = baudRate;
    if (this.#held === undefined) this.#switch();
  }

  /** The wire is gone, everything is over, or it is too late: what was held is never said. */
  drop(): void {
    this.#clock.clearTimeout(this.#held?.timer);
    this.#held = undefined;
    this.#switch();
  }

  #arm(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#clock.clearTimeout(held.timer);
    const pauseMs = (idleCharacters * bitsPerCharacter * 1_000) / this.#baudRate;
    const waitMs = pauseMs < leastPauseMs ? 0 : this.#heardMs + pauseMs - this.#clock.nowMs();
    if (waitMs <= 0) this.#say(held.reply);
    else if (this.#heardMs + pauseMs > held.untilMs) this.drop();
    else held.timer = this.#clock.setTimeout(() => this.#say(held.reply), waitMs);
  }

  #say(reply: Uint8Array): void {
    this.#held = undefined;
    this.#line.send(reply);
    this.#switch();
  }

  #switch(): void {
    if (this.#nextBaudRate === undefined) return;
    this.#baudRate = this.#nextBaudRate;
    this.#nextBaudRate = undefined;
    this.#line.setBaudRate(this.#baudRate);
  }
}
