/**
 * What only ioctl() can do to an input device: keep what is typed from everybody else, and tell what is held. Decides the requests;
 * when they are made is EvdevDevice's.
 */
import { fstatSync } from 'node:fs';
import { Fault } from '../shared/faults.ts';
import type { EvdevControl } from './evdev-device.ts';
import { type Ioctl, ioctlRequest, systemIoctl } from './ioctl.ts';

/** include/uapi/linux/input.h. */
const inputType = 0x45;
const intBytes = 4;
const grabRequest = ioctlRequest('write', inputType, 0x90, intBytes);
/** KEY_MAX is 0x2ff, SW_MAX 0x10 (include/uapi/linux/input-event-codes.h); the kernel fills no more than it has. */
const keyBytes = 96;
const switchBytes = 8;
const keyStateRequest = ioctlRequest('read', inputType, 0x18, keyBytes);
const switchStateRequest = ioctlRequest('read', inputType, 0x1b, switchBytes);

/** For a card reader that types: who may not have it alone does not have it. */
export const evdevControl = (ioctl: Ioctl = systemIoctl): EvdevControl => ({
  grab: (fd) => {
    // A FIFO gives each byte to one reader only, and there is nothing to ask.
    if (!fstatSync(fd).isFIFO()) ioctl(fd, grabRequest, 1);
  },
  state: (fd) => ({ keys: bitsSet(ioctl, fd, keyStateRequest, keyBytes), switches: bitsSet(ioctl, fd, switchStateRequest, switchBytes) }),
});

/** For a keypad: alone where the machine can ask for that, and else as it is, for a door without a keypad is worse. Held by another, it is away. */
export const keypadControl = (ioctl: Ioctl = systemIoctl): EvdevControl => {
  const control = evdevControl(ioctl);
  return {
    ...control,
    grab: (fd) => {
      try {
        control.grab(fd);
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown;
      }
    },
  };
};

/** For contacts, which anybody may watch: their states, and nothing kept from others. */
export const watchingControl = (ioctl: Ioctl = systemIoctl): EvdevControl => ({ ...evdevControl(ioctl), grab: () => undefined });

/** Numbers of the bits that are set, the lowest bit of the first byte being 0. */
function bitsSet(ioctl: Ioctl, fd: number, request: number, byteCount: number): ReadonlySet<number> {
  const bytes = new Uint8Array(byteCount);
  ioctl(fd, request, bytes);
  const set = new Set<number>();
  for (const [index, byte] of bytes.entries()) for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) set.add(index * 8 + bit);
  return set;
}
