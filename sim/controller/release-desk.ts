/**
 * Releases the strikes that hang at the controller, for readers that ask (docs/table-profile.md §21): at once, each request once, and never
 * late; and ends a hold early. The reader takes what is not confirmed in time for a denial and refuses it, so a strike that may not have been
 * confirmed is secured again.
 */
import type { LinkReply } from '../../src/link/messages.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { maxHoldMs, releaseLimitMs, type Strike } from '../../src/ports/strike.ts';
import type { Alarms } from './alarms.ts';
import type { PrivateCommands } from './private-commands.ts';

/** With a longer pause before the POLL that brought it, nobody knows how old a request is. */
const maxPollGapMs = 1_000;

type ReleaseRequest = Extract<LinkReply, { readonly name: 'release' }>;

export interface ReleaseDeskParts {
  /** Undefined: no strike of this reader hangs here, and every request is answered with no. */
  readonly strike: Strike | undefined;
  readonly clock: Clock;
  readonly commands: PrivateCommands;
  readonly alarms: Alarms;
}

export class ReleaseDesk {
  readonly #parts: ReleaseDeskParts;
  /** The last request, so that it is not obeyed twice. */
  #last: { readonly id: number; readonly atMs: number } | undefined;

  constructor(parts: ReleaseDeskParts) {
    this.#parts = parts;
  }

  /** `pollGapMs`: from the POLL before to the one that brought it. */
  async asked({ id, holdMs }: ReleaseRequest, pollGapMs: number): Promise<void> {
    const { clock, commands, strike } = this.#parts;
    const nowMs = clock.nowMs();
    const isRepeat = this.#last?.id === id && nowMs - this.#last.atMs < releaseLimitMs;
    if (isRepeat) return;
    this.#last = { id, atMs: nowMs };
    if (holdMs === 0) {
      await commands.say({ name: 'released', id, isReleased: strike !== undefined && (await this.#secure(strike)) });
      return;
    }
    const mayRelease = strike !== undefined && pollGapMs <= maxPollGapMs && holdMs <= maxHoldMs;
    const isReleased = mayRelease && (await this.#release(strike, holdMs));
    const taken = await commands.say({ name: 'released', id, isReleased });
    const isConfirmed = taken === 'taken' && clock.nowMs() - nowMs < releaseLimitMs;
    if (isReleased && !isConfirmed) await this.#secure(strike as Strike);
  }

  /** True when it is released in time; false, and secured as far as can be, when not. */
  async #release(strike: Strike, holdMs: number): Promise<boolean> {
    const { alarms, clock } = this.#parts;
    let timer: unknown;
    const late = new Promise<false>((resolve) => {
      timer = clock.setTimeout(() => resolve(false), maxPollGapMs);
    });
    const released = strike.release(holdMs).then(
      () => true,
      () => false,
    );
    const isReleased = await Promise.race([released, late]);
    clock.clearTimeout(timer);
    if (isReleased) return true;
    alarms.raise('strike.failed');
    void released.then((wasLate) => (wasLate ? this.#secure(strike) : undefined));
    return false;
  }

  /** False: its own hold ends it. */
  async #secure(strike: Strike): Promise<boolean> {
    try {
      await strike.secure();
      return true;
    } catch {
      this.#parts.alarms.raise('strike.failed');
      return false;
    }
  }
}
