/** What a starting process does first: nothing is written before the strike is secured (SECURITY E22),
 * and nothing of the door is touched without the lock that keeps a second one out. Read from a trace of its system calls. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whyNoTrace } from '../store/power-cut/trace.ts';
import { RealDoor } from './real-door.ts';

const door = new RealDoor();

it('secures the strike before anything else is written, and then makes it ready', async () => {
  expect(whyNoTrace()).toBeUndefined();
  await door.at.importPeople('person,pin\n1,041733\n');
  await (await door.start()).stop('SIGTERM');
  const trace = join(door.at.place, 'trace');
  // Detached, so that the process that is started is the door's own.
  const running = await door.start({ under: ['strace', '-D', '-f', '--seccomp-bpf', '-e', 'trace=openat,rename,unlink,mkdir', '-o', trace] });
  await running.stop('SIGTERM');
  const changed = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((call) => call.includes(door.at.place) && (/O_WRONLY|O_RDWR|O_CREAT/.test(call) || /(?:rename|unlink|mkdir)\(/.test(call)))
    .map((call) => /"([^"]*)"/.exec(call)?.[1]?.slice(door.at.place.length + 1));
  const isLock = (path: string | undefined): boolean => path === 'data' || path === 'data/run.lock';
  const first = changed.findIndex((path) => !isLock(path));
  expect(changed.slice(0, first)).toContain('data/run.lock');
  expect(changed.slice(first, first + 3)).toEqual(['strike/brightness', 'strike/trigger', 'strike/state']);
  expect(statSync(join(door.at.dataDir, 'run.lock')).size).toBe(0);
});
