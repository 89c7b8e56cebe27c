/** One thing that is wrong with a settings file, and how it and the others are said to the person who edits it. */
import { listedOf } from '../shared/first-errors.ts';
import type { Position } from './positions.ts';

export interface ConfigError {
  /** From 1; undefined when the error has no place in the file, such as a missing section. */
  readonly line: number | undefined;
  /** From 1, in UTF-16 units. */
  readonly column: number | undefined;
  /** `section.key`, `section`, or empty when the file as a whole is meant. */
  readonly key: string;
  /** What is wrong, ending in a full stop. */
  readonly sentence: string;
  /** What may stand there, where that can be listed. */
  readonly allowed: string | undefined;
}

export const configError = (position: Position | undefined, key: string, sentence: string, allowed?: string): ConfigError => ({
  line: position?.line,
  column: position?.column,
  key,
  sentence,
  allowed,
});

/** As compilers say it, so that editors can jump there: `doorpad.toml:12:1: door.strikeSeconds cannot be 99. Allowed: …` */
export const errorLine = (file: string, error: ConfigError): string => {
  const place = error.line === undefined ? file : `${file}:${error.line}:${error.column}`;
  const allowed = error.allowed === undefined ? '' : ` Allowed: ${error.allowed}.`;
  return `${place}: ${error.sentence}${allowed}`;
};

/** In the order of the file; those without a line come last. */
export const listed = (errors: readonly ConfigError[]): readonly ConfigError[] => {
  const far = Number.POSITIVE_INFINITY;
  const sorted = errors.toSorted((a, b) => {
    const lines = (a.line ?? far) - (b.line ?? far);
    return Number.isNaN(lines) ? 0 : lines || (a.column ?? 0) - (b.column ?? 0);
  });
  return listedOf(sorted, 0, (sentence) => configError(undefined, '', sentence));
};

const maxShownCharacters = 40;

/** A key or value from the file, fit to be printed: one line, no control characters, cut when long. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? `"${value}"` : describe(value);
  const clean = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return clean.length > maxShownCharacters ? `${clean.slice(0, maxShownCharacters)}…` : clean;
};

const describe = (value: unknown): string => {
  if (value instanceof Date) return 'a date';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a section' : String(value as string | number | boolean | bigint);
};
