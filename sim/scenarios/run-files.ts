/** `sim run`: reads, plays and reports stories, and writes expectations anew when asked. How a story is played is play.ts's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorLine } from '../../src/config/config-error.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { readText } from '../../src/tools/bounded-file.ts';
import type { Printer } from '../../src/tools/command-line.ts';
import { exitCodes } from '../exit-codes.ts';
import { diffLines } from './diff.ts';
import { findFiles } from './find-files.ts';
import { type JunitCase, junitXml } from './junit.ts';
import { type Check, type Played, play } from './play.ts';
import { maxScenarioBytes, readScenario } from './read-scenario.ts';
import type { Scenario } from './scenario.ts';
import { updated } from './update.ts';

export interface RunOptions {
  /** Path of a JUnit file to write. */
  readonly junit?: string | undefined;
  /** Writes what happened into the files, in place of what was expected. */
  readonly update?: boolean | undefined;
  /** Says nothing of stories that are as told. */
  readonly quiet?: boolean | undefined;
}

export interface RunIo extends Printer {
  /** Real monotonic milliseconds, for the report. */
  nowMs(): number;
}

type Outcome = 'asTold' | 'differs' | 'updated' | 'wrong';

/** Resolves with the exit code: a file that is wrong or missing counts as wrong use. */
export const runFiles = async (targets: readonly string[], options: RunOptions, io: RunIo): Promise<number> => {
  const files = findFiles(targets);
  if (!files.ok) {
    for (const sentence of files.failure) io.err(`${sentence}\n`);
    return exitCodes.usage;
  }
  const startedMs = io.nowMs();
  const counts: Record<Outcome, number> = { asTold: 0, differs: 0, updated: 0, wrong: 0 };
  const cases: JunitCase[] = [];
  for (const file of files.value) {
    const fromMs = io.nowMs();
    const { outcome, name, problem } = await runFile(file, options, io);
    counts[outcome] += 1;
    cases.push({ file, name, tookMs: io.nowMs() - fromMs, problem });
  }
  io.out(`${summary(cases.length, counts)} (${((io.nowMs() - startedMs) / 1_000).toFixed(1)} s)\n`);
  const written = options.junit === undefined || writeOut(options.junit, junitXml(cases), io);
  if (counts.wrong > 0 || !written) return exitCodes.usage;
  return counts.differs > 0 ? exitCodes.differs : exitCodes.done;
};

interface Report extends Pick<JunitCase, 'name' | 'problem'> {
  readonly outcome: Outcome;
}

const runFile = async (file: string, options: RunOptions, io: RunIo): Promise<Report> => {
  const read = readStory(file);
  if (!read.ok) {
    const lines = read.failure.join('\n');
    io.err(`${lines}\n`);
    return { outcome: 'wrong', name: file, problem: { kind: 'error', message: 'the file is wrong', details: lines } };
  }
  const { scenario, text } = read.value;
  const name = scenario.title;
  const played = await play(scenario);
  const { differing, broke } = played;
  if (differing.length === 0 && broke === undefined) {
    if (options.quiet !== true) io.out(`as told  ${file}: ${name}\n`);
    return { outcome: 'asTold', name };
  }
  if (options.update === true && broke === undefined) {
    if (!writeOut(file, updated(text, scenario, differing), io)) return { outcome: 'wrong', name };
    io.out(`updated  ${file}: ${name}\n`);
    return { outcome: 'updated', name };
  }
  const details = differences(file, scenario, played);
  io.out(`DIFFERS  ${file}: ${name}\n${details}`);
  const message = broke === undefined ? `${differing.length} of its expectations differ` : `line ${broke.step.line} could not be done`;
  return { outcome: 'differs', name, problem: { kind: broke === undefined ? 'failure' : 'error', message, details } };
};

const readStory = (file: string): Result<{ readonly scenario: Scenario; readonly text: string }, readonly string[]> => {
  // A mark at the beginning belongs to the file, which may be written again.
  const text = readText(file, maxScenarioBytes, true);
  if (!text.ok) return failed([text.failure]);
  const scenario = readScenario(text.value);
  return scenario.ok ? ok({ scenario: scenario.value, text: text.value }) : failed(scenario.failure.map((error) => errorLine(file, error)));
};

const differences = (file: string, scenario: Scenario, { differing, broke }: Played): string => {
  const blocks = differing.map((check) => `  ${placeOf(file, scenario, check)}\n${diffLines(check.expected, check.told).map(indented).join('')}`);
  const end = broke === undefined ? '' : `  ${file}:${broke.step.line}: ${broke.step.said}\n    This could not be done: ${broke.reason}\n`;
  return blocks.join('') + end;
};

const placeOf = (file: string, { endLine }: Scenario, { step }: Check): string =>
  step === undefined ? `${file}:${endLine}: the end, with this not expected by anything` : `${file}:${step.line}: ${step.said}`;

const indented = (line: string): string => `    ${line}\n`;

const summary = (stories: number, { asTold, differs, updated: renewed, wrong }: Readonly<Record<Outcome, number>>): string => {
  const parts = [
    `${asTold} as told`,
    ...(differs > 0 ? [`${differs} ${differs === 1 ? 'differs' : 'differ'}`] : []),
    ...(renewed > 0 ? [`${renewed} updated`] : []),
    ...(wrong > 0 ? [`${wrong} wrong`] : []),
  ];
  return `${stories} ${stories === 1 ? 'story' : 'stories'}: ${parts.join(', ')}`;
};

/** False when the disk refuses, which is said. */
const writeOut = (path: string, text: string, io: RunIo): boolean => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return true;
  } catch (thrown) {
    io.err(`${path}: The file cannot be written: ${(thrown as NodeJS.ErrnoException).code}.\n`);
    return false;
  }
};
