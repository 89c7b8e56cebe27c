/** The script that kills two processes: it finds nothing in those that are shipped, and the fault that is planted in one that is not. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKills } from './kills.ts';

describe('two processes killed at random moments', () => {
  it('lose nothing', async () => {
    const { faults, words } = await runKills({ count: 4, seed: 11, isLate: false });
    expect(faults).toEqual([]);
    expect(words).toMatch(
      /^seed 11: \d readers? and \d controllers? killed; \d+ events, \d+ grants, \d+ orders, \d+ s: nothing lost, doubled or half$/,
    );
  });

  it('are found out when a controller acknowledges what is not on its disk', async () => {
    const { faults, words } = await runKills({ count: 3, seed: 11, isLate: true });
    expect(faults).toContainEqual(expect.stringMatching(/^event \d+ \S+ of [0-9a-f]{16} was acknowledged, and the controller has it not$/));
    expect(words).toContain(`: ${faults.length} faults`);
  });

  it.each([
    ['--count', '0'],
    ['--count', 'x'],
    ['--seed', '-1'],
    ['--sed', '1'],
  ])('are not started on wrong use: %s %s', (...argv) => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'kills.ts'), ...argv], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('Usage: npm run kills')]);
  });
});
