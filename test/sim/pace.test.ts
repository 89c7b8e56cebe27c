/** Virtual time at the pace of real time. Real time is given by each test. */
import { afterEach, describe, expect, it } from 'vitest';
import { maxCatchUpMs, Pace } from '../../sim/pace.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';

const paces: Pace[] = [];
afterEach(() => {
  for (const pace of paces.splice(0)) pace.stop();
});

const open = (speed = 1) => {
  const clock = new VirtualClock();
  const real = { ms: 5_000 };
  const pace = new Pace(clock, { speed, realMs: () => real.ms });
  paces.push(pace);
  return { clock, real, pace };
};

describe('a pace', () => {
  it('brings the clock to the present before anything is done', async () => {
    const { clock, real, pace } = open();
    real.ms += 1_234;
    let atMs = 0;
    await pace.do(() => {
      atMs = clock.nowMs();
    });
    expect(atMs).toBe(1_234);
  });

  it('runs what came due meanwhile at its own time, and before what is done now', async () => {
    const { clock, real, pace } = open();
    const ran: string[] = [];
    clock.setTimeout(() => ran.push(`due at ${clock.nowMs()}`), 300);
    real.ms += 1_000;
    await pace.do(() => void ran.push(`done at ${clock.nowMs()}`));
    expect(ran).toEqual(['due at 300', 'done at 1000']);
  });

  it('runs a timer that comes due with nobody there', async () => {
    const clock = new VirtualClock();
    paces.push(new Pace(clock));
    const rang = Promise.withResolvers<number>();
    clock.setTimeout(() => rang.resolve(clock.nowMs()), 20);
    expect(await rang.promise).toBe(20);
  });

  it('passes faster, slower, or not at all, from the moment it is told', async () => {
    const { clock, real, pace } = open(10);
    real.ms += 100;
    await pace.setSpeed(0);
    expect(clock.nowMs()).toBe(1_000);
    real.ms += 100;
    await pace.setSpeed(0.5);
    expect(clock.nowMs()).toBe(1_000);
    real.ms += 100;
    await pace.do(() => undefined);
    expect(clock.nowMs()).toBe(1_050);
  });

  it('passes in whole milliseconds, and loses none', async () => {
    const { clock, real, pace } = open();
    for (let step = 0; step < 100; step += 1) {
      real.ms += 0.75;
      await pace.do(() => undefined);
      expect(Number.isInteger(clock.nowMs())).toBe(true);
    }
    expect(clock.nowMs()).toBe(75);
  });

  it('does not go back', () => {
    expect(() => open().pace.setSpeed(-1)).toThrow('time does not go back');
  });

  it('does not replay the night of a laptop that slept', async () => {
    const { clock, real, pace } = open();
    real.ms += 8 * 3_600_000;
    await pace.do(() => undefined);
    expect(clock.nowMs()).toBe(maxCatchUpMs);
  });

  it('skips time when asked', async () => {
    const { clock, pace } = open();
    await pace.skip(15_000);
    expect(clock.nowMs()).toBe(15_000);
  });

  it('does one thing after the other, also when all are asked for at once', async () => {
    const { clock, pace } = open();
    const order: string[] = [];
    await Promise.all(
      ['first', 'second'].map((name) =>
        pace.do(async () => {
          order.push(`${name} begins`);
          await clock.advance(10);
          order.push(`${name} ends`);
        }),
      ),
    );
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('rejects as what was done rejects, and goes on with the next', async () => {
    const { clock, real, pace } = open();
    await expect(pace.do(() => Promise.reject(new Error('jammed')))).rejects.toThrow('jammed');
    real.ms += 10;
    await pace.do(() => undefined);
    expect(clock.nowMs()).toBe(10);
  });

  it('lets time pass no more once it was stopped', async () => {
    const { clock, pace } = open();
    let hasRung = false;
    clock.setTimeout(() => {
      hasRung = true;
    }, 1);
    pace.stop();
    await clock.settle();
    expect(hasRung).toBe(false);
  });
});
