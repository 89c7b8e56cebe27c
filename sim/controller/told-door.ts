/**
 * What a reader has said of its door, and the settings that follow from it. Decides that a reader which does not tell its rules is set as one whose
 * settings say nothing; when it is asked is reader-keeper.ts's, and keeping it site-store.ts's.
 */
import type { Mode, Model } from '../../src/access/mode.ts';
import { type BudgetRule, defaultPolicy, type Policy } from '../../src/access/policy.ts';
import type { DoorStatus, RulesStatus } from '../../src/link/messages.ts';
import { toldRules } from '../../src/reader/told-rules.ts';
import { toHex } from '../../src/tools/private-files.ts';
import { floorOf } from './rules/code-space.ts';

type ToldRules = Omit<RulesStatus, 'page'>;

export interface ToldDoor {
  readonly mode: Mode;
  readonly model: Model;
  /** Of the settings that it ran with, in hexadecimal digits. */
  readonly settingsHash: string;
  /** Undefined: it told none with these settings. */
  readonly rules?: ToldRules | undefined;
}

/** `told`: by the reader itself. `defaults`: as a reader is set when nothing else is said. */
type SettingsAre = 'told' | 'defaults';

export const settingsAre = (told: ToldDoor | undefined): SettingsAre => (told?.rules === undefined ? 'defaults' : 'told');

/**
 * PINs there must be for each that opens a door alone: the highest floor of the doors where one does (FIELD M7). A reader of which nothing was heard
 * may be such a door. Undefined: there is none.
 */
export const floorAt = (doors: readonly (ToldDoor | undefined)[]): number | undefined => {
  const alone = doors.filter((told) => told === undefined || told.mode === 'pinOnly' || told.mode === 'cardOrPin');
  const rules = alone.map((told) => (told === undefined ? defaultPolicy : policyOf(told)).budget.door);
  return rules.length === 0 ? undefined : Math.max(...rules.map(floorOf));
};

/** What it says now, with the rules it told before where its settings are the same. */
export const toldBy = ({ mode, model, settingsHash }: DoorStatus, before: ToldDoor | undefined): ToldDoor => {
  const hash = toHex(settingsHash);
  return { mode, model, settingsHash: hash, rules: before?.settingsHash === hash ? before.rules : undefined };
};

/** Whether its rules are to be asked for anew. */
export const isOther = (told: ToldDoor, before: ToldDoor | undefined): boolean =>
  told.settingsHash !== before?.settingsHash || told.mode !== before.mode;

/** The settings as far as they matter to people; `isExtended`: to somebody with extended time. */
export const policyOf = ({ mode, model, rules = toldRules(defaultPolicy) }: ToldDoor, isExtended = false): Policy => {
  const { windowTries, duress, door, person, offlineFullMs: fullMs, offlinePriorityMs: priorityMs } = rules;
  return {
    ...defaultPolicy,
    mode,
    model,
    ...(isExtended && mode === 'cardAndPin'
      ? { windowMs: rules.extendedWindowMs, interDigitMs: rules.extendedInterDigitMs }
      : { windowMs: rules.windowMs, interDigitMs: rules.interDigitMs }),
    windowTries,
    duress,
    offline: fullMs === 0 ? undefined : { fullMs, priorityMs },
    budget: { door: budgetOf(door), person: budgetOf(person) },
  };
};

const budgetOf = ({ withinMs, ...rule }: ToldRules['door']): BudgetRule => ({ ...rule, withinMs: withinMs === 0 ? undefined : withinMs });
