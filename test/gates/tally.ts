/**
 * The last line of .ci/run: `N passed, N failed`, from what the test runner and the gates left in out/. A test file that could not be
 * loaded, a runner that failed without naming a test (coverage, an error outside tests), a gate or a longer script that failed and a result that
 * is missing count as one failure each. Gates and scripts that passed are not counted: the figures are the test runner's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../tidy/source.ts';

export interface TestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

export type GateResults = readonly { readonly name: string; readonly passed: boolean }[];

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** `undefined` where a result was never written. `testExit` is the exit code of the test command, `scriptExits` those of the longer scripts. */
export function tallyOf(
  tests: TestResults | undefined,
  gates: GateResults | undefined,
  testExit: number,
  scriptExits: readonly number[] = [],
): Tally {
  const failedScripts = scriptExits.filter((code) => code !== 0).length;
  const failedGates = failedScripts + (gates === undefined ? 1 : gates.filter(({ passed }) => !passed).length);
  if (tests === undefined) return { passed: 0, failed: failedGates + 1 };
  const unloaded = tests.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  ).length;
  const named = tests.numFailedTests + unloaded;
  return { passed: tests.numPassedTests, failed: failedGates + (named === 0 && testExit !== 0 ? 1 : named) };
}

const read = (name: string): unknown => {
  const path = join(root, 'out', name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};

if (import.meta.main) {
  const { passed, failed } = tallyOf(
    read('test-results.json') as TestResults | undefined,
    read('gates.json') as GateResults | undefined,
    Number(process.argv[2]),
    process.argv.slice(3).map(Number),
  );
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
