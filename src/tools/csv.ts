/**
 * Comma-separated values, strictly as RFC 4180 has them: a quote stands only around a whole field, and is doubled inside
 * it. What the fields mean is their reader's. No error repeats a field: it may be a secret.
 */
import { FirstErrors } from '../shared/first-errors.ts';
import { failed, ok, type Result } from '../shared/result.ts';

export interface CsvRow {
  /** The line, from 1, on which the row begins. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvError {
  readonly line: number;
  readonly sentence: string;
}

export interface CsvReading {
  /** The rows that are right; empty lines are left out. */
  readonly rows: readonly CsvRow[];
  /** One for each place that is not CSV, ascending, as many as are listed. What stands on the rest of its line is left out. */
  readonly errors: readonly CsvError[];
  /** How many more places there are. */
  readonly furtherErrors: number;
  /** There is more in the text than `maxRows`, and it was not read. */
  readonly isCut: boolean;
}

/** More rows than this, right or wrong, are not read where nobody says another number. */
export const maxCsvRows = 1_000_000;
/** Of one row. */
export const maxFields = 256;

/** Rows of fields; empty lines are left out. Fails at the first place that is not CSV, and where there are more than `maxCsvRows`. */
export const readCsv = (text: string): Result<readonly CsvRow[], CsvError> => {
  const { rows, errors, isCut } = readCsvRows(text);
  const [first] = errors;
  if (first !== undefined) return failed(first);
  return isCut ? failed({ line: rows.at(-1)?.line ?? 1, sentence: `The file goes on after ${maxCsvRows} lines.` }) : ok(rows);
};

/** All that can be read: after a place that is not CSV it goes on with the next line. Ends after `maxRows`, right or wrong. */
export const readCsvRows = (text: string, maxRows = maxCsvRows): CsvReading => {
  const rows: CsvRow[] = [];
  const errors = new FirstErrors<CsvError>();
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (at < text.length && rows.length + errors.first.length + errors.further <= maxRows) {
    const row = rowAt(text, at, line);
    if ('sentence' in row) {
      errors.add({ line: row.line, sentence: row.sentence });
      const end = text.indexOf('\n', row.at);
      at = end === -1 ? text.length : end + 1;
      line = row.line + 1;
    } else {
      if (row.fields.length > 1 || row.fields[0]?.trim() !== '') rows.push({ line, fields: row.fields });
      at = row.end;
      line = row.nextLine;
    }
  }
  const isCut = rows.length + errors.first.length + errors.further > maxRows;
  return { rows, errors: errors.first, furtherErrors: errors.further, isCut };
};

const wrongQuote = 'A quote must stand around a whole field, be closed, and be doubled inside it.';
const tooMany = `A line has at most ${maxFields} fields.`;
const wrongEnd = 'A field goes on after its closing quote, or holds a lone carriage return.';

type RowAt = { readonly fields: readonly string[]; readonly end: number; readonly nextLine: number } | (CsvError & { readonly at: number });

const rowAt = (text: string, from: number, firstLine: number): RowAt => {
  const fields: string[] = [];
  let at = from;
  let line = firstLine;
  let separator: string;
  do {
    const field = fieldAt(text, at);
    if (field === undefined) return { line, at, sentence: wrongQuote };
    if (fields.length === maxFields) return { line, at, sentence: tooMany };
    fields.push(field.value);
    separator = separatorAt(text, field.end);
    line += linesIn(field.value) + (separator.endsWith('\n') ? 1 : 0);
    at = field.end + separator.length;
  } while (separator === ',');
  return separator === '' && at < text.length ? { line, at, sentence: wrongEnd } : { fields, end: at, nextLine: line };
};

const plainField = /[^",\r\n]*/y;

const fieldAt = (text: string, at: number): { readonly value: string; readonly end: number } | undefined => {
  if (text[at] === '"') return quotedFieldAt(text, at);
  plainField.lastIndex = at;
  const value = plainField.exec(text)?.[0] ?? '';
  const end = at + value.length;
  return text[end] === '"' ? undefined : { value, end };
};

const quotedFieldAt = (text: string, at: number): { readonly value: string; readonly end: number } | undefined => {
  let quote = text.indexOf('"', at + 1);
  while (text[quote + 1] === '"' && quote !== -1) quote = text.indexOf('"', quote + 2);
  return quote === -1 ? undefined : { value: text.slice(at + 1, quote).replaceAll('""', '"'), end: quote + 1 };
};

const separatorAt = (text: string, at: number): ',' | '\n' | '\r\n' | '' => {
  if (text[at] === ',' || text[at] === '\n') return text[at];
  return text.startsWith('\r\n', at) ? '\r\n' : '';
};

const linesIn = (value: string): number => value.split('\n').length - 1;
