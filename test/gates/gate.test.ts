/** Gates all run, whatever became of one; the tally counts what the runner and the gates report, and what they failed to report. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../tidy/source.ts';
import { type Gate, runGates, verdictOn } from './gate.ts';
import { complaintAbout } from './node-24.mjs';
import { failuresOf, type Run, runIn, type TestResults, tallyOf } from './tally.ts';

describe('the gates', () => {
  const gates: readonly Gate[] = [
    { name: 'first', run: async () => verdictOn(['a.ts:1 is wrong', 'b.ts:2 is wrong']) },
    { name: 'second', run: () => Promise.reject(new Error('no such tool')) },
    { name: 'third', run: async () => verdictOn([]) },
  ];

  it('all run even after one failed or threw, with a line each, the details, and the lines again last', async () => {
    const lines: string[] = [];
    let nowMs = 0;
    const outcomes = await runGates(
      gates,
      (line) => lines.push(line),
      () => (nowMs += 750),
    );
    expect(outcomes.map(({ name, passed }) => [name, passed])).toEqual([
      ['first', false],
      ['second', false],
      ['third', true],
    ]);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      FAILED  first             0.8 s
      FAILED  second            0.8 s
      ok      third             0.8 s

      ── first ──
      a.ts:1 is wrong
      b.ts:2 is wrong

      ── second ──
      Error: no such tool

      FAILED  first             0.8 s
      FAILED  second            0.8 s
      ok      third             0.8 s
      "
    `);
  });
});

describe('the tally', () => {
  const passing: TestResults = {
    numPassedTests: 7,
    testResults: [
      { name: join(root, 'test/a.test.ts'), status: 'passed', message: '', assertionResults: [{ fullName: 'a works', status: 'passed' }] },
    ],
  };
  const failing: TestResults = {
    numPassedTests: 5,
    testResults: [
      {
        name: join(root, 'test/b.test.ts'),
        status: 'failed',
        message: '',
        assertionResults: [
          { fullName: 'b works', status: 'passed' },
          { fullName: 'b opens the door', status: 'failed', failureMessages: ['\u001b[31mexpected 1 to be 2\u001b[39m\n    at somewhere'] },
          { fullName: 'b closes it', status: 'failed', failureMessages: [] },
        ],
      },
    ],
  };
  const unloadable: TestResults = {
    ...passing,
    testResults: [{ name: join(root, 'test/c.test.ts'), status: 'failed', message: 'no such module', assertionResults: [] }],
  };
  const gates = [
    { name: 'types', passed: true },
    { name: 'lint', passed: false },
  ];

  const run = (results: Run['results'], code = 0, name = 'test'): Run => ({ name, code, results });
  const script = (code: number): Run => run('runs no tests', code, 'kills');

  it('is the figures of the test runners when every gate passed', () => {
    expect(tallyOf([run(passing)], [])).toEqual({ passed: 7, failed: 0 });
    expect(tallyOf([run(failing, 1)], [])).toEqual({ passed: 5, failed: 2 });
    expect(tallyOf([run(passing), run(failing, 1, 'pages')], [])).toEqual({ passed: 12, failed: 2 });
  });

  it('counts a gate that failed, and gates that left no result, as a failure', () => {
    expect(tallyOf([run(passing)], gates)).toEqual({ passed: 7, failed: 1 });
    expect(tallyOf([run(passing)], undefined)).toEqual({ passed: 7, failed: 1 });
  });

  it('counts each script that failed as a failure', () => {
    expect(tallyOf([run(passing), script(0)], [])).toEqual({ passed: 7, failed: 0 });
    expect(tallyOf([run(passing), script(0), script(1), script(124)], gates)).toEqual({ passed: 7, failed: 3 });
  });

  it('counts a test file that could not be loaded as a failure', () => {
    expect(tallyOf([run(unloadable, 1)], [])).toEqual({ passed: 7, failed: 1 });
  });

  it('counts a runner that failed without naming a test, and one that left no result, as a failure', () => {
    expect(tallyOf([run(passing, 1)], [])).toEqual({ passed: 7, failed: 1 });
    expect(tallyOf([run(undefined, 127)], [])).toEqual({ passed: 0, failed: 1 });
    expect(tallyOf([run(passing), run(undefined, 0, 'pages')], [])).toEqual({ passed: 7, failed: 1 });
  });

  it('says nothing more when nothing failed', () => {
    expect(failuresOf([run(passing), script(0)], [{ name: 'types', passed: true }])).toEqual([]);
  });

  it('names every test, gate and script that failed, with its file and the first line of what it says', () => {
    const resultsOf = (name: string): TestResults | undefined => (name === 'test' ? failing : undefined);
    const runs = ['test=1', 'pages=0', 'kills=124', 'fuzz=', 'long=0'].map((argument) => runIn(argument, resultsOf));
    expect(failuresOf(runs, gates)).toEqual([
      'failed: test/b.test.ts > b opens the door\n  expected 1 to be 2',
      'failed: test/b.test.ts > b closes it\n  says nothing',
      'failed: pages left no result',
      'failed: kills, with code 124',
      'failed: fuzz, with code 1',
      'failed: gate lint',
    ]);
    expect(failuresOf([run(unloadable, 1)], [])).toEqual(['failed: test/c.test.ts could not be loaded\n  no such module']);
  });

  it('names what failed without a test, and what left no result', () => {
    expect(failuresOf([run(passing, 1)], [])).toEqual(['failed: test, with code 1, and no test']);
    expect(failuresOf([run(undefined, 127)], undefined)).toEqual(['failed: test left no result', 'failed: the gates left no result']);
  });

  it('names at most twenty tests of each, and says how many more there are', () => {
    const assertionResults = Array.from({ length: 25 }, (_, at) => ({
      fullName: `test ${at}`,
      status: 'failed',
      failureMessages: ['x'.repeat(999)],
    }));
    const many = { ...failing, testResults: [{ name: join(root, 'test/d.test.ts'), status: 'failed', message: '', assertionResults }] };
    const failures = failuresOf([run(many, 1)], []);
    expect(failures.slice(19)).toEqual([`failed: test/d.test.ts > test 19\n  ${'x'.repeat(300)}`, 'failed: 5 more of test']);
  });
});

describe('an old Node', () => {
  it('is told in a sentence what it lacks', () => {
    expect(complaintAbout('20.20.2')).toMatch(/^doorpad needs Node 24 or later, and this is Node 20\.20\.2\. .*npm ci --ignore-scripts/);
    expect(complaintAbout('24.0.0')).toBeUndefined();
    expect(complaintAbout('26.3.0')).toBeUndefined();
  });
});
