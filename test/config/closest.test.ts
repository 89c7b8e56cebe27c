/** Which setting is suggested to somebody who misspelt one. */
import { describe, expect, it } from 'vitest';
import { closest } from '../../src/config/closest.ts';

describe('the word somebody meant', () => {
  it.each([
    ['strik', 'strike'],
    ['STRIKE', 'strike'],
    ['strikes', 'strike'],
    ['stirke', 'strike'],
    ['strikeSecond', 'strikeSeconds'],
  ])('for %s is %s', (word, meant) => {
    expect(closest(word, ['rex', 'strike', 'strikeSeconds'])).toBe(meant);
  });

  it.each(['', 'x', 'colour', 'rexstrike', 'x'.repeat(41)])('for %j is none', (word) => {
    expect(closest(word, ['rex', 'strike', 'strikeSeconds'])).toBeUndefined();
  });
});
