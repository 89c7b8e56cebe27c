/** How good a line is, by what comes back on it; and that a reader is left at the rate it had. */
import { describe, expect, it } from 'vitest';
import { FaultyLine, type LineFaults } from '../../sim/line/faults.ts';
import { Random } from '../../sim/random.ts';
import type { Line } from '../../src/ports/line.ts';
import { LineAsker } from '../../src/tools/line-asker.ts';
import { qualityText, quantile, type RateQuality, type RatesTest, testRate, testRates, verdictOf } from '../../src/tools/line-test.ts';
import { LinePlace, type PlacedReader } from './line-place.ts';

const baudRates = [9_600, 38_400, 115_200, 230_400];

const started = async (reader: PlacedReader, faults?: Partial<LineFaults>): Promise<{ place: LinePlace; asker: LineAsker }> => {
  const place = new LinePlace();
  place.add({ address: 3, ...reader });
  const line: Line = faults === undefined ? place.near : new FaultyLine(place.near, place.clock, new Random(5), faults);
  const asker = new LineAsker(line, place.clock, 9_600);
  await place.until(asker.attached);
  return { place, asker };
};
const quality = async (reader: PlacedReader, faults?: Partial<LineFaults>, questions = 100): Promise<RateQuality> => {
  const { place, asker } = await started(reader, faults);
  return place.until(testRate(asker, 3, 9_600, questions));
};
const rates = async (reader: PlacedReader, during?: (place: LinePlace) => void): Promise<RatesTest> => {
  const { place, asker } = await started(reader);
  during?.(place);
  return place.until(testRates(asker, 3, 9_600, baudRates, 5));
};

describe('the test of a line', () => {
  it('finds a clean line good, with the time the reader takes', async () => {
    const good = await quality({ thinksMs: 4 });
    expect(good).toMatchObject({ asked: 100, lost: 0, damaged: 0, late: 0 });
    expect(verdictOf(good)).toBe('good');
    // The first piece of an answer is heard 10 ms after it began.
    expect(qualityText(good)).toMatch(
      /^9600 baud: 100 questions, 0 lost, 0 damaged, 0 late\. Half of the answers began within 1\d\.\d ms, 99 of 100 within 1\d\.\d ms\. Good: /,
    );
  });

  it('counts what is lost, and finds the line poor', async () => {
    const poor = await quality({}, { dropChance: 0.1 });
    expect(poor.lost + poor.damaged).toBeGreaterThan(5);
    expect(verdictOf(poor)).toBe('poor');
  });

  it('counts what is damaged', async () => {
    const damaged = await quality({}, { bitErrorRate: 0.001 }, 300);
    expect(damaged.damaged).toBeGreaterThan(20);
    expect(damaged.lost).toBe(0);
  });

  it('counts what is late, though it came', async () => {
    const late = await quality({ thinksMs: 250 }, undefined, 10);
    expect(late).toMatchObject({ lost: 0, damaged: 0, late: 10 });
    expect(late.replyMs).toHaveLength(10);
  });

  it('finds a line dead on which nobody answers', async () => {
    const dead = await quality({ address: 4 }, undefined, 3);
    expect(dead).toMatchObject({ lost: 3, replyMs: [] });
    expect(qualityText(dead)).toMatch(/^9600 baud: 3 questions, 3 lost, 0 damaged, 0 late\. Dead: /);
  });

  it('calls one fault in a hundred fair, and two poor', () => {
    const some = { baudRate: 9_600, asked: 100, lost: 1, damaged: 0, late: 0, replyMs: [1] };
    expect(verdictOf(some)).toBe('fair');
    expect(verdictOf({ ...some, late: 1 })).toBe('poor');
  });

  it('says no time that is too short', () => {
    const some = { baudRate: 9_600, asked: 2, lost: 0, damaged: 0, late: 0, replyMs: [0, 1.21] };
    expect(qualityText(some)).toContain('Half of the answers began within 0.1 ms, 99 of 100 within 1.3 ms.');
  });

  it('takes quantiles of what is there', () => {
    expect([quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.99), quantile([], 0.5)]).toEqual([2, 4, 0]);
  });
});

describe('the test of every rate', () => {
  it('tests those the reader takes, and leaves it as it was', async () => {
    const place = new LinePlace();
    const { line } = place.add({ address: 3 });
    const asker = new LineAsker(place.near, place.clock, 9_600);
    await place.until(asker.attached);
    const tested = await place.until(testRates(asker, 3, 9_600, baudRates, 5));
    expect(tested.qualities.map((each) => [each.baudRate, verdictOf(each)])).toEqual([
      [9_600, 'good'],
      [38_400, 'good'],
      [115_200, 'good'],
    ]);
    expect(tested).toMatchObject({ isBack: true, notes: ['The reader does not take 230400 baud.'] });
    expect(line.value).toEqual({ address: 3, baudRate: 9_600 });
  });

  it('tests no other rate at a reader that has a key', async () => {
    const tested = await rates({ isKeyed: true });
    expect(tested.qualities).toHaveLength(1);
    expect(tested).toMatchObject({ isBack: true, notes: [expect.stringContaining('changes its rate only for its controller')] });
  });

  it('tests no other rate when the reader does not answer at its own', async () => {
    expect(await rates({ address: 4 })).toMatchObject({ isBack: true, notes: [], qualities: [{ baudRate: 9_600, replyMs: [] }] });
  });

  it('waits for a reader to go back by itself from a rate that does not work, and goes on', async () => {
    const tested = await rates({}, ({ near }) => {
      // As on a cable that is too long for that rate: what is said at it is not understood.
      const setBaudRate = near.setBaudRate.bind(near);
      near.setBaudRate = (baudRate) => setBaudRate(baudRate === 38_400 ? 57_600 : baudRate);
    });
    expect(tested.qualities.map(({ baudRate }) => baudRate)).toEqual([9_600, 115_200]);
    expect(tested.notes[0]).toBe('The reader went back from 38400 baud by itself: that rate does not work here.');
    expect(tested.isBack).toBe(true);
  });

  it('says where a reader may have been left', async () => {
    let isGone = false;
    let answered = 0;
    const tested = await rates({
      saying: (bytes) => {
        // It takes the new rate, answers a few times, and dies.
        answered += 1;
        isGone ||= answered > 8;
        return isGone ? undefined : bytes;
      },
    });
    expect(tested).toMatchObject({ isBack: false, notes: ['The reader may be left at 38400 baud. Look for it: doorpad find.'] });
  });
});
