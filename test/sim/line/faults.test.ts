/** Faults of a line: each does what it says, as often as it says, the same way for the same seed. */
import { describe, expect, it } from 'vitest';
import { FaultyLine, type LineFaults, maxLatePieces, maxNoiseBytes } from '../../../sim/line/faults.ts';
import { Wire } from '../../../sim/line/wire.ts';
import { Random } from '../../../sim/random.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { describeLine } from '../../contracts/line.contract.ts';
import { LineEar } from '../../contracts/line-ear.ts';
import { memoryLine } from '../../contracts/memory-line.ts';

const faulty = (faults: Partial<LineFaults>, seed = 1) => {
  const clock = new VirtualClock();
  const wire = new Wire({ clock, baudRate: 230_400 });
  const [near, far] = [wire.end(), wire.end()];
  const line = new FaultyLine(near, clock, new Random(seed), faults);
  return { clock, line, near, far };
};

/** What is heard of 1,000 pieces of 8 bytes, one each 10 ms. */
const heardOf = async (faults: Partial<LineFaults>, seed = 1): Promise<LineEar> => {
  const { clock, line, far } = faulty(faults, seed);
  const ear = new LineEar();
  line.listen(ear);
  for (let piece = 0; piece < 1_000; piece++) {
    far.send(new Uint8Array(8).fill(piece % 256));
    await clock.advance(10);
  }
  await clock.advance(1_000);
  return ear;
};

const countOf = ({ pieces }: LineEar): number => pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);

describeLine('A line without faults', async () => {
  const { clock, line, near, far } = faulty({});
  return memoryLine(clock, near, far, line);
});

describe('A line with faults', () => {
  it('turns as many bits as it is told', async () => {
    const { pieces } = await heardOf({ bitErrorRate: 0.01 });
    let turned = 0;
    pieces.forEach(({ bytes }, piece) => {
      for (const byte of bytes) if (byte !== piece % 256) turned += 1;
    });
    // 64,000 bits; of 8,000 bytes one in 12.9 is hit.
    expect(turned).toBeGreaterThan(500);
    expect(turned).toBeLessThan(740);
  });

  it('loses pieces, doubles them and puts noise before them as often as it is told', async () => {
    const lost = 1_000 - (await heardOf({ dropChance: 0.1 })).pieces.length;
    const doubled = (countOf(await heardOf({ doubleChance: 0.1 })) - 8_000) / 8;
    const noisy = (await heardOf({ noiseChance: 0.1 })).pieces.filter(({ bytes }) => bytes.length > 8);
    for (const count of [lost, doubled, noisy.length]) {
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(140);
    }
    expect(noisy.every(({ bytes }) => bytes.length <= 8 + maxNoiseBytes)).toBe(true);
  });

  it('lets pieces come late, in order, and all of them', async () => {
    const { pieces } = await heardOf({ lateMs: 200 });
    expect(pieces.map(({ bytes }) => bytes[0])).toEqual(Array.from({ length: 1_000 }, (_, piece) => piece % 256));
    const delays = pieces.map(({ atMs }, piece) => atMs - piece * 10);
    expect(Math.max(...delays)).toBeGreaterThan(150);
    expect(Math.max(...delays)).toBeLessThan(201);
  });

  it('keeps no more late pieces than its limit', async () => {
    const { clock, line, far } = faulty({ lateMs: 4_000_000_000 });
    const ear = new LineEar();
    line.listen(ear);
    for (let piece = 0; piece < maxLatePieces + 5; piece++) {
      far.send(Uint8Array.of(1));
      await clock.advance(1);
    }
    line.set({ lateMs: 0 });
    await clock.advance(4_000_000_000);
    expect(ear.pieces).toHaveLength(maxLatePieces);
  });

  it('forgets what is late when the wire goes or the listener stops', async () => {
    const { clock, line, near, far } = faulty({ lateMs: 1_000 });
    const ear = new LineEar();
    const subscription = line.listen(ear);
    await clock.advance(1);
    far.send(Uint8Array.of(1));
    await clock.advance(1);
    near.plug(false);
    near.plug(true);
    far.send(Uint8Array.of(2));
    await clock.advance(1);
    subscription.stop();
    subscription.stop();
    await clock.advance(5_000);
    expect(ear.pieces).toEqual([]);
  });

  it('lets nothing pass while it is cut, and no end notices', async () => {
    const { clock, line, far } = faulty({ isCut: true });
    const [near, there] = [new LineEar(), new LineEar()];
    line.listen(near);
    far.listen(there);
    line.send(Uint8Array.of(1));
    far.send(Uint8Array.of(2));
    await clock.advance(100);
    line.set({ isCut: false });
    line.send(Uint8Array.of(3));
    await clock.advance(100);
    far.send(Uint8Array.of(4));
    await clock.advance(100);
    expect([await near.bytes(1), await there.bytes(1)]).toEqual([[4], [3]]);
    expect([near.reports, there.reports]).toEqual([['attached'], ['attached']]);
  });

  it('brings back what was sent when it hears itself', async () => {
    const { clock, line, far } = faulty({ echoes: true });
    const [near, there] = [new LineEar(), new LineEar()];
    line.listen(near);
    far.listen(there);
    await clock.advance(1);
    const sent = Uint8Array.of(1, 2, 3);
    line.send(sent);
    sent.fill(0);
    await clock.advance(100);
    expect([await near.bytes(3), await there.bytes(3)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('does the same again for the same seed, and something else for another', async () => {
    const everything: Partial<LineFaults> = { bitErrorRate: 0.001, dropChance: 0.1, doubleChance: 0.1, noiseChance: 0.1, lateMs: 50 };
    const story = async (seed: number): Promise<string> => JSON.stringify((await heardOf(everything, seed)).pieces);
    const first = await story(7);
    expect(await story(7)).toBe(first);
    expect(await story(8)).not.toBe(first);
  });
});
