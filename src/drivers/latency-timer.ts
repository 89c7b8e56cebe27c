/**
 * How long a USB adapter sits on bytes before it hands them over (SECURITY A21). FTDI chips wait 16 ms unless told otherwise, several
 * times what a reply takes. Decides whether that is so and mends it where it may; who hears of it is the caller's.
 */
import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemFiles } from './led-class.ts';

/** What a line with replies within 200 ms wants (drivers/usb/serial/ftdi_sio.c; whole milliseconds, 1 is the least). */
const wantedMs = 1;

/** Milliseconds the adapter goes on waiting because the file may not be written; undefined: nothing to mend, or mended. */
export function slowLatencyMs(path: string, sysfs = '/sys'): number | undefined {
  try {
    const file = join(sysfs, 'class/tty', basename(realpathSync(path)), 'device/latency_timer');
    if (readMs(file) > wantedMs) tryToWrite(file);
    const ms = readMs(file);
    return ms > wantedMs ? ms : undefined;
  } catch {
    // No such file: a port of the board, or an adapter without such a timer.
    return undefined;
  }
}

const readMs = (file: string): number => Number(systemFiles.read(file));

function tryToWrite(file: string): void {
  try {
    systemFiles.write(file, String(wantedMs));
  } catch {
    // Root's to write, unless a udev rule says otherwise. What the file reads afterwards counts.
  }
}
