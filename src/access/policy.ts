/**
 * Every number and choice the rules at the door leave to a setting, with its default, its range and its source. Where
 * the values come from (file, order) is config.ts's.
 */
import type { Mode, Model } from './mode.ts';

export interface Policy {
  readonly model: Model;
  /** The mode at start; the controller may change it. */
  readonly mode: Mode;
  /** Time from the card read in which a PIN must be submitted (R8; FIELD G17). */
  readonly windowMs: number;
  /** PINs that may be submitted in one window (R8). */
  readonly windowTries: number;
  /** Time without a key after which typed digits are forgotten (R5; HID ProxPro 5355, Farpointe P-640). */
  readonly interDigitMs: number;
  /** How long the strike is released after a grant (R11). */
  readonly strikeMs: number;
  /** De-energise the strike as soon as the door opens (R14). */
  readonly secureOnOpen: boolean;
  /** How long the door may stay open before that is an event (R14). */
  readonly heldOpenMs: number;
  /** `bypass`: REX only keeps "forced" from being raised. `release`: it also releases the strike, first, and records after (R14). */
  readonly rex: 'bypass' | 'release';
  /** Grants whose event cannot be put on disk: none, or cards without a use count only (R11). */
  readonly recordFailure: 'deny' | 'grantCards';
  /** People with dates, while the wall clock is not trusted: refused, or judged by the last time seen (R13). */
  readonly untrustedTime: 'deny' | 'lastSeen';
  /** Second, separate PINs that grant and tell silently (R16). */
  readonly duress: boolean;
  /** Offline longer than `fullMs`: priority people only; longer than `priorityMs` after that: nobody. Undefined: no limit (R15). */
  readonly offline: { readonly fullMs: number; readonly priorityMs: number } | undefined;
  readonly budget: BudgetPolicy;
}

export interface BudgetPolicy {
  /** PINs without a card at this reader, until the PIN path waits (R10). */
  readonly door: BudgetRule;
  /** PINs after one person's card, until that person waits (R10). */
  readonly person: BudgetRule;
}

/** One guessing budget: so many wrong PINs, then a wait that doubles. */
export interface BudgetRule {
  /** Wrong PINs that may be submitted before the first wait. */
  readonly attempts: number;
  /** Only wrong PINs younger than this count. Undefined: each counts until it is returned. */
  readonly withinMs: number | undefined;
  /** Attempts allowed after a wait. */
  readonly attemptsAfterWait: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Time without a wrong PIN that lowers one level and, at the lowest, returns one attempt. */
  readonly quietMs: number;
}

const minute = 60_000;

/** Range of each number a setting may change: [least, most], milliseconds where the name says so. */
export const policyRanges = {
  windowMs: [5_000, 60_000],
  windowTries: [1, 5],
  interDigitMs: [2_000, 15_000],
  strikeMs: [1_000, 60_000],
  heldOpenMs: [5_000, 3_600_000],
  doorAttempts: [1, 10],
  personAttempts: [3, 10],
  offlineFullMs: [3_600_000, 8_760 * 3_600_000],
  offlinePriorityMs: [0, 8_760 * 3_600_000],
} as const satisfies Record<string, readonly [number, number]>;

export const defaultPolicy: Policy = {
  model: 'RPK40',
  mode: 'cardOrPin',
  windowMs: 15_000,
  windowTries: 3,
  interDigitMs: 5_000,
  strikeMs: 5_000,
  secureOnOpen: false,
  heldOpenMs: 30_000,
  rex: 'bypass',
  recordFailure: 'deny',
  untrustedTime: 'deny',
  duress: false,
  offline: undefined,
  budget: {
    door: { attempts: 5, withinMs: undefined, attemptsAfterWait: 1, firstWaitMs: minute, longestWaitMs: 15 * minute, quietMs: 15 * minute },
    person: { attempts: 5, withinMs: 10 * minute, attemptsAfterWait: 5, firstWaitMs: 5 * minute, longestWaitMs: 60 * minute, quietMs: 60 * minute },
  },
};

/** Fixed by the rules, not settings. */
/** A `#` this soon after an automatic submit is swallowed (R2). */
export const swallowHashMs = 2_000;
/** A submit this soon after the window's end repeats the window-over signal (R8). */
export const windowOverMs = 2_000;
/** Between digits inside the window, for people with extended time (R13). */
export const extendedInterDigitMs = 10_000;
/** Factor on window and strike for people with extended time (R13). */
export const extendedFactor = 2;
/** From submit or card read to the answer of a denial, whatever its reason (R12; SECURITY E14). */
export const answerMs = 300;
