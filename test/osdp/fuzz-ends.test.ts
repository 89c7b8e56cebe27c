/** A share of the nonsense that `npm run fuzz` says to both ends: nothing throws, nothing grows, nothing is answered twice. A failure prints its seed. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OrderQueue } from '../../src/osdp/acu-orders.ts';
import { FileReceiver } from '../../src/osdp/file-receiver.ts';
import { PartReceiver } from '../../src/osdp/part-receiver.ts';
import { PdIndicators } from '../../src/osdp/pd-indicators.ts';
import { ReportQueue } from '../../src/osdp/pd-reports.ts';
import { Fuzz, heldBytes } from './fuzz-ends.ts';

const seed = Date.now() >>> 0;
const frames = 60_000;
const growthBytes = 4_000_000;

describe(`nonsense from seed ${seed} at both ends`, () => {
  it(`${frames} frames of it throw nothing, are answered once at most, and leave nothing behind`, () => {
    const fuzz = new Fuzz(seed);
    let held = 0;
    for (let frame = 0; frame < frames; frame += 1) {
      const fault = fuzz.step();
      if (fault !== undefined) expect.fail(`seed ${seed}, frame ${frame}, ${fault.end}: ${fault.what}\n${fault.frame}`);
      if (frame === frames / 5) held = heldBytes().heap;
    }
    expect(heldBytes().heap - held, `seed ${seed}`).toBeLessThan(growthBytes);
    expect(fuzz.known.size).toBeGreaterThan(20);
  });

  it('is the same from the same seed', () => {
    const [one, other] = [new Fuzz(7), new Fuzz(7)];
    for (let frame = 0; frame < 500; frame += 1) expect(one.step()).toEqual(other.step());
    expect([...one.known]).toEqual([...other.known]);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const throwing = (): never => {
  throw new Error('planted');
};

describe('a planted fault is found by nonsense, with its frame: an end that', () => {
  it.each([
    ['throws at a fragment of a file', 'PD', () => vi.spyOn(FileReceiver.prototype, 'receive').mockImplementation(throwing)],
    ['throws at a light', 'PD', () => vi.spyOn(PdIndicators.prototype, 'setLeds').mockImplementation(throwing)],
    ['throws at a part of a message', 'ACU', () => vi.spyOn(PartReceiver.prototype, 'take').mockImplementation(throwing)],
    ['lets reports wait without end', 'PD', () => vi.spyOn(ReportQueue.prototype, 'length', 'get').mockReturnValue(1_000)],
    ['throws at an order', 'ACU', () => vi.spyOn(OrderQueue.prototype, 'shift').mockImplementation(throwing)],
  ])('%s', (_, end, plant) => {
    plant();
    const fuzz = new Fuzz(1);
    let fault = fuzz.step();
    for (let frame = 0; fault === undefined && frame < 20_000; frame += 1) fault = fuzz.step();
    expect(fault?.end).toContain(end);
    expect(fault?.frame).toMatch(/^53/);
  });
});
