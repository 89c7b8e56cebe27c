/**
 * A real process whose disk lets it down: not there, read-only, full, failing under it. The door goes on as its settings
 * say, and asks for a new start when that helps.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/main.ts';
import { whyNoTrace } from '../store/power-cut/trace.ts';
import { RealDoor } from './real-door.ts';

const door = new RealDoor();
const mib = 1024 * 1024;
const people = 'person,pin,cards\n1,041733,12345678\n';
const grantCards = { more: '[failure]\nrecordFailure = "grantCards"' };

describe('a real door without a journal', () => {
  it('opens for no PIN, for cards where the settings say so, and ends for a new start once there can be one', async () => {
    await door.at.importPeople(people);
    mkdirSync(join(door.at.dataDir, 'journal.db'));
    door.configure(grantCards);
    const running = await door.start();
    expect(running.out).toContain('there is no journal');
    door.type('041733#');
    await door.denied();
    expect(door.isReleased).toBe(false);
    door.swipe('12345678');
    await door.released();
    rmdirSync(join(door.at.dataDir, 'journal.db'));
    expect(await running.ended).toMatchObject({ code: exitCodes.fault });
    expect(running.err).toBe('doorpad: the door has to be started anew, as a service unit does by itself: the journal can be opened again\n');
    await door.start();
    door.type('041733#');
    await door.released();
  });
});

describe('a real door whose journal fails under it', () => {
  it('releases nothing, ends for a new start, not before it has run for a second, and is whole after it', async () => {
    expect(whyNoTrace()).toBeUndefined();
    await door.at.importPeople(people);
    const running = await door.start();
    const log = join(door.at.dataDir, 'journal.db-wal');
    const inject = ['-f', '-p', String(running.pid), '-P', log, '-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO'];
    const strace = spawn('strace', inject, { stdio: ['ignore', 'ignore', 'pipe'] });
    await once(strace.stderr, 'data');
    door.type('041733#');
    const { code, afterMs } = await running.ended;
    expect(code).toBe(exitCodes.fault);
    expect(afterMs).toBeGreaterThan(1_000);
    expect(running.out).toContain('the journal can not be trusted any more');
    expect(running.err).toMatch(/^doorpad: the door has to be started anew, as a service unit does by itself: journal\.db /);
    expect(door.read('strike', 'duration')).toBe('0');
    await door.start();
    door.type('041733#');
    await door.released();
    expect((await door.codes()).filter((event) => event === 'reader.started')).toHaveLength(2);
  });
});

describe('a real door on a disk of its own', () => {
  /** Undefined, or why no disk can be mounted here. */
  let whyNot: string | undefined;
  const complaintOfMount = (...values: readonly string[]): string | undefined => {
    const { status, stderr, error } = spawnSync('mount', values, { encoding: 'utf8' });
    return status === 0 ? undefined : (error?.message ?? stderr.trim());
  };
  const remount = (how: 'ro' | 'rw'): void => expect(complaintOfMount('-o', `remount,${how}`, door.at.dataDir)).toBeUndefined();
  const filler = (): string => join(door.at.dataDir, 'filler');
  /** To the last page, as others would. */
  const fillDisk = (): void => {
    for (let bytes = 32 * mib; bytes >= 4_096; bytes /= 2) {
      try {
        for (;;) writeFileSync(filler(), new Uint8Array(bytes), { flag: 'a' });
      } catch {
        // So much does not fit any more.
      }
    }
  };
  beforeEach(() => {
    mkdirSync(door.at.dataDir, { mode: 0o700 });
    whyNot = complaintOfMount('-t', 'tmpfs', '-o', 'size=32m,mode=700', 'tmpfs', door.at.dataDir);
    if (whyNot !== undefined) process.stderr.write(`not shown here, for want of a disk to mount: ${whyNot}\n`);
  });
  afterEach(() => {
    if (whyNot === undefined) spawnSync('umount', ['-l', door.at.dataDir]);
  });

  it('that is read-only serves from its table as without a journal, and starts anew when it can be written', async () => {
    if (whyNot !== undefined) return;
    await door.at.importPeople(people);
    door.configure(grantCards);
    await (await door.start()).stop('SIGTERM');
    remount('ro');
    const running = await door.start();
    for (const sentence of ['there is no journal', 'is on a read-only file system', 'is tmpfs']) expect(running.out).toContain(sentence);
    door.type('041733#');
    await door.denied();
    door.swipe('12345678');
    await door.released();
    remount('rw');
    expect(await running.ended).toMatchObject({ code: exitCodes.fault });
    await door.start();
    door.type('041733#');
    await door.released();
  });

  it('that others have filled goes on with the space it kept, and denies when that is used up', async () => {
    if (whyNot !== undefined) return;
    await door.at.importPeople(people);
    const running = await door.start();
    door.type('041733#');
    await door.released();
    fillDisk();
    door.type('041733#');
    await door.released();
    fillDisk();
    door.type('041733#');
    await door.denied();
    expect(door.isReleased).toBe(false);
    rmSync(filler());
    door.type('041733#');
    await door.released();
    expect(running.isRunning).toBe(true);
    expect((await door.codes()).filter((code) => code === 'access.granted')).toHaveLength(3);
    expect(await door.codes()).toContain('record.failed');
  });
});
