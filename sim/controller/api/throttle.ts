/** How often somebody may try something in a while. Decides when it is too often; what is counted, and under which name, is the caller's. */
import type { Clock } from '../../../src/ports/clock.ts';

/** Names counted at once. */
export const maxThrottledNames = 1_000;

export interface ThrottleOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Tries in `perMs`; after them, a wait of `perMs`. */
  readonly most: number;
  readonly perMs: number;
  /** Where `maxThrottledNames` are counted: a new name waits, or the one that was counted first is forgotten. */
  readonly whenFull?: 'wait' | 'forget';
}

export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #tries = new Map<string, { count: number; endsMs: number }>();

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** Counts a try, before it is made; false: it may not be made. */
  take(name: string): boolean {
    const { clock, most, perMs } = this.#options;
    const nowMs = clock.nowMs();
    const kept = this.#tries.get(name);
    const isRunning = kept !== undefined && kept.endsMs > nowMs;
    if (isRunning && kept.count >= most) return false;
    if (kept === undefined && !this.#hasRoom(nowMs)) return false;
    const tries = isRunning ? kept : { count: 0, endsMs: nowMs + perMs };
    tries.count += 1;
    if (tries.count >= most) tries.endsMs = nowMs + perMs;
    this.#tries.set(name, tries);
    return true;
  }

  /** The last try was no failure, and does not count. */
  giveBack(name: string): void {
    const tries = this.#tries.get(name);
    if (tries === undefined) return;
    tries.count -= 1;
    if (tries.count <= 0) this.#tries.delete(name);
  }

  #hasRoom(nowMs: number): boolean {
    if (this.#tries.size < maxThrottledNames) return true;
    for (const [name, { endsMs }] of this.#tries) if (endsMs <= nowMs) this.#tries.delete(name);
    const [first] = this.#tries.keys();
    if (this.#options.whenFull === 'forget' && first !== undefined && this.#tries.size >= maxThrottledNames) this.#tries.delete(first);
    return this.#tries.size < maxThrottledNames;
  }
}
