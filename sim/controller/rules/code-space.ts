/**
 * How hard it is to guess one's way in at a door where a PIN alone opens (FIELD §2.10, M7): the ratio of PINs that there are to PINs that open, its
 * floor, and the odds of a night. Who has a PIN, and who may go below the floor all the same, is the caller's.
 */
import { budgetAfter, debit, freshBudget, mayTry } from '../../../src/access/budget.ts';
import type { Mode } from '../../../src/access/mode.ts';
import { type BudgetRule, defaultPolicy } from '../../../src/access/policy.ts';
import { assert } from '../../../src/shared/assert.ts';
import { range } from './range.ts';

/** Fewer PINs than this for each that opens are refused (IEC 60839-11-1). */
const leastRatio = 1_000;
/** Fewer than so many times the floor are worth a warning (FIELD §6). */
const goodTimes = 10;
/** How long somebody is alone with the door (FIELD §2.10). */
export const nightMs = 8 * 3_600_000;

/** PINs of each length that are not on the list of pin-rules.ts, counted one by one. */
const usable: Readonly<Record<number, number>> = { 4: 8_558, 5: 95_320, 6: 874_955, 7: 9_458_402, 8: 93_454_233 };

/** How many PINs of this length (4..8) somebody may be given. */
export const usablePins = (length: number): number => {
  const count = usable[length];
  assert(count !== undefined, 'a PIN has 4 to 8 digits');
  return count;
};

/** How many PINs of each length open, duress PINs among them. */
export type PinsByLength = ReadonlyMap<number, number>;

/**
 * Of the ratio, at a door with this budget: what the standard asks, and more where a night has more guesses than at a door whose settings say nothing,
 * so that nobody is luckier there.
 */
export const floorOf = (rule: BudgetRule): number =>
  Math.ceil(leastRatio * Math.max(1, guessesWithin(rule, nightMs) / guessesWithin(defaultPolicy.budget.door, nightMs)));

/** One more of this length, where a PIN alone opens, leaves the ratio at its floor or above. */
export const keepsFloor = (pins: PinsByLength, length: number, floor = leastRatio): boolean => hasFloor(length, (pins.get(length) ?? 0) + 1, floor);

/** So many PINs (≥ 1) of this length leave the ratio at its floor or above. */
export const hasFloor = (length: number, pins: number, floor: number): boolean => usablePins(length) / pins >= floor;

export interface Door {
  readonly mode: Mode;
  /** People who can open it by PIN alone. */
  readonly people: number;
  readonly pins: PinsByLength;
  /** Of the door's own budget: before it lies no card. */
  readonly rule: BudgetRule;
}

export interface CodeSpace {
  readonly people: number;
  /** Digits of the shortest PIN that opens. */
  readonly shortest: number;
  /** PINs for each that opens, among those of the length that is guessed best; rounded down. */
  readonly ratio: number;
  readonly isBelowFloor: boolean;
  readonly sentence: string;
}

/** Undefined: no PIN alone opens this door. */
export const codeSpaceOf = ({ mode, people, pins, rule }: Door): CodeSpace | undefined => {
  const rows = [...pins].filter(([, right]) => right > 0).map(([length, right]) => ({ length, right, all: usablePins(length) }));
  const [weakest] = rows.toSorted((one, other) => one.all / one.right - other.all / other.right);
  if ((mode !== 'pinOnly' && mode !== 'cardOrPin') || weakest === undefined) return undefined;
  const ratio = Math.floor(weakest.all / weakest.right);
  const guesses = guessesWithin(rule, nightMs);
  const floor = floorOf(rule);
  const sentence = sentenceOf(ratio / floor, guesses, oddsOf(guesses, weakest.right, weakest.all));
  return { people, shortest: Math.min(...rows.map(({ length }) => length)), ratio, isBelowFloor: ratio < floor, sentence };
};

/** PINs that somebody who never stops has compared in this time, from an untouched budget on, if typing took no time. */
export const guessesWithin = (rule: BudgetRule, lengthMs: number): number => {
  let [guesses, nowMs, budget] = [0, 0, freshBudget];
  for (;;) {
    while (mayTry(budget, rule)) {
      guesses += 1;
      budget = debit(budget, rule);
    }
    nowMs += budget.waitMs;
    if (nowMs >= lengthMs) return guesses;
    budget = budgetAfter(budget, budget.waitMs, rule);
  }
};

/** That one of so many different guesses (≥ 1) among `all` PINs is one of the `right` ones: 0..1. */
export const oddsOf = (guesses: number, right: number, all: number): number =>
  1 - range(0, guesses - 1).reduce((missed, guess) => (missed * Math.max(0, all - right - guess)) / (all - guess), 1);

/** `times`: so often is the ratio its floor. */
const sentenceOf = (times: number, guesses: number, odds: number): string => {
  const risk = `1 in ${grouped(Math.max(1, Math.floor(1 / odds)))} per night: ${guesses} guesses in 8 hours.`;
  if (times < 1) return `${risk} Guessing is too easy: give people longer codes, or ask for a card as well.`;
  return times < goodTimes ? `${risk} Longer codes would be better.` : risk;
};

/** 12,345. */
const grouped = (whole: number): string => whole.toLocaleString('en-US');
