/**
 * A strike at the controller's end of the line (DESIGN R11): each release is a message of its own, ahead of all others, and counts only once the
 * controller has confirmed it. Nothing is released later than it was decided: not after 2 s, and never after an outage. A hold that must end
 * early is ended in the same way.
 */
import type { Clock } from '../ports/clock.ts';
import { type ReleaseCause, releaseLimitMs, type Strike } from '../ports/strike.ts';
import { Fault } from '../shared/faults.ts';
import type { LinkReply } from './messages.ts';

/** Where no entry stands for a release: REX, a panel's output, a grant that could not be recorded. */
const noCause: ReleaseCause = { epoch: '0'.repeat(16), sequence: 0, person: 0 };

export type ReleaseAnswer = 'counts' | 'late' | 'unknown';

/** What the strike is asked for: a release, or, with a hold of 0, the end of one. */
interface Asked {
  readonly id: number;
  readonly holdMs: number;
  readonly cause: ReleaseCause;
  readonly ended: Promise<void>;
  isSent: boolean;
  settle(fault: Fault | undefined): void;
}

/** For the end of a hold: soon enough for whoever waits for it to hear that it did not come through. */
export const securedWithinMs = 900;

export class RemoteStrike implements Strike {
  readonly #clock: Clock;
  #isUp = false;
  #lastId = 0;
  #asked: Asked | undefined;
  /** Of the last release that was given up after it had been sent: the controller may still do it. */
  #givenUp: number | undefined;
  /** Of the last end of a hold that was asked for: its answer is never late, or the strike would be secured under a release that came after it. */
  #securing: number | undefined;
  /** When a hold that was confirmed ends by itself. */
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A session came or went: what was asked for in another one is not released any more. */
  linkChanged(isUp: boolean): void {
    this.#isUp = isUp;
    this.#give('the line to the controller went');
  }

  release(holdMs: number, cause = noCause): Promise<void> {
    return this.#ask(holdMs, cause, releaseLimitMs);
  }

  /** Takes back what was not confirmed, and has the controller end a hold that was. Rejects where it may go on: then it ends by itself. */
  async secure(): Promise<void> {
    if (this.#asked?.holdMs === 0) return this.#asked.ended;
    this.#give('the strike was secured');
    if (this.#clock.nowMs() < this.#heldUntilMs) await this.#ask(0, noCause, securedWithinMs);
  }

  next(): LinkReply | undefined {
    const asked = this.#asked;
    if (asked === undefined || asked.isSent) return undefined;
    asked.isSent = true;
    return { name: 'release', id: asked.id, holdMs: asked.holdMs, ...asked.cause };
  }

  /** The controller's answer to what waits `counts`. `late`: to a release that was given up; it is said once. `unknown`: to any other. */
  answered(id: number, isDone: boolean): ReleaseAnswer {
    const asked = this.#asked;
    if (asked?.id !== id || !asked.isSent) {
      if (this.#securing === id) return 'counts';
      if (this.#givenUp !== id) return 'unknown';
      this.#givenUp = undefined;
      return 'late';
    }
    this.#asked = undefined;
    if (isDone) this.#heldUntilMs = this.#clock.nowMs() + asked.holdMs;
    asked.settle(isDone ? undefined : new Fault('strike.unreachable', 'the controller would not do it'));
    return 'counts';
  }

  #ask(holdMs: number, cause: ReleaseCause, withinMs: number): Promise<void> {
    // Whoever wanted a hold ended has no word in the next one.
    if (this.#asked?.holdMs === 0) this.#asked.settle(undefined);
    this.#give('another release took its place');
    if (!this.#isUp) return Promise.reject(new Fault('strike.unreachable', 'there is no session with the controller that has the strike'));
    this.#lastId = (this.#lastId + 1) % 65_536;
    const id = this.#lastId;
    if (holdMs === 0) this.#securing = id;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(() => {
      if (this.#asked?.id === id) this.#give(`the controller did not confirm within ${withinMs} ms`);
    }, withinMs);
    const ended = promise.finally(() => this.#clock.clearTimeout(timer));
    this.#asked = { id, holdMs, cause, ended, isSent: false, settle: (fault) => (fault ? reject(fault) : resolve()) };
    return ended;
  }

  #give(sentence: string): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked?.isSent === true && asked.holdMs > 0) this.#givenUp = asked.id;
    asked?.settle(new Fault('strike.unreachable', sentence));
  }
}
