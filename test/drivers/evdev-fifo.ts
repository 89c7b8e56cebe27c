/** An input device at the end of a FIFO: the driver opens, polls and loses it as it would a character device; the test is the kernel. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { EvdevEventBytes } from '../../src/drivers/evdev.ts';
import { type EvdevControl, EvdevDevice } from '../../src/drivers/evdev-device.ts';
import { longestRetryMs } from '../../src/drivers/retries.ts';

export const evSyn = 0;
export const evKey = 1;
export const evMsc = 4;
export const evSw = 5;
export const synDropped = 3;

/** One struct input_event. */
export function inputEvent(eventBytes: EvdevEventBytes, type: number, code: number, value: number, atWallMs = 0): Uint8Array {
  const bytes = new Uint8Array(eventBytes);
  const view = new DataView(bytes.buffer);
  const seconds = Math.floor(atWallMs / 1_000);
  const microseconds = Math.round((atWallMs - seconds * 1_000) * 1_000);
  if (eventBytes === 24) {
    view.setBigUint64(0, BigInt(seconds), true);
    view.setBigUint64(8, BigInt(microseconds), true);
  } else {
    view.setUint32(0, seconds, true);
    view.setUint32(4, microseconds, true);
  }
  view.setUint16(eventBytes - 8, type, true);
  view.setUint16(eventBytes - 6, code, true);
  view.setInt32(eventBytes - 4, value, true);
  return bytes;
}

export class EvdevFifo {
  readonly clock = new VirtualClock({ startMs: 50_000 });
  readonly device: EvdevDevice;
  /** The system's wall clock, by which events are stamped and their age is told. */
  wallMs = Date.UTC(2026, 0, 5);
  readonly #folder = mkdtempSync(join(tmpdir(), 'doorpad-evdev-'));
  readonly #path = join(this.#folder, 'event0');
  readonly #eventBytes: EvdevEventBytes;
  #writer: number | undefined;

  constructor(eventBytes: EvdevEventBytes = 24, control?: EvdevControl) {
    this.#eventBytes = eventBytes;
    execFileSync('mkfifo', [this.#path]);
    this.plugIn();
    this.device = new EvdevDevice({
      path: this.#path,
      clock: this.clock,
      eventBytes,
      systemWallMs: () => this.wallMs,
      ...(control === undefined ? {} : { control }),
    });
  }

  plugIn(): void {
    // For reading too, or the open would wait for a reader.
    this.#writer ??= openSync(this.#path, constants.O_RDWR | constants.O_NONBLOCK);
  }

  unplug(): void {
    if (this.#writer !== undefined) closeSync(this.#writer);
    this.#writer = undefined;
  }

  /** Plugs in, and lets the driver's longest wait pass. */
  async comeBack(): Promise<void> {
    this.plugIn();
    await this.clock.advance(longestRetryMs);
  }

  write(...pieces: readonly Uint8Array[]): void {
    if (this.#writer !== undefined) writeSync(this.#writer, Buffer.concat(pieces));
  }

  event(type: number, code: number, value: number, atWallMs = this.wallMs): void {
    this.write(inputEvent(this.#eventBytes, type, code, value, atWallMs), inputEvent(this.#eventBytes, evSyn, 0, 0, atWallMs));
  }

  key(code: number, value: number, atWallMs = this.wallMs): void {
    this.event(evKey, code, value, atWallMs);
  }

  close(): void {
    this.unplug();
    rmSync(this.#folder, { recursive: true });
  }
}
