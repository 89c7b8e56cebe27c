/** The serial port on real terminals: what a cable, an adapter and other programs can do to it. Time is virtual, files are not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readSync, symlinkSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstRetryMs, longestRetryMs, steadyMs } from '../../src/drivers/retries.ts';
import { openDeadlineMs, SerialLink } from '../../src/drivers/serial-link.ts';
import { describeLine } from '../contracts/line.contract.ts';
import { LineEar } from '../contracts/line-ear.ts';
import { SerialRig } from './serial-rig.ts';

describeLine('A serial link', async () => {
  const rig = new SerialRig();
  const { pair, clock } = rig;
  await pair.plugIn();
  const states = new Map<string, string>();
  const link = (path: string): SerialLink => new SerialLink({ path, baudRate: 9_600, clock, told: ({ what }) => states.set(path, what) });
  return {
    line: link(pair.near),
    far: link(pair.far),
    clock,
    // Bytes do not wait for virtual time.
    pass: async () => undefined,
    changeRates: () => clock.pass(1_000),
    detach: () => pair.unplug(),
    attach: async () => {
      // Both have seen that the cable is gone.
      while ([...states.values()].includes('opened')) await clock.settle();
      await pair.plugIn();
      await clock.pass(longestRetryMs);
    },
    close: () => rig.close(),
  };
});

/** What waits there to be read, at most so much. */
const waiting = (fd: number, most = 100_000): number[] => {
  const buffer = new Uint8Array(most);
  try {
    return [...buffer.subarray(0, readSync(fd, buffer))];
  } catch {
    return [];
  }
};
const openFiles = (): number => readdirSync('/proc/self/fd').length;

describe('A serial link', () => {
  let rig: SerialRig;
  beforeEach(() => {
    rig = new SerialRig();
  });
  afterEach(() => rig.close());

  it('comes back after the adapter was pulled, 20 times, under the same name though it is another device, and leaks no file', async () => {
    await rig.pair.plugIn();
    const near = rig.open();
    const far = rig.open(rig.pair.far);
    await Promise.all([near.ear.told('attached'), far.ear.told('attached')]);
    const before = openFiles();
    for (let time = 1; time <= 20; time++) {
      await rig.pair.unplug();
      await Promise.all([near.ear.told('detached'), far.ear.told('detached')]);
      await rig.pair.plugIn();
      await rig.clock.pass(longestRetryMs);
      await Promise.all([near.ear.told('attached'), far.ear.told('attached')]);
      near.link.send(Uint8Array.of(time));
      expect((await far.ear.bytes(time)).at(-1)).toBe(time);
      // Steady again, so that the next wait is the first one.
      await rig.clock.pass(steadyMs);
    }
    expect(openFiles()).toBe(before);
    expect(near.news.reports.map(({ what }) => what)).toEqual(['opened', ...Array.from({ length: 20 }, () => ['lost', 'opened']).flat()]);
  });

  it('is back within the first wait when it was steady, and waits longer for a port that comes and goes', async () => {
    const { ear } = await rig.attached();
    const pullAndWait = async (waitMs: number): Promise<void> => {
      await rig.pair.unplug();
      await ear.told('detached');
      await rig.pair.plugIn();
      await rig.clock.pass(waitMs - 1);
      expect(ear.reports.at(-1)).toBe('detached');
      await rig.clock.pass(1);
      await ear.told('attached');
    };
    await pullAndWait(firstRetryMs);
    await pullAndWait(2 * firstRetryMs);
    await rig.clock.pass(steadyMs);
    await pullAndWait(firstRetryMs);
  });

  it('waits 1 s for a port that is not there, then twice as long each time up to 30 s, and tells of it once', async () => {
    const { ear, told } = rig.open();
    await ear.told('detached');
    const waits: number[] = [];
    for (let time = 1; time <= 7; time++) {
      const waitMs = (rig.clock.nextDueMs ?? Number.NaN) - rig.clock.nowMs();
      waits.push(waitMs / 1_000);
      await rig.clock.pass(waitMs);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(told()).toEqual(['away: the serial port is not there']);
  });

  it('says why a port cannot be opened, once for each reason, and recovers', async () => {
    await rig.pair.plugIn();
    const name = join(rig.folder, 'by-id');
    const { ear, news, told } = rig.open(name);
    await ear.told('detached');
    writeFileSync(join(rig.folder, 'file'), '');
    symlinkSync(join(rig.folder, 'file'), name);
    for (let time = 0; time < 3; time++) await rig.clock.pass(longestRetryMs);
    unlinkSync(name);
    symlinkSync(rig.pair.near, name);
    await rig.clock.pass(longestRetryMs);
    await ear.told('attached');
    expect(told()).toEqual(['away: the serial port is not there', 'away: the serial port cannot be opened', 'opened: the serial port is open']);
    expect(String(news.reports[1]?.cause)).toContain('Inappropriate ioctl');
  });

  it('leaves a port that another program holds alone, and has it within a wait of its release', async () => {
    await rig.pair.plugIn();
    const holder = spawn('flock', ['-n', rig.pair.near, '-c', 'echo held; read line'], { stdio: ['pipe', 'pipe', 'inherit'] });

    await once(holder.stdout, 'data');
    const { ear, told } = rig.open();
    await ear.told('detached');
    for (let time = 0; time < 5; time++) await rig.clock.pass(longestRetryMs);
    holder.stdin.end('\n');
    await once(holder, 'close');
    await rig.clock.pass(longestRetryMs);
    await ear.told('attached');
    expect(told()).toEqual(['away: the serial port is in use by another program', 'opened: the serial port is open']);
  });

  it('lets no other program have the port it holds', async () => {
    await rig.attached();
    const other = spawn('flock', ['-n', rig.pair.near, '-c', 'true'], { stdio: 'ignore' });
    expect(await once(other, 'close')).toEqual([1, null]);
  });

  it('hears nothing that waited at the port before it was opened', async () => {
    await rig.pair.plugIn();
    const far = rig.bare(rig.pair.far);
    writeSync(far, 'stale');
    // One byte of them is read, so that the others are known to have arrived.
    const before = rig.bare(rig.pair.near);
    while (waiting(before, 1).length === 0) await rig.clock.settle();
    const { ear } = rig.open();
    await ear.told('attached');
    writeSync(far, 'x');
    expect(await ear.bytes(1)).toEqual([...Buffer.from('x')]);
  });

  it('gives up a port that takes no more bytes, and sends none of what waited when it is back', async () => {
    const { link, ear, news, told } = await rig.attached();
    rig.pair.stall(true);
    const frame = new Uint8Array(1_440).fill(0x53);
    let sent = 0;
    while (news.reports.length === 1) {
      link.send(frame);
      sent += 1;
      await rig.clock.settle();
    }
    expect(told().at(-1)).toBe('lost: the serial port takes no more bytes');
    await ear.told('detached');
    const far = rig.bare(rig.pair.far);
    await rig.clock.pass(longestRetryMs);
    await ear.told('attached');
    rig.pair.stall(false);
    link.send(Uint8Array.of(7));
    let heard: number[] = [];
    while (!heard.includes(7)) {
      await rig.clock.settle();
      heard = [...heard, ...waiting(far)];
    }
    // What the kernel's other end had taken by then was out (one page); the rest waited.
    expect(sent * frame.length).toBeGreaterThan(3 * 4_096);
    expect(heard.length).toBeLessThanOrEqual(4_096);
    expect(heard.at(-1)).toBe(7);
  });

  it('leaves a turn of the event loop to others between two pieces of a line that never stops', async () => {
    const { ear } = await rig.attached();
    const far = rig.bare(rig.pair.far);
    let turns = 0;
    while (ear.pieces.length < 20) {
      try {
        writeSync(far, new Uint8Array(8_192));
      } catch {
        // Full: the other end is not done with what it has.
      }
      await rig.clock.settle();
      turns += 1;
    }
    expect(turns).toBeGreaterThanOrEqual(19);
  });

  it('opens a dead line anew when it is told to, and does nothing with one that is away or not listened to', async () => {
    const { link, ear, subscription, told } = await rig.attached();
    link.reopen();
    await ear.told('detached');
    link.reopen();
    await ear.told('attached');
    subscription.stop();
    link.reopen();
    expect(ear.reports).toEqual(['attached', 'detached', 'attached']);
    expect(told()).toEqual(['opened: the serial port is open', 'lost: the serial port is opened anew', 'opened: the serial port is open']);
  });

  it('may be stopped by whoever hears that it is opened anew', async () => {
    const { link, ear, subscription } = await rig.attached();
    ear.onReport = () => {
      subscription.stop();
    };
    link.reopen();
    await rig.clock.pass(longestRetryMs);
    expect(ear.reports).toEqual(['attached', 'detached']);
  });

  it('may be stopped and listened to again while it is being opened', async () => {
    await rig.pair.plugIn();
    const { ear, news, listen, subscription } = rig.open();
    await Promise.resolve();
    subscription.stop();
    listen();
    await ear.told('attached');
    expect(ear.reports).toEqual(['attached']);
    expect(news.reports.map(({ what }) => what)).toEqual(['opened']);
  });

  it('gives up a port that does not open in time, lets go of it when it has opened after all, and tries again', async () => {
    await rig.pair.plugIn();
    rig.clock.hurriedMs = openDeadlineMs;
    const { ear, told } = rig.open();
    await ear.told('detached');
    rig.clock.hurriedMs = undefined;
    await rig.clock.pass(firstRetryMs);
    await ear.told('attached');
    expect(told()).toEqual(['away: the serial port does not open in time', 'opened: the serial port is open']);
  });

  it('works without anybody who hears of its state', async () => {
    await rig.pair.plugIn();
    const ear = new LineEar();
    const subscription = new SerialLink({ path: rig.pair.near, baudRate: 9_600, clock: rig.clock }).listen(ear);
    await ear.told('attached');
    await rig.pair.unplug();
    await ear.told('detached');
    subscription.stop();
  });

  it('refuses a rate that is none', () => {
    expect(() => new SerialLink({ path: '/dev/null', baudRate: 0, clock: rig.clock })).toThrow('a rate is');
  });
});
