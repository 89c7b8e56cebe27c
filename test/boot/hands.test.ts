/** A real process and a pair of hands: what is typed and shown reaches the strike, and what happened can be read. */
import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { evSw, inputEvent } from '../drivers/evdev-fifo.ts';
import { programFile } from '../tools/workplace.ts';
import { RealDoor, soon } from './real-door.ts';

const door = new RealDoor();

describe('a real door', () => {
  beforeEach(async () => {
    await door.at.importPeople('person,pin,cards\n1,041733,12345678\n2,90210,\n');
  });

  it('opens for a PIN and for a card, denies what is wrong, and tells all of it to whoever asks', async () => {
    const running = await door.start();
    door.type('041733#');
    expect(await door.released()).toBe(5_000);
    door.swipe('12345678');
    expect(await door.released()).toBe(5_000);
    door.type('555555#');
    await door.denied();
    door.swipe('87654321');
    await soon(async () => expect(await door.events()).toHaveLength(5));
    expect(door.isReleased).toBe(false);
    const argv = [programFile, 'events', '--json', '--config', door.at.configFile];
    const lines = execFileSync(process.execPath, argv, { encoding: 'utf8' }).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { code: string; text: string; person?: number });
    expect(events.map(({ code, person }) => [code, person])).toEqual([
      ['reader.started', undefined],
      ['access.granted', 1],
      ['access.granted', 1],
      ['credential.notFound', undefined],
      ['credential.notFound', undefined],
    ]);
    expect(events.at(-1)?.text).toBe('Deny Access - Card/PIN Not Found');
    expect(await running.stop('SIGTERM')).toMatchObject({ code: 0 });
    expect(JSON.parse(running.out.split('\n')[0] ?? '')).toMatchObject({ name: 'Gate', mode: 'cardOrPin', tableVersion: 1 });
    expect(running.out.match(/"name"/g)).toHaveLength(running.out.trimEnd().split('\n').length);
  });

  it('serves people also after any amount of nonsense from its keypad', async () => {
    await door.start();
    const random = new Random(7);
    // Less than a FIFO holds, two writes to each of its 16 pages, and whole events, as the kernel gives them.
    for (let burst = 0; burst < 25; burst += 1) door.keypadBytes(random.bytes(24 * 80));
    for (const value of [-1, 2, 2 ** 31 - 1]) door.keypadBytes(inputEvent(24, evSw, 0xffff, value));
    door.type('*041733#');
    await door.released();
    expect(await door.codes()).not.toContain('decision.failed');
  });

  it('takes up a table that is imported while it runs, from the next PIN on, and tells it', async () => {
    await door.start();
    await door.at.importPeople('person,pin\n1,867530\n');
    door.type('867530#');
    await door.released();
    door.type('041733#');
    await door.denied();
    expect(await door.recorded('table.applied')).toMatchObject({ fields: { version: 2 } });
  });

  it('tells that its settings were changed since it last ran, and which of them weaken the door', async () => {
    await (await door.start()).stop('SIGTERM');
    door.configure({ more: '[entry]\nduress = true\nwindowSeconds = 20' });
    await (await door.start()).stop('SIGTERM');
    await (await door.start()).stop('SIGTERM');
    const changes = (await door.events()).filter(({ code }) => code === 'settings.changed');
    expect(changes.map(({ fields }) => fields)).toEqual([
      { changed: 'entry.windowSeconds entry.duress', weaker: 'entry.windowSeconds entry.duress' },
    ]);
  });
});
