/** The simulated lights, buzzer and strike: their contracts, then how they fail and what they remember. */
import { describe, expect, it } from 'vitest';
import { SimBuzzer } from '../../../sim/devices/buzzer.ts';
import { History, maxHistory } from '../../../sim/devices/history.ts';
import { SimLights } from '../../../sim/devices/lights.ts';
import { SimStrike } from '../../../sim/devices/strike.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { describeBuzzer, describeLights } from '../../contracts/lights-buzzer.contract.ts';
import { describeStrike } from '../../contracts/strike.contract.ts';

const nothingToClose = (): void => undefined;

for (const condition of ['failing', 'unreachable', 'dead'] as const) {
  describeStrike(`SimStrike that becomes ${condition}`, () => {
    const clock = new VirtualClock();
    const strike = new SimStrike(clock);
    return {
      strike,
      isEnergised: () => strike.isEnergised,
      pass: (ms) => clock.advance(ms),
      breakDown: () => strike.become(condition),
      close: nothingToClose,
    };
  });
}

describeBuzzer('SimBuzzer', () => {
  const clock = new VirtualClock();
  const buzzer = new SimBuzzer(clock);
  return { buzzer, isSounding: () => buzzer.isSounding, pass: (ms) => clock.advance(ms), close: nothingToClose };
});

describeLights('SimLights', () => {
  const lights = new SimLights(new VirtualClock());
  return { lights, colour: () => lights.colour, close: nothingToClose };
});

describe('SimStrike', () => {
  it('tells the releases it was asked for and every change of the coil, with their times', async () => {
    const clock = new VirtualClock();
    const strike = new SimStrike(clock);
    await strike.release(5_000);
    await clock.advance(1_000);
    await strike.release(5_000);
    await clock.advance(10_000);
    expect(strike.releases.entries).toEqual([
      { atMs: 0, holdMs: 5_000 },
      { atMs: 1_000, holdMs: 5_000 },
    ]);
    expect(strike.changes.entries).toEqual([
      { atMs: 0, isEnergised: true },
      { atMs: 6_000, isEnergised: false },
    ]);
  });

  it('runs a hold to its end when it begins to fail, but not when it dies', async () => {
    for (const [condition, isEnergised] of [
      ['failing', true],
      ['unreachable', true],
      ['silent', true],
      ['dead', false],
    ] as const) {
      const clock = new VirtualClock();
      const strike = new SimStrike(clock);
      await strike.release(1_000);
      strike.become(condition);
      expect(strike.isEnergised).toBe(isEnergised);
      await clock.advance(1_000);
      expect(strike.isEnergised).toBe(false);
    }
  });

  it.each([
    ['failing', 'strike.failed'],
    ['dead', 'strike.failed'],
    ['unreachable', 'strike.unreachable'],
  ] as const)('rejects when %s with %s, and works again when it is working again', async (condition, code) => {
    const strike = new SimStrike(new VirtualClock());
    strike.become(condition);
    await expect(strike.release(1_000)).rejects.toMatchObject({ code });
    strike.become('working');
    await strike.release(1_000);
    expect(strike.isEnergised).toBe(true);
  });

  it('never answers when silent', async () => {
    const clock = new VirtualClock();
    const strike = new SimStrike(clock);
    strike.become('silent');
    let hasAnswered = false;
    void strike.release(1_000).finally(() => {
      hasAnswered = true;
    });
    await clock.advance(3_600_000);
    expect(hasAnswered).toBe(false);
    expect(strike.isEnergised).toBe(false);
  });
});

describe('SimLights', () => {
  it('tells each change of colour with its time, to whoever watches, until they stop', async () => {
    const clock = new VirtualClock();
    const lights = new SimLights(clock);
    const seen: string[] = [];
    const watching = lights.shown.watch(({ colour }) => seen.push(colour));
    lights.show('red');
    lights.show('red');
    await clock.advance(250);
    lights.show('off');
    watching.stop();
    lights.show('blue');
    expect(seen).toEqual(['red', 'off']);
    expect(lights.shown.entries).toEqual([
      { colour: 'red', atMs: 0 },
      { colour: 'off', atMs: 250 },
      { colour: 'blue', atMs: 250 },
    ]);
  });
});

describe('History', () => {
  it('keeps the newest entries and drops the oldest', () => {
    const history = new History<number>();
    expect(history.last).toBeUndefined();
    for (let entry = 0; entry < maxHistory + 3; entry++) history.add(entry);
    expect(history.entries).toHaveLength(maxHistory);
    expect([history.entries[0], history.last]).toEqual([3, maxHistory + 2]);
  });
});
