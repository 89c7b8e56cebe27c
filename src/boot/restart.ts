/**
 * Decides when a running door asks for a new start: soon after its journal has failed, or once a disk that was away can be
 * opened again, or settings were accepted. Never so soon that starting is all it does (SECURITY G4); who starts it again is the service unit's.
 */
import type { Clock } from '../ports/clock.ts';
import { Fault } from '../shared/faults.ts';

/** A door that has just started serves at least this long, as well as it can, before it asks for another start. */
export const leastRunMs = 1_000;
/** The waits before a disk that could not be opened is tried again: doubling, from the first to the longest. */
export const firstReopenMs = 1_000;
export const longestReopenMs = 60_000;

/** From the order that accepts settings to the new start: its outcome is told before (docs/table-profile.md §19). */
export const acceptedMs = 2_000;

/** In a sentence. */
export interface RestartReason {
  readonly message: string;
}

export class Restart {
  /** Resolves once, with the reason. */
  readonly needed: Promise<RestartReason>;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #resolve: (reason: RestartReason) => void;
  readonly #timers = new Set<unknown>();
  #isStopped = false;

  constructor(clock: Clock) {
    const { promise, resolve } = Promise.withResolvers<RestartReason>();
    this.needed = promise;
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.#resolve = resolve;
  }

  /** Asks for a new start, at once when the door has run for `leastRunMs`. */
  ask(reason: RestartReason): void {
    this.#after(leastRunMs - (this.#clock.nowMs() - this.#startedMs), () => this.#resolve(reason));
  }

  /** The settings that the next start takes are on disk. */
  settingsAccepted(): void {
    this.#after(acceptedMs, () => this.ask({ message: 'the settings that waited are accepted' }));
  }

  /** Tries until `opens` resolves, and then asks for a new start: the parts of a door take up a disk only then. */
  askWhen(what: string, opens: () => Promise<unknown>, waitMs = firstReopenMs): void {
    const again = (): void => this.askWhen(what, opens, Math.min(waitMs * 2, longestReopenMs));
    const found = (): void => this.ask(new Fault('disk.closed', `${what} can be opened again`));
    this.#after(waitMs, () => void opens().then(found, again));
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
  }

  #after(delayMs: number, callback: () => void): void {
    if (this.#isStopped) return;
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.add(timer);
  }
}
