/** How many errors of one file are listed, and how the others are said: a file of nothing but errors costs no more than one with a hundred. */

/** More errors than this are counted, not listed. */
export const maxListedErrors = 100;

/** `count`: 1 or more. */
const furtherErrors = (count: number): string => (count === 1 ? 'There is 1 further error.' : `There are ${count} further errors.`);

/** Keeps the first of them, as they come, and counts the others. */
export class FirstErrors<Item> {
  readonly first: Item[] = [];
  further = 0;

  add(...errors: readonly Item[]): void {
    for (const error of errors) {
      if (this.first.length < maxListedErrors) this.first.push(error);
      else this.further += 1;
    }
  }
}

/** The first of these, which are in their order, and one that says how many more there are, `further` of them beside these. */
export const listedOf = <Item>(sorted: readonly Item[], further: number, say: (sentence: string) => Item): readonly Item[] => {
  const more = further + Math.max(0, sorted.length - maxListedErrors);
  return more === 0 ? sorted : [...sorted.slice(0, maxListedErrors), say(furtherErrors(more))];
};
