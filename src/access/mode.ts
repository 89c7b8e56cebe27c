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
    ? failed(`A ${model} has no keypad, so mode "${mode}" would ask for a PIN that nobody can type. Use cardOnly, unlocked or locked, or an RPK40.`)
    : ok(mode);
