/** What a person types unseen: a line, corrected or given up, and nothing of it shown. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { terminalOf } from '../../src/main/terminal.ts';

const typing = (typed: string, isTTY = true) => {
  const shown: string[] = [];
  const modes: boolean[] = [];
  const stream = new PassThrough({ encoding: 'utf8' });
  const input = Object.assign(stream, {
    isTTY,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  const screen = { isTTY: true, write: (text: string) => shown.push(text) };
  const answer = terminalOf(input, screen, screen).askUnseen('Code: ');
  stream.write(typed.slice(0, 3));
  stream.end(typed.slice(3));
  return { answer, shown, modes };
};

describe('a question at the terminal', () => {
  it.each([
    ['1234 5678\rmore', '1234 5678'],
    ['12\u007F34\n', '134'],
    ['\b\b7\b8\r', '8'],
    ['', undefined],
    ['1234', undefined],
    ['1234\u0003', undefined],
    ['1234\u0004', undefined],
    [`${'1'.repeat(5_000)}\r`, '1'.repeat(1_000)],
  ])('takes %j, and shows nothing of it', async (typed, answer) => {
    const asked = typing(typed);
    expect(await asked.answer).toBe(answer);
    expect(asked.shown).toEqual(['Code: ', '\n']);
    expect(asked.modes).toEqual([true, false]);
  });

  it('is not asked where nobody types', async () => {
    const asked = typing('1234\r', false);
    expect(await asked.answer).toBeUndefined();
    expect([asked.shown, asked.modes]).toEqual([[], []]);
  });
});
