/** A real door with a line, as a process: what its controller sends holds at the door, what happens there is heard, and no line is no reason not to serve. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeSiteKeys } from '../../src/tools/key-store.ts';
import { ProcessPlace } from '../sim/processes/children.ts';
import { RealDoor, soon } from './real-door.ts';

const door = new RealDoor();
let place: ProcessPlace;
beforeEach(async () => {
  place = new ProcessPlace();
  await place.prepare('person,name,pin\n1,Ada,041733\n');
});
afterEach(() => place.dispose());

const lineOn = (port: string): string => `[line]\nport = "${port}"\naddress = 1\nbaudRate = 115200`;

/** With the keys of a site's bundle, and a line to this port. */
const configure = (port: string, strike: 'relay' | 'controller' = 'relay'): void => {
  door.configure({ more: lineOn(port) });
  const text = readFileSync(door.at.configFile, 'utf8');
  writeFileSync(door.at.configFile, text.replace('strike = "relay"', `strike = "${strike}"`));
  mkdirSync(door.at.dataDir, { mode: 0o700 });
  writeSiteKeys(door.at.dataDir, place.keys);
};

it('opens for a person its controller has sent, and its controller hears of it', async () => {
  configure(place.cable.near);
  const controller = place.controller();
  const running = await door.start();
  await door.recorded('table.applied');
  door.type('041733#');
  expect(await door.released()).toBe(5_000);
  await controller.says(/access\.granted: .*Ada/);
  controller.type('status');
  await controller.says(/up to date, mode cardOrPin, reader decides, doorpad \d/);
  expect(running.out).toMatch(/"part":"line","port":"[^"]*","msg":"the serial port is open"/);
  expect(running.out).toContain('"event":"link.found","msg":"the controller is there"');
  expect(controller.out).not.toContain('alarm');
  expect(await running.stop('SIGTERM')).toMatchObject({ code: 0 });
});

it('serves people while its port is not there, says so once, and finds it when it comes', async () => {
  configure(place.cable.near);
  const controller = place.controller();
  const first = await door.start();
  await door.recorded('table.applied');
  await first.stop('SIGTERM');
  await controller.quit();
  await place.cable.unplug();
  const running = await door.start();
  await soon(() => expect(running.out).toContain('the serial port is not there'));
  door.type('041733#');
  await door.released();
  expect(running.out.split('the serial port is not there')).toHaveLength(2);
  await place.cable.plugIn();
  await place.controller().says(/access\.granted: .*Ada/);
});

it('releases a strike that hangs at its controller, and denies while that is away', async () => {
  configure(place.cable.near, 'controller');
  const controller = place.controller();
  await door.start();
  await door.recorded('table.applied');
  door.type('041733#');
  await controller.says(/strike released here/);
  await controller.says(/access\.granted: .*Ada/);
  await controller.end('SIGKILL');
  door.type('041733#');
  await door.recorded('strike.unreachable');
  expect(readFileSync(join(door.at.place, 'strike', 'activate'), 'latin1')).toBe('0');
});
