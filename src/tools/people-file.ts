/**
 * Reads people and their credentials from a CSV file: who may open a door that has no controller. Lists everything that
 * is wrong at once, by line and column, and repeats no value: PINs never appear in an error. Tags and duplicates are
 * tagged-people.ts's.
 */
import { Card } from '../access/card.ts';
import { Pin } from '../access/pin.ts';
import { maxCardBytes } from '../ports/card-reader.ts';
import { FirstErrors, listedOf } from '../shared/first-errors.ts';
import type { GivenPerson } from '../table/given-person.ts';
import { maxCards, maxPersons } from '../table/limits.ts';
import { maxPersonId } from '../table/record.ts';
import { utf8 } from './bounded-file.ts';
import { type CsvRow, readCsvRows } from './csv.ts';
import { plainCell } from './csv-text.ts';
import { type Column, columns, isColumn } from './people-columns.ts';

/** Room for the largest table with generous lines. */
export const maxPeopleFileBytes = 64 * 1024 * 1024;

export interface ListedPerson extends GivenPerson {
  /** Of the file, from 1. */
  readonly line: number;
}

export interface PeopleError {
  /** From 1; undefined when the file as a whole is meant. */
  readonly line: number | undefined;
  /** The name of the column, where one is meant. */
  readonly column: string | undefined;
  readonly sentence: string;
}

/** What could be read of a file, and everything that is wrong with it, by line. */
export interface PeopleReading {
  /** A person on a line with an error may lack what is wrong; one whose number is wrong has number 0. */
  readonly people: readonly ListedPerson[];
  readonly hasNames: boolean;
  /** As many as are listed, or a few more. */
  readonly errors: readonly PeopleError[];
  /** How many there are beside these. */
  readonly furtherErrors: number;
}

/** The first of these by line, and how many more there are, `further` beside them. */
export const listedErrors = (errors: readonly PeopleError[], further = 0): readonly PeopleError[] => {
  const sorted = errors.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
  return listedOf(sorted, further, (sentence) => ({ line: undefined, column: undefined, sentence }));
};

/** `mayLack`: people without PIN and card are no error, nor what counts only beside one, because it may be given to them later. */
export interface ReadingOptions {
  readonly mayLack?: boolean;
}

/** `bytes` must be UTF-8. Dates without a time are days in the time zone of this machine. */
export const readPeople = (bytes: Uint8Array, { mayLack = false }: ReadingOptions = {}): PeopleReading => {
  const refused = (errors: readonly PeopleError[], furtherErrors = 0): PeopleReading => ({ people: [], hasNames: false, errors, furtherErrors });
  const whole = (sentence: string): PeopleReading => refused([{ line: undefined, column: undefined, sentence }]);
  if (bytes.length > maxPeopleFileBytes) return whole(`The file is larger than ${maxPeopleFileBytes} bytes.`);
  const text = utf8(bytes);
  if (text === undefined) return whole('The file is not UTF-8 text. In a spreadsheet, choose "CSV UTF-8" when saving.');
  // A line for each person, and the names of the columns.
  const csv = readCsvRows(text, maxPersons + 1);
  const csvErrors = csv.errors.map(({ line, sentence }): PeopleError => ({ line, column: undefined, sentence }));
  const [header, ...rows] = csv.rows;
  // Without the names of its columns nothing else in it can be judged.
  if (csvErrors.some(({ line = 0 }) => header === undefined || line < header.line)) return refused(csvErrors, csv.furtherErrors);
  if (header === undefined) return whole(`The file is empty. Its first line names the columns: ${columns.join(', ')}.`);
  const headerErrors = errorsOfHeader(header);
  if (headerErrors.length > 0) return refused([...headerErrors, ...csvErrors], csv.furtherErrors);
  if (csv.isCut) return whole(`The file lists more than ${maxPersons} people; a table holds no more.`);
  const read = readRows(header, rows, mayLack);
  return { ...read, errors: [...csvErrors, ...read.errors], furtherErrors: csv.furtherErrors + read.furtherErrors };
};

const errorsOfHeader = ({ line, fields }: CsvRow): readonly PeopleError[] => {
  const error = (column: string | undefined, sentence: string): PeopleError => ({ line, column, sentence });
  if (fields.length === 1 && /[;\t]/.test(fields[0] ?? ''))
    return [error(undefined, 'The columns are not separated by commas: save the file as comma-separated CSV.')];
  const errors = fields.flatMap((field, index) => {
    if (!isColumn(field)) return [error(undefined, `The name of column ${index + 1} is ${nameMeant(field)}.`)];
    return fields.indexOf(field) === index ? [] : [error(field, 'This column is there twice.')];
  });
  return fields.includes('person') ? errors : [...errors, error(undefined, 'The column "person" is missing.')];
};

/** A heading that is a name but for capitals or spaces is told its right spelling; no other is repeated, for it may be a PIN. */
const nameMeant = (field: string): string => {
  const plain = field.trim().toLowerCase().replaceAll(/[ -]/g, '_');
  return isColumn(plain) ? `to be written "${plain}", in small letters` : `not one of: ${columns.join(', ')}`;
};

const readRows = (header: CsvRow, rows: readonly CsvRow[], mayLack: boolean): PeopleReading => {
  const errors = new FirstErrors<PeopleError>();
  const people: ListedPerson[] = [];
  for (const row of rows) {
    const [has, named] = [row.fields.length, header.fields.length];
    if (has !== named) {
      errors.add({ line: row.line, column: undefined, sentence: `This line has ${has} fields; the first line names ${named} columns.` });
      continue;
    }
    const reading = new RowReading(header.fields, row);
    people.push(reading.person(mayLack));
    errors.add(...reading.errors);
  }
  return { people, hasNames: header.fields.includes('name'), errors: errors.first, furtherErrors: errors.further };
};

/** One line of the file. What it gives is right only when it has no errors. */
class RowReading {
  readonly errors: PeopleError[] = [];
  readonly #cells = new Map<string, string>();
  readonly #line: number;

  constructor(header: readonly string[], { line, fields }: CsvRow) {
    this.#line = line;
    for (const [index, name] of header.entries()) this.#cells.set(name, plainCell(fields[index]?.trim() ?? ''));
  }

  person(mayLack: boolean): ListedPerson {
    const listed = {
      line: this.#line,
      person: this.#number('person', 1, maxPersonId) ?? 0,
      pin: this.#pin('pin'),
      duressPin: this.#pin('duress_pin'),
      cards: this.#cards(),
      pinExempt: this.#yesNo('pin_exempt'),
      validFromS: this.#time('valid_from', 'begin'),
      validUntilS: this.#time('valid_until', 'end'),
      uses: this.#uses(),
      extendedTime: this.#yesNo('extended_time'),
      offlinePriority: this.#yesNo('offline_priority'),
    };
    this.#contradictions(listed);
    if (!mayLack) this.#lacks(listed);
    return listed;
  }

  /** Of what stands in the cells, right or wrong: each fault is told at once, and none twice. */
  #contradictions({ validFromS, validUntilS }: ListedPerson): void {
    if (validFromS !== undefined && validUntilS !== undefined && validFromS >= validUntilS) {
      this.#error('valid_until', 'It ends before it begins.');
    }
  }

  /** Likewise. */
  #lacks({ pinExempt }: ListedPerson): void {
    const [hasPin, hasDuressPin, hasCards] = [this.#cell('pin') !== '', this.#cell('duress_pin') !== '', this.#cardTexts().length > 0];
    if (!hasPin && !hasDuressPin && !hasCards) this.#error(undefined, 'This person has neither a PIN nor a card.');
    if (!hasPin && hasDuressPin) this.#error('duress_pin', 'A duress PIN needs a PIN beside it.');
    if (pinExempt && !hasCards) this.#error('pin_exempt', 'Only cards can be PIN-exempt, and this person has none.');
  }

  #cell(column: Column): string {
    return this.#cells.get(column) ?? '';
  }

  #error(column: Column | undefined, sentence: string): undefined {
    this.errors.push({ line: this.#line, column, sentence });
  }

  #number(column: Column, least: number, most: number): number | undefined {
    const text = this.#cell(column);
    if (text === '' && column !== 'person') return undefined;
    const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : this.#error(column, `It must be a whole number, ${least} to ${most}.`);
  }

  #yesNo(column: Column): boolean {
    const text = this.#cell(column).toLowerCase();
    if (['yes', 'true', '1'].includes(text)) return true;
    if (!['no', 'false', '0', ''].includes(text)) this.#error(column, 'It must be yes or no; empty means no.');
    return false;
  }

  #pin(column: Column): Pin | undefined {
    const text = this.#cell(column);
    if (text === '') return undefined;
    if (/^[0-9]{1,3}$/.test(text)) {
      return this.#error(
        column,
        'A PIN has at least 4 digits. If a spreadsheet dropped leading zeros, format the column as text and type them again.',
      );
    }
    return (
      Pin.from(text) ??
      this.#error(column, 'A PIN has 4 to 8 digits and nothing else. If a spreadsheet rewrote it as a number, format the column as text.')
    );
  }

  #cardTexts(): readonly string[] {
    return this.#cell('cards')
      .split(';')
      .map((text) => text.trim())
      .filter((text) => text !== '');
  }

  #cards(): readonly Card[] {
    const texts = this.#cardTexts();
    if (texts.length > maxCards) this.#error('cards', `A person has at most ${maxCards} cards.`);
    return texts.flatMap((text, index) => {
      const card = cardFrom(text);
      if (card === undefined) {
        this.#error(
          'cards',
          `Card ${index + 1} is neither bits (such as 26:0x2A3B4C5, a number of bits and a hexadecimal number that fits them) nor the text a typing reader sends (1 to ${maxCardBytes} letters, digits and signs).`,
        );
      }
      return card ?? [];
    });
  }

  #uses(): { readonly limit: number; readonly serial: number } | undefined {
    const limit = this.#number('uses', 1, 65_535);
    const serial = this.#number('allowance', 0, 65_535);
    if (limit === undefined && serial !== undefined) this.#error('allowance', 'An allowance needs "uses" beside it.');
    return limit === undefined ? undefined : { limit, serial: serial ?? 0 };
  }

  /** Seconds since 1970. A day alone counts from its first second to its last. */
  #time(column: Column, edge: 'begin' | 'end'): number | undefined {
    const text = this.#cell(column);
    if (text === '') return undefined;
    const ms = timeFrom(text, edge);
    if (ms === 'noSuchDay') return this.#error(column, 'There is no such day.');
    return ms === undefined
      ? this.#error(column, 'It must be a day (2027-03-31) or a time with its zone (2027-03-31T18:00Z, 2027-03-31T18:00+02:00), from 2000 to 2199.')
      : ms / 1_000;
  }
}

/** Bits as `count:0xNUMBER`, the first bit read being the highest of the number; anything else is text. */
export const cardFrom = (text: string): Card | undefined => {
  const bits = /^([0-9]{1,3}):0x([0-9A-Fa-f]{1,128})$/.exec(text);
  if (bits !== null) return cardOfBits(Number(bits[1]), BigInt(`0x${bits[2]}`));
  const looksLikeBits = /^[0-9]+:/.test(text);
  const looksRewritten = /^[0-9][.,][0-9]+E\+?[0-9]+$/i.test(text);
  if (looksLikeBits || looksRewritten || text.length > maxCardBytes || !/^[!-~]+$/.test(text)) return undefined;
  return new Card('text', new TextEncoder().encode(text), text.length);
};

const cardOfBits = (length: number, number: bigint): Card | undefined => {
  if (length === 0 || length > maxCardBytes * 8 || number >> BigInt(length) !== 0n) return undefined;
  const bytes = Math.ceil(length / 8);
  const aligned = number << BigInt(bytes * 8 - length);
  return new Card('bits', Buffer.from(aligned.toString(16).padStart(bytes * 2, '0'), 'hex'), length);
};

const timeFrom = (text: string, edge: 'begin' | 'end'): number | 'noSuchDay' | undefined => {
  const [, year, month, day, time, zone] = /^(2[01]\d\d)-(\d\d)-(\d\d)(T\d\d:\d\d(?::\d\d)?(Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const [y, m, d] = [Number(year), Number(month) - 1, Number(day)];
  if (new Date(Date.UTC(y, m, d)).getUTCMonth() !== m || d === 0) return 'noSuchDay';
  if (time === undefined || zone === undefined) return new Date(y, m, edge === 'end' ? d + 1 : d).getTime();
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
};
