/** `npm run fuzz` as a process: what it says when nothing is found, when it is asked how it works, and when it is asked wrongly. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const fuzz = (...argv: readonly string[]): { readonly code: number | null; readonly out: string; readonly err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...argv], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};

describe('npm run fuzz', () => {
  it('says its seed first, and at the end that nothing was found', () => {
    const { code, out, err } = fuzz('--frames', '20', '--seed', '5');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^seed 5, 20 frames\n/);
    expect(out).toMatch(/\nNothing was found in 20 frames of seed 5\.\n$/);
  });

  it('says how it is used, when asked and when used wrongly', () => {
    const { code, out } = fuzz('--help');
    expect([code, out.split('\n')[0]]).toEqual([0, 'Usage: npm run fuzz -- [--frames N] [--seed N]']);
    expect(fuzz('--frames', '9')).toEqual({ code: 2, out: '', err: `--frames is a whole number from 10 to 4294967295.\n${out}` });
    expect(fuzz('--frmes', '9')).toMatchObject({ code: 2, err: expect.stringContaining(out) });
  });
});
