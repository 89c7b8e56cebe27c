/** docs/controller.md followed to the letter in a fresh folder: the commands of the page are run as they stand, and what it promises comes. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { present } from '../../../src/shared/assert.ts';
import { type Child, ProcessPlace, simFile } from './children.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'controller.md'), 'utf8');
const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => present(block, 'a block has text'));
const cable = 'socat pty,raw,echo=0,link=near pty,raw,echo=0,link=far &\n';

/** `npm run` works in the root of the project, and the page is tried in a folder of its own. */
const hereFrom = (commands: string): string => commands.replaceAll('npm run doorpad -- ', `'${process.execPath}' '${join(root, 'src', 'main.ts')}' `);
const argumentsOf = (command: string): string[] => command.trim().split(' ').slice('npm run --silent sim --'.split(' ').length);

it('a newcomer who follows the page to the letter opens the door, rolls a code, and is let in by the new one only', async () => {
  const place = new ProcessPlace();
  onTestFinished(() => place.dispose());
  const [prepare = '', controllerCommand = '', readerCommand = ''] = blocks;
  expect(prepare).toContain(cable);
  const prepared = spawnSync('bash', ['-e', '-c', hereFrom(prepare.replace(cable, ''))], { cwd: place.folder, encoding: 'utf8' });
  expect([prepared.status, prepared.stderr]).toEqual([0, '']);
  // The cable of the page: the same two names.
  await place.cable.plugIn();
  const [controller, reader] = [controllerCommand, readerCommand].map((command) => place.start([simFile, ...argumentsOf(command)])) as [Child, Child];
  await controller.says(/Gate +online, table version 1 with 2 people, up to date/);
  reader.type('047915#');
  await reader.says(/strike +released/);
  const came = await controller.says(/access\.granted: Access Granted, Ada/);
  controller.type('roll Ada');
  const pin = /is (\d{6})\./.exec((await controller.says(/The new PIN of Ada is \d{6}/, came.end)).line)?.[1] ?? '';
  const applied = await reader.says(/table\.applied: .*version 2/);
  reader.type('047915#');
  const denied = await reader.says(/credential\.notFound/, applied.end);
  reader.type(`${pin}#`);
  await reader.says(/access\.granted: .*person 1/, denied.end);
  expect([await controller.quit(), await reader.quit()]).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(controller.err + reader.err).toBe('');
  expect(controller.out).not.toContain('guesses');
});
