/** Virtual time: the Clock contract, chained timers, promises between them, and the wall clock set apart from it. */
import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { maxTimersAtOnce, VirtualClock } from '../../sim/virtual-clock.ts';
import { describeClock } from '../contracts/clock.contract.ts';

describeClock('VirtualClock', () => {
  const clock = new VirtualClock();
  return { clock, pass: (ms) => clock.advance(ms) };
});

describe('VirtualClock', () => {
  it('runs a timer set by a timer at exactly its own due time', async () => {
    const clock = new VirtualClock({ startMs: 1_000 });
    const firedAtMs: number[] = [];
    const chain = (): void => {
      firedAtMs.push(clock.nowMs());
      if (firedAtMs.length < 4) clock.setTimeout(chain, 300);
    };
    clock.setTimeout(chain, 300);
    await clock.advance(1_000);
    expect(firedAtMs).toEqual([1_300, 1_600, 1_900]);
    expect(clock.nowMs()).toBe(2_000);
    await clock.advance(200);
    expect(firedAtMs.at(-1)).toBe(2_200);
  });

  it('times the chained delays of an XState machine', async () => {
    const clock = new VirtualClock();
    const enteredAtMs: Record<string, number> = {};
    const machine = setup({
      delays: { short: 100, long: 250 },
      actions: {
        note: (_, params: { state: string }) => {
          enteredAtMs[params.state] = clock.nowMs();
        },
      },
    }).createMachine({
      initial: 'a',
      states: {
        a: { after: { short: 'b' } },
        b: { entry: { type: 'note', params: { state: 'b' } }, after: { long: 'c' } },
        c: { entry: { type: 'note', params: { state: 'c' } }, after: { short: 'd' } },
        d: { entry: { type: 'note', params: { state: 'd' } }, after: { long: 'a' } },
      },
    });
    const actor = createActor(machine, { clock });
    actor.start();
    await clock.advance(460);
    expect(enteredAtMs).toEqual({ b: 100, c: 350, d: 450 });
    actor.stop();
    expect(clock.nextDueMs).toBeUndefined();
  });

  it('lets what a promise chain sets run within the same advance', async () => {
    const clock = new VirtualClock();
    const firedAtMs: number[] = [];
    const fiftyHops = async (): Promise<void> => {
      for (let hop = 0; hop < 50; hop++) await Promise.resolve();
      clock.setTimeout(() => firedAtMs.push(clock.nowMs()), 5);
    };
    clock.setTimeout(() => void fiftyHops(), 10);
    await clock.advance(100);
    expect(firedAtMs).toEqual([15]);
  });

  it('lets promises that wait before the advance go on first', async () => {
    const clock = new VirtualClock();
    let firedAtMs = -1;
    void Promise.resolve().then(() => clock.setTimeout(() => (firedAtMs = clock.nowMs()), 3));
    await clock.advance(10);
    expect(firedAtMs).toBe(3);
  });

  it('runs what is due at the end of the step, and nothing later', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.setTimeout(() => order.push('at 15 000'), 15_000);
    clock.setTimeout(() => order.push('at 15 001'), 15_001);
    await clock.advance(14_999);
    expect(order).toEqual([]);
    await clock.advance(1);
    expect(order).toEqual(['at 15 000']);
  });

  it('moves the wall clock with time, and by setting it in either direction without moving time or timers', async () => {
    const wallMs = Date.UTC(2026, 5, 1);
    const clock = new VirtualClock({ wallMs, wallTrusted: false });
    let hasFired = false;
    clock.setTimeout(() => {
      hasFired = true;
    }, 1_000);
    await clock.advance(500);
    expect(clock.wall()).toEqual({ ms: wallMs + 500, trusted: false });
    for (const jumpMs of [3_600_000, -3_600_000, 10 * 365 * 86_400_000]) {
      clock.setWall(wallMs + jumpMs);
      expect(clock.wall()).toEqual({ ms: wallMs + jumpMs, trusted: true });
      expect(clock.nowMs()).toBe(500);
      expect(hasFired).toBe(false);
    }
    clock.setWall(0, false);
    await clock.advance(500);
    expect(hasFired).toBe(true);
    expect(clock.wall()).toEqual({ ms: 500, trusted: false });
  });

  it('rejects with what a callback threw, stands at its due time, and goes on when told to', async () => {
    const clock = new VirtualClock();
    let hasFired = false;
    clock.setTimeout(() => {
      throw new Error('the callback failed');
    }, 10);
    clock.setTimeout(() => {
      hasFired = true;
    }, 20);
    await expect(clock.advance(100)).rejects.toThrow('the callback failed');
    expect(clock.nowMs()).toBe(10);
    await clock.advance(10);
    expect(hasFired).toBe(true);
  });

  it('stops a loop of zero delays instead of running for ever', async () => {
    const clock = new VirtualClock();
    let count = 0;
    const again = (): void => {
      count++;
      clock.setTimeout(again, 0);
    };
    clock.setTimeout(again, 0);
    await expect(clock.advance(1)).rejects.toThrow('without time moving on');
    expect(count).toBe(maxTimersAtOnce);
  });

  it('refuses to go back, and to advance twice at once', async () => {
    const clock = new VirtualClock();
    await expect(clock.advance(-1)).rejects.toThrow('time does not go back');
    const first = clock.advance(5);
    await expect(clock.advance(5)).rejects.toThrow('one advance at a time');
    await first;
    expect(clock.nowMs()).toBe(5);
  });
});
