/** Finds the word somebody meant when they wrote another. */

/** Longer words are not compared: nobody misspells a setting at such length. */
const maxComparedCharacters = 40;

/** The candidate that takes the fewest single-letter edits, if a third of its letters or fewer are wrong; case does not count. */
export const closest = (word: string, candidates: readonly string[]): string | undefined => {
  if (word.length > maxComparedCharacters) return undefined;
  let best: string | undefined;
  let bestEdits = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bestEdits && edits * 3 <= candidate.length) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
};

/** Levenshtein's distance, one row at a time. */
const editsBetween = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const swapped = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swapped, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
