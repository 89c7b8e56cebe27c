/**
 * Tells when a file has something to read, from the event loop: for character devices, which Node itself can only wait for
 * in a thread of its pool. The poller is the one serialport brings along; its sharp edges (seen with version 13.0.0) end here:
 *
 * - A poller still watching when its file is closed ends the process, and destroying one does not stop it. It is stopped first.
 * - A poller is never freed. So there is one a descriptor number, used again with the next file of that number.
 * - An exception in its callback ends the process without a word. What it tells goes on in an immediate, which is next in
 *   the same turn of the loop, and from which an exception takes the ordinary way.
 * - It watches on the main thread's loop whatever thread it is made on, and ends the process when told there.
 */
import { fstatSync, readlinkSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { Poller } from '@serialport/bindings-cpp/dist/poller.js';
import { assert } from '../shared/assert.ts';

/** By descriptor number, which are few: the system gives the lowest that is free. */
const pollers = new Map<number, Poller>();

export interface ReadableWatch {
  /** Calls back once, when there is something to read or nobody at the other end any more. */
  once(callback: () => void): void;
  /** Calls back no more. To be called before the file is closed. */
  stop(): void;
}

/** Major number of input devices (Documentation/admin-guide/devices.txt). */
const inputMajor = 13;

/** What the kernel hands out for requested GPIO lines (drivers/gpio/gpiolib-cdev.c). */
const gpioLines = 'anon_inode:gpio-line';

/** Takes an input device, GPIO lines or a FIFO, and throws for any other file: one that epoll does not take would end the process. */
export function watchReadable(fd: number): ReadableWatch {
  assert(isMainThread, 'devices are read on the main thread');
  const stat = fstatSync(fd);
  const isInput = stat.isCharacterDevice() && ((stat.rdev >> 8) & 0xfff) === inputMajor;
  const isWatchable = isInput || stat.isFIFO() || readlinkSync(`/proc/self/fd/${fd}`) === gpioLines;
  if (!isWatchable) throw new Error('neither an input device nor a FIFO nor GPIO lines');
  const poller = pollers.get(fd) ?? new Poller(fd);
  pollers.set(fd, poller);
  return watchWith(poller);
}

/** With a poller somebody else has made and will let go of, for a file that epoll takes. */
export function watchWith(poller: Poller): ReadableWatch {
  assert(isMainThread, 'devices are read on the main thread');
  let isStopped = false;
  return {
    once: (callback) => {
      poller.once('readable', () => {
        setImmediate(() => {
          if (!isStopped) callback();
        });
      });
    },
    stop: () => {
      isStopped = true;
      poller.stop();
    },
  };
}
