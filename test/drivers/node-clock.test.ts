/** The machine's clock: the contract on real time, then early wake-ups, long waits and whom its wall time trusts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeClock, type NodeClockOptions, trustHoldsMs } from '../../src/drivers/node-clock.ts';
import { earliestWallMs } from '../../src/drivers/wall-clock.ts';
import { describeClock } from '../contracts/clock.contract.ts';

/** The contract on real time: a few milliseconds a test, which only a real clock can let pass. */
describeClock('NodeClock', () => {
  const clock = new NodeClock();
  const pass = async (ms: number): Promise<void> => {
    const untilMs = clock.nowMs() + ms;
    while (clock.nowMs() < untilMs) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 0));
  };
  return { clock, pass };
});

describe('NodeClock timers', () => {
  it('waits on when Node wakes it early', async () => {
    // A clock at half speed makes every Node timer half its time early.
    const clock = new NodeClock({ systemNowMs: () => performance.now() / 2 });
    const setAtMs = clock.nowMs();
    const firedAtMs = await new Promise<number>((resolve) => clock.setTimeout(() => resolve(clock.nowMs()), 4));
    expect(firedAtMs).toBeGreaterThanOrEqual(setAtMs + 4);
  });

  it('is never early in 300 timers at fractions of a millisecond', async () => {
    const clock = new NodeClock();
    const earlyByMs = await Promise.all(
      Array.from({ length: 300 }, (_, index) => {
        const dueMs = clock.nowMs() + index / 25;
        return new Promise<number>((resolve) => clock.setTimeout(() => resolve(dueMs - clock.nowMs()), index / 25));
      }),
    );
    expect(Math.max(...earlyByMs)).toBeLessThanOrEqual(0.001);
  });

  it('goes on with the next timer after a callback threw', async () => {
    vi.useFakeTimers();
    try {
      const clock = new NodeClock();
      let hasFired = false;
      clock.setTimeout(() => {
        throw new Error('the callback failed');
      }, 1);
      clock.setTimeout(() => {
        hasFired = true;
      }, 2);
      expect(() => vi.advanceTimersByTime(1)).toThrow('the callback failed');
      vi.advanceTimersByTime(1);
      expect(hasFired).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('fires a timer of 60 days at its time, through several of the longest waits Node takes, and then holds no Node timer', () => {
    vi.useFakeTimers();
    try {
      const clock = new NodeClock();
      const delayMs = 60 * 86_400_000;
      const firedAtMs: number[] = [];
      const setAtMs = clock.nowMs();
      clock.setTimeout(() => firedAtMs.push(clock.nowMs() - setAtMs), delayMs);
      vi.advanceTimersByTime(delayMs - 1);
      expect(firedAtMs).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(firedAtMs).toEqual([delayMs]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps one Node timer for all its timers, and none when all are cleared', () => {
    vi.useFakeTimers();
    try {
      const clock = new NodeClock();
      const timers = [50, 10, 30].map((delayMs) => clock.setTimeout(() => expect.unreachable(), delayMs));
      expect(vi.getTimerCount()).toBe(1);
      for (const timer of timers) clock.clearTimeout(timer);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('NodeClock wall time', () => {
  const plausibleMs = Date.UTC(2026, 6, 1);
  let folder: string;
  let nowMs: number;
  let systemWallMs: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorpad-clock-'));
    nowMs = 1_000;
    systemWallMs = plausibleMs;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const make = (options: NodeClockOptions = {}): NodeClock =>
    new NodeClock({
      ...options,
      timeFiles: { synchronized: join(folder, 'synchronized'), setFromRtc: join(folder, 'hctosys') },
      systemWallMs: () => systemWallMs,
      systemNowMs: () => nowMs,
    });

  it('is not trusted when nothing set it', () => {
    expect(make().wall()).toEqual({ ms: plausibleMs, trusted: false });
  });

  it('is trusted once NTP has set the system clock, asked at most once in ten seconds', () => {
    const clock = make();
    expect(clock.wall().trusted).toBe(false);
    writeFileSync(join(folder, 'synchronized'), '');
    nowMs += trustHoldsMs - 1;
    expect(clock.wall().trusted).toBe(false);
    nowMs += 1;
    expect(clock.wall().trusted).toBe(true);
  });

  it.each([
    ['1\n', true],
    ['0\n', false],
    ['', false],
    ['garbage', false],
  ])('reads a hctosys of %j as set by the real-time clock: %s', (content, trusted) => {
    writeFileSync(join(folder, 'hctosys'), content);
    expect(make().wall().trusted).toBe(trusted);
  });

  it('does not trust a time before there was any doorpad, whoever set it', () => {
    writeFileSync(join(folder, 'hctosys'), '1\n');
    const clock = make();
    for (const [ms, trusted] of [
      [Date.UTC(2000, 0, 1), false],
      [0, false],
      [earliestWallMs - 1, false],
      [earliestWallMs, true],
    ] as const) {
      systemWallMs = ms;
      expect(clock.wall()).toEqual({ ms, trusted });
    }
  });

  it('once set by the controller is trusted and runs with the monotonic clock, whatever the system clock does', () => {
    const clock = make();
    const toldMs = Date.UTC(2027, 2, 1);
    clock.setWall(toldMs);
    nowMs += 2_500;
    for (const ms of [0, Date.UTC(2038, 0, 20), Date.UTC(2100, 1, 29)]) {
      systemWallMs = ms;
      expect(clock.wall()).toEqual({ ms: toldMs + 2_500, trusted: true });
    }
    clock.setWall(toldMs - 86_400_000);
    expect(clock.wall()).toEqual({ ms: toldMs - 86_400_000, trusted: true });
    expect(clock.nowMs()).toBe(3_500);
  });

  it('is trusted and follows the system clock where whoever runs the process vouches for it', () => {
    const clock = make({ isSystemTimeVouched: true });
    for (const ms of [Date.UTC(2026, 10, 23), Date.UTC(2027, 0, 1), Date.UTC(2026, 10, 24)]) {
      systemWallMs = ms;
      expect(clock.wall()).toEqual({ ms, trusted: true });
    }
    systemWallMs = 0;
    expect(clock.wall()).toEqual({ ms: 0, trusted: false });
  });

  it('refuses to be set to no number', () => {
    expect(() => make().setWall(Number.NaN)).toThrow('wall time is a number');
  });
});
