/**
 * A file of the project as the tidy rules read it: its text, the same with comments blanked, and the same with strings blanked as well.
 * Positions and lines are those of the text. Knows just enough TypeScript for that; what is tidy is rules.ts's and imports.ts's.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Source {
  /** From the root of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without its comments. */
  readonly uncommented: string;
  /** The text without its comments and without what stands in strings, templates and regular expressions. */
  readonly code: string;
}

export const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length;

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

const notOurs = new Set(['node_modules', '.git', 'out', 'dist', 'coverage', '.cache']);

/** Paths of every file below the folders, rising, without what tools write. */
export function filesBelow(...folders: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      if (notOurs.has(name)) continue;
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else found.push(relative(root, path).replaceAll('\\', '/'));
    }
  };
  for (const folder of folders) walk(join(root, folder));
  return found.sort();
}

export const sourceOf = (path: string, text: string): Source => ({ path, text, ...blanked(text) });
export const sourceAt = (path: string): Source => sourceOf(path, readText(path));

const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

/** Splits into comments, strings and the rest; a template's `${…}` is code again, to any depth. */
function blanked(text: string): { uncommented: string; code: string } {
  let uncommented = '';
  let code = '';
  let position = 0;
  /** For each open template: how many braces are open inside its present `${`. */
  const templates: number[] = [];
  const take = (end: number, isCode: boolean, isString = false): void => {
    const piece = text.slice(position, end);
    uncommented += isCode || isString ? piece : blank(piece);
    code += isCode ? piece : isString ? piece.slice(0, 1) + blank(piece.slice(1, -1)) + piece.slice(1).slice(-1) : blank(piece);
    position = end;
  };
  const templatePart = (): void => {
    const end = endOfTemplatePart(text, position + 1);
    if (text.startsWith('${', end - 2)) templates.push(0);
    take(end, false, true);
  };
  while (position < text.length) {
    const char = text[position] ?? '';
    const open = templates.at(-1);
    if (text.startsWith('//', position)) take(until(text, '\n', position, 0), false);
    else if (text.startsWith('/*', position)) take(until(text, '*/', position + 2, 2), false);
    else if (char === "'" || char === '"') take(endOfQuoted(text, position), false, true);
    else if (char === '/' && !closesElement(text, position) && startsRegex(code)) take(endOfRegex(text, position), false, true);
    else if (char === '`') templatePart();
    else if (char === '}' && open === 0) {
      templates.pop();
      templatePart();
    } else {
      if (open !== undefined && char === '{') templates[templates.length - 1] = open + 1;
      if (open !== undefined && char === '}') templates[templates.length - 1] = open - 1;
      take(position + 1, true);
    }
  }
  return { uncommented, code };
}

/** The slash of `</a>` or `<a />`. */
const closesElement = (text: string, slash: number): boolean => text[slash - 1] === '<' || text[slash + 1] === '>';

const until = (text: string, mark: string, from: number, length: number): number => {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + length;
};

function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[start] || text[at] === '\n') return at + 1;
  }
  return text.length;
}

function endOfTemplatePart(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return at + 1;
    else if (text.startsWith('${', at)) return at + 2;
  }
  return text.length;
}

function endOfRegex(text: string, start: number): number {
  let isInClass = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
    else if ((char === '/' && !isInClass) || char === '\n') return at + 1;
  }
  return text.length;
}

/** Whether a slash after this code begins a regular expression: it does where a value is still to come. */
const startsRegex = (code: string): boolean =>
  /(?:^|[([{,;=:!&|?+\-*%<>~^}]|\b(?:return|typeof|case|in|of|else|await|yield|throw))\s*$/.test(code.slice(-200));
