/** COMSET at a PD: new settings on trial, kept once they have worked, and taken back where they have not (OSDP.md §11, SECURITY A23). */
import { describe, expect, it } from 'vitest';
import { encodeCommand } from '../../src/osdp/commands.ts';
import { type Kept, keepRetryMs, type LineSettings, maxKeepTries, trialMs } from '../../src/osdp/pd-line-settings.ts';
import { Disk, noBytes, PdBench } from './pd-bench.ts';

describe('a move to another address and rate', () => {
  const moved: LineSettings = { address: 5, baudRate: 115_200 };
  const home: LineSettings = { address: 1, baudRate: 9_600 };

  it('is answered from the old address, then made, and kept once it has worked', () => {
    const bench = new PdBench().start();
    const reply = bench.frame(bench.encode(0x6e, encodeCommand('comset', moved)));
    expect([reply.address, reply.code]).toEqual([1, 0x54]);
    expect(bench.events.at(-1)).toEqual({ type: 'line.switched', settings: moved });
    expect([bench.pd.lineSettings, bench.line.value]).toEqual([moved, home]);
    expect(bench.raw(bench.encode(0x60, noBytes))).toEqual([]);
    bench.address = 5;
    expect(bench.frame(bench.encode(0x60, noBytes, bench.sequence)).code).toBe(0x40);
    expect(bench.line.value).toEqual(moved);
    expect(bench.told('line.kept')).toBe(1);
    bench.wait(trialMs);
    expect(bench.pd.lineSettings).toEqual(moved);
  });

  it('is taken back after a minute in which it has not worked, and nothing was kept', () => {
    const bench = new PdBench().start();
    bench.clear('comset', moved);
    bench.wait(trialMs - 1);
    expect(bench.pd.lineSettings).toEqual(moved);
    expect(bench.pd.deadlineMs).toBe(trialMs);
    bench.wait(1);
    expect(bench.events.at(-1)).toEqual({ type: 'line.reverted', settings: home });
    expect([bench.pd.lineSettings, bench.line.asked]).toEqual([home, []]);
  });

  it('of a PD with a key has worked only when a session has', () => {
    const bench = PdBench.keyed({ policy: { clearComset: true } }).start();
    bench.clear('comset', moved);
    bench.address = 5;
    bench.start();
    expect(bench.line.asked).toEqual([]);
    bench.handshake();
    bench.secure('poll', undefined);
    expect(bench.line.value).toEqual(moved);
  });

  it('taken back by the ACU before it has worked needs no trial', () => {
    const bench = PdBench.keyed({ policy: { clearComset: true } }).start();
    bench.clear('comset', moved);
    bench.address = 5;
    bench.clear('comset', home);
    bench.wait(trialMs);
    expect([bench.pd.lineSettings, bench.told('line.switched'), bench.told('line.reverted')]).toEqual([home, 2, 0]);
  });

  it('in a session leaves session and sequence as they are', () => {
    const bench = PdBench.keyed();
    bench.handshake();
    expect(bench.secure('comset', moved)).toEqual({ name: 'com', payload: moved });
    bench.address = 5;
    expect(bench.secure('poll', undefined).name).toBe('ack');
  });

  it('is kept when the disk can, and asked again until then', () => {
    const line = new Disk(home);
    line.answer = 'later';
    const bench = new PdBench({ line }).start();
    bench.clear('comset', moved);
    bench.address = 5;
    bench.poll();
    expect(line.value).toEqual(home);
    line.answer = 'kept';
    bench.poll();
    expect(line.value).toEqual(moved);
  });

  /** Moved, with a disk that answers so. */
  const movedWith = (answer: Kept): { bench: PdBench; line: Disk<LineSettings> } => {
    const line = new Disk(home);
    line.answer = answer;
    const bench = new PdBench({ line }).start();
    bench.clear('comset', moved);
    bench.address = 5;
    bench.poll();
    return { bench, line };
  };

  it('that cannot be kept is tried again every few seconds, is kept once the disk can, and is not told before', () => {
    const { bench, line } = movedWith('failed');
    bench.poll();
    expect([line.asked.length, bench.told('line.failed')]).toEqual([1, 0]);
    for (let turn = 0; turn < 2; turn += 1) {
      bench.wait(keepRetryMs);
      bench.poll();
    }
    expect(line.asked.length).toBe(3);
    line.answer = 'kept';
    bench.wait(keepRetryMs);
    bench.poll();
    expect([line.value, bench.told('line.kept'), bench.told('line.failed')]).toEqual([moved, 1, 0]);
    bench.wait(trialMs);
    expect([bench.pd.lineSettings, bench.told('line.reverted')]).toEqual([moved, 0]);
  });

  it('that can never be kept is told once, after so many tries; it stays while it works, and goes when it does not', () => {
    const { bench, line } = movedWith('failed');
    for (let turn = 0; turn < 2 * maxKeepTries; turn += 1) {
      bench.wait(keepRetryMs);
      bench.poll();
    }
    expect([line.asked.length, bench.told('line.failed'), bench.pd.lineSettings]).toEqual([maxKeepTries, 1, moved]);
    bench.wait(trialMs - 1);
    expect(bench.pd.lineSettings).toEqual(moved);
    bench.wait(1);
    expect([bench.pd.lineSettings, bench.told('line.reverted')]).toEqual([home, 1]);
  });

  it('that was kept after the other end had gone stays', () => {
    const { bench, line } = movedWith('later');
    line.answer = 'kept';
    bench.wait(trialMs);
    expect([bench.pd.lineSettings, line.value, bench.told('line.kept'), bench.told('line.reverted')]).toEqual([moved, moved, 1, 0]);
  });

  it('that is taken back while it is being written has those before it kept again', () => {
    for (const isTakenBack of [true, false]) {
      const { bench, line } = movedWith('later');
      if (isTakenBack) bench.clear('comset', home);
      else bench.wait(trialMs);
      expect(bench.pd.lineSettings).toEqual(home);
      line.value = moved;
      line.answer = 'kept';
      bench.address = 1;
      bench.start();
      bench.poll();
      expect([line.value, bench.pd.lineSettings]).toEqual([home, home]);
    }
  });

  it('to where it cannot go, or where it is, is answered with what is in force', () => {
    const bench = new PdBench().start();
    for (const asked of [{ ...home, address: 0x7f }, { ...home, address: 0xff }, { ...home, baudRate: 12_345 }, home]) {
      expect(bench.clear('comset', asked)).toEqual({ name: 'com', payload: home });
    }
    expect(bench.told('line.switched')).toBe(0);
    bench.clear('comset', moved);
    bench.address = 5;
    bench.clear('comset', home, bench.sequence + 1 > 3 ? 1 : bench.sequence + 1);
    expect(bench.pd.lineSettings).toEqual(home);
  });
});
