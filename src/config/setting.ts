/**
 * What one setting is: its allowed values, its default, what it means, and which change of it weakens the door. Which
 * settings there are is settings.ts's; reading them from a file is read-settings.ts's.
 */
import * as v from 'valibot';

/** In place of a default: the file must say it, because no choice is right for every door. */
export const mustBeSaid = Symbol('must be said');
export type MustBeSaid = typeof mustBeSaid;

/** Which change of a setting lets in more people, for longer, or with less trace. */
export interface Weaker<Value> {
  /** Words for the page of settings; empty: no change of it does. */
  readonly when: string;
  holds(before: Value, after: Value): boolean;
}

export interface Setting<Value> {
  /** What the file may say, as words that fit after "allowed:". */
  readonly allowed: string;
  readonly schema: v.GenericSchema<unknown, Value>;
  /** Undefined as a default: the setting may be left out, and then means what `meaning` says. */
  readonly byDefault: Value | MustBeSaid;
  /** One or two sentences for the person who edits the file. */
  readonly meaning: string;
  readonly weaker: Weaker<Value>;
}

interface Row<Value, Default> {
  readonly byDefault: Default;
  readonly meaning: string;
  readonly weaker: Weaker<NoInfer<Value>>;
}

/** What a setting holds once read. */
export type ValueOf<AnySetting> = AnySetting extends Setting<infer Value> ? Value : never;
type Held<Value, Default> = Value | Exclude<Default, MustBeSaid | Value>;

export const oneOf = <const Choice extends string, Default extends Choice | undefined | MustBeSaid>(
  choices: readonly Choice[],
  row: Row<Held<Choice, Default>, Default>,
): Setting<Held<Choice, Default>> => ({
  ...row,
  allowed: choices.map((choice) => `"${choice}"`).join(', '),
  schema: v.picklist(choices) as v.GenericSchema<unknown, Held<Choice, Default>>,
  byDefault: row.byDefault as Held<Choice, Default> | MustBeSaid,
});

export const yesNo = (row: Row<boolean, boolean>): Setting<boolean> => ({ ...row, allowed: 'true, false', schema: v.boolean() });

/** One of a few numbers, in the unit that ends the setting's name. */
export const oneNumberOf = <const Choice extends number>(choices: readonly Choice[], row: Row<Choice, Choice>): Setting<Choice> => ({
  ...row,
  allowed: choices.join(', '),
  schema: v.picklist(choices) as v.GenericSchema<unknown, Choice>,
});

/** A whole number in [least, most], in the unit that ends the setting's name. */
export const whole = <Default extends number | undefined>(
  [least, most]: readonly [number, number],
  row: Row<Held<number, Default>, Default>,
): Setting<Held<number, Default>> => ({
  ...row,
  allowed: `a whole number, ${least} to ${most}`,
  schema: v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)) as v.GenericSchema<unknown, Held<number, Default>>,
  byDefault: row.byDefault as Held<number, Default>,
});

const maxNameCharacters = 64;

/** Text for people: no control characters, so that printing it cannot move a cursor. */
export const name = (row: Row<string, string>): Setting<string> => ({
  ...row,
  allowed: `text of 1 to ${maxNameCharacters} characters on one line`,
  schema: v.pipe(v.string(), v.regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u), v.maxLength(maxNameCharacters)),
});

const maxPathCharacters = 255;

const absolutePath = v.pipe(
  v.string(),
  v.regex(/^\/[^\p{C}]*$/u),
  v.maxLength(maxPathCharacters),
  v.check((text) => !text.split('/').includes('..')),
);
const pathAllowed = 'an absolute path without ".."';

/** Absolute, and without `..`, so that what the file says is where it is. */
export const path = <Default extends string | undefined>(row: Row<Held<string, Default>, Default>): Setting<Held<string, Default>> => ({
  ...row,
  allowed: pathAllowed,
  schema: absolutePath as v.GenericSchema<unknown, Held<string, Default>>,
  byDefault: row.byDefault as Held<string, Default>,
});

/** Says that a part is not there, where a path would say where it is. */
export const none = 'none';

/** A path, or one of a few words that stand in its place. */
export const pathOr = (words: readonly string[], row: Row<string, string>): Setting<string> => ({
  ...row,
  allowed: [pathAllowed, ...words.map((word) => `or "${word}"`)].join(', '),
  schema: v.union([v.picklist(words), absolutePath]),
});

export const pathOrNone = (row: Row<string, string>): Setting<string> => pathOr([none], row);

/** The usual answers to `weaker`. */
export const never: Weaker<unknown> = { when: '', holds: () => false };
export const changed: Weaker<unknown> = { when: 'any change', holds: (before, after) => before !== after };
export const more: Weaker<number> = { when: 'more', holds: (before, after) => after > before };
export const becomes = <const Value>(weak: Value): Weaker<unknown> => ({
  when: JSON.stringify(weak),
  holds: (before, after) => before !== weak && after === weak,
});
