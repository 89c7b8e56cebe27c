/** Two lists of lines side by side, for people: what is in both, what was expected and did not come, what came unexpected. */

/** Longer lists are not aligned: everything expected, then everything told. */
const maxAligned = 2_000;

/** Lines that begin with `  ` (as expected), `- ` (expected, did not happen) or `+ ` (happened, not expected). */
export const diffLines = (expected: readonly string[], told: readonly string[]): readonly string[] => {
  if (expected.length > maxAligned || told.length > maxAligned) return [...expected.map((line) => `- ${line}`), ...told.map((line) => `+ ${line}`)];
  const common = commonLengths(expected, told);
  const lines: string[] = [];
  let left = 0;
  let right = 0;
  while (left < expected.length || right < told.length) {
    if (left < expected.length && expected[left] === told[right]) {
      lines.push(`  ${expected[left]}`);
      left += 1;
      right += 1;
    } else if (right === told.length || (left < expected.length && (common[left + 1]?.[right] ?? 0) >= (common[left]?.[right + 1] ?? 0))) {
      lines.push(`- ${expected[left]}`);
      left += 1;
    } else {
      lines.push(`+ ${told[right]}`);
      right += 1;
    }
  }
  return lines;
};

/** `[i][j]`: how many lines the lists have in common, in order, from i and j on. */
const commonLengths = (left: readonly string[], right: readonly string[]): readonly Uint16Array[] => {
  const rows = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = rows[i] as Uint16Array;
      const below = rows[i + 1] as Uint16Array;
      row[j] = left[i] === right[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
};
