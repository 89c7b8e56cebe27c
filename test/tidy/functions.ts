/** How long the functions of a file are: an estimate from braces, good enough to find one that does too much. */
import { lineAt, type Source } from './source.ts';

interface Block {
  readonly start: number;
  readonly isFunction: boolean;
  /** Lines of functions inside this block. */
  inner: number;
}

const control = /^\s*(?:\}?\s*else\s+)?(?:if|for|while|switch|catch|with)\b/;

/** Whether a brace after this header opens the body of a function: an arrow, `function`, or a method's parameters before it. */
const opensFunction = (header: string): boolean =>
  /=>\s*$/.test(header) || /\bfunction\b/.test(header) || (/\)\s*(?::[^=]*)?$/.test(header) && !control.test(header));

/** Each function with its lines that hold code, those of functions inside it taken off. */
export function ownLinesOfFunctions({ code }: Source): { readonly line: number; readonly lines: number }[] {
  const found: { line: number; lines: number }[] = [];
  const open: Block[] = [];
  let headerStart = 0;
  for (const { 0: char, index } of code.matchAll(/[{};]/g)) {
    if (char === '{') open.push({ start: index, isFunction: opensFunction(code.slice(headerStart, index)), inner: 0 });
    const block = char === '}' ? open.pop() : undefined;
    if (block !== undefined) {
      const lines = code
        .slice(block.start, index + 1)
        .split('\n')
        .filter((line) => line.trim() !== '').length;
      const around = open.at(-1);
      if (around !== undefined) around.inner += block.isFunction ? Math.max(0, lines - 1) : block.inner;
      if (block.isFunction) found.push({ line: lineAt(code, block.start), lines: lines - block.inner });
    }
    headerStart = index + 1;
  }
  return found.sort((left, right) => left.line - right.line);
}
