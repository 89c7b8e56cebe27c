/**
 * How often a PIN may be compared (DESIGN R10), told from the outside, on the clock of the world: restarts and power cuts
 * never allow more than time itself would have. A debit that was lost with the power is nobody's gain here, because only
 * PINs that were compared are counted.
 */

export interface GuessRule {
  readonly attempts: number;
  readonly attemptsAfterWait: number;
  readonly withinMs: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly quietMs: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

export const doorGuesses: GuessRule = {
  attempts: 5,
  attemptsAfterWait: 1,
  withinMs: Number.POSITIVE_INFINITY,
  firstWaitMs: minuteMs,
  longestWaitMs: 15 * minuteMs,
  quietMs: 15 * minuteMs,
};
export const personGuesses: GuessRule = {
  attempts: 5,
  attemptsAfterWait: 5,
  withinMs: 10 * minuteMs,
  firstWaitMs: 5 * minuteMs,
  longestWaitMs: 60 * minuteMs,
  quietMs: 60 * minuteMs,
};
/** "About a hundred guesses a day for someone who never stops": 5 and three doubling waits more on the first day. */
export const mostDoorGuessesInADay = 103;

interface State {
  readonly level: number;
  readonly waitUntilMs: number;
  /** Nothing wrong since, or since the last return this earned. */
  readonly quietSinceMs: number;
  readonly spentAtMs: readonly number[];
}

const unspent: State = { level: 0, waitUntilMs: 0, quietSinceMs: 0, spentAtMs: [] };

export class GuessBudget {
  readonly #rule: GuessRule;
  #state = unspent;
  #before = unspent;
  #comparedAtMs: number[] = [];

  constructor(rule: GuessRule) {
    this.#rule = rule;
  }

  /** A PIN is compared. False: none may be. */
  compare(atMs: number): boolean {
    const rule = this.#rule;
    const now = settled(this.#state, atMs, rule);
    this.#before = now;
    this.#comparedAtMs = [...this.#comparedAtMs.filter((each) => each > atMs - dayMs), atMs];
    const spentAtMs = [...now.spentAtMs, atMs];
    const isUsedUp = spentAtMs.length >= rule.attempts;
    const level = isUsedUp ? now.level + 1 : now.level;
    const waitMs = Math.min(rule.firstWaitMs * 2 ** (level - 1), rule.longestWaitMs);
    const highest = 1 + Math.ceil(Math.log2(rule.longestWaitMs / rule.firstWaitMs));
    this.#state = {
      level: Math.min(level, highest),
      waitUntilMs: isUsedUp ? atMs + waitMs : now.waitUntilMs,
      quietSinceMs: atMs,
      spentAtMs: isUsedUp ? spentAtMs.slice(0, rule.attempts - rule.attemptsAfterWait) : spentAtMs,
    };
    return atMs >= now.waitUntilMs && now.spentAtMs.length < rule.attempts;
  }

  /** The PIN compared last was granted, on record. */
  giveBack(): void {
    this.#state = this.#before;
    this.#comparedAtMs.pop();
  }

  clear(): void {
    this.#state = unspent;
    this.#comparedAtMs = [];
  }

  /** PINs compared within the last 24 hours and not granted. */
  get inADay(): number {
    return this.#comparedAtMs.length;
  }
}

const settled = (state: State, atMs: number, rule: GuessRule): State => {
  let { level, quietSinceMs } = state;
  const spentAtMs = state.spentAtMs.filter((each) => atMs - each < rule.withinMs);
  while (atMs - quietSinceMs >= rule.quietMs && (level > 0 || spentAtMs.length > 0)) {
    quietSinceMs += rule.quietMs;
    if (level > 0) level -= 1;
    else spentAtMs.shift();
  }
  return { ...state, level, quietSinceMs, spentAtMs };
};
