/** Lights, buzzer and strike on LED-class files: their contracts on a folder that behaves as the kernel, then its faults. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { LedBuzzer, LedLights, LedStrike, systemFiles, threeColourWiring } from '../../src/drivers/led-class.ts';
import type { Colour } from '../../src/ports/lights.ts';
import { present } from '../../src/shared/assert.ts';
import { describeBuzzer, describeLights } from '../contracts/lights-buzzer.contract.ts';
import { describeStrike } from '../contracts/strike.contract.ts';
import { FakeLeds } from './fake-leds.ts';

const lightNames = ['red', 'green', 'blue'] as const;
const wiringOf = (leds: FakeLeds) => threeColourWiring(leds.path('red'), leds.path('green'), leds.path('blue'));
const colourOfLit: Readonly<Record<string, Colour>> = {
  '': 'off',
  red: 'red',
  green: 'green',
  blue: 'blue',
  'red green': 'amber',
  'red blue': 'violet',
  'red green blue': 'white',
};

describeStrike('LedStrike', () => {
  const clock = new VirtualClock();
  const leds = new FakeLeds(clock, ['strike']);
  return {
    strike: new LedStrike(leds.path('strike'), leds),
    isEnergised: () => leds.brightness('strike') > 0,
    pass: (ms) => clock.advance(ms),
    breakDown: () => ['activate', 'brightness', 'duration'].forEach((file) => void leds.broken.add(`strike/${file}`)),
    close: () => leds.remove(),
  };
});

describeBuzzer('LedBuzzer', () => {
  const clock = new VirtualClock();
  const leds = new FakeLeds(clock, ['buzzer']);
  return {
    buzzer: new LedBuzzer(leds.path('buzzer'), leds),
    isSounding: () => leds.brightness('buzzer') > 0,
    pass: (ms) => clock.advance(ms),
    close: () => leds.remove(),
  };
});

describeLights('LedLights', () => {
  const leds = new FakeLeds(new VirtualClock(), lightNames);
  return {
    lights: new LedLights(wiringOf(leds), leds),
    colour: () => present(colourOfLit[lightNames.filter((light) => leds.brightness(light) > 0).join(' ')], 'these LEDs make a colour'),
    close: () => leds.remove(),
  };
});

describe('LedStrike', () => {
  let clock: VirtualClock;
  let leds: FakeLeds;
  beforeEach(() => {
    clock = new VirtualClock();
    leds = new FakeLeds(clock, ['strike']);
  });
  afterEach(() => leds.remove());
  const make = (): LedStrike => new LedStrike(leds.path('strike'), leds);

  it('secures first thing: the first write of its life is brightness 0', () => {
    writeFileSync(join(leds.path('strike'), 'brightness'), '255\n');
    const strike = make();
    expect(leds.writes[0]).toBe('strike/brightness=0');
    expect(leds.brightness('strike')).toBe(0);
    expect(strike.fault).toBeUndefined();
  });

  /** As udev leaves an output whose device tree asks for the trigger. */
  const giveTrigger = (): void => {
    leds.write(join(leds.path('strike'), 'trigger'), 'transient');
    writeFileSync(join(leds.path('strike'), 'trigger'), 'none [transient]\n');
    leds.writes.length = 0;
  };

  it('keeps a trigger that is on already, ends the pulse under way first, and releases through it', async () => {
    giveTrigger();
    for (const [file, text] of [
      ['duration', '60000'],
      ['state', '1'],
      ['activate', '1'],
    ] as const)
      leds.write(join(leds.path('strike'), file), text);
    leds.writes.length = 0;
    const strike = make();
    expect(leds.writes).toEqual(['strike/activate=0', 'strike/state=1']);
    expect(leds.brightness('strike')).toBe(0);
    await strike.release(1_000);
    expect(leds.brightness('strike')).toBe(255);
  });

  it('keeps the trigger of an output that came late, also when it is only secured', async () => {
    const strike = new LedStrike(leds.path('late'), leds);
    expect(strike.fault?.code).toBe('strike.failed');
    giveTrigger();
    renameSync(leds.path('strike'), leds.path('late'));
    await strike.secure();
    expect(leds.writes).toEqual(['late/activate=0', 'late/state=1']);
    await strike.release(1_000);
    expect(leds.brightness('late')).toBe(255);
  });

  it('takes a trigger off that does not end its pulse', () => {
    giveTrigger();
    writeFileSync(join(leds.path('strike'), 'brightness'), '255\n');
    leds.broken.add('strike/activate');
    const strike = make();
    expect(leds.writes).toContain('strike/brightness=0');
    expect(leds.brightness('strike')).toBe(0);
    expect(strike.fault).toBeUndefined();
  });

  it.each(['secured', 'asked for a release'])(
    'keeps a trigger whose files are not its own so far, while it is off, also when it is %s',
    async (asked) => {
      giveTrigger();
      for (const file of ['activate', 'duration', 'state']) leds.broken.add(`strike/${file}`);
      const strike = make();
      expect(strike.fault?.code).toBe('strike.failed');
      if (asked === 'secured') await strike.secure();
      else await expect(strike.release(1_000)).rejects.toMatchObject({ code: 'strike.failed' });
      expect(leds.writes).not.toContain('strike/brightness=0');
      leds.broken.clear();
      await strike.release(1_000);
      expect(leds.brightness('strike')).toBe(255);
    },
  );

  it('leaves the end of the hold to the kernel: it writes nothing more after the release', async () => {
    const strike = make();
    await strike.release(1_500.2);
    const writes = leds.writes.length;
    expect(leds.writes.slice(-3)).toEqual(['strike/duration=1501', 'strike/activate=0', 'strike/activate=1']);
    await clock.advance(2_000);
    expect(leds.brightness('strike')).toBe(0);
    expect(leds.writes).toHaveLength(writes);
  });

  it.each(['duration', 'activate'])(
    'rejects with strike.failed and cuts the power when %s cannot be written in the middle of a hold',
    async (file) => {
      const strike = make();
      await strike.release(60_000);
      leds.broken.add(`strike/${file}`);
      await expect(strike.release(60_000)).rejects.toMatchObject({ code: 'strike.failed', cause: { code: 'ENODEV' } });
      expect(leds.brightness('strike')).toBe(0);
      expect(strike.fault?.code).toBe('strike.failed');
    },
  );

  it('works again, from securing on, once the output takes writes again', async () => {
    const strike = make();
    leds.broken.add('strike/activate');
    await expect(strike.release(1_000)).rejects.toMatchObject({ code: 'strike.failed' });
    leds.broken.clear();
    await strike.release(1_000);
    expect(leds.brightness('strike')).toBe(255);
    expect(strike.fault).toBeUndefined();
    await clock.advance(1_000);
    expect(leds.brightness('strike')).toBe(0);
  });

  it('says so when it can neither release nor make sure that it is de-energised', async () => {
    const strike = make();
    await strike.release(60_000);
    for (const file of ['duration', 'activate', 'brightness']) leds.broken.add(`strike/${file}`);
    await expect(strike.release(1_000)).rejects.toThrow('takes neither a release nor its end');
    await expect(strike.secure()).rejects.toThrow('not certain');
  });

  it('is not satisfied with a secure that the output did not follow', async () => {
    const strike = make();
    await strike.release(60_000);
    // An output that takes every write and stays on.
    const stuck = new LedStrike(leds.path('strike'), { write: () => undefined, read: () => '255' });
    await expect(stuck.secure()).rejects.toMatchObject({ code: 'strike.failed' });
    await strike.secure();
  });

  it.each([
    ['the folder is not there', (folder: string) => join(folder, 'elsewhere')],
    ['the kernel has no transient trigger', (folder: string) => join(folder, 'plain')],
  ])('rejects a release, and makes no file of its own, when %s', async (_, folderOf) => {
    mkdirSync(join(leds.folder, 'plain'));
    for (const file of ['brightness', 'trigger']) writeFileSync(join(leds.folder, 'plain', file), '0\n');
    const strike = new LedStrike(folderOf(leds.folder), systemFiles);
    expect(strike.fault?.code).toBe('strike.failed');
    await expect(strike.release(1_000)).rejects.toMatchObject({ code: 'strike.failed', cause: { code: 'ENOENT' } });
  });
});

describe('LedBuzzer', () => {
  it('keeps silent about a buzzer that is not there, and tells the self-test', () => {
    const buzzer = new LedBuzzer('/nowhere');
    expect(buzzer.fault?.code).toBe('hardware.failed');
    buzzer.beep(100);
    expect(buzzer.fault?.message).toBe('the buzzer does not sound');
  });
});

describe('LedLights', () => {
  let leds: FakeLeds;
  beforeEach(() => {
    leds = new FakeLeds(new VirtualClock(), lightNames, 7);
  });
  afterEach(() => leds.remove());

  it('lights as bright as the LED goes, and writes only what changes', () => {
    const lights = new LedLights(wiringOf(leds), leds);
    leds.writes.length = 0;
    lights.show('red');
    lights.show('amber');
    lights.show('amber');
    lights.show('green');
    expect(leds.writes).toEqual(['red/brightness=7', 'green/brightness=7', 'red/brightness=0']);
  });

  it('goes on with the other LEDs when one is broken, tells the self-test, and tries it again', () => {
    const lights = new LedLights(wiringOf(leds), leds);
    leds.broken.add('red/brightness');
    lights.show('white');
    expect(lightNames.map((light) => leds.brightness(light))).toEqual([0, 7, 7]);
    expect(lights.fault?.code).toBe('hardware.failed');
    leds.broken.clear();
    lights.show('white');
    expect(leds.brightness('red')).toBe(7);
    expect(lights.fault).toBeUndefined();
  });
});
