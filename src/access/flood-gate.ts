/**
 * Keeps a key storm or a card storm from the rules (SECURITY E1, E3): so many at once, so many a second after that, the
 * rest dropped, and one report a storm. Pure; the caller brings the time.
 */

export interface GateRule {
  /** Taken at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Thirty-two keys at once is four full PINs; 20 a second is beyond any hand (FIELD U17 asks for 15). */
export const keyGate: GateRule = { burst: 32, perSecond: 20 };
/** Eight different cards at once, then four a second. */
export const cardGate: GateRule = { burst: 8, perSecond: 4 };
/** Nothing dropped for this long ends a storm: the next is reported anew. */
export const stormQuietMs = 10_000;

export type Passage = 'pass' | 'drop' | 'dropAndReport';

export class FloodGate {
  readonly #rule: GateRule;
  #tokens: number;
  #atMs = 0;
  #droppedAtMs: number | undefined;

  constructor(rule: GateRule) {
    this.#rule = rule;
    this.#tokens = rule.burst;
  }

  /** Whether what came at `atMs` (never before the last call's) goes through. */
  enter(atMs: number): Passage {
    const elapsedMs = atMs - this.#atMs;
    this.#atMs = atMs;
    this.#tokens = Math.min(this.#rule.burst, this.#tokens + (elapsedMs * this.#rule.perSecond) / 1000);
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 'pass';
    }
    const isNewStorm = this.#droppedAtMs === undefined || atMs - this.#droppedAtMs >= stormQuietMs;
    this.#droppedAtMs = atMs;
    return isNewStorm ? 'dropAndReport' : 'drop';
  }
}
