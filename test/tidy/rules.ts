/**
 * What every file of the project keeps to, beyond what the linters know. A rule says which files it is for, reads one of them, and
 * carries a planted fault that it must find; tidy.test.ts runs both.
 */

import { ownLinesOfFunctions } from './functions.ts';
import { forbiddenImports } from './imports.ts';
import { isRevealer, revealers } from './revealers.ts';
import { lineAt, type Source } from './source.ts';

export interface Finding {
  readonly line: number;
  readonly sentence: string;
}

export interface Rule {
  /** Goes on after "every file": a behaviour. */
  readonly name: string;
  readonly isFor: (path: string) => boolean;
  readonly check: (source: Source) => readonly Finding[];
  /** A file that breaks the rule, and nothing but the rule. */
  readonly planted: { readonly path: string; readonly text: string };
}

const maxFileLines = 400;
const maxFunctionLines = 60;
const leastCommentCharacters = 16;

const isTypeScript = (path: string): boolean => path.endsWith('.ts') || path.endsWith('.tsx');
const isProduct = (path: string): boolean => isTypeScript(path) && /^(?:src|sim)\//.test(path);
/** A benchmark measures real time, and no test waits for it. */
const isBench = (path: string): boolean => path.startsWith('test/bench/');
const isTest = (path: string): boolean => isTypeScript(path) && path.startsWith('test/');

/** Folders where the same input must give the same output: no clock, no chance, no system. */
const isPure = (path: string): boolean => /^src\/(?:shared|ports|access|osdp|table|journal|link|reader)[./]/.test(path);
/** The bench keeps virtual time too; only its faces, which people look at, live in real time. */
const isVirtual = (path: string): boolean =>
  isPure(path) || /^src\/config[./]/.test(path) || (path.startsWith('sim/') && !/^sim\/(?:terminal|web|line|pace\.ts|main\.ts)/.test(path));
/** Where real time is the subject: the two clocks, and the deadline for reports of real devices. */
const ofRealTime = ['sim/virtual-clock.ts', 'test/drivers/node-clock.test.ts', 'test/contracts/heard.ts'];

/** Everything in `text` that matches, a finding each. */
const matches = (source: Source, text: string, pattern: RegExp, sentence: string): Finding[] =>
  [...text.matchAll(pattern)].map((match) => ({ line: lineAt(source.text, match.index), sentence: `${match[0].trim()}: ${sentence}` }));

const inCode =
  (pattern: RegExp, sentence: string) =>
  (source: Source): Finding[] =>
    matches(source, source.code, pattern, sentence);

const inText =
  (pattern: RegExp, sentence: string) =>
  (source: Source): Finding[] =>
    matches(source, source.text, pattern, sentence);

/** Joins what would otherwise be found in this very file. */
const word = (...parts: readonly string[]): string => parts.join('');

export const rules: readonly Rule[] = [
  {
    name: 'imports only what its row of the import table allows',
    isFor: (path) => isTypeScript(path) || path.endsWith('.mjs'),
    check: forbiddenImports,
    planted: { path: 'src/access/rule.ts', text: "import { open } from '../store/sqlite.ts';" },
  },
  {
    name: 'begins with a comment that says what it decides',
    isFor: (path) => isTypeScript(path) || path.endsWith('.mjs'),
    check: ({ text }) => {
      const comment = /^(?:#![^\n]*\n)?(?:\/\*\*([\s\S]*?)\*\/|((?:\/\/[^\n]*\n)+))/.exec(text);
      const words = (comment?.[1] ?? comment?.[2] ?? '').replaceAll(/[\s*/]+/g, ' ').trim();
      return words.length >= leastCommentCharacters
        ? []
        : [
            {
              line: 1,
              sentence: `must begin with a comment of at least ${leastCommentCharacters} characters on what it decides and leaves to others`,
            },
          ];
    },
    planted: { path: 'src/access/rule.ts', text: '/** A rule. */\nexport const rule = 1;\n' },
  },
  {
    name: `is at most ${maxFileLines} lines long`,
    isFor: (path) => isProduct(path) || isTest(path),
    check: ({ text }) => {
      const lines = text.trimEnd().split('\n').length;
      return lines <= maxFileLines ? [] : [{ line: lines, sentence: `has ${lines} lines, at most ${maxFileLines} are allowed: give it one purpose` }];
    },
    planted: { path: 'src/access/rule.ts', text: 'export const rule = 1;\n'.repeat(maxFileLines + 1) },
  },
  {
    name: `has functions of at most ${maxFunctionLines} lines, functions inside them counted apart`,
    isFor: (path) => isProduct(path) || isTest(path),
    check: (source) =>
      ownLinesOfFunctions(source)
        .filter(({ lines }) => lines > maxFunctionLines)
        .map(({ line, lines }) => ({ line, sentence: `a function has ${lines} lines, at most ${maxFunctionLines} are allowed` })),
    planted: { path: 'src/access/rule.ts', text: `function rule(): void {\n${'  rule();\n'.repeat(maxFunctionLines)}}\n` },
  },
  {
    name: 'keeps away from the type that switches checking off',
    isFor: isTypeScript,
    check: inCode(/(?<=[:<,|&(]\s*|\bas\s+|=>\s*)\bany\b(?!\s*[:(.])/g, 'name the type, or use unknown'),
    planted: { path: 'src/access/rule.ts', text: `export const rule = (value: ${word('a', 'ny')}) => value;` },
  },
  {
    name: 'runs every test it has',
    isFor: isTest,
    check: inCode(
      /\b(?:it|test|describe|suite|bench)\s*\.\s*(?:skip|only|todo|skipIf|runIf|fails)\b|\bctx\.skip\b/g,
      'a test that does not run shows nothing: delete it or mend it',
    ),
    planted: { path: 'test/rule.test.ts', text: `it${word('.sk', 'ip')}('opens', () => {});` },
  },
  {
    name: 'leaves no work for later',
    isFor: () => true,
    check: inText(
      new RegExp(`\\b(?:${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('XX', 'X')}|${word('HA', 'CK')})\\b`, 'g'),
      'do it, or say nothing',
    ),
    planted: { path: 'docs/rule.md', text: `${word('TO', 'DO')}: write this` },
  },
  {
    name: 'names no path of the machine it was written on',
    isFor: () => true,
    check: inText(
      new RegExp(word('(?<![\\w.~-])/(?:wo', 'rk|fa', 'rm)\\b|/tmp/ba', 'sh|\\.lib', 'rary/'), 'g'),
      'belongs to one machine, not to the project',
    ),
    planted: { path: 'docs/rule.md', text: `see ${word('/wo', 'rk')}/shared` },
  },
  {
    name: 'asks a port, never the system, for time, chance and output where the rules live',
    isFor: isPure,
    check: inCode(
      /(?<![.\w'"])(?:Date|performance|process|Buffer|console|require|fetch)\b(?!\s*[?]?:)|\bMath\.random\b|\bcrypto\.(?:subtle|getRandomValues|randomUUID)\b/g,
      'use a port',
    ),
    planted: { path: 'src/access/rule.ts', text: 'export const now = () => Date.now();' },
  },
  {
    name: 'takes no chance and no real date on the bench',
    isFor: isVirtual,
    check: inCode(/\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b/g, 'use the virtual clock, or a seed'),
    planted: { path: 'sim/door.ts', text: 'export const seed = Math.random();' },
  },
  {
    name: 'waits on the clock it was given, never on a timer of the system',
    isFor: (path) => (isVirtual(path) || isTest(path)) && !ofRealTime.includes(path) && !isBench(path),
    check: inCode(
      /(?<![.\w])(?:setTimeout|setInterval|setImmediate)\s*\((?!\s*\w+\s*:)|from\s*'\s{2,}timers/g,
      'use the clock; a test advances virtual time or waits for an event',
    ),
    planted: { path: 'test/door.test.ts', text: 'await new Promise((resolve) => setTimeout(resolve, 50));' },
  },
  {
    name: 'compares secrets only where comparing takes the same time',
    isFor: (path) => isProduct(path) && path !== 'src/drivers/node-crypto.ts',
    check: inCode(/\.equals\s*\(|\bBuffer\.compare\b|\btimingSafeEqual\b/g, 'use isEqual of the crypto port (SECURITY B15)'),
    planted: { path: 'src/osdp/mac.ts', text: 'export const isRight = mac.equals(other);' },
  },
  {
    name: 'opens a secret only if it is on the list of those who may',
    isFor: (path) => isProduct(path) && !isRevealer(path),
    check: inCode(/\breveal\s*\(/g, `is not among the ${revealers.length} parts of test/tidy/revealers.ts that may open a PIN, a card or a key`),
    planted: { path: 'src/journal/event.ts', text: 'export const digits = pin.reveal();' },
  },
];
