/** Which keys are down, and since when: a key that stays down is stuck (SECURITY E2), and counts as one press. Pure. */

/** Down for this long is a fault of the keypad, not a finger. */
export const stuckKeyMs = 30_000;

interface Held {
  readonly sinceMs: number;
  isReported: boolean;
}

export class HeldKeys {
  readonly #held = new Map<string, Held>();

  /** False: the key was down already, so this is no new press. */
  pressed(key: string, atMs: number): boolean {
    if (this.#held.has(key)) return false;
    this.#held.set(key, { sinceMs: atMs, isReported: false });
    return true;
  }

  /** True: the key had been reported as stuck and is free now. */
  released(key: string): boolean {
    const held = this.#held.get(key);
    this.#held.delete(key);
    return held?.isReported ?? false;
  }

  /** The keypad went: nothing is down any more as far as anyone can tell. */
  releaseAll(): void {
    this.#held.clear();
  }

  /** Keys found stuck by `nowMs`, each named once. */
  stuck(nowMs: number): readonly string[] {
    const found: string[] = [];
    for (const [key, held] of this.#held) {
      if (held.isReported || nowMs < held.sinceMs + stuckKeyMs) continue;
      held.isReported = true;
      found.push(key);
    }
    return found;
  }

  /** When the next key will have been down too long; undefined: none is down, or all are reported. */
  get nextDueMs(): number | undefined {
    const waiting = [...this.#held.values()].filter((held) => !held.isReported);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map((held) => held.sinceMs + stuckKeyMs));
  }
}
