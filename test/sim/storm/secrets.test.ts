/** What a storm takes for a leaked secret, and what it does not. That each kind of leak is found, test/canary.test.ts shows. */
import { expect, it } from 'vitest';
import { Canaries } from '../../../sim/storm/secrets.ts';

it('does not look for a PIN whose packed bytes are digits themselves, for those stand in any time', () => {
  const canaries = new Canaries();
  canaries.addPin('31383138');
  expect(canaries.isIn('{"openMs":561818}')).toBe(false);
  expect(canaries.isIn('{"pin":"31383138"}')).toBe(true);
});

it('looks for the packed bytes of any other', () => {
  const canaries = new Canaries();
  canaries.addPin('91837465');
  expect(canaries.isIn('\x91\x83\x74\x65')).toBe(true);
});
