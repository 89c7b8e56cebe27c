/** How wide text is: for columns on a terminal, and for what is printed in a given room. Decides by letter; fonts differ. */

/** Twice as wide as a letter on a terminal, and a square in print. */
const wide = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|\uFE0F|[\uFF01-\uFF60]/u;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const words = new Intl.Segmenter('en', { granularity: 'word' });

/** What people take for one character each. */
export const charactersOf = (text: string): readonly string[] => [...graphemes.segment(text)].map(({ segment }) => segment);

/** Between two of these a line may end. */
export const wordsOf = (text: string): readonly string[] => [...words.segment(text)].map(({ segment }) => segment);

export const isWide = (character: string): boolean => wide.test(character);

/** On a terminal. */
export const columnsOf = (text: string): number => charactersOf(text).reduce((sum, character) => sum + (isWide(character) ? 2 : 1), 0);

/** With spaces behind it, to so many columns. */
export const padded = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
