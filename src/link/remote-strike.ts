/**
 * A strike at the controller's end of the line (DESIGN R11): each release is a message of its own, ahead of all others, and counts only once the
 * controller has confirmed it. Nothing is asked for later than it was decided: not after 2 s, and never after an outage.
 */
import type { Clock } from '../ports/clock.ts';
import type { Strike } from '../ports/strike.ts';
import { Fault } from '../shared/faults.ts';
import type { LinkReply } from './messages.ts';

/** A release that is not confirmed by then is a denial. */
export const confirmMs = 2_000;

/** The record because of which the strike is released. */
export interface ReleaseCause {
  readonly epoch: string;
  readonly sequence: number;
  /** 0: nobody in particular. */
  readonly person: number;
}

interface Asked {
  readonly id: number;
  readonly holdMs: number;
  readonly cause: ReleaseCause;
  isSent: boolean;
  settle(fault: Fault | undefined): void;
}

export class RemoteStrike implements Strike {
  readonly #clock: Clock;
  #isUp = false;
  #lastId = 0;
  #asked: Asked | undefined;
  #cause: ReleaseCause = { epoch: '0'.repeat(16), sequence: 0, person: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the next release is for. */
  because(cause: ReleaseCause): void {
    this.#cause = cause;
  }

  /** A session came or went: what was asked for in another one is not released any more. */
  linkChanged(isUp: boolean): void {
    this.#isUp = isUp;
    this.#give('the line to the controller went');
  }

  release(holdMs: number): Promise<void> {
    this.#give('another release took its place');
    if (!this.#isUp) return Promise.reject(new Fault('strike.unreachable', 'there is no session with the controller that has the strike'));
    this.#lastId = (this.#lastId + 1) % 65_536;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const asked: Asked = { id: this.#lastId, holdMs, cause: this.#cause, isSent: false, settle: (fault) => (fault ? reject(fault) : resolve()) };
    const timer = this.#clock.setTimeout(() => {
      if (this.#asked === asked) this.#give(`the controller did not confirm within ${confirmMs} ms`);
    }, confirmMs);
    this.#asked = asked;
    return promise.finally(() => this.#clock.clearTimeout(timer));
  }

  /** Takes back what was not confirmed. A hold that was confirmed ends by itself, at the controller. */
  async secure(): Promise<void> {
    this.#give('the strike was secured');
  }

  next(): LinkReply | undefined {
    const asked = this.#asked;
    if (asked === undefined || asked.isSent) return undefined;
    asked.isSent = true;
    return { name: 'release', id: asked.id, holdMs: asked.holdMs, ...asked.cause };
  }

  /** The controller's answer; to anything but the release that waits it is ignored. */
  answered(id: number, isReleased: boolean): void {
    const asked = this.#asked;
    if (asked?.id !== id || !asked.isSent) return;
    if (!isReleased) {
      this.#give('the controller would not release');
      return;
    }
    this.#asked = undefined;
    asked.settle(undefined);
  }

  #give(sentence: string): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.settle(new Fault('strike.unreachable', sentence));
  }
}
