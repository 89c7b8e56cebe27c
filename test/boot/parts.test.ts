/** What the log of a real door says of its parts: those that work, those that are missing, and those that go. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RealDoor, soon } from './real-door.ts';

const door = new RealDoor();
const said = (out: string): readonly Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('says of a door that lacks nothing what works', async () => {
  await door.at.importPeople('person,pin\n1,041733\n');
  const { out } = await door.start();
  expect(said(out)[0]).toMatchObject({
    level: 30,
    msg: 'the door has started',
    mode: 'cardOrPin',
    tableVersion: 1,
    works: ['keypad', 'cardReader', 'strike', 'keys', 'table', 'journal'],
  });
});

it('warns of every part that is missing, and says that the door does not work whole', async () => {
  rmSync(join(door.at.place, 'cards'));
  rmSync(join(door.at.place, 'strike'), { recursive: true });
  const { out } = await door.start();
  expect(said(out)).toContainEqual(
    expect.objectContaining({ level: 40, device: 'cardReader', path: join(door.at.place, 'cards'), msg: 'a device is not there' }),
  );
  expect(said(out)).toContainEqual(
    expect.objectContaining({
      level: 40,
      msg: 'the door has started, and not all of it works',
      works: ['keypad', 'journal'],
      missing: ['cardReader', 'strike', 'keys', 'table'],
    }),
  );
});

it('warns of a device that goes while the door runs', async () => {
  await door.at.importPeople('person,pin\n1,041733\n');
  const running = await door.start();
  expect(running.out).not.toContain('a device is not there');
  door.unplugKeypad();
  await soon(() => expect(said(running.out)).toContainEqual(expect.objectContaining({ device: 'keypad', msg: 'a device is not there' })));
});
