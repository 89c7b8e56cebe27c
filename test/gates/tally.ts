/**
 * The end of .ci/run: what failed, a line each, and last `N passed, N failed`, from what the test runner and the gates left in out/. A test
 * file that could not be loaded, a runner that failed without naming a test (coverage, an error outside tests), a gate or a longer script that
 * failed and a result that is missing count as one failure each. Gates and scripts that passed are not counted: the figures are the test runner's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { root } from '../tidy/source.ts';

export interface TestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly FileResult[];
}

export interface FileResult {
  /** Absolute path of the file. */
  readonly name: string;
  readonly status: string;
  /** Why the file could not be loaded; empty when it could. */
  readonly message: string;
  readonly assertionResults: readonly AssertionResult[];
}

export interface AssertionResult {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | undefined;
}

export type GateResults = readonly { readonly name: string; readonly passed: boolean }[];

export interface Script {
  readonly name: string;
  readonly code: number;
}

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
  const named = tests.numFailedTests + tests.testResults.filter(isUnloaded).length;
  return { passed: tests.numPassedTests, failed: failedGates + (named === 0 && testExit !== 0 ? 1 : named) };
}

const isUnloaded = ({ status, assertionResults }: FileResult): boolean =>
  status === 'failed' && !assertionResults.some((result) => result.status === 'failed');

/** So many tests are named, and so many characters of what each says: the end of a log is read on one screen. */
const maxNamed = 20;
const maxMessageChars = 300;

const firstLine = (message: string): string =>
  (
    stripVTControlCharacters(message)
      .split('\n')
      .find((line) => line.trim() !== '') ?? 'says nothing'
  )
    .trim()
    .slice(0, maxMessageChars);

/** What failed in one file: two lines each, the second indented. */
const failuresIn = (file: FileResult): readonly string[] => {
  const path = relative(root, file.name);
  if (isUnloaded(file)) return [`failed: ${path} could not be loaded\n  ${firstLine(file.message)}`];
  return file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `failed: ${path} > ${fullName}\n  ${firstLine(failureMessages?.[0] ?? '')}`);
};

/** What failed, in words: the tests, at most 20 of them, then the gates and the longer scripts by name. Nothing when nothing did. */
export function failuresOf(
  tests: TestResults | undefined,
  gates: GateResults | undefined,
  testExit: number,
  scripts: readonly Script[] = [],
): readonly string[] {
  const named = tests?.testResults.flatMap(failuresIn) ?? ['failed: the tests left no result'];
  return [
    ...named.slice(0, maxNamed),
    ...(named.length > maxNamed ? [`failed: ${named.length - maxNamed} more tests`] : []),
    ...(named.length === 0 && testExit !== 0 ? [`failed: the test command, with code ${testExit}, and no test`] : []),
    ...(gates?.filter(({ passed }) => !passed).map(({ name }) => `failed: gate ${name}`) ?? ['failed: the gates left no result']),
    ...scripts.filter(({ code }) => code !== 0).map(({ name, code }) => `failed: ${name}, with code ${code}`),
  ];
}

/** `kills=1`: the name of a longer script and its exit code. What has no code has failed. */
export function scriptIn(argument: string): Script {
  const [name = '', code = ''] = argument.split('=');
  return { name, code: /^\d+$/.test(code) ? Number(code) : 1 };
}

const read = (name: string): unknown => {
  const path = join(root, 'out', name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};

if (import.meta.main) {
  const tests = read('test-results.json') as TestResults | undefined;
  const gates = read('gates.json') as GateResults | undefined;
  const testExit = Number(process.argv[2]);
  const scripts = process.argv.slice(3).map(scriptIn);
  const { passed, failed } = tallyOf(
    tests,
    gates,
    testExit,
    scripts.map(({ code }) => code),
  );
  process.stdout.write([...failuresOf(tests, gates, testExit, scripts), `${passed} passed, ${failed} failed\n`].join('\n'));
  process.exitCode = failed === 0 ? 0 : 1;
}
