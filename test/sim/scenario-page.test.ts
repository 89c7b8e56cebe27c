/** Keeps the tables of docs/scenarios.md as the code has them; `npx vitest run test/sim -u` writes them anew. And the page's example plays. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { play } from '../../sim/scenarios/play.ts';
import { personRows } from '../../sim/scenarios/read-people.ts';
import { readScenario, storyKeys } from '../../sim/scenarios/read-scenario.ts';
import { expectable, formOf } from '../../sim/scenarios/read-steps.ts';
import { verbs } from '../../sim/scenarios/verbs.ts';

const path = join(import.meta.dirname, '..', '..', 'docs', 'scenarios.md');
const page = readFileSync(path, 'utf8');

const rowOf = (...cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const tables: readonly [head: string, rows: readonly string[]][] = [
  [
    '| key |',
    Object.entries(storyKeys).map(([key, { byDefault, allowed, meaning }]) =>
      rowOf(`\`${key}\``, byDefault === undefined ? '**must be said**' : `\`${byDefault}\``, allowed, meaning),
    ),
  ],
  ['| fact |', Object.entries(personRows).map(([fact, { allowed, meaning }]) => rowOf(`\`${fact}\``, allowed, meaning))],
  ['| step |', Object.entries(verbs).map(([name, verb]) => rowOf(`\`${formOf(name, verb)}\``, verb.meaning))],
];

/** The page with the rows below each table's head replaced. */
const pageWithTables = (): string => {
  const lines = page.split('\n');
  for (const [head, rows] of tables) {
    const from = lines.findIndex((line) => line.startsWith(head)) + 2;
    const to = lines.findIndex((line, index) => index >= from && line === '');
    lines.splice(from, to - from, ...rows);
  }
  return lines.join('\n');
};

describe('the page about stories', () => {
  it('lists every key, fact and step as the code has it', async () => {
    await expect(pageWithTables()).toMatchFileSnapshot(path);
  });

  it('lists everything that can be expected', () => {
    for (const [sense, { form }] of Object.entries(expectable)) expect(page).toContain(`\`expect ${sense} ${form.replaceAll('|', '\\|')}\``);
  });

  it('has an example that is as told', async () => {
    const example = /```toml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const scenario = readScenario(example);
    expect(scenario.ok || scenario.failure).toBe(true);
    expect(scenario.ok && (await play(scenario.value))).toEqual({ differing: [], broke: undefined });
  });
});
