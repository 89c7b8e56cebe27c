/** ioctl() on what this machine has, and the requests for input devices against the numbers that a C compiler gives. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evdevControl, keypadControl, watchingControl } from '../../src/drivers/evdev-control.ts';
import { getLineRequest } from '../../src/drivers/gpio-v2.ts';
import { type Ioctl, ioctlBy, ioctlRequest, systemIoctl } from '../../src/drivers/ioctl.ts';
import { Fault } from '../../src/shared/faults.ts';

/** EVIOCGRAB, EVIOCGKEY(96), EVIOCGSW(8), FIONREAD, FIONBIO. */
const grab = 0x4004_4590;
const keyState = 0x8060_4518;
const switchState = 0x8008_451b;
const fionread = 0x541b;
const fionbio = 0x5421;

describe('ioctl', () => {
  let folder: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorpad-ioctl-'));
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  /** Any file that is neither an input device nor a FIFO. */
  const plain = (): number => {
    writeFileSync(join(folder, 'plain'), '');
    return openSync(join(folder, 'plain'), 'r');
  };

  it('numbers requests as the kernel does', () => {
    expect(ioctlRequest('none', 0x54, 0x0b, 0)).toBe(0x540b);
    expect(ioctlRequest('write', 0x45, 0x90, 4)).toBe(grab);
    expect(getLineRequest).toBe(0xc250_b407);
  });

  it('reads what the kernel writes, and hands over what it is given', () => {
    writeSync(fd, 'seven..');
    const count = new Uint8Array(4);
    systemIoctl(fd, fionread, count);
    expect([...count]).toEqual([7, 0, 0, 0]);
    systemIoctl(fd, fionbio, Uint8Array.of(1, 0, 0, 0));
    readSync(fd, new Uint8Array(7));
    expect(() => readSync(fd, new Uint8Array(1))).toThrow('EAGAIN');
  });

  it('says what the system says, of bytes and of numbers', () => {
    for (const argument of [1, new Uint8Array(4)]) {
      expect(() => systemIoctl(fd, grab, argument)).toThrow('ioctl 0x40044590: ENOTTY');
      expect(() => systemIoctl(9_999, grab, argument)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    }
  });

  it('is a fault, each time it is asked, on a machine without a way to ask', () => {
    const missing = ioctlBy(() => {
      throw new Error('Cannot find module');
    });
    for (let time = 0; time < 2; time++)
      expect(() => missing(fd, fionread, new Uint8Array(4))).toThrow(expect.objectContaining({ code: 'hardware.missing' }));
  });

  it('asks for an input device alone, and for what is held on it', () => {
    const asked: string[] = [];
    const kernel: Ioctl = (_, request, argument) => {
      asked.push(`${request.toString(16)} ${typeof argument === 'number' ? argument : `${argument.length} bytes`}`);
      if (typeof argument === 'number') return;
      // Keys 2 and 0x2c1, or switch 0.
      if (request === keyState) argument.set([4], 0);
      if (request === keyState) argument.set([2], 0x2c0 / 8);
      if (request === switchState) argument.set([1], 0);
    };
    const control = evdevControl(kernel);
    const file = plain();
    control.grab(file);
    expect(control.state(file)).toEqual({ keys: new Set([2, 0x2c1]), switches: new Set([0]) });
    expect(asked).toEqual([`${grab.toString(16)} 1`, `${keyState.toString(16)} 96 bytes`, `${switchState.toString(16)} 8 bytes`]);
    closeSync(file);
  });

  it('asks a FIFO for nothing, for it has one reader anyway', () => {
    expect(() => evdevControl().grab(fd)).not.toThrow();
    expect(() => evdevControl().state(fd)).toThrow('ENOTTY');
  });

  it('lets nobody have a card reader or a keypad that another holds', () => {
    const file = plain();
    const busy: Ioctl = () => {
      throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
    };
    for (const control of [evdevControl(busy), keypadControl(busy)]) expect(() => control.grab(file)).toThrow('EBUSY');
    expect(() => watchingControl(busy).grab(file)).not.toThrow();
    expect(() => evdevControl().grab(file)).toThrow('ENOTTY');
    closeSync(file);
  });

  it('where the machine cannot ask, leaves a door its keypad and no card reader that others hear', () => {
    const file = plain();
    const missing: Ioctl = () => {
      throw new Fault('hardware.missing', 'no way to ask');
    };
    expect(() => evdevControl(missing).grab(file)).toThrow('no way to ask');
    expect(() => keypadControl(missing).grab(file)).not.toThrow();
    closeSync(file);
  });
});
