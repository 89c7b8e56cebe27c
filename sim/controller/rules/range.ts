/** Whole numbers in a row. */

/** From `first` to `last`, both included; none where `last` is smaller. */
export const range = (first: number, last: number): number[] => Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
