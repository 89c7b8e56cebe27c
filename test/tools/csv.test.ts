/** CSV as RFC 4180 has it, and the line at which a file stops being it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxListedErrors } from '../../src/shared/first-errors.ts';
import { maxCsvRows, maxFields, readCsv, readCsvRows } from '../../src/tools/csv.ts';

const fieldsOf = (text: string): unknown => {
  const csv = readCsv(text);
  return csv.ok ? csv.value.map(({ fields }) => fields) : csv.failure;
};

describe('comma-separated values', () => {
  it.each([
    ['', []],
    ['a,b\n', [['a', 'b']]],
    ['a,b', [['a', 'b']]],
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['\uFEFFa\nb', [['a'], ['b']]],
    [
      'a,\n,b\n',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['a,', [['a', '']]],
    ['a\n\n \r\nb', [['a'], ['b']]],
    [
      '"a,b","c""d","e\r\nf"\ng,h,i',
      [
        ['a,b', 'c"d', 'e\r\nf'],
        ['g', 'h', 'i'],
      ],
    ],
    ['"",""""', [['', '"']]],
  ])('read %j', (text, rows) => {
    expect(fieldsOf(text)).toEqual(rows);
  });

  it('know the line on which each row begins', () => {
    const csv = readCsv('a\n\n"b\nb",c\nd\n');
    expect(csv.ok && csv.value.map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it.each([
    ['a\n"b', 2],
    ['a\nb"c', 2],
    ['"a"b', 1],
    ['a\nb\rc', 2],
    ['"a\nb" ,c', 2],
  ])('are refused with the line when quotes are out of place: %j', (text, line) => {
    expect(fieldsOf(text)).toMatchObject({ line });
  });

  it('go on with the next line after a place that is wrong', () => {
    expect(readCsvRows('a,b\n"c"d,e\nf,g\n"h\nh"i\nj,k\nl,"m\nn,o')).toMatchObject({
      rows: [
        { line: 1, fields: ['a', 'b'] },
        { line: 3, fields: ['f', 'g'] },
        { line: 6, fields: ['j', 'k'] },
        { line: 8, fields: ['n', 'o'] },
      ],
      errors: [{ line: 2 }, { line: 5 }, { line: 7 }],
    });
  });

  it('are read as far as was asked for, right or wrong', () => {
    expect(readCsvRows('a\nb\n"c"d\n\n', 3)).toMatchObject({ rows: [{}, {}], errors: [{}], isCut: false });
    expect(readCsvRows('a\nb\n"c"d\ne\nf', 3)).toMatchObject({ rows: [{}, {}, {}], errors: [{}], isCut: true });
    expect(readCsv('a\n'.repeat(maxCsvRows))).toMatchObject({ ok: true });
    expect(readCsv('a\n'.repeat(maxCsvRows + 1))).toMatchObject({ ok: false, failure: { line: maxCsvRows + 1 } });
  });

  it('have an end: a line of too many fields is wrong', () => {
    expect(readCsvRows(`${'a,'.repeat(maxFields - 1)}a\n${'a,'.repeat(maxFields)}a\nb`)).toMatchObject({
      rows: [{ line: 1 }, { line: 3 }],
      errors: [{ line: 2, sentence: `A line has at most ${maxFields} fields.` }],
    });
  });

  it('list the first hundred wrong places, and count the others', () => {
    expect(readCsvRows('"a"x\n'.repeat(maxListedErrors + 7))).toMatchObject({ errors: { length: maxListedErrors }, furtherErrors: 7 });
  });

  it('survive being written and read', () => {
    const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { maxLength: 4 }), (rows) => {
        expect(fieldsOf(rows.map((row) => row.map(quoted).join(',')).join('\n'))).toEqual(rows);
      }),
    );
  });

  it('never throw, and take a file of quotes or commas of any size', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('"', ',', '\n', '\r', 'a', '\uFEFF')), (pieces) => void readCsv(pieces.join(''))));
    for (const piece of ['"', ',', 'a', '""', '"\n']) readCsv(`"${piece.repeat(400_000)}`);
    readCsv('a'.repeat(10_000_000));
  });
});
