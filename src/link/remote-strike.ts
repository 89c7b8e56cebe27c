/**
 * A strike at the controller's end of the line (DESIGN R11): each release is a message of its own, ahead of all others, and counts only once the
 * controller has confirmed it. Nothing is asked for later than it was decided: not after 2 s, and never after an outage.
 */
import type { Clock } from '../ports/clock.ts';
import { type ReleaseCause, releaseLimitMs, type Strike } from '../ports/strike.ts';
import { Fault } from '../shared/faults.ts';
import type { LinkReply } from './messages.ts';

/** Where no entry stands for a release: REX, a panel's output, a grant that could not be recorded. */
const noCause: ReleaseCause = { epoch: '0'.repeat(16), sequence: 0, person: 0 };

export type ReleaseAnswer = 'counts' | 'late' | 'unknown';

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
  /** Of the last release that was given up after it had been sent: the controller may still do it. */
  #givenUp: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A session came or went: what was asked for in another one is not released any more. */
  linkChanged(isUp: boolean): void {
    this.#isUp = isUp;
    this.#give('the line to the controller went');
  }

  release(holdMs: number, cause = noCause): Promise<void> {
    this.#give('another release took its place');
    if (!this.#isUp) return Promise.reject(new Fault('strike.unreachable', 'there is no session with the controller that has the strike'));
    this.#lastId = (this.#lastId + 1) % 65_536;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const asked: Asked = { id: this.#lastId, holdMs, cause, isSent: false, settle: (fault) => (fault ? reject(fault) : resolve()) };
    const timer = this.#clock.setTimeout(() => {
      if (this.#asked === asked) this.#give(`the controller did not confirm within ${releaseLimitMs} ms`);
    }, releaseLimitMs);
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

  /** The controller's answer to the release that waits `counts`. `late`: to one that was given up; it is said once. `unknown`: to any other. */
  answered(id: number, isReleased: boolean): ReleaseAnswer {
    const asked = this.#asked;
    if (asked?.id !== id || !asked.isSent) {
      if (this.#givenUp !== id) return 'unknown';
      this.#givenUp = undefined;
      return 'late';
    }
    this.#asked = undefined;
    asked.settle(isReleased ? undefined : new Fault('strike.unreachable', 'the controller would not release'));
    return 'counts';
  }

  #give(sentence: string): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked?.isSent === true) this.#givenUp = asked.id;
    asked?.settle(new Fault('strike.unreachable', sentence));
  }
}
