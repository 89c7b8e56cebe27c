/** That the hostile names are as many and as different as they are said to be. */
import { expect, it } from 'vitest';
import { hostileStrings, packedStrings, refusedStrings } from './hostile-strings.ts';

it('two hundred hostile names all differ, and none is too long or ends with a space', () => {
  expect(new Set(hostileStrings).size).toBe(hostileStrings.length);
  expect(hostileStrings.length).toBeGreaterThanOrEqual(200);
  expect(hostileStrings.filter((text) => text.length < 1 || text.length > 80 || text.trim() !== text || !text.isWellFormed())).toEqual([]);
  expect(packedStrings.join(' ')).toBe(hostileStrings.join(' '));
  expect(packedStrings.filter((text) => text.length > 80)).toEqual([]);
  expect(refusedStrings.filter((text) => text.trim().length > 0 && text.trim().length <= 80)).toEqual([]);
});
