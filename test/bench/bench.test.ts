/** The frame of the benches: what programs read of a figure, and what people do. The figures themselves are never tested. */
import { describe, expect, it } from 'vitest';
import { type Bench, type Figure, figureOf, isWithinBar, jsonLine, shown, tableLine } from './bench.ts';

const bench: Bench = { name: 'key → beep asked, p99', unit: 'ms', bar: 2, better: 'lower', run: async () => 0.01234 };
const figure: Figure = { name: bench.name, unit: 'ms', bar: 2, better: 'lower', value: 0.01234, failure: undefined };

describe('a bench', () => {
  it('gives its figure as a number or as an object that holds one', async () => {
    expect(await figureOf(bench, false)).toEqual(figure);
    expect(await figureOf({ ...bench, run: async () => ({ value: 0.01234 }) }, false)).toEqual(figure);
  });

  it('is told when rough figures will do', async () => {
    const asked: boolean[] = [];
    const run = async (isQuick: boolean): Promise<number> => asked.push(isQuick);
    await figureOf({ ...bench, run }, true);
    await figureOf({ ...bench, run }, false);
    expect(asked).toEqual([true, false]);
  });

  it('that cannot be run has a failure and no figure', async () => {
    const broken = await figureOf({ ...bench, run: () => Promise.reject(new Error('no disk')) }, false);
    expect(broken).toEqual({ ...figure, value: undefined, failure: 'no disk' });
    expect(isWithinBar(broken)).toBe(false);
  });
});

describe('a figure for programs', () => {
  it('is one line of JSON with name, value, unit, bar and better', () => {
    expect(jsonLine(figure)).toBe('{"name":"key → beep asked, p99","value":0.01234,"unit":"ms","bar":2,"better":"lower"}');
  });

  it('says null where there is no bar or no value', () => {
    expect(jsonLine({ ...figure, bar: undefined, value: undefined })).toBe(
      '{"name":"key → beep asked, p99","value":null,"unit":"ms","bar":null,"better":"lower"}',
    );
  });
});

describe('a figure for people', () => {
  it('is one line of a table, marked against its bar', () => {
    const lines = [
      figure,
      { ...figure, value: 2.5 },
      { ...figure, unit: '%', better: 'higher', bar: 85, value: 91.26 },
      { ...figure, bar: undefined },
      { ...figure, value: undefined, failure: 'no disk' },
    ] satisfies Figure[];
    expect(`\n${lines.map((line) => tableLine(line, 24)).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      key → beep asked, p99         0.0123 ms             ≤ 2        ok
      key → beep asked, p99            2.5 ms             ≤ 2        MISSED
      key → beep asked, p99           91.3 %              ≥ 85       ok
      key → beep asked, p99         0.0123 ms
      key → beep asked, p99              – ms             ≤ 2        failed: no disk
      "
    `);
  });

  it('has three significant digits, and thousands apart', () => {
    expect([0, 0.0123456, 4.567, 999.6, 1234.5, 250_000, 1_000_000].map(shown)).toEqual([
      '0',
      '0.0123',
      '4.57',
      '1 000',
      '1 235',
      '250 000',
      '1 000 000',
    ]);
  });

  it('that equals its bar is within it, whichever way is better', () => {
    expect(isWithinBar({ ...figure, value: 2 })).toBe(true);
    expect(isWithinBar({ ...figure, value: 2, better: 'higher' })).toBe(true);
    expect(isWithinBar({ ...figure, value: 1.9, better: 'higher' })).toBe(false);
    expect(isWithinBar({ ...figure, value: undefined, bar: undefined })).toBe(false);
  });
});
