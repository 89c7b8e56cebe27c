/** The self-test of a start: what is seen, heard and kept of what is wrong. Writes docs/self-test.md, and fails when the page says something else. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SimBuzzer } from '../../sim/devices/buzzer.ts';
import { SimLights } from '../../sim/devices/lights.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { AccessEvent } from '../../src/access/events.ts';
import { lengthMs, type Program, programs } from '../../src/access/feedback.ts';
import { darkMs, flashes, flashMs, pauseMs, rounds, selfTest, selfTestAfterMs, signalOf } from '../../src/boot/self-test.ts';
import { readConfig } from '../../src/config.ts';
import { Signals } from '../../src/reader/signals.ts';
import { type Check, good, wrong } from '../../src/tools/doctor.ts';
import { startChecks } from '../../src/tools/doctor-checks.ts';
import { crypto } from '../tools/workplace.ts';
import { RealDoor } from './real-door.ts';

const page = [
  '# The self-test of a start',
  '',
  `${selfTestAfterMs / 1_000} s after a reader has started it looks at its own parts, in less than a second: it switches nothing and asks nobody. When nothing is wrong,`,
  'nothing follows the start signal (red, amber, green and blue, with one beep). When something is wrong, red flashes come with as many low',
  'beeps: count them.',
  '',
  '| flashes and beeps | what is wrong |',
  '|---|---|',
  ...flashes.map(({ count, meaning }) => `| ${count} | ${meaning} |`),
  '',
  `Several faults follow each other, ${pauseMs / 1_000} s apart, and all of them come ${rounds} times. Whoever uses the reader meanwhile ends it. With a broken light the beeps`,
  'are left, with a broken buzzer the flashes.',
  '',
  'What to do is said by `doorpad doctor`, the log of the program (`the self-test found something wrong`), and, where there is a controller, the event',
  '`selfTest.failed`, whose field `wrong` names the checks. Written by `test/boot/self-test.test.ts`, which fails when this page is stale.',
];

it('docs/self-test.md has every signal', async () => {
  await expect(`${page.join('\n')}\n`).toMatchFileSnapshot('../../docs/self-test.md');
});

describe('the signal of a self-test', () => {
  it('has a number for each check of a start, and no other, and counts up from one', () => {
    expect(flashes.flatMap(({ checks }) => checks).toSorted()).toEqual(startChecks.map(({ name }) => name).toSorted());
    expect(flashes.map(({ count }) => count)).toEqual(flashes.map((_, index) => index + 1));
  });

  it('flashes and beeps as often as the table says, fault after fault, twice', () => {
    expect(signalOf([])).toBeUndefined();
    const { lights, beeps } = signalOf(['keypad', 'strike']) as Program;
    expect(beeps).toHaveLength(rounds * (1 + 2));
    expect(lengthMs(lights)).toBe(rounds * (3 * (flashMs + darkMs) + 2 * pauseMs));
    expect(lights.slice(0, 4).map(({ colour }) => colour)).toEqual(['red', 'off', 'off', 'red']);
  });

  it('begins after the start signal', () => {
    expect(selfTestAfterMs).toBeGreaterThan(lengthMs(programs.started.lights));
  });
});

describe('a self-test', () => {
  const config = readConfig('[door]\nstrike = "relay"\n');
  const run = async (checks: readonly Check[], ms = selfTestAfterMs, isStopped = false) => {
    if (!config.ok) throw new Error('the settings are wrong');
    const clock = new VirtualClock();
    const [lights, buzzer] = [new SimLights(clock), new SimBuzzer(clock)];
    const signals = new Signals(clock, lights, buzzer);
    const events: AccessEvent[] = [];
    const told: string[] = [];
    const reader = { signals, tell: (event: AccessEvent) => void events.push(event) };
    const test = selfTest({ clock, config: config.value, crypto, reader, told: ({ name }) => told.push(name) }, () => Promise.resolve(checks));
    if (isStopped) test.stop();
    await clock.advance(ms);
    return { clock, lights, buzzer, signals, events, told, test };
  };
  const broken: Check = { name: 'keypad', needs: 'start', run: () => [wrong('Away: plug it in.')] };
  const fine: Check = { name: 'strike', needs: 'start', run: () => [good('Here.')] };

  it('tells, shows and keeps what is wrong', async () => {
    const { clock, lights, buzzer, events, told } = await run([fine, broken]);
    expect([told, events]).toEqual([['keypad'], [{ code: 'selfTest.failed', fields: { wrong: 'keypad' } }]]);
    await clock.advance(60_000);
    expect(buzzer.heard.entries.map(({ tone }) => tone)).toEqual(Array.from({ length: 2 * rounds }, () => 'low'));
    expect(lights.colour).toBe('blue');
  });

  it('says nothing when nothing is wrong', async () => {
    const { clock, buzzer, events } = await run([fine]);
    await clock.advance(60_000);
    expect([buzzer.heard.entries, events]).toEqual([[], []]);
  });

  it('gives way to whoever uses the reader', async () => {
    const { clock, buzzer, signals } = await run([broken]);
    signals.play('denied');
    await clock.advance(60_000);
    expect(buzzer.heard.entries.filter(({ tone }) => tone === 'low')).toHaveLength(1);
  });

  it('says nothing once the door has stopped', async () => {
    expect((await run([broken], 60_000, true)).told).toEqual([]);
    const slow: Check = {
      name: 'line',
      needs: 'start',
      run: () => new Promise((resolve) => resolvers.push(() => resolve([wrong('Late: mend it.')]))),
    };
    const resolvers: (() => void)[] = [];
    const { clock, told, test } = await run([slow]);
    test.stop();
    for (const resolve of resolvers) resolve();
    await clock.advance(1_000);
    expect(told).toEqual([]);
  });
});

describe('a real door', () => {
  const door = new RealDoor();

  it('keeps what its self-test finds wrong', async () => {
    await door.at.importPeople('person,pin\n1,041733\n');
    rmSync(join(door.at.place, 'cards'));
    await door.start();
    expect((await door.recorded('selfTest.failed')).fields).toEqual({ wrong: 'cardReader' });
  });
});
