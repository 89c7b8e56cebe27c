/** Waiting for a file in the event loop, with the sharp edges of the poller underneath. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchReadable } from '../../src/drivers/readable-watch.ts';
import { Heard, someTurns } from '../contracts/heard.ts';

describe('watchReadable', () => {
  let folder: string;
  let path: string;
  let writer: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorpad-watch-'));
    path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    writer = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  });
  afterEach(() => {
    closeSync(writer);
    rmSync(folder, { recursive: true });
  });
  const open = (): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);

  it('tells again and again, through many files that have the same descriptor number one after the other', async () => {
    for (let file = 0; file < 50; file++) {
      const fd = open();
      const watch = watchReadable(fd);
      const heard = new Heard<number>();
      for (let time = 1; time <= 2; time++) {
        watch.once(() => heard.add(readSync(fd, new Uint8Array(1))));
        writeSync(writer, 'x');
        await heard.atLeast(time);
      }
      watch.stop();
      closeSync(fd);
    }
  });

  it('tells nothing after it was stopped, even what was already under way', async () => {
    const fd = open();
    const watch = watchReadable(fd);
    let told = 0;
    watch.once(() => told++);
    writeSync(writer, 'x');
    watch.stop();
    await someTurns();
    expect(told).toBe(0);
    closeSync(fd);
  });

  it.each(['plain', '/dev/null', '/dev/zero', '.'])('throws for %s, which is neither an input device nor a FIFO', (name) => {
    if (name === 'plain') writeFileSync(join(folder, name), '');
    const fd = openSync(resolve(folder, name), 'r');
    expect(() => watchReadable(fd)).toThrow('neither an input device nor a FIFO');
    closeSync(fd);
  });

  it('lets an exception of whoever is told reach the process the ordinary way', () => {
    const program = `
      import { openSync, writeSync, constants } from 'node:fs';
      import { watchReadable } from ${JSON.stringify(join(import.meta.dirname, '../../src/drivers/readable-watch.ts'))};
      const fd = openSync(${JSON.stringify(path)}, constants.O_RDWR | constants.O_NONBLOCK);
      process.on('uncaughtException', (error) => { process.stdout.write('caught ' + error.message); process.exit(3); });
      watchReadable(fd).once(() => { throw new Error('in the listener'); });
      writeSync(fd, 'x');
    `;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 3, stdout: 'caught in the listener' });
  });

  it('refuses to be used in a worker thread, where it would end the process', () => {
    const program = `
      import { Worker } from 'node:worker_threads';
      const code = 'import(' + ${JSON.stringify(JSON.stringify(join(import.meta.dirname, '../../src/drivers/readable-watch.ts')))} + ').then((m) => m.watchReadable(0)).catch((error) => console.log(error.message))';
      new Worker(code, { eval: true });
    `;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('devices are read on the main thread');
  });
});
