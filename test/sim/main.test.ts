/** The program `npm run sim` as people use it: its commands, what they print, and with which code it ends. Stories have their own tests. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes, type Io, main } from '../../sim/main.ts';

const root = join(import.meta.dirname, '..', '..');

const run = async (argv: readonly string[], given: Partial<Io> = {}) => {
  const asked: unknown[] = [];
  let [out, err] = ['', ''];
  const code = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    nowMs: () => 0,
    keypad: async (mode) => void asked.push(mode),
    storm: async (options) => {
      asked.push(options);
      return { report: { failure: undefined }, words: 'nothing found' };
    },
    ...given,
  });
  return { code, out, err, asked };
};

describe('sim', () => {
  it('helps, with examples', async () => {
    const { code, out, err } = await run(['--help']);
    expect([code, err]).toEqual([0, '']);
    for (const words of ['run', 'storm', 'keypad', 'npm run sim -- run sim/scenarios', 'docs/scenarios.md', 'Exit codes:'])
      expect(out).toContain(words);
  });

  it.each([
    [[]],
    [['rn']],
    [['run']],
    [['run', 'x', '--jnuit', 'y']],
    [['storm', '--days', '-1']],
    [['storm', '--seed', '4294967296']],
    [['keypad', '--mode', 'x']],
  ])('refuses wrong use with code 2: %j', async (argv) => {
    const { code, out, err, asked } = await run(argv);
    expect([code, out, asked]).toEqual([exitCodes.usage, '', []]);
    expect(err).not.toBe('');
  });

  it('ends as its stories do', async () => {
    expect((await run(['run', join(root, 'sim', 'scenarios', 'retry.toml'), '--quiet'])).out).toBe('1 story: 1 as told (0.0 s)\n');
    expect((await run(['run', join(root, 'none.toml')])).code).toBe(exitCodes.usage);
  });

  it('starts the door on the terminal, in the mode asked for', async () => {
    expect(await run(['keypad'])).toMatchObject({ code: 0, asked: ['cardOrPin'] });
    expect(await run(['keypad', '--mode', 'locked'])).toMatchObject({ code: 0, asked: ['locked'] });
  });

  it('lives through the days of a seed, and ends with 1 when something was found', async () => {
    expect(await run(['storm', '--seed', '7', '--days', '3'])).toMatchObject({ code: 0, out: 'nothing found\n', asked: [{ seed: 7, days: 3 }] });
    const failure = { invariant: 'I1', sentence: 'the door opened', step: 1, lastSteps: [] } as const;
    const found = await run(['storm'], { storm: async () => ({ report: { failure }, words: 'the door opened' }) });
    expect(found).toMatchObject({ code: exitCodes.differs, out: 'the door opened\n' });
  });

  it('says what went wrong in itself, with a code of its own', async () => {
    const { code, err } = await run(['keypad'], { keypad: () => Promise.reject(new Error('no terminal')) });
    expect(code).toBe(exitCodes.fault);
    expect(err).toContain('no terminal');
  });

  it('works as a process', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'sim', 'main.ts'), 'run', 'sim/scenarios/window.toml'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^as told {2}sim\/scenarios\/window\.toml: .*\n1 story: 1 as told \([0-9.]+ s\)\n$/);
  });
});
