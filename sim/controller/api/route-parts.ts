/** What rows of the API have in common: numbers in paths and queries, pages of a list, short answers, and who may. Decides no row. */
import * as v from 'valibot';

export const idText = v.pipe(v.string(), v.regex(/^[0-9]{1,10}$/), v.transform(Number));
export const byId = v.object({ id: idText });
export const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
/** What is looked for in names. */
export const findText = v.optional(text(80));
/** `after` is the `next` of the page before. */
export const page = { after: v.optional(idText), limit: v.optional(v.pipe(idText, v.minValue(1), v.maxValue(500))) };
export const done = v.object({ done: v.literal(true) });
/** What became of an order, as a word and as a sentence. */
export const ordered = v.object({ answer: v.string(), sentence: v.string() });

export const managers = ['manager'] as const;
export const staff = ['manager', 'installer', 'auditor'] as const;
export const hands = ['manager', 'installer'] as const;
export const watchers = ['manager', 'auditor'] as const;
export const everybody = ['manager', 'installer', 'auditor', 'tenant'] as const;
