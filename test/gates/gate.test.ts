/** Gates all run, whatever became of one; the tally counts what the runner and the gates report, and what they failed to report. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../tidy/source.ts';
import { type Gate, runGates, verdictOn } from './gate.ts';
import { complaintAbout } from './node-24.mjs';
import { failuresOf, scriptIn, type TestResults, tallyOf } from './tally.ts';

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
    numFailedTests: 0,
    testResults: [
      { name: join(root, 'test/a.test.ts'), status: 'passed', message: '', assertionResults: [{ fullName: 'a works', status: 'passed' }] },
    ],
  };
  const failing: TestResults = {
    numPassedTests: 5,
    numFailedTests: 2,
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

  it('is the figures of the test runner when every gate passed', () => {
    expect(tallyOf(passing, [], 0)).toEqual({ passed: 7, failed: 0 });
    expect(tallyOf(failing, [], 1)).toEqual({ passed: 5, failed: 2 });
  });

  it('counts a gate that failed, and gates that left no result, as a failure', () => {
    expect(tallyOf(passing, gates, 0)).toEqual({ passed: 7, failed: 1 });
    expect(tallyOf(passing, undefined, 0)).toEqual({ passed: 7, failed: 1 });
  });

  it('counts each longer script that failed as a failure', () => {
    expect(tallyOf(passing, [], 0, [0])).toEqual({ passed: 7, failed: 0 });
    expect(tallyOf(passing, gates, 0, [0, 1, 124])).toEqual({ passed: 7, failed: 3 });
  });

  it('counts a test file that could not be loaded as a failure', () => {
    expect(tallyOf(unloadable, [], 1)).toEqual({ passed: 7, failed: 1 });
  });

  it('counts a runner that failed without naming a test, and one that left no result, as a failure', () => {
    expect(tallyOf(passing, [], 1)).toEqual({ passed: 7, failed: 1 });
    expect(tallyOf(undefined, [], 127)).toEqual({ passed: 0, failed: 1 });
  });

  it('says nothing more when nothing failed', () => {
    expect(failuresOf(passing, [{ name: 'types', passed: true }], 0, [{ name: 'kills', code: 0 }])).toEqual([]);
  });

  it('names every test, gate and longer script that failed, with its file and the first line of what it says', () => {
    expect(failuresOf(failing, gates, 1, [scriptIn('kills=124'), scriptIn('fuzz='), scriptIn('long=0')])).toEqual([
      'failed: test/b.test.ts > b opens the door\n  expected 1 to be 2',
      'failed: test/b.test.ts > b closes it\n  says nothing',
      'failed: gate lint',
      'failed: kills, with code 124',
      'failed: fuzz, with code 1',
    ]);
    expect(failuresOf(unloadable, [], 1)).toEqual(['failed: test/c.test.ts could not be loaded\n  no such module']);
  });

  it('names what failed without a test, and what left no result', () => {
    expect(failuresOf(passing, [], 1)).toEqual(['failed: the test command, with code 1, and no test']);
    expect(failuresOf(undefined, undefined, 127)).toEqual(['failed: the tests left no result', 'failed: the gates left no result']);
  });

  it('names at most twenty tests, and says how many more there are', () => {
    const assertionResults = Array.from({ length: 25 }, (_, at) => ({
      fullName: `test ${at}`,
      status: 'failed',
      failureMessages: ['x'.repeat(999)],
    }));
    const many = { ...failing, testResults: [{ name: join(root, 'test/d.test.ts'), status: 'failed', message: '', assertionResults }] };
    const failures = failuresOf(many, [], 1);
    expect(failures.slice(19)).toEqual([`failed: test/d.test.ts > test 19\n  ${'x'.repeat(300)}`, 'failed: 5 more tests']);
  });
});

describe('an old Node', () => {
  it('is told in a sentence what it lacks', () => {
    expect(complaintAbout('20.20.2')).toMatch(/^doorpad needs Node 24 or later, and this is Node 20\.20\.2\. .*npm ci --ignore-scripts/);
    expect(complaintAbout('24.0.0')).toBeUndefined();
    expect(complaintAbout('26.3.0')).toBeUndefined();
  });
});
