/** Cells that no spreadsheet takes for formulas, and that say the same when they are read again. */
import { check, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/tools/csv.ts';
import { csvText, plainCell } from '../../src/tools/csv-text.ts';

const formulas = ['=1', '+1', '-1', '@A1', "'=1", "''@x", '\t=1', '＝1'];

const readAgain = (cells: readonly string[]): readonly string[] => {
  const read = readCsv(csvText([cells]));
  return read.ok ? (read.value[0]?.fields ?? []).map(plainCell) : [];
};

describe('a cell', () => {
  it('that could be a formula stands behind an apostrophe, and is read without it', () => {
    for (const cell of formulas) {
      expect(csvText([[cell]]).startsWith(`"'`), cell).toBe(true);
      expect(readAgain([cell])).toEqual([cell]);
    }
    expect(csvText([["O'Brien", 'a,"b"', '0417']])).toBe(`"O'Brien","a,""b""",0417\r\n`);
  });

  it('says the same again, whatever is in it', () => {
    const { failed, counterexample, seed } = check(
      property(string({ unit: 'binary' }), (cell) => {
        expect(readAgain([cell, 'x'])).toEqual([cell, 'x']);
      }),
      { numRuns: 2_000 },
    );
    expect(failed, `seed ${seed}: ${JSON.stringify(counterexample)}`).toBe(false);
  });
});
