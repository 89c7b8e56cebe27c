/**
 * The names of the tests of a file, read from its source: `file > describe > it`, as the runner prints them. A name that is put together
 * while tests run (a template, a row of `each`, a variable) becomes a pattern.
 */
import type { Source } from './source.ts';

interface Call {
  readonly isTest: boolean;
  readonly name: RegExpParts;
  readonly start: number;
  readonly end: number;
}

/** Pieces of a regular expression, escaped. */
type RegExpParts = string;

const anything: RegExpParts = '.+';
const escaped = (text: string): RegExpParts => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Where the bracket at `open` closes, in code without strings. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1;
    if (code[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}

/** Where the types at `open` end, if they begin there: behind the last `>` that is not of an arrow. */
function behindTypes(code: string, open: number): number {
  if (code[open] !== '<') return open;
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === '<') depth += 1;
    if (code[at] === '>' && code[at - 1] !== '=') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return code.length;
}

/** The first argument as a pattern: a string, a template, or something only running the tests would tell. */
function nameAt(text: string, position: number, isEach: boolean): RegExpParts {
  const literal = /\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)\s*[,)]/y;
  literal.lastIndex = position;
  const found = literal.exec(text);
  if (found === null) return anything;
  const raw = (found[1] ?? found[2] ?? found[3] ?? '').replaceAll(/\\(.)/g, '$1');
  const holes = isEach ? /\$\{[^}]*\}|%[sdifjoO#$%]|\$[\w.]+/ : found[3] === undefined ? /(?!)/ : /\$\{[^}]*\}/;
  return raw.split(holes).map(escaped).join(anything);
}

function callsIn({ text, code }: Source): Call[] {
  return [...code.matchAll(/(?<![.\w$])(describe|it|test)\b/g)].flatMap((match) => {
    let at = match.index + match[0].length;
    const modifiers = /\.(\w+)/y;
    let isEach = false;
    for (;;) {
      modifiers.lastIndex = at;
      const modifier = modifiers.exec(code);
      if (modifier === null) break;
      at = modifiers.lastIndex;
      if (modifier[1] !== 'each' && modifier[1] !== 'for') continue;
      isEach = true;
      at = closing(code, behindTypes(code, at)) + 1;
    }
    if (code[at] !== '(') return [];
    return [{ isTest: match[1] !== 'describe', name: nameAt(text, at + 1, isEach), start: match.index, end: closing(code, at) }];
  });
}

/** One pattern for each test of the file, matching its whole name. */
export function testNamesOf(source: Source): RegExp[] {
  const calls = callsIn(source);
  return calls
    .filter(({ isTest }) => isTest)
    .map((test) => {
      const around = calls.filter(({ isTest, start, end }) => !isTest && start < test.start && test.end < end).map(({ name }) => name);
      return new RegExp(`^${[escaped(source.path), ...around, test.name].join(' > ')}$`);
    });
}
