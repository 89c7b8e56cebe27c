/** The rate of a serial port while it is open, away, opened and lost, and the time for which a USB adapter holds bytes back. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstRetryMs, longestRetryMs } from '../../src/drivers/retries.ts';
import { rateDeadlineMs } from '../../src/drivers/serial-link.ts';
import { SerialRig } from './serial-rig.ts';

const speedOf = (path: string): string => execFileSync('stty', ['-F', path, 'speed'], { encoding: 'utf8' }).trim();

describe('A serial link', () => {
  let rig: SerialRig;
  beforeEach(() => {
    rig = new SerialRig();
  });
  afterEach(() => rig.close());

  it('gives up a port that does not take a new rate in time, and has it when it is opened anew', async () => {
    const { link, ear, told } = await rig.attached();
    rig.clock.hurriedMs = rateDeadlineMs;
    link.setBaudRate(19_200);
    await rig.clock.pass(0);
    await ear.told('detached');
    await rig.clock.pass(firstRetryMs);
    await ear.told('attached');
    expect(told().slice(1)).toEqual(['lost: the serial port does not take the new rate', 'opened: the serial port is open']);
    expect(speedOf(rig.pair.near)).toBe('19200');
  });

  it('follows the last of several changes of rate, and sends what was sent meanwhile', async () => {
    await rig.pair.plugIn();
    const { link, ear } = rig.open();
    const far = rig.open(rig.pair.far);
    await Promise.all([ear.told('attached'), far.ear.told('attached')]);
    link.setBaudRate(19_200);
    link.setBaudRate(57_600);
    link.send(Uint8Array.of(1));
    link.send(Uint8Array.of(2));
    await rig.clock.pass(1_000);
    expect(await far.ear.bytes(1)).toEqual([2]);
    expect(speedOf(rig.pair.near)).toBe('57600');
  });

  it('opens at the rate set while it was away', async () => {
    const { link, ear } = rig.open();
    await ear.told('detached');
    link.setBaudRate(38_400);
    await rig.pair.plugIn();
    await rig.clock.pass(longestRetryMs);
    await ear.told('attached');
    expect(speedOf(rig.pair.near)).toBe('38400');
  });

  it('takes up a rate that was set while it was being opened', async () => {
    await rig.pair.plugIn();
    const { link, ear } = rig.open();
    await Promise.resolve();
    link.setBaudRate(38_400);
    await ear.told('attached');
    await rig.clock.pass(1_000);
    expect(speedOf(rig.pair.near)).toBe('38400');
  });

  it('changes no rate of a port that is gone by the time for it, nor tells of what became of that', async () => {
    const { link, ear, news } = await rig.attached();
    link.send(Uint8Array.of(1));
    link.setBaudRate(19_200);
    link.reopen();
    await ear.told('detached');
    await rig.clock.pass(1_000);
    await ear.told('attached');
    expect(speedOf(rig.pair.near)).toBe('19200');
    expect(news.reports.map(({ what }) => what)).toEqual(['opened', 'lost', 'opened']);
  });

  it('comes back at the new rate after the adapter was pulled while the rate changed, and tells of one loss', async () => {
    const { link, ear, news } = await rig.attached();
    link.setBaudRate(19_200);
    await Promise.all([rig.clock.pass(0), rig.pair.unplug()]);
    await ear.told('detached');
    await rig.pair.plugIn();
    await rig.clock.pass(longestRetryMs);
    await ear.told('attached');
    expect(speedOf(rig.pair.near)).toBe('19200');
    expect(news.reports.map(({ what }) => what)).toEqual(['opened', 'lost', 'opened']);
  });

  describe('behind a USB adapter', () => {
    /** What the kernel shows of the adapter at the near end. */
    const sysfs = (): string => join(rig.folder, 'sys');
    const timerFile = (): string => {
      const device = join(sysfs(), 'class/tty', basename(readlinkSync(rig.pair.near)), 'device');
      mkdirSync(device, { recursive: true });
      return join(device, 'latency_timer');
    };

    it('sets the time for which bytes are held back to 1 ms, and says nothing of it', async () => {
      await rig.pair.plugIn();
      const file = timerFile();
      writeFileSync(file, '16\n');
      const { ear, news } = rig.open(rig.pair.near, sysfs());
      await ear.told('attached');
      expect(readFileSync(file, 'utf8')).toBe('1');
      expect(news.reports.map(({ what }) => what)).toEqual(['opened']);
    });

    it('says that bytes are held back when it may not change that', async () => {
      await rig.pair.plugIn();
      // A number that even root may only read.
      symlinkSync('/proc/sys/kernel/ngroups_max', timerFile());
      const { ear, news, told } = rig.open(rig.pair.near, sysfs());
      await ear.told('attached');
      expect(told().at(-1)).toMatch(/^slow: the USB adapter holds bytes back/);
      expect(news.reports.at(-1)?.cause).toBe('65536 ms');
    });
  });
});
