/** Whatever comes over the line: the PD does not throw, does not grow, and changes nothing for what is damaged or forged. */
import { describe, expect, it } from 'vitest';
import { maxReports } from '../../src/osdp/pd-reports.ts';
import { flipBit, hexOf, joined, withCheck } from './bytes.ts';
import { nakOf, PdBench } from './pd-bench.ts';

/** Numbers from a seed (mulberry32). */
const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

const golden = (bench: PdBench): void => {
  expect(bench.handshake()).toBe(0x78);
};
const red = { onMs: 100, offMs: 0, onColor: 'red', offColor: 'black' } as const;
const led = [{ reader: 0, led: 0, temporaryAction: 'none', temporary: { ...red, timerMs: 0 }, permanentAction: 'set', permanent: red }] as const;

describe('a golden session', () => {
  it('is not moved by any bit flipped in any of its frames', () => {
    const bench = PdBench.keyed();
    golden(bench);
    for (const command of ['poll', 'lstat', 'led', 'id'] as const) {
      const bytes = bench.sealed({ poll: 0x60, lstat: 0x64, led: 0x69, id: 0x61 }[command], command === 'led' ? new Uint8Array(14) : undefined);
      const events = bench.told('indicators.changed') + bench.told('session.closed');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        expect(bench.raw(flipBit(bytes, bit)), `bit ${bit}`).toEqual([]);
        bench.wait(20);
      }
      expect(bench.told('indicators.changed') + bench.told('session.closed')).toBe(events);
      expect(['ack', 'lstatr', 'pdid', 'nak']).toContain(bench.opened(bytes).name);
    }
    expect(nakOf(bench.secure('led', led))).toBeUndefined();
  });
});

const seed = Date.now() & 0x7fffffff;

describe(`frames from seed ${seed} that are well formed and mean anything`, () => {
  it('never throw, are answered at most once each, and leave nothing behind', () => {
    const random = randomFrom(seed);
    const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => random(256));
    const benches = [new PdBench({ policy: { allowInstall: () => true } }).start(), PdBench.keyed(), PdBench.keyed()];
    golden(benches[2] as PdBench);
    let answered = 0;
    for (let at = 0; at < 100_000; at += 1) {
      const bench = benches[at % benches.length] as PdBench;
      const hasBlock = random(4) === 0;
      const block = hasBlock ? joined(Uint8Array.of(2 + random(3), 0x10 + random(10)), bytes(random(3))) : new Uint8Array(0);
      const control = random(4) | (random(4) > 0 ? 4 : 0) | (hasBlock ? 8 : 0);
      const address = [1, 1, 1, 1, 0x7f, 5, random(256)][random(7)] as number;
      const frame = withCheck(
        joined(Uint8Array.of(0x53, address, 0, 0, control), block, Uint8Array.of(0x60 + random(random(8) === 0 ? 160 : 72)), bytes(random(24))),
      );
      const next = bench.sequence;
      if (random(200) === 0 && at % 3 === 2) bench.handshake();
      else bench.sequence = next;
      const replies = bench.raw(random(20) === 0 ? flipBit(frame, random(frame.length * 8)) : frame);
      expect(replies.length, `frame ${at}: ${hexOf(frame)}`).toBeLessThanOrEqual(1);
      answered += replies.length;
      bench.wait(20 + random(10));
      bench.address = bench.pd.lineSettings.address;
      bench.pd.report({ name: 'rstatr', payload: [0] }, bench.nowMs);
      bench.events.length = Math.min(bench.events.length, 10);
    }
    expect(answered).toBeGreaterThan(10_000);
    for (const bench of benches) expect(bench.pd.waitingReports).toBeLessThanOrEqual(maxReports);
    // Whatever was said: a keyed PD still has its key, and only its key.
    for (const bench of benches.slice(1)) {
      bench.address = bench.pd.lineSettings.address;
      bench.wait(120_000);
      bench.address = bench.pd.lineSettings.address;
      golden(bench);
      expect(bench.keys.asked).toEqual([]);
    }
  });
});
