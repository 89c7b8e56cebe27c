/** Two real processes at one door: the second refuses before it touches anything, and the end of the first, however it comes, lets the next one in. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/main.ts';
import { programFile } from '../tools/workplace.ts';
import { DoorProcess, RealDoor } from './real-door.ts';

const door = new RealDoor();
const leds = ['strike', 'red', 'green', 'buzzer'] as const;
const touchedMs = (): readonly number[] =>
  leds.flatMap((led) => ['trigger', 'state'].map((name) => statSync(join(door.at.place, led, name)).mtimeMs));

describe('a second real door on the same data directory', () => {
  it('refuses in one sentence, touches no device and leaves the first one at work', async () => {
    await door.at.importPeople('person,pin\n1,041733\n');
    const first = await door.start();
    const before = touchedMs();
    const second = new DoorProcess(process.execPath, [programFile, 'run', '--config', door.at.configFile, '--last-good', door.at.lastGood], {});
    expect(await second.ended).toMatchObject({ code: exitCodes.fault });
    expect([second.out, second.err]).toEqual(['', `doorpad: another doorpad runs this door (it holds ${join(door.at.dataDir, 'run.lock')})\n`]);
    expect(touchedMs()).toEqual(before);
    door.type('041733#');
    await door.released();
    expect(await first.stop('SIGTERM')).toMatchObject({ code: exitCodes.done });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('starts once the first one has ended with %s', async (signal) => {
    await (await door.start()).stop(signal);
    expect((await door.start()).isRunning).toBe(true);
  });

  it('is not kept out by a lock that can be no file', async () => {
    mkdirSync(join(door.at.dataDir, 'run.lock'), { recursive: true });
    expect((await door.start()).isRunning).toBe(true);
  });
});
