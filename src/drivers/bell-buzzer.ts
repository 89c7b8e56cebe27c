/**
 * A buzzer without an oscillator of its own, as Linux has it: an input device with a bell (EV_SND, drivers/input/misc/pwm-beeper.c). Decides its
 * two tones. A tone ends by our own timer, and by the kernel when this process is gone: it silences a bell that nobody holds open.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Clock } from '../ports/clock.ts';
import { type Buzzer, maxBeepMs } from '../ports/lights.ts';
import { asFault, type Fault } from '../shared/faults.ts';
import { type EvdevEventBytes, eventBytesOf } from './evdev.ts';

/** Hz. A piezo is loudest near the first; nobody takes the second for it. */
export const bellTones = { normal: 2_700, low: 900 } as const;

/** include/uapi/linux/input-event-codes.h. */
const evSnd = 0x12;
const sndTone = 0x02;

/** Each throws what the system says. */
export interface BellFiles {
  open(path: string): number;
  write(file: number, bytes: Uint8Array): void;
  close(file: number): void;
}

const systemFiles: BellFiles = {
  open: (path) => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK),
  write: (file, bytes) => {
    writeSync(file, bytes);
  },
  close: closeSync,
};

export class BellBuzzer implements Buzzer {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #files: BellFiles;
  readonly #eventBytes: EvdevEventBytes;
  #file: number | undefined;
  #timer: unknown;
  #fault: Fault | undefined;

  /** `path`: /dev/input/event…, or a link to it. */
  constructor(path: string, clock: Clock, files: BellFiles = systemFiles, eventBytes: EvdevEventBytes = eventBytesOf(process.arch)) {
    this.#path = path;
    this.#clock = clock;
    this.#files = files;
    this.#eventBytes = eventBytes;
    this.#sound(0);
  }

  /** What went wrong at the last beep, or at the start. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  beep(onMs: number, tone: 'normal' | 'low'): void {
    this.#clock.clearTimeout(this.#timer);
    this.#sound(bellTones[tone]);
    this.#timer = this.#clock.setTimeout(() => this.#sound(0), Math.min(Math.max(onMs, 1), maxBeepMs));
  }

  /** 0: silent. A device that was away and is back is another one, so it is opened once more. */
  #sound(hertz: number): void {
    const isOpen = this.#file !== undefined;
    this.#fault = this.#written(hertz);
    if (this.#fault !== undefined && isOpen) this.#fault = this.#written(hertz);
  }

  #written(hertz: number): Fault | undefined {
    try {
      this.#file ??= this.#files.open(this.#path);
      this.#files.write(this.#file, this.#event(hertz));
      return undefined;
    } catch (thrown) {
      this.#letGo();
      return asFault(thrown, 'hardware.failed', 'the buzzer does not sound');
    }
  }

  #letGo(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file !== undefined) this.#files.close(file);
    } catch {
      // It is not there any more, and that was told.
    }
  }

  /** The kernel passes over the time of what is written to it. */
  #event(hertz: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(this.#eventBytes));
    const timeBytes = this.#eventBytes - 8;
    view.setUint16(timeBytes, evSnd, true);
    view.setUint16(timeBytes + 2, sndTone, true);
    view.setInt32(timeBytes + 4, hertz, true);
    return new Uint8Array(view.buffer);
  }
}
