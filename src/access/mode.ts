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

/** A mode that was set, as a number (1..36) to be kept over restarts, together with the default it was set over. */
export const modeFact = (byDefault: Mode, set: Mode): number => 1 + modes.indexOf(byDefault) * modes.length + modes.indexOf(set);

/**
 * The mode to start in: the one that was set before, so that cutting the power lifts no lockdown; the default where the
 * settings have changed since or the model refuses it, and in place of `unlocked`, so that power coming back opens no door.
 */
export const modeAtStart = (model: Model, byDefault: Mode, fact: number): Mode =>
  modes.find((mode) => mode !== 'unlocked' && modeFact(byDefault, mode) === fact && modeFor(model, mode).ok) ?? byDefault;
