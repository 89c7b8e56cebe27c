/**
 * A real door whose settings file was edited to weaken it: it goes on as before, its controller is told, and an order makes it start anew
 * with the file. Killed before and after each file that this writes, it has the one settings or the other, whole.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exitCodes } from '../../src/main.ts';
import { writeSiteKeys } from '../../src/tools/key-store.ts';
import { type Child, ProcessPlace } from '../sim/processes/children.ts';
import { type DoorProcess, RealDoor, soon } from './real-door.ts';

const door = new RealDoor();
let place: ProcessPlace;

const configure = (mode: 'cardAndPin' | 'cardOrPin'): void =>
  door.configure({ reader: `mode = "${mode}"`, more: `[line]\nport = "${place.cable.near}"\naddress = 1\nbaudRate = 115200` });

const modeOf = ({ out }: DoorProcess): string | undefined => /"mode":"(\w+)"/.exec(out)?.[1];

/** A door of the site that has run with a strict file, and whose file is weaker since. */
beforeEach(async () => {
  place = new ProcessPlace();
  await place.prepare('person,name,pin\n1,Ada,041733\n');
  mkdirSync(door.at.dataDir, { mode: 0o700 });
  writeSiteKeys(door.at.dataDir, place.keys);
  configure('cardAndPin');
  const running = await door.start();
  await soon(() => readFileSync(door.at.lastGood));
  await running.stop('SIGTERM');
  configure('cardOrPin');
}, 60_000);
afterEach(() => place.dispose());

/** A controller that knows what waits, and has been told to accept it. */
const accepting = async (): Promise<Child> => {
  const controller = place.controller();
  await controller.says(/alarm settings\.refused/);
  // Its clock is set by then, by which orders expire.
  await controller.says(/up to date, .* wait to be accepted/);
  controller.type('accept-settings Gate');
  return controller;
};

it('goes on as before, and with its file once its controller has accepted that', { timeout: 60_000 }, async () => {
  const before = await door.start();
  expect([modeOf(before), before.err]).toEqual(['cardAndPin', expect.stringContaining('weakens the door (reader.mode)')]);
  expect((await door.recorded('settings.refused')).fields).toEqual({ weaker: 'reader.mode' });
  expect(await door.codes()).not.toContain('settings.changed');
  const controller = await accepting();
  await controller.says(/order acceptSettings: done/);
  expect(await before.ended).toMatchObject({ code: exitCodes.fault });
  expect(before.err).toContain('the settings that waited are accepted');
  const after = await door.start();
  expect(modeOf(after)).toBe('cardOrPin');
  expect((await door.recorded('settings.changed')).fields).toEqual({ changed: 'reader.mode', weaker: 'reader.mode' });
  await door.recorded('table.applied');
  door.type('041733#');
  await door.released();
  expect(readFileSync(door.at.lastGood, 'utf8')).toBe(readFileSync(door.at.configFile, 'utf8'));
});

/** Ends the process, as a power cut would, before or after a file of this name is put in its place. */
const killedAt = (file: string, when: 'before' | 'after'): { readonly nodeArgv: readonly string[] } => {
  const shot = (call: string): string => (when === 'before' ? `shoot(to);return ${call}` : `const done=${call};shoot(to);return done`);
  const planted = `import fs from 'node:fs';import {syncBuiltinESMExports} from 'node:module';
const {renameSync}=fs;const {rename}=fs.promises;
const shoot=(to)=>{if(String(to).endsWith('${file}'))process.kill(process.pid,'SIGKILL')};
fs.renameSync=(from,to)=>{${shot('renameSync(from,to)')}};
fs.promises.rename=async(from,to)=>{${shot('await rename(from,to)')}};
syncBuiltinESMExports();`;
  return { nodeArgv: ['--import', `data:text/javascript,${encodeURIComponent(planted)}`] };
};

it('is whole whenever the power goes: as before until the acceptance is on disk, and with its file after that', { timeout: 120_000 }, async () => {
  for (const when of ['before', 'after'] as const) {
    const running = await door.start(killedAt('keys/settings.json', when));
    expect(modeOf(running)).toBe('cardAndPin');
    const controller = await accepting();
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    await controller.end('SIGKILL');
  }
  for (const file of ['last-good.toml', 'keys/settings.json']) {
    for (const when of ['before', 'after'] as const) {
      const starting = door.spawn(killedAt(file, when));
      expect(await starting.ended, `${when} ${file}`).toMatchObject({ signal: 'SIGKILL' });
      expect(modeOf(starting), `${when} ${file}`).toBe('cardOrPin');
    }
  }
  const running = await door.start();
  expect([modeOf(running), running.err]).toEqual(['cardOrPin', '']);
  await running.stop('SIGTERM');
  // The acceptance was for one change.
  for (const [file, inForce] of [
    ['cardAndPin', 'cardAndPin'],
    ['cardOrPin', 'cardAndPin'],
  ] as const) {
    configure(file);
    const next = await door.start();
    expect(modeOf(next)).toBe(inForce);
    await soon(() => expect(readFileSync(door.at.lastGood, 'utf8')).toContain(`mode = "${inForce}"`));
    await next.stop('SIGTERM');
  }
  expect(await door.codes()).not.toContain('journal.damaged');
});
