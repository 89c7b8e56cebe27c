/** A real door that is looked at while it runs, and taken out of service after it has stopped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/main.ts';
import { RealDoor } from './real-door.ts';

const door = new RealDoor();
const pin = '041733#';

describe('a real door', () => {
  it('notices nothing of a doctor that looks', async () => {
    await door.at.importPeople('person,pin\n1,041733\n');
    await door.start();
    const before = ['brightness', 'trigger', 'activate'].map((attribute) => door.read('strike', attribute));
    const { out } = await door.at.run(['doctor', '--config', door.at.configFile]);
    expect(out).toContain('Table version 1 is in force: 1 person with 1 credential.');
    expect(['brightness', 'trigger', 'activate'].map((attribute) => door.read('strike', attribute))).toEqual(before);
    door.type(pin);
    await door.released();
  });

  it('that is wiped has given its events first, and lets nobody in when it is started again', async () => {
    await door.at.importPeople('person,pin\n1,041733\n');
    const running = await door.start();
    door.type(pin);
    await door.released();
    const file = join(door.at.place, 'events.jsonl');
    const wipe = ['wipe', '--events', file, '--reader', 'Gate', '--config', door.at.configFile, '--last-good', door.at.lastGood];
    expect((await door.at.run(wipe)).err).toContain('The door runs');
    await running.stop('SIGTERM');
    expect((await door.at.run(wipe)).code).toBe(exitCodes.done);
    expect(readFileSync(file, 'utf8')).toContain('"code":"access.granted"');
    await door.start();
    door.type(pin);
    await door.denied();
    expect(await door.codes()).not.toContain('access.granted');
  });
});
