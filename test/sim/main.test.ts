/** The program `npm run sim` as people use it: its commands, what they print, and with which code it ends. Stories have their own tests. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../sim/exit-codes.ts';
import { type Io, main } from '../../sim/main.ts';

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
    line: async (options) => {
      asked.push(options);
      return 'figures';
    },
    drain: async (options) => {
      asked.push(options);
      return { isWhole: true, words: 'all of it' };
    },
    reader: async (options) => asked.push(options),
    controller: async (options) => asked.push(options),
    bench: async (options) => asked.push(options),
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
    for (const code of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`\\b${code} \\w`));
  });

  it.each(['reader', 'controller', 'bench'])('says of %s with which codes it ends', async (command) => {
    const { out } = await run([command, '--help']);
    expect(out).toMatch(/Exit codes: 0 done, 2 wrong use or a wrong file, 70 a fault .*, 75 another process has the directory/);
  });

  it.each([
    [[]],
    [['rn']],
    [['run']],
    [['run', 'x', '--jnuit', 'y']],
    [['storm', '--days', '-1']],
    [['storm', '--seed', '4294967296']],
    [['keypad', '--mode', 'x']],
    [['line', '--readers', '33']],
    [['line', '--readers', '0']],
    [['line', '--baud', '1200']],
    [['drain', '--days', '31']],
    [['reader', '--port', 'near']],
    [['reader', '--port', 'near', '--data', 'door', '--address', '127']],
    [['controller', '--port', 'far']],
    [['controller', '--port', 'far', '--site', 'site', '--baud', '1200']],
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

  it('prints the figures of a line', async () => {
    expect(await run(['line'])).toMatchObject({
      code: 0,
      out: 'figures\n',
      err: expect.stringContaining('32 readers'),
      asked: [{ readers: 32, baudRate: 115_200, people: 1_000, seed: 1 }],
    });
    const asked = [{ readers: 2, baudRate: 9_600, people: 10, seed: 3 }];
    expect(await run(['line', '--readers', '2', '--baud', '9600', '--people', '10', '--seed', '3'])).toMatchObject({ code: 0, asked });
  });

  it('drains the days of a seed, and ends with 1 when something was lost', async () => {
    expect(await run(['drain'])).toMatchObject({
      code: 0,
      out: 'all of it\n',
      err: expect.stringContaining('30 days'),
      asked: [{ days: 30, baudRate: 115_200, seed: 1 }],
    });
    const lost = await run(['drain', '--days', '0.5'], { drain: async () => ({ isWhole: false, words: 'one is lost' }) });
    expect(lost).toMatchObject({ code: exitCodes.differs, out: 'one is lost\n' });
  });

  it('starts either end of a real line, and ends as that ends', async () => {
    expect(await run(['reader', '--port', 'near', '--data', 'door', '--address', '3', '--baud', '38400'])).toMatchObject({
      code: 1,
      asked: [{ port: 'near', data: 'door', address: 3, baud: 38_400 }],
    });
    const controller = ['controller', '--port', 'far', '--site', 'site', '--people', 'people.csv'];
    expect(await run(controller)).toMatchObject({ code: 1, asked: [{ port: 'far', site: 'site', people: 'people.csv' }] });
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
