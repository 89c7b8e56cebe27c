/** Gates all run, whatever became of one; the tally counts what the runner and the gates report, and what they failed to report. */
import { describe, expect, it } from 'vitest';
import { type Gate, runGates, verdictOn } from './gate.ts';
import { complaintAbout } from './node-24.mjs';
import { type TestResults, tallyOf } from './tally.ts';

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
    testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
  };
  const failing: TestResults = {
    numPassedTests: 5,
    numFailedTests: 2,
    testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }],
  };
  const unloadable: TestResults = { ...passing, testResults: [{ status: 'failed', assertionResults: [] }] };
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
});

describe('an old Node', () => {
  it('is told in a sentence what it lacks', () => {
    expect(complaintAbout('20.20.2')).toMatch(/^doorpad needs Node 24 or later, and this is Node 20\.20\.2\. .*npm ci --ignore-scripts/);
    expect(complaintAbout('24.0.0')).toBeUndefined();
    expect(complaintAbout('26.3.0')).toBeUndefined();
  });
});
