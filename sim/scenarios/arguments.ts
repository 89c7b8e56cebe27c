/** The words behind a verb: what each may be, and what is said when it is something else. What a verb does with them is verbs.ts's. */
import { closest } from '../../src/config/closest.ts';
import { shown } from '../../src/config/config-error.ts';
import { keys } from '../../src/ports/keypad.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { Situation } from './situation.ts';

export interface Complaint {
  /** What is wrong, ending in a full stop. */
  readonly sentence: string;
  readonly allowed?: string | undefined;
}

export interface Argument<Value> {
  /** As the page writes it: `NAME`, `open|shut`; in brackets when it may be left out. */
  readonly form: string;
  readonly read: (word: string, situation: Situation) => Result<Value, Complaint>;
  /** What it is when left out; without it, it must be written. */
  readonly leftOut?: { readonly value: Value };
}

export const complaint = (sentence: string, allowed?: string): { readonly ok: false; readonly failure: Complaint } => failed({ sentence, allowed });

/** The known word that somebody meant, if any is near. */
export const meantBy = (word: string, known: readonly string[]): string | undefined =>
  known.find((other) => lettersOf(other) === lettersOf(word)) ?? closest(word, known);

/** In the alphabet's order: the commonest slip in a short word is two letters that changed places. */
const lettersOf = (word: string): string => [...word.toLowerCase()].toSorted().join('');

/** `There is no <what> "x"`, the nearest one there is, and all of them. */
export const unknown = (what: string, word: string, known: readonly string[]): Complaint => {
  const meant = meantBy(word, known);
  return {
    sentence: `There is no ${what} ${shown(word)}${meant === undefined ? '.' : `; did you mean ${meant}?`}`,
    allowed: known.length === 0 ? undefined : known.join(', '),
  };
};

export const oneOf = <const Choice extends string>(what: string, choices: readonly Choice[], form = choices.join('|')): Argument<Choice> => ({
  form,
  read: (word) => {
    const choice = choices.find((known) => known === word);
    return choice === undefined ? failed(unknown(what, word, choices)) : ok(choice);
  },
});

export const optional = <Value, Default>(argument: Argument<Value>, value: Default): Argument<Value | Default> => ({
  form: `[${argument.form}]`,
  read: argument.read,
  leftOut: { value },
});

/** Keys of one step. */
export const maxKeys = 256;

export const keysArgument: Argument<string> = {
  form: 'KEYS',
  read: (word) =>
    word.length <= maxKeys && [...word].every((key) => (keys as readonly string[]).includes(key))
      ? ok(word)
      : complaint(`${shown(word)} cannot be typed.`, `1 to ${maxKeys} of the keys ${keys.join('')}, without spaces`),
};

export const cardPattern = /^[A-Za-z0-9_-]{1,32}$/;
const cardWords = 'a name of 1 to 32 letters, digits, - and _';

export const cardArgument: Argument<string> = {
  form: 'CARD',
  read: (word) => (cardPattern.test(word) ? ok(word) : complaint(`${shown(word)} cannot be the name of a card.`, cardWords)),
};

const timeWords = 'a number to the millisecond, such as 14.999';

const thousandthsIn = (word: string): number | undefined => {
  const [, whole = '', fraction = ''] = /^([0-9]{1,9})(?:\.([0-9]{1,3}))?$/.exec(word) ?? [];
  return whole === '' ? undefined : Number(whole) * 1_000 + Number(fraction.padEnd(3, '0'));
};

/** A number in thousandths. */
export const timeArgument: Argument<number> = {
  form: 'TIME',
  read: (word) => {
    const thousandths = thousandthsIn(word);
    return thousandths === undefined ? complaint(`${shown(word)} is not a time.`, timeWords) : ok(thousandths);
  },
};

const units = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, days: 86_400_000 } as const;
const unitArgument = oneOf('unit', Object.keys(units) as (keyof typeof units)[], 'UNIT');

/** Milliseconds of a unit. */
export const unitMsArgument: Argument<number> = {
  form: unitArgument.form,
  read: (word, situation) => {
    const unit = unitArgument.read(word, situation);
    return unit.ok ? ok(units[unit.value]) : unit;
  },
};

export const secondMs = units.s;

export const momentWords = 'a moment with its zone, such as 2026-03-02T08:00:00Z';

/** Milliseconds since 1970, or undefined when it is not a moment with a zone from 1970 on. */
export const momentMs = (text: string): number | undefined => {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return ms >= 0 ? ms : undefined;
};

export const momentArgument: Argument<string> = {
  form: 'MOMENT',
  read: (word) => (momentMs(word) === undefined ? complaint(`${shown(word)} is not a moment.`, momentWords) : ok(word)),
};

export const pinPattern = /^[0-9]{4,8}$/;
export const pinWords = '4 to 8 digits';

export const pinArgument: Argument<string> = {
  form: 'PIN',
  read: (word) => (pinPattern.test(word) ? ok(word) : complaint(`${shown(word)} cannot be a PIN.`, pinWords)),
};

/** A person, by where they stand in the file, from 0. */
export const personArgument: Argument<number> = {
  form: 'NAME',
  read: (word, { people }) => {
    const index = people.findIndex(({ name }) => name === word);
    const names = people.map(({ name }) => name);
    return index === -1 ? failed(unknown('person', word, names)) : ok(index);
  },
};
