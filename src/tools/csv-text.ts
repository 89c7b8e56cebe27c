/**
 * Rows as comma-separated values (RFC 4180) that no spreadsheet takes for formulas: what could be one stands behind an apostrophe, and is read
 * back without it, so that a file that was written and read again says the same. What the cells mean is their writer's.
 */

export const csvText = (rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');

/** A spreadsheet takes for a formula what begins so, also in wide letters. */
const mayBeFormula = /^'*[=+\-@\t\r\n＝＋－＠]/;
const isGuarded = /^'+[=+\-@\t\r\n＝＋－＠]/;

const cellOf = (text: string): string => {
  const safe = mayBeFormula.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** What was meant by a cell that may stand behind an apostrophe. */
export const plainCell = (cell: string): string => (isGuarded.test(cell) ? cell.slice(1) : cell);
