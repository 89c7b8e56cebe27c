/** What a line does to a golden session (SECURITY A1 to A6): whatever happens to one burst, the session stands and everything is done once. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { scs } from '../../src/osdp/frame.ts';
import { nominalGapMs } from '../../src/osdp/framer.ts';
import { bytesOf, flipBit, joined, withCheck } from './bytes.ts';
import { damageEach, goldenBursts, goldenMs, misreadChecks, runGolden } from './golden.ts';
import { noBytes, PdBench } from './pd-bench.ts';
import { frameIn, mark, shipped, upAndRunning } from './together.ts';

const seed = 0xa1;
const each = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

describe('a golden session', () => {
  it('is what it is meant to be: a start, orders, and a key', () => {
    const { world, outcomes, keypads, bursts, lost, tookMs } = runGolden(shipped);
    expect(JSON.parse(world)[0]).toEqual(['mfg 01', 'leds', 'text Open', 'mfg 02', 'outputs']);
    expect([outcomes, keypads, bursts.length, lost]).toEqual(['1 answered, 2 answered, 3 answered, 4 answered, 5 answered', 1, goldenBursts, 0]);
    expect(tookMs).toBeLessThan(goldenMs);
  });

  it('A1: is the same with any bit of any burst flipped', () => {
    const { runs, findings } = damageEach(shipped, (bytes) => each(bytes.length * 8).map((bit) => (sent) => [flipBit(sent, bit)]));
    expect(findings).toEqual([]);
    expect(runs).toBeGreaterThan(3_000);
  });

  it('A1: is the same when the bit flips that says which check it is, and the other check is right by chance', () => {
    expect(misreadChecks(shipped)).toEqual([]);
  });

  it(`A1: is the same with 2 to 64 bits of any burst flipped, seed ${seed}`, () => {
    const random = new Random(seed);
    const flipMany = (sent: Uint8Array): readonly Uint8Array[] => {
      let flipped = sent;
      for (let count = random.between(2, 64); count > 0; count -= 1) flipped = flipBit(flipped, random.int(sent.length * 8));
      // What no check can see is another matter: in a session the MAC is for that.
      return frameIn(flipped) === undefined ? [flipped] : [];
    };
    expect(damageEach(shipped, () => each(20).map(() => flipMany)).findings).toEqual([]);
  });

  it('A2: is the same with any byte lost', () => {
    const { findings } = damageEach(shipped, (bytes) => each(bytes.length).map((at) => (sent) => [sent.filter((_, place) => place !== at)]));
    expect(findings).toEqual([]);
  });

  it('A3: is the same with any byte doubled', () => {
    const { findings } = damageEach(shipped, (bytes) =>
      each(bytes.length).map((at) => (sent) => [joined(sent.subarray(0, at + 1), sent.subarray(at))]),
    );
    expect(findings).toEqual([]);
  });

  it('A5: is the same with any burst cut off at any point, its rest lost or late', () => {
    expect(damageEach(shipped, (bytes) => each(bytes.length).map((at) => (sent) => [sent.subarray(0, at)])).findings).toEqual([]);
    expect(damageEach(shipped, (bytes) => each(bytes.length).map((at) => (sent) => [sent.subarray(0, at), sent.subarray(at)])).findings).toEqual([]);
  });

  it('A12: is the same with any burst lost', () => {
    expect(damageEach(shipped, () => [() => []]).findings).toEqual([]);
  });

  it('A12: is the same with any burst heard twice, but for a challenge, of which only the last counts', () => {
    const { findings } = damageEach(shipped, () => [(sent) => [sent, sent]]);
    expect(findings).toEqual(['burst 4, way 0: 1 sessions were lost']);
    expect(runGolden(shipped, 4, (sent) => [sent, sent]).tookMs).toBeLessThan(goldenMs);
  });
});

describe('garbage', () => {
  it(`A4: of 0 to 2 000 bytes before or inside a frame costs that frame at most, seed ${seed}`, () => {
    const random = new Random(seed);
    const line = upAndRunning();
    line.isKept = false;
    for (let bytes = 0; bytes <= 2_000; bytes += 1) {
      // Every other garbage is full of false starts.
      const garbage = random.bytes(bytes).map((byte) => (bytes % 2 === 0 && byte < 64 ? 0x53 : byte));
      const toward = random.pick(['acu', 'pd'] as const);
      let isDone = false;
      let sentAgain = 0;
      line.between = (passing) => {
        if (passing.toward === 'pd' && isDone) sentAgain += 1;
        if (isDone || passing.toward !== toward) return undefined;
        isDone = true;
        const at = random.chance(0.5) ? 0 : random.int(passing.bytes.length);
        return [joined(passing.bytes.subarray(0, at), garbage, passing.bytes.subarray(at))];
      };
      const before = line.station.effects.length;
      line.order(mark(Uint8Array.of(bytes & 0xff, bytes >> 8)));
      const isOver = line.until(() => line.station.effects.length > before && isDone, 3_000);
      expect([isOver, line.isUp, line.station.told('session.closed')], `${bytes} bytes toward the ${toward}`).toEqual([true, true, 0]);
      line.run(300);
      expect(line.station.effects.length, `${bytes} bytes toward the ${toward}`).toBe(before + 1);
      expect(sentAgain).toBeGreaterThan(0);
      line.station.events.length = 0;
    }
  });

  it('A5: leaves nothing waiting in a reader 20 ms after the line fell silent, wherever it did', () => {
    for (const bytes of runGolden(shipped).bursts) {
      for (let cut = 0; cut < bytes.length; cut += 1) {
        const bench = PdBench.keyed().start();
        bench.raw(bytes.subarray(0, cut));
        const begun = bytes.subarray(0, cut).includes(0x53);
        const idleMs = bench.pd.deadlineMs;
        bench.wait(nominalGapMs);
        expect(begun ? idleMs : nominalGapMs).toBe(nominalGapMs);
        expect(bench.frame(bench.encode(0x61, Uint8Array.of(0))).code).toBe(0x45);
      }
    }
  });

  it('A6: of all 65 536 lengths, with either check, throws at neither end and stops neither', () => {
    const line = upAndRunning();
    line.isKept = false;
    const bench = PdBench.keyed();
    expect(bench.handshake()).toBe(0x78);
    for (const control of [0x00, 0x04, 0x08, 0x0d]) {
      for (let length = 0; length < 65_536; length += 1) {
        const lie = Uint8Array.of(0x53, 0x01, length & 0xff, length >> 8, control, 0x60, 0xc5, 0x5c);
        bench.pd.receive(lie, bench.nowMs);
        bench.wait(nominalGapMs);
        lie[1] = 0x81;
        line.acu.receive(lie, line.nowMs);
        if (length % 100 === 0) {
          expect(bench.secure('poll', undefined).name).toBe('ack');
          line.run(500);
        }
      }
    }
    bench.sent.length = 0;
    expect([line.isUp, line.station.told('session.closed'), bench.told('session.closed')]).toEqual([true, 0, 0]);
  });

  it('A6: that is a frame of every length a security block can claim throws at neither end', () => {
    const bench = PdBench.keyed();
    const line = upAndRunning();
    for (let blockBytes = 0; blockBytes < 256; blockBytes += 1) {
      for (const type of [...Object.values(scs), 0x00, 0x10, 0x19, 0xff]) {
        for (const rest of [noBytes, new Uint8Array(4), new Uint8Array(300)]) {
          const frame = withCheck(joined(bytesOf('5301 0000 0c'), Uint8Array.of(blockBytes, type), rest));
          expect(bench.raw(frame).length).toBeLessThanOrEqual(1);
          frame[1] = 0x81;
          line.acu.receive(withCheck(frame.subarray(0, -2)), line.nowMs);
        }
      }
    }
    expect(line.run(2_000).isUp).toBe(true);
  });
});
