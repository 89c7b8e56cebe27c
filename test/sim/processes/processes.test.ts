/** A controller and a reader as two processes on a real terminal: what people do at one end is known, and holds, at the other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child, ProcessPlace, simFile } from './children.ts';

let place: ProcessPlace;
beforeEach(async () => {
  place = new ProcessPlace();
  await place.prepare('person,name,pin,cards\n1,Ada,041733,12345678\n2,Bo,2468,26:0x2A3B4C5\n');
});
afterEach(() => place.dispose());

const inStep = /table\.applied: .*version 1/;

describe('a controller and a reader as processes', () => {
  it('open for a code of the people file, and know it at both ends', async () => {
    const [controller, reader] = [place.controller(), place.reader()];
    await reader.says(inStep);
    reader.type('041733#');
    const released = await reader.says(/strike {2}released/);
    expect(reader.out.slice(0, released.end)).toContain('access.granted: Access Granted, person 1');
    await controller.says(/access\.granted: Access Granted, Ada/);
    reader.type('card 26:0x2A3B4C5');
    await controller.says(/access\.granted: Access Granted, Bo/);
    expect(controller.out + controller.err + reader.out + reader.err).not.toMatch(/041733|2A3B4C5|alarm/i);
    expect([await reader.quit(), await controller.end('SIGINT')]).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect([controller.err, reader.err]).toEqual(['', '']);
  });

  it('kill a rolled code before the table that has the new one', async () => {
    const [controller, reader] = [place.controller(), place.reader()];
    await reader.says(inStep);
    controller.type('roll ada 97517');
    await controller.says(/Ada has a new PIN/);
    const revoked = await reader.says(/table\.revoked/);
    const applied = await reader.says(/table\.applied: .*version 2/, revoked.end);
    expect(revoked.atMs).toBeLessThanOrEqual(applied.atMs);
    reader.type('041733#');
    const denied = await reader.says(/credential\.notFound/, applied.end);
    reader.type('97517#');
    await reader.says(/access\.granted: .*person 1/, denied.end);
    await controller.says(/access\.granted: .*Ada/);
  });

  it('go on where they ended, however they did', async () => {
    const first = [place.controller(), place.reader()] as const;
    await first[1].says(inStep);
    first[0].type('roll 1 97517');
    await first[1].says(/table\.applied: .*version 2/);
    await Promise.all(first.map((child) => child.end('SIGKILL')));
    const [controller, reader] = [place.controller(), place.reader()];
    expect((await controller.says(/people {6}/)).line).toContain('0 of the people file');
    expect((await reader.says(/ready:/)).line).toContain('table version 2');
    reader.type('97517#');
    await reader.says(/access\.granted: .*person 1/);
    await controller.says(/access\.granted: .*Ada/);
    const numbers = [...`${first[0].out}${controller.out}`.matchAll(/event (\d+) /g)].map(([, number]) => Number(number));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('obey orders, and say how things stand', async () => {
    const [controller, reader] = [place.controller(), place.reader()];
    await reader.says(inStep);
    controller.type('mode locked gate');
    controller.type('mode locked Gate');
    await controller.says(/order setMode: done/);
    reader.type('card 12345678');
    await controller.says(/door\.locked/);
    controller.type('mode cardOrPin all');
    await reader.says(/mode\.changed: .*mode cardOrPin/);
    controller.type('release');
    controller.type('release 1');
    await reader.says(/strike {2}released/);
    reader.type('status');
    expect((await reader.says(/status {2}/)).line).toContain('mode cardOrPin, PIN path available, table version 1 of 2 people');
    controller.type('status');
    await controller.says(/Gate {8}online, table version 1 with 2 people, up to date, mode \w+, reader decides/);
    expect(controller.err).toBe('There is no such reader.\nSay at which reader: its name or its address; or all.\n');
  });

  it('refuse a place where another one runs', async () => {
    const reader = place.reader();
    await reader.says(/ready:/);
    const second = place.reader();
    expect([await second.ended, second.err]).toMatchObject([{ code: 75 }, expect.stringContaining('another process runs on it')]);
    expect(second.err).not.toContain(' at ');
    const lost = new Child([simFile, 'controller', '--port', place.cable.far, '--site', `${place.folder}/none`], {});
    expect([await lost.ended, lost.err]).toMatchObject([{ code: 2 }, expect.stringContaining('There is no site')]);
  });
});
