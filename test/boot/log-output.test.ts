/** A log that nobody takes: nothing waits for it, few lines are kept, and what was dropped is counted and told. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileSink, LogOutput, type LogSink, maxWaiting, streamSink } from '../../src/boot/log-output.ts';
import { RealDoor, soon } from './real-door.ts';

describe('a log', () => {
  const sinkOf = (room: { lines: number }, taken: string[]): LogSink => ({
    take: (line) => {
      if (room.lines === 0) return false;
      room.lines -= 1;
      taken.push(line);
      return true;
    },
  });
  const toldBy = (line: string | undefined): unknown => JSON.parse(line ?? '{}');

  it('drops what is not taken, and tells how much once there is room', () => {
    const room = { lines: 1 };
    const taken: string[] = [];
    const log = new LogOutput(sinkOf(room, taken), 'Gate');
    for (const line of ['a\n', 'b\n', 'c\n']) log.write(line);
    room.lines = 9;
    log.write('d\n');
    log.write('e\n');
    expect([taken[0], ...taken.slice(2)]).toEqual(['a\n', 'd\n', 'e\n']);
    expect(toldBy(taken[1])).toMatchObject({ level: 40, name: 'Gate', dropped: 2, msg: 'lines of this log were dropped' });
  });

  it('counts on where there was room for the count alone', () => {
    const room = { lines: 0 };
    const taken: string[] = [];
    const log = new LogOutput(sinkOf(room, taken), 'Gate');
    log.write('a\n');
    room.lines = 1;
    log.write('b\n');
    room.lines = 9;
    log.write('c\n');
    expect(taken.map((line) => (line.startsWith('{') ? (toldBy(line) as { dropped: number }).dropped : line))).toEqual([1, 1, 'c\n']);
  });

  it('keeps so many characters waiting at a pipe, and none at one that has ended', () => {
    const pipe = {
      writable: true,
      writableLength: 0,
      write: (line: string | Uint8Array) => {
        pipe.writableLength += line.length;
        return true;
      },
    };
    const sink = streamSink(pipe);
    const line = `${'x'.repeat(1_023)}\n`;
    let lines = 0;
    while (sink.take(line)) lines += 1;
    expect([lines, pipe.writableLength]).toEqual([maxWaiting / 1_024, maxWaiting]);
    expect(streamSink({ ...pipe, writable: false, writableLength: 0 }).take(line)).toBe(false);
  });

  it('begins a new line after one that a full disk has cut', () => {
    let file = '';
    let room = 6;
    const sink = fileSink(1, (_, line) => {
      if (room === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      const part = line.slice(0, room);
      room -= part.length;
      file += part;
      return part.length;
    });
    expect([sink.take('one\n'), sink.take('two\n'), sink.take('three\n')]).toEqual([true, false, false]);
    room = 99;
    expect([sink.take('four\n'), file]).toEqual([true, 'one\ntw\nfour\n']);
  });
});

describe('a real door', () => {
  const door = new RealDoor();
  const people = 'person,pin\n1,0417\n';
  /** Its output goes to that file. */
  const into = (path: string) => ({ under: ['sh', '-c', `exec "$0" "$@" >${path}`] });
  /** What was pressed before it started waits in its keypad. */
  const opens = async (): Promise<void> => {
    door.type('0417#');
    expect(await door.released()).toBeGreaterThan(0);
  };

  it('opens while nobody reads the pipe of its log, which is full; what waited is read later', async () => {
    await door.at.importPeople(people);
    const path = join(door.at.place, 'log');
    execFileSync('mkfifo', [path]);
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(pipe));
    const filler = Buffer.alloc(4_096, 0x2e);
    expect(() => {
      for (;;) writeSync(pipe, filler);
    }).toThrow('EAGAIN');
    door.spawn(into(path));
    await opens();
    const bytes = Buffer.alloc(1 << 20);
    let read = '';
    await soon(() => {
      read += bytes.toString('latin1', 0, readSync(pipe, bytes));
      expect(read).toContain('the door has started');
    });
  });

  it('opens while the disk of its log is full', async () => {
    await door.at.importPeople(people);
    door.spawn(into('/dev/full'));
    await opens();
  });
});
