/** From the lines of a story to its steps, or to everything that is wrong with them. What each verb takes is verbs.ts's. */
import { shown } from '../../src/config/config-error.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { type Argument, type Complaint, complaint, meantBy, oneOf, unknown } from './arguments.ts';
import { type Sense, type Step, senses } from './scenario.ts';
import type { Situation } from './situation.ts';
import { type Verb, verbs } from './verbs.ts';

/** What is wrong, and where in its line. */
export interface Misstep extends Complaint {
  /** Of the file, from 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

interface Word {
  readonly text: string;
  readonly column: number;
}

export const expectWord = 'expect';
const colours = ['off', 'red', 'green', 'amber', 'blue', 'violet', 'white'] as const;
/** What can be expected of a sense. */
export const expectable = { light: oneOf('light', colours), sound: oneOf('sound', ['none', 'beep', 'low']) } as const satisfies Record<
  Sense,
  Argument<string>
>;

const rows: ReadonlyMap<string, Verb> = new Map<string, Verb>(Object.entries(verbs));
const firstWords = [...new Set([...rows.keys(), expectWord].map((name) => name.split(' ', 1)[0] ?? ''))];
const storyLine = /^[0-9]+\.[0-9]{3} \S/;

export interface StepsRead {
  readonly steps: readonly Step[];
  readonly missteps: readonly Misstep[];
}

/** `firstLine`: of the file, where the first of the lines stands. */
export const readSteps = (lines: readonly string[], firstLine: number, situation: Situation): StepsRead => {
  const reading = new Reading(situation);
  for (const [index, line] of lines.entries()) reading.take(line, firstLine + index);
  return reading;
};

class Reading implements StepsRead {
  readonly steps: Step[] = [];
  readonly missteps: Misstep[] = [];
  readonly #situation: Situation;
  /** What the `expect` above expects so far; undefined where an indented line belongs to none. */
  #expected: string[] | undefined;

  constructor(situation: Situation) {
    this.#situation = situation;
  }

  take(text: string, line: number): void {
    const [first, ...rest] = wordsIn(text);
    if (first === undefined) return;
    if (first.column > 1) {
      this.#takeIndented(text.trim(), line, first.column);
    } else {
      this.#expected = undefined;
      if (!first.text.startsWith('#')) this.#takeStep(text, line, first, rest);
    }
  }

  #takeStep(text: string, line: number, first: Word, rest: readonly Word[]): void {
    const read = first.text === expectWord ? this.#expect(text, line, rest) : this.#act(text, line, first, rest);
    if (read.ok) {
      this.steps.push(read.value);
    } else {
      this.#situation.isCertain = false;
      this.missteps.push({ line, ...read.failure });
    }
  }

  #takeIndented(text: string, line: number, column: number): void {
    const last = this.steps.at(-1);
    if (this.#expected === undefined || last?.kind !== 'story') {
      this.missteps.push({ line, column, sentence: `Only what ${expectWord} expects is indented: ${shown(text)} does not follow one.` });
    } else if (storyLine.test(text)) {
      this.#expected.push(text);
      this.steps[this.steps.length - 1] = { ...last, lastLine: line };
    } else {
      this.missteps.push({
        line,
        column,
        sentence: `${shown(text)} is no line of a story: those begin with a time, such as 0.000. Steps are not indented.`,
      });
    }
  }

  #expect(text: string, line: number, [sense, word, extra]: readonly Word[]): Result<Step, Placed> {
    const said = { line, said: text.trim() };
    if (sense === undefined) {
      this.#expected = [];
      return ok({ kind: 'story', ...said, expected: this.#expected, lastLine: line });
    }
    if (!isSense(sense.text)) return at(sense.column, unknown('way to expect', sense.text, Object.keys(senses)));
    const argument = expectable[sense.text];
    if (word === undefined) return at(text.trimEnd().length + 1, { sentence: `What the ${sense.text} is to be is missing.`, allowed: argument.form });
    if (extra !== undefined) return at(extra.column, tooMuch(`${expectWord} ${sense.text} ${argument.form}`));
    const expected = argument.read(word.text, this.#situation);
    return expected.ok ? ok({ kind: 'sense', ...said, sense: sense.text, expected: expected.value }) : at(word.column, expected.failure);
  }

  #act(text: string, line: number, first: Word, rest: readonly Word[]): Result<Step, Placed> {
    const found = verbOf(first, rest);
    if (!found.ok) return found;
    const { name, row, words } = found.value;
    if (row.needsPower && this.#situation.isCertain && !this.#situation.hasPower) {
      return at(first.column, { sentence: `The reader has no power here: ${name} comes after power on.` });
    }
    const values = valuesOf(name, row, words, text.trimEnd().length + 1, this.#situation);
    if (!values.ok) return values;
    const act = row.plan(this.#situation, values.value);
    return act.ok ? ok({ kind: 'act', line, said: text.trim(), act: act.value }) : at(words[0]?.column ?? first.column, act.failure);
  }
}

type Placed = Complaint & { readonly column: number };
const at = (column: number, what: Complaint) => failed({ ...what, column });

const wordsIn = (text: string): Word[] => [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
const isSense = (word: string): word is Sense => Object.hasOwn(senses, word);
const tooMuch = (form: string): Complaint => complaint(`Nothing more can stand here: write ${form}.`).failure;

export const formOf = (name: string, { args }: Pick<Verb, 'args'>): string => [name, ...args.map(({ form }) => form)].join(' ');

/** A verb is one word or two. */
const verbOf = (
  first: Word,
  rest: readonly Word[],
): Result<{ readonly name: string; readonly row: Verb; readonly words: readonly Word[] }, Placed> => {
  const [second, ...further] = rest;
  const longName = `${first.text} ${second?.text}`;
  const long = rows.get(longName);
  if (long !== undefined) return ok({ name: longName, row: long, words: further });
  const short = rows.get(first.text);
  if (short !== undefined) return ok({ name: first.text, row: short, words: rest });
  const seconds = [...rows.keys()].flatMap((name) => (name.startsWith(`${first.text} `) ? [name.slice(first.text.length + 1)] : []));
  if (seconds.length === 0) return at(first.column, unknown('verb', first.text, firstWords));
  const meant = second && meantBy(second.text, seconds);
  const hint = meant === undefined ? '' : ` Did you mean ${first.text} ${meant}?`;
  return at(second?.column ?? first.column, {
    sentence: `${first.text} says what: ${first.text} ${seconds[0]}, for one.${hint}`,
    allowed: seconds.join(', '),
  });
};

const valuesOf = (name: string, row: Verb, words: readonly Word[], endColumn: number, situation: Situation): Result<readonly unknown[], Placed> => {
  const values: unknown[] = [];
  for (const [index, argument] of row.args.entries()) {
    const word = words[index];
    if (word !== undefined) {
      const value = argument.read(word.text, situation);
      if (!value.ok) return at(word.column, value.failure);
      values.push(value.value);
    } else if (argument.leftOut !== undefined) {
      values.push(argument.leftOut.value);
    } else {
      return at(endColumn, { sentence: `${argument.form} is missing: write ${formOf(name, row)}.` });
    }
  }
  const extra = words[row.args.length];
  return extra === undefined ? ok(values) : at(extra.column, tooMuch(formOf(name, row)));
};
