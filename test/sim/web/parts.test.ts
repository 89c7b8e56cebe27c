/** The parts of the pages that need no browser: which rows are in sight, keys in their order, lines cut from a stream. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyLine, maxWaitingKeys } from '../../../sim/web/bench/key-line.ts';
import { LineCutter, maxLineLength } from '../../../sim/web/line-cutter.ts';
import { sightOf } from '../../../sim/web/parts/sight.ts';

describe('the rows in sight', () => {
  it.each([
    [0, 400, 50_000, { from: 0, until: 22 }],
    [1_000_000, 400, 50_000, { from: 24_988, until: 25_022 }],
    [1_999_600, 400, 50_000, { from: 49_978, until: 50_000 }],
    [9_999_999, 400, 50_000, { from: 50_000, until: 50_000 }],
    [0, 400, 3, { from: 0, until: 3 }],
    [0, 400, 0, { from: 0, until: 0 }],
  ])('scrolled by %i of a table %i high with %i rows are %o', (scrolled, height, count, sight) => {
    expect(sightOf(scrolled, height, count, 40)).toEqual(sight);
  });
});

describe('keys on their way', () => {
  /** Sends what it was given when `let go` is called. */
  const heldLine = (): { sent: string[]; line: KeyLine; letGo: () => void } => {
    const sent: string[] = [];
    const waiting: (() => void)[] = [];
    const line = new KeyLine((keys) => {
      sent.push(keys);
      return new Promise((resolve) => waiting.push(resolve));
    });
    return { sent, line, letGo: () => waiting.shift()?.() };
  };

  it('go one message at a time, and those pressed meanwhile go together', async () => {
    const { sent, line, letGo } = heldLine();
    const all = line.press('0');
    for (const key of ['4', '1', '7', '#']) void line.press(key);
    expect(sent).toEqual(['0']);
    letGo();
    await expect.poll(() => sent).toEqual(['0', '417#']);
    letGo();
    expect(await all).toBe(true);
  });

  it(`are dropped beyond ${maxWaitingKeys} that wait`, async () => {
    const { sent, line, letGo } = heldLine();
    void line.press('#');
    const pressed = await Promise.all(Array.from({ length: maxWaitingKeys + 1 }, () => line.press('1')));
    expect(pressed.filter((wasTaken) => !wasTaken)).toHaveLength(1);
    letGo();
    await expect.poll(() => sent.at(-1)).toBe('1'.repeat(maxWaitingKeys));
  });
});

describe('a stream of lines', () => {
  it('is cut into the same lines however it arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z{}":é ]{1,12}$/)), fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const text = lines.map((line) => `${line}\n`).join('');
        const cutter = new LineCutter();
        const parts = Array.from({ length: Math.ceil(text.length / size) }, (_, place) => text.slice(place * size, (place + 1) * size));
        expect(parts.flatMap((part) => cutter.take(part))).toEqual(lines);
      }),
    );
  });

  it('holds empty lines back, and gives up one that never ends', () => {
    const cutter = new LineCutter();
    expect(cutter.take('\n\na\n\n')).toEqual(['a']);
    expect(() => cutter.take('x'.repeat(maxLineLength + 1))).toThrow(RangeError);
  });
});
