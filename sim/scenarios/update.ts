/** Writes into a story's file what its door did, in place of what was expected. Everything else stays as it was written. */
import type { Check } from './play.ts';
import { expectWord } from './read-steps.ts';
import type { Scenario } from './scenario.ts';

/** `differing`: of a story that was played to its end. */
export const updated = (text: string, { endLine }: Scenario, differing: readonly Check[]): string => {
  const lines = text.split('\n');
  const end = text.includes('\r\n') ? '\r' : '';
  // From the end of the file on, so that lines above keep their numbers.
  for (const { step, told } of differing.toReversed()) {
    const block = told.map((line) => `  ${line.padStart(paddedWidth(line))}${end}`);
    if (step === undefined) lines.splice(endLine - 1, 0, `${expectWord}${end}`, ...block);
    else if (step.kind === 'story') lines.splice(step.line, step.lastLine - step.line, ...block);
    else lines[step.line - 1] = `${expectWord} ${step.sense} ${told[0]}${end}`;
  }
  return lines.join('\n');
};

/** Times end in one column, as a door tells them. */
const timeWidth = 8;
const paddedWidth = (line: string): number => line.length + Math.max(0, timeWidth - line.indexOf(' '));
