/**
 * What a reader says of the settings that people at its door meet (docs/table-profile.md §15, page rules): times, tries and waits, each within a range
 * that keeps whoever reckons with them from endless work. What they mean is access/'s.
 */
import { record, type Schema, u8, type ValueOf } from '../osdp/schema.ts';
import { between, flags, joined, only, u32, u48 } from './fields.ts';

/** Of a window and of a pause: up to an hour. */
const time = between(u32, 1, 3_600_000);
/** Of a budget: half a minute to a day. */
const wait = between(u32, 30_000, 86_400_000);
const tries = between(u8, 1, 20);
/** Longer than any setting: 100 years. */
const offlineTime = between(u48, 0, 3_153_600_000_000);

const anyBudget = record({
  attempts: tries,
  /** Only wrong PINs younger than this count; 0: each does until it is returned. */
  withinMs: between(u32, 0, 86_400_000),
  attemptsAfterWait: tries,
  firstWaitMs: wait,
  longestWaitMs: wait,
  quietMs: wait,
});

/** One guessing budget (DESIGN R10). */
type BudgetTold = ValueOf<typeof anyBudget>;

const budget: Schema<BudgetTold> = only(anyBudget, ({ firstWaitMs, longestWaitMs }) => firstWaitMs <= longestWaitMs);

const offline = only(
  record({
    /** 0: without a limit, and then both are 0. */
    offlineFullMs: offlineTime,
    /** For priority people, after that. */
    offlinePriorityMs: offlineTime,
  }),
  ({ offlineFullMs, offlinePriorityMs }) => offlineFullMs > 0 || offlinePriorityMs === 0,
);

const ruleFlags = flags([
  /** Duress PINs count. */
  'duress',
]);

export const rules = joined(
  joined(
    record({
      windowMs: time,
      /** PINs that may be submitted in one window. */
      windowTries: tries,
      interDigitMs: time,
      /** The same in the window of people with extended time. */
      extendedWindowMs: time,
      extendedInterDigitMs: time,
      /** Of PINs without a card, and of those after one person's. */
      door: budget,
      person: budget,
    }),
    offline,
  ),
  ruleFlags,
);
