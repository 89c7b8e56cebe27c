/** Keeps docs/commands.md and the help to the commands and codes there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes, exitMeanings } from '../../src/tools/exit-codes.ts';
import { Workplace } from '../tools/workplace.ts';

const at = new Workplace();
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'commands.md'), 'utf8');
const codes = Object.entries(exitMeanings).map(([name, meaning]) => [exitCodes[name as keyof typeof exitCodes], meaning] as const);

describe('the page of commands', () => {
  it('has a row for each command of the help', async () => {
    const { out } = await at.run(['--help']);
    const commands = [...(out.split('Examples:')[0] ?? '').matchAll(/^ {2}([a-z-]+)(?: .*)? {2,}\S/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    expect(commands).toContain('listen');
    const rows = page.split('\n').filter((line) => line.startsWith('| `doorpad '));
    expect([...rows.join().matchAll(/`doorpad ([a-z-]+)`/g)].map(([, name]) => name)).toEqual(expect.arrayContaining(commands));
    expect([...rows.join().matchAll(/`doorpad [a-z-]+`/g)]).toHaveLength(commands.length);
  });

  it('has every code with its meaning, in the words of the help', async () => {
    const help = (await at.run(['--help'])).out;
    for (const [code, meaning] of codes) {
      expect(page).toContain(`| ${code} | ${meaning} |`);
      expect(help).toContain(`${String(code).padStart(4)}  ${meaning}`);
    }
  });
});
