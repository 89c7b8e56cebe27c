/** Lines of a GPIO chip that come, go, flood and lose edges, over a FIFO and on virtual time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { GpioEdges, maxEdgesASecond, maxEdgesATurn } from '../../src/drivers/gpio-edges.ts';
import { EdgeDecoder, kernelBufferEdges, lineRequest } from '../../src/drivers/gpio-v2.ts';
import { firstRetryMs, longestRetryMs, steadyMs } from '../../src/drivers/retries.ts';
import { Heard, someTurns } from '../contracts/heard.ts';
import { data0, data1, GpioWires, lineEvent } from './gpio-wires.ts';

function listen(edges: GpioEdges) {
  const heard = new Heard<string>();
  const subscription = edges.listen({
    edge: ({ line, atUs }) => heard.add(`${line} at ${atUs}`),
    lost: () => heard.add('lost'),
    attached: (isAttached) => heard.add(isAttached ? 'attached' : 'detached'),
  });
  return { heard, subscription };
}

describe('A request for GPIO lines', () => {
  it('is laid out as struct gpio_v2_line_request, as a C compiler has it', () => {
    const bytes = lineRequest([7, 8]);
    const view = new DataView(bytes.buffer);
    expect(bytes).toHaveLength(592);
    expect([view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)]).toEqual([7, 8, 0]);
    expect(Buffer.from(bytes.subarray(256, 264)).toString('latin1')).toBe('doorpad\0');
    expect(view.getBigUint64(288, true)).toBe(0x124n);
    expect(view.getUint32(296, true)).toBe(0);
    expect([view.getUint32(560, true), view.getUint32(564, true)]).toEqual([2, kernelBufferEdges]);
  });

  it('is for 1 to 64 lines', () => {
    expect(() => lineRequest([])).toThrow('1..64 lines');
    expect(() => lineRequest(Array.from({ length: 65 }, (_, line) => line))).toThrow('1..64 lines');
  });
});

describe('EdgeDecoder', () => {
  const decode = (pieces: readonly Uint8Array[]): string[] => {
    const told: string[] = [];
    const decoder = new EdgeDecoder();
    for (const piece of pieces) decoder.feed(piece, { edge: ({ line, atUs }) => told.push(`${line} at ${atUs}`), lost: () => told.push('lost') });
    return told;
  };

  it('takes edges in any pieces', () => {
    const bytes = Buffer.concat([lineEvent(7, 10.5, 1), lineEvent(8, 2 ** 51, 2), lineEvent(7, 30, 3)]);
    for (let size = 1; size <= bytes.length; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      expect(decode(pieces)).toEqual(['7 at 10.5', `8 at ${2 ** 51}`, '7 at 30']);
    }
  });

  it('tells that edges are missing, before the one that follows them, and counts on from 32 bits', () => {
    expect(decode([lineEvent(7, 1, 2), lineEvent(7, 2, 3), lineEvent(8, 3, 7)])).toEqual(['lost', '7 at 1', '7 at 2', 'lost', '8 at 3']);
    expect(decode([lineEvent(7, 1, 0xffff_ffff), lineEvent(7, 2, 0)])).toEqual(['lost', '7 at 1', '7 at 2']);
  });

  it('takes any bytes at all', () => {
    const random = new Random(Date.now());
    const sizes = Array.from({ length: 200 }, () => random.bytes(random.int(300)));
    expect(() => decode(sizes), `seed ${random.seed}`).not.toThrow();
  });
});

describe('GpioEdges', () => {
  let wires: GpioWires;
  beforeEach(() => {
    wires = new GpioWires();
  });
  afterEach(() => wires.close());

  it('asks for its lines once, and tells their edges in order with the times of the kernel', async () => {
    const { heard, subscription } = listen(wires.edges);
    await someTurns();
    expect(wires.requests).toEqual([lineRequest([data0, data1])]);
    wires.edge(data1, 4_000_000.25);
    wires.edge(data0, 4_000_900);
    expect(await heard.atLeast(2)).toEqual(['8 at 4000000.25', '7 at 4000900']);
    subscription.stop();
    subscription.stop();
  });

  it('tells every edge of more than one turn takes, leaves other work its turn meanwhile, and catches up when it is told to', async () => {
    const { heard } = listen(wires.edges);
    await someTurns();
    for (let edge = 0; edge < maxEdgesATurn * 3 + 5; edge++) wires.edge(data0, edge);
    await heard.atLeast(1);
    expect(heard.reports.length).toBe(maxEdgesATurn);
    wires.edges.catchUp();
    expect(heard.reports.length).toBe(maxEdgesATurn * 3 + 5);
    wires.edges.catchUp();
    expect(heard.reports.at(-1)).toBe(`7 at ${maxEdgesATurn * 3 + 4}`);
  });

  it('follows no flood while it catches up', async () => {
    const { heard } = listen(wires.edges);
    await someTurns();
    for (let edge = 0; edge < maxEdgesATurn * 5; edge++) wires.edge(data0, edge);
    wires.edges.catchUp();
    expect(heard.reports.length).toBe(maxEdgesATurn * 4);
    expect((await heard.atLeast(maxEdgesATurn * 5)).length).toBe(maxEdgesATurn * 5);
  });

  it('catches up with nothing when it has no lines', () => {
    expect(() => wires.edges.catchUp()).not.toThrow();
  });

  it('tells where the kernel had no room for edges', async () => {
    const { heard } = listen(wires.edges);
    wires.edge(data0, 1);
    await heard.atLeast(1);
    wires.overflow(9);
    wires.edge(data1, 2);
    expect(await heard.atLeast(3)).toEqual(['7 at 1', 'lost', '8 at 2']);
  });

  it('lets go of wires that never rest, says so, and listens again after the wait', async () => {
    const { heard } = listen(wires.edges);
    await someTurns();
    for (let batch = 0; batch <= maxEdgesASecond / 1_000; batch++) {
      for (let edge = 0; edge < 1_000; edge++) wires.edge(data0, edge);
      await someTurns();
    }
    expect(heard.reports.filter((report) => report === 'detached')).toHaveLength(1);
    expect(heard.reports.length).toBeLessThanOrEqual(maxEdgesASecond + maxEdgesATurn + 1);
    expect(wires.news.reports.map(({ what }) => what)).toEqual(['flooded']);
    const before = heard.reports.length;
    await wires.pass(firstRetryMs);
    expect((await heard.atLeast(before + 1))[before]).toBe('attached');
  });

  it('takes as many edges as a reader can send for a minute', async () => {
    const { heard } = listen(wires.edges);
    await someTurns();
    for (let second = 0; second < 60; second++) {
      for (let edge = 0; edge < 500; edge++) wires.edge(data0, edge);
      await wires.pass(1_000);
    }
    expect(heard.reports).not.toContain('detached');
  });

  it('says once why the lines cannot be had, and asks after 1, 2, 4, 8, 16, then every 30 s', async () => {
    wires.refusal = new Error('EBUSY');
    const { heard, subscription } = listen(wires.edges);
    await wires.clock.settle();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      const waitMs = (wires.clock.nextDueMs ?? Number.NaN) - wires.clock.nowMs();
      waits.push(waitMs);
      await wires.clock.advance(waitMs);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, longestRetryMs, longestRetryMs]);
    expect(heard.reports).toEqual(['detached']);
    wires.refusal = new Error('EPERM');
    await wires.clock.advance(longestRetryMs);
    expect(wires.news.reports.map(({ what, cause }) => `${what} ${String(cause)}`)).toEqual(['away Error: EBUSY', 'away Error: EPERM']);
    subscription.stop();
    expect(wires.clock.nextDueMs).toBeUndefined();
  });

  it('looks soon for lines that were steady, and ever more rarely for a chip that comes and goes', async () => {
    const { heard } = listen(wires.edges);
    await someTurns();
    const waits: number[] = [];
    for (const stayMs of [0, 5_000, steadyMs]) {
      await wires.clock.advance(stayMs);
      const before = heard.reports.length;
      wires.unplug();
      await heard.atLeast(before + 1);
      const waitMs = (wires.clock.nextDueMs ?? Number.NaN) - wires.clock.nowMs();
      waits.push(waitMs);
      wires.plugIn();
      await wires.clock.advance(waitMs);
      await heard.atLeast(before + 2);
    }
    expect(waits).toEqual([1_000, 2_000, 1_000]);
    expect(heard.reports).toEqual(['detached', 'attached', 'detached', 'attached', 'detached', 'attached']);
  });

  it('closes the lines when they cannot be watched', async () => {
    const { heard } = listen(
      new GpioEdges({
        chip: wires.chip,
        lines: [7],
        clock: wires.clock,
        ioctl: (fd, request, argument) => {
          wires.ioctl(fd, request, argument);
          if (request === 0x5421) throw new Error('ENOTTY');
        },
      }),
    );
    expect(await heard.atLeast(1)).toEqual(['detached']);
  });

  it('tells nothing to one who stopped in the middle of a burst, or at once', async () => {
    const told: number[] = [];
    const first = wires.edges.listen({
      edge: ({ line }) => {
        told.push(line);
        first.stop();
      },
      lost: () => expect.unreachable(),
      attached: () => expect.unreachable(),
    });
    wires.edge(data0, 1);
    wires.edge(data1, 2);
    await someTurns();
    expect(told).toEqual([data0]);
    listen(wires.edges).subscription.stop();
    await someTurns();
    expect(wires.requests).toHaveLength(1);
  });

  it('refuses a second listener', () => {
    listen(wires.edges);
    expect(() => listen(wires.edges)).toThrow('one listener at a time');
  });
});
