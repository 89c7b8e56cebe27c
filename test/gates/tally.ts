/**
 * The end of .ci/run: what failed, a line each, and last `N passed, N failed`, from what test runners and gates left in out/. A test file that
 * could not be loaded, a runner that failed without naming a test (coverage, an error outside tests), a gate or a script that failed and a
 * result that is missing count as one failure each. Gates and scripts that passed are not counted: the figures are the test runners'.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { root } from '../tidy/source.ts';

export interface TestResults {
  readonly numPassedTests: number;
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

/** One command of .ci/run. */
export interface Run {
  readonly name: string;
  readonly code: number;
  /** Undefined: it left none. */
  readonly results: TestResults | 'runs no tests' | undefined;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** `gates` is undefined where they left no result. */
export const tallyOf = (runs: readonly Run[], gates: GateResults | undefined): Tally => ({
  passed: runs.reduce((sum, { results }) => sum + (typeof results === 'object' ? results.numPassedTests : 0), 0),
  failed: [...runs.flatMap(failuresIn), ...failedGates(gates)].length,
});

/** What failed, in words: of each command at most 20 tests, then the gates by name. Nothing when nothing did. */
export const failuresOf = (runs: readonly Run[], gates: GateResults | undefined): readonly string[] => [
  ...runs.flatMap((run) => {
    const all = failuresIn(run);
    return all.length > maxNamed ? [...all.slice(0, maxNamed), `failed: ${all.length - maxNamed} more of ${run.name}`] : all;
  }),
  ...failedGates(gates),
];

const failedGates = (gates: GateResults | undefined): readonly string[] =>
  gates?.filter(({ passed }) => !passed).map(({ name }) => `failed: gate ${name}`) ?? ['failed: the gates left no result'];

const failuresIn = ({ name, code, results }: Run): readonly string[] => {
  if (results === undefined) return [`failed: ${name} left no result`];
  const named = results === 'runs no tests' ? [] : results.testResults.flatMap(failuresInFile);
  return named.length === 0 && code !== 0 ? [`failed: ${name}, with code ${code}${results === 'runs no tests' ? '' : ', and no test'}`] : named;
};

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
const failuresInFile = (file: FileResult): readonly string[] => {
  const path = relative(root, file.name);
  if (isUnloaded(file)) return [`failed: ${path} could not be loaded\n  ${firstLine(file.message)}`];
  return file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `failed: ${path} > ${fullName}\n  ${firstLine(failureMessages?.[0] ?? '')}`);
};

/** Commands that run tests; each leaves `out/NAME-results.json`. */
const testRuns = ['test', 'processes', 'pages'];

/** `kills=1`: the name of a command and its exit code. What has no code has failed. */
export function runIn(argument: string, resultsOf: (name: string) => TestResults | undefined): Run {
  const [name = '', code = ''] = argument.split('=');
  return { name, code: /^\d+$/.test(code) ? Number(code) : 1, results: testRuns.includes(name) ? resultsOf(name) : 'runs no tests' };
}

const read = (name: string): unknown => {
  const path = join(root, 'out', `${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};

if (import.meta.main) {
  const gates = read('gates') as GateResults | undefined;
  const runs = process.argv.slice(2).map((argument) => runIn(argument, (name) => read(`${name}-results`) as TestResults | undefined));
  const { passed, failed } = tallyOf(runs, gates);
  process.stdout.write([...failuresOf(runs, gates), `${passed} passed, ${failed} failed\n`].join('\n'));
  process.exitCode = failed === 0 ? 0 : 1;
}
