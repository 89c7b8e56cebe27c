/** What a person types: a line, corrected or given up, and nothing of it shown where it is a secret. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { terminalOf } from '../../src/main/terminal.ts';

const typing = (typed: string, isTTY = true, how: 'ask' | 'askUnseen' = 'askUnseen') => {
  const shown: string[] = [];
  const modes: boolean[] = [];
  const stream = new PassThrough({ encoding: 'utf8' });
  const input = Object.assign(stream, {
    isTTY,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  const screen = { isTTY: true, columns: 80, write: (text: string) => shown.push(text) };
  const answer = terminalOf(input, screen, screen)[how]('Code: ');
  stream.write(typed.slice(0, 3));
  stream.end(typed.slice(3));
  return { answer, shown, modes };
};

describe('a question at the terminal', () => {
  it.each([
    ['1234 5678\rmore', { typed: '1234 5678' }],
    ['12\u007F34\n', { typed: '134' }],
    ['\b\b7\b8\r', { typed: '8' }],
    ['', 'gaveUp'],
    ['1234', 'gaveUp'],
    ['1234\u0003', 'gaveUp'],
    ['1234\u0004', 'gaveUp'],
    [`${'1'.repeat(5_000)}\r`, { typed: '1'.repeat(1_000) }],
  ])('takes %j, and shows nothing of it', async (typed, answer) => {
    const asked = typing(typed);
    expect(await asked.answer).toEqual(answer);
    expect(asked.shown).toEqual(['Code: ', '\n']);
    expect(asked.modes).toEqual([true, false]);
  });

  it('shows what is typed where that may be seen, and takes back what is deleted', async () => {
    const asked = typing('\b12\u007F34\n', true, 'ask');
    expect(await asked.answer).toEqual({ typed: '134' });
    expect(asked.shown.join('')).toBe('Code: 12\b \b34\n');
  });

  it('is not asked where nobody types', async () => {
    const asked = typing('1234\r', false);
    expect(await asked.answer).toBe('nobody');
    expect([asked.shown, asked.modes]).toEqual([[], []]);
  });
});

describe('the width of a terminal', () => {
  it('is that of the moment, and none where the output goes to a file', () => {
    const input = Object.assign(new PassThrough(), { setRawMode: () => undefined });
    const screen = { isTTY: true, columns: 80, write: () => undefined };
    const shown = terminalOf(input, screen, screen);
    screen.columns = 40;
    expect(shown.outColumns).toBe(40);
    expect(terminalOf(input, { columns: 80 }, screen).outColumns).toBeUndefined();
  });
});
