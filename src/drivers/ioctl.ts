/**
 * The one way to ioctl(), which Node lacks. Decides how it is called and what its refusal looks like; what is asked of which device is
 * the caller's. Why it is koffi: docs/decisions/0020-ioctl.md.
 */
import * as nodeModule from 'node:module';
import { getSystemErrorName } from 'node:util';
import { Fault } from '../shared/faults.ts';

/**
 * Asks the driver behind an open file. `argument`: bytes that it reads and may write, or a number where it takes one. Throws an Error with the
 * system's `code` (EBUSY, ENOTTY, …), or a Fault `hardware.missing` on a machine without a way to ask.
 */
export type Ioctl = (fd: number, request: number, argument: Uint8Array | number) => void;

/** Which way the argument goes, seen from here. */
const directions = { none: 0, write: 1, read: 2, both: 3 } as const;

/** Number of a request (include/uapi/asm-generic/ioctl.h, as on x86, Arm and RISC-V). `type`, `number`: one byte each. `bytes`: of the argument. */
export const ioctlRequest = (direction: keyof typeof directions, type: number, number: number, bytes: number): number =>
  ((directions[direction] << 30) | (bytes << 16) | (type << 8) | number) >>> 0;

/** Of the type only: it is loaded when it is first needed. */
type ForeignCalls = Pick<typeof import('koffi'), 'load' | 'errno'>;
type Call = (fd: number, request: number, argument: Uint8Array | number) => number;

/** By what `load` brings, once it is first needed: a door that needs none of it starts without, and one that lacks it loses a device, no more. */
export const ioctlBy = (load: () => ForeignCalls): Ioctl => {
  let ask: Ioctl | undefined;
  return (fd, request, argument) => {
    ask ??= open(load);
    ask(fd, request, argument);
  };
};

export const systemIoctl: Ioctl = ioctlBy(() => nodeModule.createRequire(import.meta.url)('koffi') as ForeignCalls);

function open(load: () => ForeignCalls): Ioctl {
  try {
    const calls = load();
    const libc = calls.load('libc.so.6');
    const withBytes = libc.func('int ioctl(int fd, unsigned long request, void *argument)') as Call;
    const withNumber = libc.func('int ioctl(int fd, unsigned long request, long argument)') as Call;
    return (fd, request, argument) => {
      const result = typeof argument === 'number' ? withNumber(fd, request, argument) : withBytes(fd, request, argument);
      if (result < 0) throw refusal(request, calls.errno());
    };
  } catch (cause) {
    throw new Fault('hardware.missing', 'this machine has no way to ask the kernel about devices', cause);
  }
}

function refusal(request: number, errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`ioctl 0x${request.toString(16)}: ${code}`), { code });
}
