/** What is read of a serial port in a tree of files as Linux shows them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consoles, isPortOfBluetooth, loginsOn, portFacts } from '../../src/drivers/rs485.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doorpad-root-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text = ''): string => {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
};
const link = (path: string, target: string): void => {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  mkdirSync(join(root, target), { recursive: true });
  symlinkSync(join(root, target), join(root, path));
};

describe('a serial port', () => {
  it('of the board is told by its driver, and by the device tree that turns its direction', () => {
    const port = put('dev/ttyAMA0');
    link('sys/class/tty/ttyAMA0/device', 'sys/devices/soc/serial/serial0/serial0.0');
    link('sys/devices/soc/serial/driver', 'sys/bus/amba/drivers/uart-pl011');
    expect(portFacts(port, root)).toEqual({ name: 'ttyAMA0', driver: 'uart-pl011', turnsByItself: false, isConsole: false, login: undefined });
    put('sys/devices/soc/serial/of_node/linux,rs485-enabled-at-boot-time');
    expect(portFacts(port, root).turnsByItself).toBe(true);
  });

  it('is known under its name that stays', () => {
    const port = put('dev/ttyUSB1');
    mkdirSync(join(root, 'dev/by-id'));
    symlinkSync(port, join(root, 'dev/by-id/usb-FTDI'));
    expect(portFacts(join(root, 'dev/by-id/usb-FTDI'), root)).toMatchObject({ name: 'ttyUSB1', driver: undefined });
  });

  it('that is not there has no name, and no more is said of it', () => {
    expect(portFacts(join(root, 'dev/ttyAMA0'), root)).toEqual({
      name: undefined,
      driver: undefined,
      turnsByItself: false,
      isConsole: false,
      login: undefined,
    });
  });

  it('that the kernel or a login holds says so', () => {
    const port = put('dev/ttyAMA0');
    put('proc/cmdline', 'ro console=tty0 console=ttyAMA0,115200 quiet\n');
    put('proc/310/cmdline', '/sbin/agetty\0-o\0-p -- \\u\0--keep-baud\x095200,9600\0ttyAMA0\0vt220\0');
    put('proc/311/cmdline', '/usr/bin/cat\0/dev/tty3\0');
    put('proc/self/cmdline', '/sbin/agetty\0tty9\0');
    expect(portFacts(port, root)).toMatchObject({ isConsole: true, login: 'agetty' });
    expect(loginsOn(root)).toEqual([{ terminal: 'ttyAMA0', program: 'agetty' }]);
  });
});

it('knows the consoles of the kernel, each once, and none where it says nothing', () => {
  expect(consoles(root)).toEqual([]);
  put('proc/cmdline', 'noconsole=ttyS9 console=/dev/ttyS0,9600 console=tty1');
  put('sys/class/tty/console/active', 'tty1\n');
  expect(consoles(root)).toEqual(['tty1', 'ttyS0']);
});

it('knows a port that belongs to Bluetooth', () => {
  expect(isPortOfBluetooth(root)).toBe(false);
  put('sys/bus/serial/devices/serial0-0/uevent', 'OF_NAME=bluetooth\nOF_FULLNAME=/soc/serial@7e201000/bluetooth\n');
  expect(isPortOfBluetooth(root)).toBe(true);
});
