/** Which sources of time are believed, and what is said of each. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { earliestWallMs, isPlausible, timeSources } from '../../src/drivers/wall-clock.ts';

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'doorpad-time-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const said = () => timeSources({ synchronized: join(place, 'synchronized'), setFromRtc: join(place, 'hctosys') });

it('trusts nothing where nothing has set the time', () => {
  expect(said()).toEqual([
    { source: 'ntp', hasSetTime: false, reason: 'no time server has answered since the start' },
    { source: 'rtc', hasSetTime: false, reason: 'there is no real-time clock' },
  ]);
});

it.each([
  ['1\n', true, 'the real-time clock set the time at the start'],
  ['0\n', false, 'there is a real-time clock, and it did not set the time at the start'],
  ['', false, 'there is no real-time clock'],
])('takes a real-time clock at its word: %j', (text, hasSetTime, reason) => {
  writeFileSync(join(place, 'hctosys'), text);
  expect(said()[1]).toEqual({ source: 'rtc', hasSetTime, reason });
});

it('trusts a time server that has answered', () => {
  writeFileSync(join(place, 'synchronized'), '');
  expect(said()[0]).toEqual({ source: 'ntp', hasSetTime: true, reason: 'a time server has answered since the start' });
});

it('believes no date before this program was made', () => {
  expect([isPlausible(0), isPlausible(earliestWallMs - 1), isPlausible(earliestWallMs)]).toEqual([false, false, true]);
});
