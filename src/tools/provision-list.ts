/** Which readers a site is to have: one from the command line, or many from a CSV file. What is made for them is provision-site.ts's. */
import { FirstErrors, listedOf } from '../shared/first-errors.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { utf8 } from './bounded-file.ts';
import { type CsvRow, readCsvRows } from './csv.ts';
import { type ReaderPlace, readerNameForm, readerSerialForm } from './provision-bundle.ts';

export const maxListBytes = 1_048_576;
/** As many as there are addresses. */
export const maxReadersOfSite = 127;

const listColumns = ['name', 'address', 'serial'] as const;
type ListColumn = (typeof listColumns)[number];

/** What may stand there; the sentence that says so, of anything else. */
const forms: Readonly<Record<ListColumn, readonly [form: RegExp, sentence: string]>> = {
  name: [readerNameForm, 'A name is 1 to 64 characters on one line.'],
  address: [/^(?:[0-9]|[1-9][0-9]|1[01][0-9]|12[0-6])$/, 'An address is a whole number, 0 to 126.'],
  serial: [readerSerialForm, 'A serial number has at most 32 letters, digits, dots, dashes and underscores.'],
};

/** One reader, or what is wrong with it, a sentence for each. */
export const readerPlaceFrom = (fields: Readonly<Record<ListColumn, string>>): Result<ReaderPlace, readonly string[]> => {
  const wrong = listColumns.filter((column) => !forms[column][0].test(fields[column])).map((column) => forms[column][1]);
  if (wrong.length > 0) return failed(wrong);
  const { name, address, serial } = fields;
  return ok({ name, address: Number(address), serial: serial === '' ? undefined : serial });
};

/** `line`: from 1; undefined: the file as a whole. */
export interface ListError {
  readonly line: number | undefined;
  readonly sentence: string;
}

export const readReaderList = (bytes: Uint8Array): Result<readonly ReaderPlace[], readonly ListError[]> => {
  const whole = (sentence: string, line?: number): Result<never, readonly ListError[]> => failed([{ line, sentence }]);
  const text = utf8(bytes);
  if (text === undefined) return whole('The file is not UTF-8 text. In a spreadsheet, choose "CSV UTF-8" when saving.');
  const csv = readCsvRows(text);
  const [header, ...rows] = csv.rows;
  // Without the names of its columns nothing else in it can be judged.
  if (csv.errors.some(({ line }) => header === undefined || line < header.line)) return failed(listedErrors(csv.errors, csv.furtherErrors));
  if (header === undefined) return whole('The file is empty. Its first line names the columns: name, address, serial.');
  const names = header.fields.map((field) => field.trim());
  const isRight = new Set(names).size === names.length && names.every((name) => (listColumns as readonly string[]).includes(name));
  if (!isRight || !names.includes('name') || !names.includes('address')) {
    return whole(
      'The first line must name the columns, in small letters and separated by commas: name, address and, if you like, serial.',
      header.line,
    );
  }
  if (rows.length + csv.errors.length === 0) return whole('The file lists no reader.');
  if (rows.length > maxReadersOfSite) return whole(`The file lists ${rows.length} readers; a site has at most ${maxReadersOfSite}.`);
  const wrong = new FirstErrors<ListError>();
  const seen = new Map<string, number>();
  const places = rows.flatMap((row) => {
    const place = placeOf(names, row);
    wrong.add(...(place.ok ? twinErrors(place.value, row.line, seen) : place.failure.map((sentence) => ({ line: row.line, sentence }))));
    return place.ok ? [place.value] : [];
  });
  const errors = [...csv.errors, ...wrong.first];
  return errors.length === 0 ? ok(places) : failed(listedErrors(errors, csv.furtherErrors + wrong.further));
};

const listedErrors = (errors: readonly ListError[], further: number): readonly ListError[] => {
  const sorted = errors.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
  return listedOf(sorted, further, (sentence) => ({ line: undefined, sentence }));
};

/** `seen`: names and addresses of the lines before, with their lines; takes in those of this one. Names that differ in capitals only are one. */
const twinErrors = ({ name, address }: ReaderPlace, line: number, seen: Map<string, number>): readonly ListError[] =>
  [`name ${name.toLowerCase()}`, `address ${address}`].flatMap((key) => {
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, line);
    const [what = ''] = key.split(' ', 1);
    return earlier === undefined
      ? []
      : [{ line, sentence: `This ${what} is on line ${earlier} as well: each reader needs a name and an address of its own.` }];
  });

const placeOf = (names: readonly string[], { fields }: CsvRow): Result<ReaderPlace, readonly string[]> => {
  if (fields.length !== names.length) return failed([`This line has ${fields.length} fields; the first line names ${names.length} columns.`]);
  const cell = (column: ListColumn): string => fields[names.indexOf(column)]?.trim() ?? '';
  return readerPlaceFrom({ name: cell('name'), address: cell('address'), serial: cell('serial') });
};
