/** Files to the readers of one line: how many are on their way at a time, whose is next, and how much of the line a fragment takes. */
import { describe, expect, it } from 'vitest';
import { FileTurns, maxFilesAtOnce, maxFragmentMs } from '../../../sim/controller/file-turns.ts';

const file = { type: 0xd0, bytes: new Uint8Array(10) };

const begin = ({ baudRate = 9_600, offline = [] }: { baudRate?: number; offline?: readonly number[] } = {}) => {
  const sent: number[] = [];
  const refused: number[] = [];
  const aborted: number[] = [];
  const fragments: (number | undefined)[] = [];
  const turns = new FileTurns({
    baudRate,
    send: (address, { maxFragmentBytes }) => {
      if (offline.includes(address)) return { ok: false, failure: 'offline' };
      sent.push(address);
      fragments.push(maxFragmentBytes);
      return { ok: true, value: undefined };
    },
    abort: (address) => aborted.push(address),
    refused: (address) => refused.push(address),
  });
  return { turns, sent, refused, aborted, fragments };
};

describe('files to many readers', () => {
  it('go two at a time, in the order they came', () => {
    const { turns, sent } = begin();
    for (const address of [3, 1, 4, 2]) expect(turns.send(address, file).ok).toBe(true);
    expect(sent).toEqual([3, 1]);
    turns.ended(1);
    expect(sent).toEqual([3, 1, 4]);
    turns.ended(3);
    turns.ended(4);
    expect([sent, maxFilesAtOnce]).toEqual([[3, 1, 4, 2], 2]);
  });

  it('are forgotten with a reader that is gone, whether they wait or are on their way', () => {
    const { turns, sent } = begin();
    for (const address of [1, 2, 3, 4]) turns.send(address, file);
    turns.gone(3);
    turns.gone(1);
    expect(sent).toEqual([1, 2, 4]);
    turns.gone(9);
    expect(sent).toEqual([1, 2, 4]);
  });

  it('are one a reader', () => {
    const { turns } = begin();
    for (const address of [1, 2, 3]) turns.send(address, file);
    expect([1, 3].map((address) => turns.send(address, file))).toEqual([1, 3].map(() => ({ ok: false, failure: 'fileUnderWay' })));
  });

  it('that cannot be sent in their turn are given back, and the next one goes', () => {
    const { turns, sent, refused } = begin({ offline: [3, 5] });
    expect(turns.send(5, file)).toEqual({ ok: false, failure: 'offline' });
    for (const address of [1, 2, 3, 4]) turns.send(address, file);
    turns.ended(1);
    expect([sent, refused]).toEqual([[1, 2, 4], [3]]);
  });

  it('keep the line no longer than 300 ms a fragment', () => {
    for (const baudRate of [9_600, 115_200]) {
      const { turns, fragments } = begin({ baudRate });
      turns.send(1, file);
      expect(fragments).toEqual([((baudRate / 10) * maxFragmentMs) / 1_000]);
    }
    expect(maxFragmentMs).toBe(300);
  });

  describe('that give way', () => {
    const long = { type: 0xd1, bytes: new Uint8Array(1_000) };

    it('stop for a table of the same reader, which goes as soon as they have ended', () => {
      const { turns, sent, aborted } = begin();
      turns.send(1, long, true);
      expect(turns.send(1, file).ok).toBe(true);
      expect([turns.typeOf(1), aborted, sent]).toEqual([0xd1, [1], [1]]);
      turns.ended(1);
      expect([turns.typeOf(1), sent]).toEqual([0xd0, [1, 1]]);
      expect(turns.send(1, long, true)).toEqual({ ok: false, failure: 'fileUnderWay' });
    });

    it('leave a place of the line to a table of another reader, one for each', () => {
      const { turns, sent, aborted } = begin();
      for (const address of [1, 2]) turns.send(address, long, true);
      for (const address of [3, 4, 5]) turns.send(address, file);
      expect(aborted).toEqual([1, 2]);
      turns.ended(1);
      expect(sent).toEqual([1, 2, 3]);
      // It would like to go on, and waits behind the tables.
      turns.send(1, long, true);
      for (const ended of [2, 3, 4]) turns.ended(ended);
      expect(sent).toEqual([1, 2, 3, 4, 5, 1]);
    });

    it('that wait for their turn are given back for a table of the same reader', () => {
      const { turns, sent, aborted, refused } = begin();
      for (const address of [1, 2, 3]) turns.send(address, long, true);
      expect(turns.send(3, file).ok).toBe(true);
      expect([sent, aborted, refused]).toEqual([[1, 2], [1], [3]]);
      turns.ended(1);
      expect([sent, turns.typeOf(3)]).toEqual([[1, 2, 3], 0xd0]);
    });

    it('are not begun, or are ended, where nobody wants them any more', () => {
      const { turns, sent, aborted, refused } = begin();
      for (const address of [1, 2, 3]) turns.send(address, long, true);
      turns.withdraw(3, 0xd1);
      turns.withdraw(1, 0xd0);
      turns.withdraw(2, 0xd1);
      expect([sent, aborted, refused]).toEqual([[1, 2], [2], [3]]);
    });
  });
});
