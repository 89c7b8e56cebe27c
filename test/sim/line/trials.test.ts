/** The trials of a line, small: what they find on a line that is as it should be, and what they print. The figures at full size are benches'. */
import { describe, expect, it } from 'vitest';
import { describeDrainTrial, runDrainTrial } from '../../../sim/line/drain-trial.ts';
import { MeteredLine } from '../../../sim/line/meter.ts';
import { RowStore } from '../../../sim/line/row-store.ts';
import { LineSite } from '../../../sim/line/site.ts';
import { describeTableTrial, runTableTrial, spreadOf } from '../../../sim/line/table-trial.ts';
import { Wire } from '../../../sim/line/wire.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { encodeFrame } from '../../../src/osdp/frame.ts';

const seed = 1;
const bits = (count: number): number => count * 10;

describe('a table for every reader of a line', () => {
  it('comes to all of them, while events are heard within 2 s and everybody is polled within 1 s (SECURITY C21)', async () => {
    const trial = await runTableTrial({ readers: 8, baudRate: 115_200, people: 300, seed });
    expect(trial.alarms).toEqual([]);
    expect(trial.sending.eventLatency.count).toBeGreaterThan(0);
    expect(trial.sending.eventLatency.worst).toBeLessThanOrEqual(2_000);
    expect(trial.sending.pollCycle.worst).toBeLessThanOrEqual(1_000);
    expect(trial.firstInForceMs).toBeLessThan(trial.sending.ms / 2);
  });

  it('leaves room for events on the slowest line', async () => {
    const { sending, carrying } = await runTableTrial({ readers: 1, baudRate: 9_600, people: 800, seed });
    expect(sending.eventLatency.count).toBeGreaterThan(0);
    expect(sending.eventLatency.worst).toBeLessThanOrEqual(2_000);
    expect(carrying).toBeGreaterThanOrEqual(0.6);
  });

  it('is told as a table for people', async () => {
    const words = describeTableTrial(await runTableTrial({ readers: 2, baudRate: 230_400, people: 1, seed }));
    expect(words.replaceAll(/\d+(?:\.\d+)?/g, '0').replaceAll(/ +/g, ' ')).toMatchInlineSnapshot(`
      "0 readers at 0 baud, 0 people, seed 0

       polls only tables on the way
      poll cycle, mean 0 ms 0 ms
      poll cycle, worst 0 ms 0 ms
      event to controller, median 0 ms 0 ms
      event to controller, worst 0 ms 0 ms
      events 0 0
      line in use 0 % 0 %

      table 0 bytes each, 0 a person
      in force first after 0 s, all after 0 s
      line's bit time 0 % carried table bytes
      alarms none"
    `);
  });
});

describe('days without a controller', () => {
  it('are all heard afterwards, once and in order, and kept nobody out', async () => {
    const trial = await runDrainTrial({ days: 0.05, baudRate: 115_200, seed, nowMs: () => 0 });
    expect(trial).toMatchObject({ swipes: 250, releases: 250, lost: 0, outOfOrder: 0, alarms: [] });
    expect(trial.waiting).toBeGreaterThanOrEqual(250);
    expect(trial.waiting / trial.drainMs).toBeGreaterThan(150_000 / (30 * 60_000));
    expect(
      describeDrainTrial(trial)
        .replaceAll(/\d+(?:\.\d+)?/g, '0')
        .replaceAll(/ +/g, ' '),
    ).toMatchInlineSnapshot(`
      "0 days without a controller, then 0 baud, seed 0

      let in 0 cards held to the reader, 0 times released
      waiting 0 events
      drained in 0 min, 0 events a second
      lost 0
      out of order 0
      on the wire 0 bytes an event, all told
      alarms none
      took 0 s to live through, 0 s to drain"
    `);
  });
});

describe('one PIN that is changed', () => {
  it('is in force within two polls and its time on the wire', async () => {
    const site = await LineSite.open({ readers: 1, baudRate: 9_600, people: 50, seed });
    await site.begin();
    await site.until(() => site.isInStep, 60_000);
    await site.clock.advance(5_000);
    site.meter.take();
    await site.rollPin(7);
    const tookMs = await site.until(() => site.doors[0]?.table.state()?.version === 2, 10_000);
    const wireMs = (bits(site.meter.take().bytes) * 1_000) / 9_600;
    expect((tookMs ?? Number.NaN) - wireMs).toBeLessThanOrEqual(2 * 50);
    await site.close();
  });
});

describe('a meter', () => {
  it('counts bytes both ways, and a repeated POLL once', async () => {
    const clock = new VirtualClock();
    const wire = new Wire({ clock });
    const [near, far] = [new MeteredLine(wire.end(), clock), wire.end()];
    near.setBaudRate(9_600);
    const heard: boolean[] = [];
    near.listen({ received: () => undefined, attached: (isAttached) => heard.push(isAttached) });
    const poll = (sequence: number): Uint8Array =>
      encodeFrame({ address: 1, isReply: false, sequence, check: 'crc16', security: undefined, code: 0x60, data: new Uint8Array(0) });
    for (const sequence of [0, 0, 1, 2]) {
      near.send(poll(sequence));
      await clock.advance(100);
    }
    near.send(Uint8Array.of(1, 2, 3));
    await clock.advance(100);
    far.send(Uint8Array.of(4));
    await clock.advance(100);
    expect(near.take()).toEqual({ bytes: 4 * 8 + 3 + 1, pollCycles: [200, 100] });
    expect([near.take(), heard]).toEqual([{ bytes: 0, pollCycles: [] }, [true]]);
  });

  it('has no figure for nothing', () => {
    expect(spreadOf([])).toEqual({ count: 0, mean: 0, p50: 0, worst: 0 });
    expect(spreadOf([3, 1, 2])).toEqual({ count: 3, mean: 2, p50: 2, worst: 3 });
  });
});

describe('a store of rows', () => {
  const row = (key: number) => ({ key, value: Uint8Array.of(key) });
  const put = (key: number) => ({ op: 'put', space: 'event', ...row(key) }) as const;

  it('gives rows by key, and forgets one or a range', async () => {
    const store = new RowStore();
    await store.commit([5, 1, 2, 3, 4, 9].map(put));
    await store.commit([
      { op: 'delete', space: 'event', key: 2 },
      { op: 'deleteRange', space: 'event', from: 4, to: 1_000 },
    ]);
    expect(await store.scan('event', 0, 10)).toEqual([1, 3].map(row));
    expect(await store.scan('event', 2, 1)).toEqual([row(3)]);
    expect(await store.scan('use', 0, 1)).toEqual([]);
    await store.close();
  });
});
