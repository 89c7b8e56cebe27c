/**
 * What is asked of doorpad and what shows it (test/rows.json): no id is missing, every row is shown by tests that exist or says why not,
 * and docs/rows.md prints the same. `npm run check -- --fix` prints it anew.
 */
import { describe, expect, it } from 'vitest';
import { filesBelow, readText, sourceAt, sourceOf } from './tidy/source.ts';
import { testNamesOf } from './tidy/test-names.ts';

interface Row {
  readonly asks: string;
  /** Names as the runner prints them: `file > describe > it`. */
  readonly tests: readonly string[];
  /** Why no test shows it, or what part of it none shows yet. */
  readonly reason?: string;
}
type Rows = Readonly<Record<string, Row>>;

const numbered = (prefix: string, rows: number): string[] => Array.from({ length: rows }, (_, index) => `${prefix}${index + 1}`);

/** The ids of the public list of SIA OSDP Verified; each is asked of the PD, and of the ACU. */
const verifiedIds = readText('test/vectors/sia-verified-ids.txt').trim().split('\n');
const verified = (prefix: string): string[] => verifiedIds.map((id) => `${prefix}${id}`);

/** The families of ids that are numbered, and how many rows each has. */
const numberedFamilies: readonly [prefix: string, rows: number, title: string][] = [
  ['R', 17, 'Rules at the door'],
  ['FIELD.G', 21, 'The field: what was first asked'],
  ['FIELD.K', 14, 'The field: the manager of codes'],
  ['FIELD.U', 27, 'The field: people at the door'],
  ['FIELD.I', 24, 'The field: installers'],
  ['FIELD.D', 17, 'The field: developers'],
  ['FIELD.M', 38, 'The field: managers'],
  ['SECURITY.A', 24, 'Threats: the line'],
  ['SECURITY.B', 21, 'Threats: secure channel and keys'],
  ['SECURITY.C', 22, 'Threats: table and storage'],
  ['SECURITY.D', 13, 'Threats: events'],
  ['SECURITY.E', 26, 'Threats: keypad, card, decision, strike'],
  ['SECURITY.F', 7, 'Threats: time'],
  ['SECURITY.G', 17, 'Threats: process and system'],
  ['SECURITY.H', 11, 'Threats: the page of the bench'],
  ['SECURITY.I', 7, 'Threats: secrets and privacy'],
  ['SECURITY.J', 10, 'Threats: supply chain and release'],
  ['SECURITY.K', 10, 'Threats: hardware and installation'],
];
const families: readonly (readonly [ids: readonly string[], title: string])[] = [
  ...numberedFamilies.map(([prefix, count, title]) => [numbered(prefix, count), title] as const),
  [verified('PD.'), 'SIA OSDP Verified: the PD'],
  [verified('ACU.'), 'SIA OSDP Verified: the ACU'],
];
const allIds = families.flatMap(([ids]) => ids);

const rows = JSON.parse(readText('test/rows.json')) as Rows;
const testNames = filesBelow('test')
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => testNamesOf(sourceAt(path)));

/** What is wrong with these rows, a sentence each. */
const faultsOf = (given: Rows, ids: readonly string[], names: readonly RegExp[]): string[] => [
  ...ids.filter((id) => given[id] === undefined).map((id) => `${id} is missing`),
  ...Object.keys(given)
    .filter((id) => !ids.includes(id))
    .map((id) => `${id} is not an id of this project`),
  ...Object.entries(given).flatMap(([id, { asks, tests, reason = '' }]) => [
    ...(asks.trim() === '' ? [`${id} does not say what it asks`] : []),
    ...(tests.length === 0 && reason.trim() === '' ? [`${id} has neither a test nor a reason`] : []),
    ...tests.filter((test) => !names.some((name) => name.test(test))).map((test) => `${id} names a test that does not exist: ${test}`),
  ]),
];

const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const line = (id: string): string => {
  const { asks = '', tests = [], reason } = rows[id] ?? {};
  const shownBy = [...tests.map((test) => `\`${test.replaceAll('`', '')}\``), ...(reason === undefined ? [] : [inCell(reason)])];
  return `| ${id} | ${inCell(asks)} | ${shownBy.map((text) => text.replaceAll('|', '\\|')).join('<br>')} |`;
};

const printed = (): string =>
  [
    '# What is asked, and what shows it',
    'Printed from `test/rows.json`; `npm run check -- --fix` prints it anew. A row is shown by tests, or says why no test shows it (yet); a sentence beside tests says what they leave out.',
    ...families.map(([ids, title]) => [`## ${title}`, '', '| row | asks | shown by |', '|---|---|---|', ...ids.map(line)].join('\n')),
  ].join('\n\n');

describe('the rows', () => {
  it('are complete, and name only tests that exist', () => {
    expect(faultsOf(rows, allIds, testNames)).toEqual([]);
  });

  it('have every id of the public list of SIA OSDP Verified, for the PD and for the ACU', () => {
    expect([verifiedIds.length, new Set(verifiedIds).size]).toEqual([140, 140]);
    expect(verifiedIds.every((id) => /^0[567]0-\d\d-\d\d$/.test(id))).toBe(true);
    expect(allIds.filter((id) => /^(?:PD|ACU)\./.test(id))).toHaveLength(280);
    const without: Rows = Object.fromEntries(Object.entries(rows).filter(([id]) => id !== 'PD.050-09-17'));
    expect(faultsOf(without, allIds, testNames)).toContain('PD.050-09-17 is missing');
  });

  it('are printed in docs/rows.md', async () => {
    await expect(`${printed()}\n`).toMatchFileSnapshot('../docs/rows.md');
  });

  it('are refused when one is missing, unknown, silent, unshown, or shown by a test that does not exist', () => {
    const planted: Rows = {
      R2: { asks: 'b', tests: [] },
      R3: { asks: ' ', tests: [], reason: 'later' },
      R4: { asks: 'd', tests: ['test/a.test.ts > a door > opens'], reason: '' },
      R5: { asks: 'e', tests: ['test/a.test.ts > a door > shuts'] },
      X1: { asks: 'f', tests: [], reason: 'later' },
    };
    expect(faultsOf(planted, ['R1', 'R2', 'R3', 'R4', 'R5'], [/^test\/a\.test\.ts > a door > opens$/])).toEqual([
      'R1 is missing',
      'X1 is not an id of this project',
      'R2 has neither a test nor a reason',
      'R3 does not say what it asks',
      'R5 names a test that does not exist: test/a.test.ts > a door > shuts',
    ]);
  });
});

describe('the names of tests', () => {
  const planted = `
    describe('a door', () => {
      it('opens (once)', () => {});
      describe("for 'p1'", () => { test(\`waits \${14} s\`, async () => { expect(it).toBe('it(\\'not a test\\')'); }); });
      it.each([['A', (b: string) => b], ['B', String]])('takes card %s', () => {});
      it.each<readonly [Map<string, (a: string) => number>, string]>([[new Map(), ')']])('keeps $name in order', () => {});
      it(name, () => {});
    });
    it('stands alone', () => {});
    // it('is a comment', () => {});`;
  const names = testNamesOf(sourceOf('test/a.test.ts', planted));
  const has = (name: string): boolean => names.some((pattern) => pattern.test(name));

  it('are read from strings, templates, tables and nested blocks', () => {
    expect(names).toHaveLength(6);
    expect(has('test/a.test.ts > a door > opens (once)')).toBe(true);
    expect(has("test/a.test.ts > a door > for 'p1' > waits 14 s")).toBe(true);
    expect(has('test/a.test.ts > a door > takes card A')).toBe(true);
    expect(has('test/a.test.ts > a door > keeps 7 in order')).toBe(true);
    expect(has('test/a.test.ts > stands alone')).toBe(true);
  });

  it('are not read from comments and strings, and not outside their block', () => {
    expect(has('test/a.test.ts > is a comment')).toBe(false);
    expect(has('test/a.test.ts > opens (once)')).toBe(false);
    expect(has('test/b.test.ts > a door > opens (once)')).toBe(false);
  });
});
