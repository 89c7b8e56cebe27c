/** `npm start` as a process: what it serves, that it keeps it, and how it ends. What the pages do is tested in a browser. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { exitCodes } from '../../../sim/exit-codes.ts';
import { BenchProgram, listen, type Told } from '../bench/program.ts';
import { Child, simFile } from './children.ts';

const ownerOnly = 0o600;

const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-start-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const started = (directory: string, ...more: readonly string[]): BenchProgram => {
  const program = new BenchProgram(directory, simFile, ...more);
  onTestFinished(async () => {
    if (program.child.isRunning) await program.child.end('SIGKILL');
  });
  return program;
};

it('serves the doors and the manager, keeps both, and begins anew when asked', async () => {
  const directory = newDirectory();
  const first = started(directory);
  const { client, token, origin } = await first.serves();
  expect(await client.ask('world')).toMatchObject({ ok: true, value: { doors: [{ door: 'front' }, { door: 'store' }] } });
  expect(readFileSync(join(directory, 'start-token'), 'utf8')).toBe(`${token}\n`);
  expect(statSync(join(directory, 'start-token')).mode & 0o777).toBe(ownerOnly);
  expect((await fetch(`${origin}/api/people`)).status).toBe(401);
  await client.ask('addPerson', { body: { name: 'Dora' } });
  expect(await first.child.end('SIGINT')).toEqual({ code: exitCodes.done, signal: null });
  expect(first.child.err).toBe('');
  const namesOf = async (program: BenchProgram): Promise<string> => JSON.stringify(await (await program.serves()).client.ask('listPeople'));
  const second = started(directory);
  expect(await namesOf(second)).toContain('Dora');
  expect((await second.child.end('SIGTERM')).code).toBe(exitCodes.done);
  expect(await namesOf(started(directory, '--fresh'))).not.toContain('Dora');
});

it('tells pages of an event at the door, once, and of the reader', async () => {
  const serving = await started(newDirectory()).serves();
  const told: Told[] = [];
  const heard = Promise.withResolvers<void>();
  void listen(serving, (message) => {
    told.push(message);
    if (message.kind === 'event' && message.event.code === 'access.granted') heard.resolve();
    if (message.kind === 'beat') void serving.client.ask('type', { params: { door: 'front' }, body: { keys: '0417#' } });
  });
  await heard.promise;
  const events = told.flatMap((message) => (message.kind === 'event' ? [message.event] : []));
  expect(events.at(-1)).toMatchObject({ code: 'access.granted', personName: 'Ada', text: 'Access Granted' });
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
});

it('says what to do about a directory or a port that another one has', async () => {
  const directory = newDirectory();
  const { origin } = await started(directory).serves();
  const sameDirectory = new Child([simFile, 'bench', '--port', '0', '--data', directory], {});
  expect((await sameDirectory.ended).code).toBe(exitCodes.inUse);
  expect(sameDirectory.err).toContain('name another directory with --data');
  const elsewhere = join(newDirectory(), 'not-yet');
  const samePort = new Child([simFile, 'bench', '--port', new URL(origin).port, '--data', elsewhere], {});
  expect((await samePort.ended).code).toBe(exitCodes.inUse);
  expect(samePort.err).toContain(`npm start -- --port 8470 --data ${elsewhere}`);
  expect(existsSync(elsewhere)).toBe(false);
});

it('removes nothing of what is there where the port is taken, though it is asked to begin anew', async () => {
  const { origin } = await started(newDirectory()).serves();
  const kept = newDirectory();
  const before = started(kept);
  await (await before.serves()).client.ask('addPerson', { body: { name: 'Dora' } });
  await before.child.end('SIGTERM');
  const samePort = new Child([simFile, 'bench', '--port', new URL(origin).port, '--data', kept, '--fresh'], {});
  expect((await samePort.ended).code).toBe(exitCodes.inUse);
  const people = await (await started(kept).serves()).client.ask('listPeople');
  expect(JSON.stringify(people)).toContain('Dora');
});
