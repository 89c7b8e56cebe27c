/** The line in memory: when bytes arrive, who hears them, and what two at once leave. */
import { describe, expect, it } from 'vitest';
import { maxWaitingBytes, Wire, type WireOptions } from '../../../sim/line/wire.ts';
import type { WireEnd } from '../../../sim/line/wire-end.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { describeLine } from '../../contracts/line.contract.ts';
import { LineEar } from '../../contracts/line-ear.ts';
import { memoryLine } from '../../contracts/memory-line.ts';

describeLine('A wire in memory', async () => {
  const clock = new VirtualClock();
  const wire = new Wire({ clock });
  return memoryLine(clock, wire.end(), wire.end());
});

/** A wire with so many listening ends. */
const wired = (count: number, options: Partial<WireOptions> = {}) => {
  const clock = new VirtualClock();
  const wire = new Wire({ clock, ...options });
  const ends = Array.from({ length: count }, () => wire.end());
  const ears = ends.map((end) => {
    const ear = new LineEar();
    end.listen(ear);
    return ear;
  });
  const heard = (place: number): number[] => (ears[place]?.pieces ?? []).flatMap(({ bytes }) => [...bytes]);
  const times = (place: number): (readonly [number, number])[] => (ears[place]?.pieces ?? []).map(({ bytes, atMs }) => [atMs, bytes.length]);
  return { clock, ends: ends as [WireEnd, WireEnd, WireEnd], ears, heard, times };
};

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, place) => place % 256);

describe('A wire in memory', () => {
  it('lets a byte be heard when its ten bits are out, by everybody but who said it', async () => {
    const { clock, ends, heard, times } = wired(3, { baudRate: 10_000 });
    ends[0].send(bytes(9));
    await clock.advance(8.999);
    expect(heard(1)).toEqual([]);
    await clock.advance(0.001);
    expect([times(0), times(1), times(2)]).toEqual([[], [[9, 9]], [[9, 9]]]);
  });

  it('brings a long frame in pieces, with less than 20 ms between them', async () => {
    const { clock, ends, times } = wired(2);
    ends[0].send(bytes(48));
    await clock.advance(100);
    expect(times(1).map(([atMs, length]) => [Math.round(atMs * 100) / 100, length])).toEqual([
      [15.63, 15],
      [31.25, 15],
      [46.88, 15],
      [50, 3],
    ]);
  });

  it('says what is sent in one go after another, and drops what a full kernel would', async () => {
    const { clock, ends, heard } = wired(2, { baudRate: 230_400 });
    for (let sent = 0; sent < maxWaitingBytes; sent += 1_024) ends[0].send(bytes(1_024));
    ends[0].send(Uint8Array.of(7));
    await clock.advance(1_000);
    expect(heard(1)).toHaveLength(maxWaitingBytes);
    ends[0].send(Uint8Array.of(7));
    await clock.advance(1_000);
    expect(heard(1)).toHaveLength(maxWaitingBytes + 1);
  });

  it('leaves noise of the first and nothing of the second when two speak at once, and neither hears', async () => {
    const { clock, ends, heard } = wired(3, { baudRate: 10_000 });
    ends[0].send(bytes(10));
    await clock.advance(5);
    ends[1].send(Uint8Array.of(101, 102, 103, 104, 105, 106, 107, 108));
    await clock.advance(100);
    expect(heard(0)).toEqual([]);
    expect(heard(1)).toEqual([]);
    const [first, noise, rest] = [heard(2).slice(0, 5), heard(2).slice(5, 10), heard(2).slice(10)];
    expect(first).toEqual([0, 1, 2, 3, 4]);
    expect(noise.every((byte, place) => byte !== place + 5)).toBe(true);
    expect(rest).toEqual([106, 107, 108]);
  });

  it('spoils two that begin and end at the same moment, the one asked first being the noise', async () => {
    const { clock, ends, heard } = wired(3);
    ends[0].send(Uint8Array.of(1));
    ends[1].send(Uint8Array.of(2));
    await clock.advance(100);
    expect(heard(2)).toHaveLength(1);
    expect(heard(2)).not.toEqual([1]);
  });

  it('is clean again for who speaks when the others are done', async () => {
    const { clock, ends, heard } = wired(3, { baudRate: 10_000 });
    ends[0].send(bytes(3));
    await clock.advance(3);
    ends[1].send(bytes(4));
    await clock.advance(4);
    ends[2].send(bytes(2));
    await clock.advance(2);
    expect([heard(0), heard(1), heard(2)]).toEqual([
      [0, 1, 2, 3, 0, 1],
      [0, 1, 2, 0, 1],
      [0, 1, 2, 0, 1, 2, 3],
    ]);
  });

  it('is other bytes to an end with another rate, and fewer to a slower one', async () => {
    const { clock, ends, heard } = wired(3, { baudRate: 38_400 });
    ends[1].setBaudRate(9_600);
    ends[2].setBaudRate(115_200);
    ends[0].send(bytes(16));
    await clock.advance(100);
    expect(heard(1)).toHaveLength(4);
    expect(heard(2)).toHaveLength(16);
    expect(heard(2)).not.toEqual([...bytes(16)]);
  });

  it('loses what an end was saying when it is pulled, and begins afresh', async () => {
    const { clock, ends, heard } = wired(2, { baudRate: 10_000 });
    ends[0].send(bytes(10));
    await clock.advance(5);
    ends[0].plug(false);
    ends[0].plug(true);
    ends[0].send(Uint8Array.of(42));
    await clock.advance(100);
    expect(heard(1)).toEqual([42]);
  });

  it('tells of a plug pulled before its first report only what is so then', async () => {
    const { clock, ends, ears } = wired(2);
    ends[0].plug(false);
    await clock.settle();
    expect(ears[0]?.reports).toEqual(['detached']);
    ends[0].plug(false);
    ends[0].plug(true);
    expect(ears[0]?.reports).toEqual(['detached', 'attached']);
  });

  it('tells nobody who stopped listening before the first report', async () => {
    const clock = new VirtualClock();
    const end = new Wire({ clock }).end();
    const ear = new LineEar();
    end.listen(ear).stop();
    end.plug(false);
    await clock.settle();
    expect(ear.reports).toEqual([]);
  });

  it('is the same again, noise included', async () => {
    const run = async (): Promise<number[]> => {
      const { clock, ends, heard } = wired(3);
      ends[0].send(bytes(30));
      ends[1].send(bytes(20));
      await clock.advance(100);
      return heard(2);
    };
    expect(await run()).toEqual(await run());
  });

  it('refuses a rate that is none', () => {
    const { clock, ends } = wired(2);
    expect(() => ends[0].setBaudRate(0)).toThrow('a rate is');
    expect(() => new Wire({ clock, baudRate: 0 })).toThrow('a wire has a rate');
  });
});
