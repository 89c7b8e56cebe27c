/** The six modes of a door, and which reader models can be put into them. */
import { failed, ok, type Result } from '../shared/result.ts';

export const modes = ['cardOnly', 'pinOnly', 'cardOrPin', 'cardAndPin', 'unlocked', 'locked'] as const;
export type Mode = (typeof modes)[number];

export const models = ['RPK40', 'RP10', 'RP15', 'RP40'] as const;
export type Model = (typeof models)[number];

export const hasKeypad = (model: Model): boolean => model === 'RPK40';

export const asksForPin = (mode: Mode): boolean => mode === 'pinOnly' || mode === 'cardOrPin' || mode === 'cardAndPin';

/** The mode, or the reason in a sentence why this model refuses it (DESIGN R7). */
export const modeFor = (model: Model, mode: Mode): Result<Mode, string> =>
  asksForPin(mode) && !hasKeypad(model)
    ? failed(`An ${model} has no keypad, so mode "${mode}" would ask for a PIN that nobody can type. Use cardOnly, unlocked or locked, or an RPK40.`)
    : ok(mode);

/** What opens the door in each mode; more opens a weaker one. */
const opens: Readonly<Record<Mode, readonly ('both' | 'card' | 'pin' | 'nothing')[]>> = {
  locked: [],
  cardAndPin: ['both'],
  cardOnly: ['both', 'card'],
  pinOnly: ['both', 'pin'],
  cardOrPin: ['both', 'card', 'pin'],
  unlocked: ['both', 'card', 'pin', 'nothing'],
};

/** Whoever gets in by `to` gets in by `from` as well, and not the other way round: who sets it lets nobody in (DESIGN §2). */
export const isStricter = (from: Mode, to: Mode): boolean =>
  opens[to].length < opens[from].length && opens[to].every((way) => opens[from].includes(way));

/** From the mode by which people get in most easily to the one by which nobody does; two modes of one rank let in different people. */
const ease: Readonly<Record<Mode, number>> = { unlocked: 3, cardOrPin: 2, cardOnly: 1, pinOnly: 1, cardAndPin: 0, locked: -1 };

/** Somebody may get in by `to` who does not by `from`. More careful than `isStricter`, for what nobody has signed for. */
export const letsInOthers = (from: Mode, to: Mode): boolean => from !== to && ease[to] >= ease[from];

/** A mode that was set, as a number (1..36) to be kept over restarts, together with the default it was set over. */
export const modeFact = (byDefault: Mode, set: Mode): number => 1 + modes.indexOf(byDefault) * modes.length + modes.indexOf(set);

/** What `modeFact` kept; undefined: nothing, or nothing that is a mode. */
const modeKept = (fact: number): { readonly over: Mode; readonly set: Mode } | undefined => {
  for (const over of modes) for (const set of modes) if (modeFact(over, set) === fact) return { over, set };
  return undefined;
};

export interface ModeStart {
  readonly model: Model;
  readonly byDefault: Mode;
  /** 0: no mode was ever set. */
  readonly fact: number;
  /** The settings count whatever was set before: an order has accepted them, or this reader needs none. */
  readonly areSettingsAccepted: boolean;
}

/**
 * The mode to start in: the one that was set before, so that neither cutting the power nor editing the settings lifts a lockdown. The default
 * where it is another than the mode was set over and lets in nobody else, or was accepted; where the model refuses the mode that was set; and
 * in place of `unlocked`, so that power coming back opens no door (docs/decisions/0005).
 */
export const modeAtStart = ({ model, byDefault, fact, areSettingsAccepted }: ModeStart): Mode => {
  const kept = modeKept(fact);
  if (kept === undefined || kept.set === 'unlocked' || !modeFor(model, kept.set).ok) return byDefault;
  const isDefaultNew = kept.over !== byDefault;
  return isDefaultNew && (areSettingsAccepted || !letsInOthers(kept.set, byDefault)) ? byDefault : kept.set;
};
