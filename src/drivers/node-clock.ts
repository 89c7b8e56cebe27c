/**
 * The Clock port on the machine's own clocks. Decides when a timer is due and whether the wall clock can be trusted, which is
 * asked of wall-clock.ts; the floor below which wall time is not believed, and what untrusted time means to people, are journal's and access's.
 */
import type { Clock, WallTime } from '../ports/clock.ts';
import { assert } from '../shared/assert.ts';
import { TimerQueue } from '../shared/timer-queue.ts';
import { isPlausible, linuxTimeFiles, type TimeFiles, timeSources } from './wall-clock.ts';

/** Longest wait one Node timer takes; Node fires a longer one at once. */
const maxNodeDelayMs = 2 ** 31 - 1;
/** How long an answer to "is the system's time set?" holds. */
export const trustHoldsMs = 10_000;

export interface NodeClockOptions {
  /** Whoever runs the process vouches for the system's time: it is trusted, and followed, though nothing says that somebody has set it. */
  readonly isSystemTimeVouched?: boolean;
  readonly timeFiles?: TimeFiles;
  /** The system's wall clock, in milliseconds since 1970. */
  readonly systemWallMs?: () => number;
  /** The system's monotonic clock, in milliseconds: CLOCK_MONOTONIC, which process.hrtime reads too. */
  readonly systemNowMs?: () => number;
}

export class NodeClock implements Clock {
  readonly #timers = new TimerQueue();
  readonly #isVouched: boolean;
  readonly #timeFiles: TimeFiles;
  readonly #systemWallMs: () => number;
  readonly #systemNowMs: () => number;
  /** The one Node timer or immediate under way, and what it waits for. */
  #wake: { readonly cancel: () => void; readonly dueMs: number } | undefined;
  /** What setWall() set, and when: from then on wall time runs with the monotonic clock. */
  #set: { readonly wallMs: number; readonly atMs: number } | undefined;
  #trust: { readonly isSet: boolean; readonly untilMs: number } = { isSet: false, untilMs: Number.NEGATIVE_INFINITY };

  constructor(options: NodeClockOptions = {}) {
    this.#isVouched = options.isSystemTimeVouched ?? false;
    this.#timeFiles = options.timeFiles ?? linuxTimeFiles;
    this.#systemWallMs = options.systemWallMs ?? Date.now;
    this.#systemNowMs = options.systemNowMs ?? (() => performance.now());
  }

  nowMs(): number {
    return this.#systemNowMs();
  }

  wall(): WallTime {
    const nowMs = this.nowMs();
    if (this.#set !== undefined) return { ms: this.#set.wallMs + nowMs - this.#set.atMs, trusted: true };
    const ms = this.#systemWallMs();
    return { ms, trusted: isPlausible(ms) && (this.#isVouched || this.#isSystemTimeSet(nowMs)) };
  }

  /**
   * Sets the wall clock of this process, which needs no privilege, and trusts it. It no longer follows the system's:
   * a step of the system's clock after this moves nothing.
   */
  setWall(ms: number): void {
    assert(Number.isFinite(ms), 'wall time is a number of milliseconds');
    this.#set = { wallMs: ms, atMs: this.nowMs() };
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    assert(Number.isFinite(delayMs), 'a delay is a number of milliseconds');
    const timer = this.#timers.add(this.nowMs() + Math.max(0, delayMs), callback);
    this.#arm();
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.remove(timer);
    this.#arm();
  }

  /** Sees to it that exactly one wake-up is under way, for the first timer; none without timers, so that the process may end. */
  #arm(): void {
    const dueMs = this.#timers.nextDueMs;
    if (dueMs === this.#wake?.dueMs) return;
    this.#wake?.cancel();
    this.#wake = dueMs === undefined ? undefined : { dueMs, cancel: this.#wakeIn(dueMs - this.nowMs()) };
  }

  #wakeIn(delayMs: number): () => void {
    if (delayMs <= 0) {
      const immediate = setImmediate(() => this.#awake());
      return () => clearImmediate(immediate);
    }
    const timeout = setTimeout(() => this.#awake(), Math.min(Math.ceil(delayMs), maxNodeDelayMs));
    return () => clearTimeout(timeout);
  }

  /** Runs one timer, if one is due (Node may be a millisecond early); promises and input have their turn before the next. */
  #awake(): void {
    this.#wake = undefined;
    const timer = this.#timers.takeDue(this.nowMs());
    try {
      timer?.callback();
    } finally {
      this.#arm();
    }
  }

  #isSystemTimeSet(nowMs: number): boolean {
    if (nowMs >= this.#trust.untilMs) {
      const isSet = timeSources(this.#timeFiles).some(({ hasSetTime }) => hasSetTime);
      this.#trust = { isSet, untilMs: nowMs + trustHoldsMs };
    }
    return this.#trust.isSet;
  }
}
