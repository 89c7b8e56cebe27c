/**
 * Lights, buzzer and strike as Linux LED-class devices (/sys/class/leds/…). Decides which file is written when; which
 * colour, beep or release it is to be is the rules'. The kernel times every pulse (trigger `transient`), so that a strike
 * or a buzzer goes off by itself when this process hangs or dies. A write is a few microseconds, so it is not queued.
 *
 * The kernel's promises: Documentation/ABI/testing/sysfs-class-led and Documentation/leds/ledtrig-transient.rst.
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { type Buzzer, type Colour, type Lights, maxBeepMs } from '../ports/lights.ts';
import { maxHoldMs, type Strike } from '../ports/strike.ts';
import { assert } from '../shared/assert.ts';
import { asFault, type Fault } from '../shared/faults.ts';

/** Attribute files. Both throw what the system says. */
export interface AttributeFiles {
  write(path: string, text: string): void;
  read(path: string): string;
}

/** Writes to files that exist only: sysfs makes its own, and a missing one means a missing device. */
export const systemFiles: AttributeFiles = {
  write: (path, text) => {
    const fd = openSync(path, constants.O_WRONLY | constants.O_TRUNC);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
  },
  read: (path) => readFileSync(path, 'latin1').trim(),
};

/** An LED whose pulses the kernel times. Every method throws what the system says. */
class TransientLed {
  readonly #folder: string;
  readonly #files: AttributeFiles;
  #isArmed = false;

  constructor(folder: string, files: AttributeFiles) {
    this.#folder = folder;
    this.#files = files;
  }

  /**
   * Off now, then ready for pulses: slow (the kernel waits for its readers), so it is done before the first pulse is asked for. A trigger that
   * is on already (linux,default-trigger) stays: taking it off makes its files anew, and they are root's until udev has given them away. Until then
   * this throws, and a later try finds the same trigger.
   */
  arm(): void {
    if (this.#isTriggerKept()) return;
    if (this.#isResting()) this.#write('activate', '0');
    else {
      this.#forceOff();
      this.#write('trigger', 'transient');
    }
    this.#write('state', '1');
    this.#isArmed = true;
  }

  #isTriggerKept(): boolean {
    try {
      if (!this.#files.read(`${this.#folder}/trigger`).includes('[transient]')) return false;
      this.#write('activate', '0');
      this.#write('state', '1');
      this.#isArmed = this.#isOff();
      return this.#isArmed;
    } catch {
      return false;
    }
  }

  /** On for `onMs`. One under way is ended first: the kernel restarts none, and in the microseconds between no coil drops. */
  pulse(onMs: number): void {
    if (!this.#isArmed) this.arm();
    this.#write('duration', String(Math.ceil(onMs)));
    this.#write('activate', '0');
    this.#write('activate', '1');
  }

  /** Off now, for certain: what the kernel reports is looked at. */
  off(): void {
    if (this.#isArmed) {
      try {
        this.#write('activate', '0');
        if (this.#isOff()) return;
      } catch {
        // The way without the trigger is left.
      }
    } else if (this.#isTriggerKept()) return;
    this.#isArmed = false;
    if (!this.#isResting()) this.#forceOff();
  }

  /** Off, with the trigger on, though its files may be somebody else's. */
  #isResting(): boolean {
    try {
      return this.#files.read(`${this.#folder}/trigger`).includes('[transient]') && this.#isOff();
    } catch {
      return false;
    }
  }

  /** Writing 0 takes the trigger off as well, and with it any pulse under way. */
  #forceOff(): void {
    this.#isArmed = false;
    this.#write('brightness', '0');
    if (!this.#isOff()) throw new Error(`${this.#folder} stays on`);
  }

  #isOff(): boolean {
    return this.#files.read(`${this.#folder}/brightness`) === '0';
  }

  #write(attribute: 'activate' | 'brightness' | 'duration' | 'state' | 'trigger', text: string): void {
    this.#files.write(`${this.#folder}/${attribute}`, text);
  }
}

/** A strike on an LED-class output. Making one secures it before anything else. */
export class LedStrike implements Strike {
  readonly #led: TransientLed;
  #fault: Fault | undefined;

  constructor(folder: string, files: AttributeFiles = systemFiles) {
    this.#led = new TransientLed(folder, files);
    this.#fault = caught(() => this.#led.arm(), 'the strike output cannot be made ready');
  }

  /** What went wrong at the last thing asked of it, the first securing included. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  async release(holdMs: number): Promise<void> {
    assert(holdMs >= 1 && holdMs <= maxHoldMs, `a hold is 1..${maxHoldMs} ms`);
    this.#fault = caught(() => this.#led.pulse(holdMs), 'the strike output does not take a release');
    if (this.#fault === undefined) return;
    const unsecured = caught(() => this.#led.off(), 'the strike output takes neither a release nor its end');
    this.#fault = unsecured ?? this.#fault;
    throw this.#fault;
  }

  async secure(): Promise<void> {
    this.#fault = caught(() => this.#led.off(), 'it is not certain that the strike is de-energised');
    if (this.#fault !== undefined) throw this.#fault;
  }
}

/** An active buzzer, or one with its oscillator beside it, on an LED-class output. It has one tone. */
export class LedBuzzer implements Buzzer {
  readonly #led: TransientLed;
  #fault: Fault | undefined;

  constructor(folder: string, files: AttributeFiles = systemFiles) {
    this.#led = new TransientLed(folder, files);
    this.#fault = caught(() => this.#led.arm(), 'the buzzer cannot be made ready', 'hardware.failed');
  }

  /** What went wrong at the last beep, or at the start. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  beep(onMs: number): void {
    const soundsMs = Math.min(Math.max(onMs, 1), maxBeepMs);
    this.#fault = caught(() => this.#led.pulse(soundsMs), 'the buzzer does not sound', 'hardware.failed');
  }
}

/** For each colour the folders of the LEDs that make it. */
export type LightsWiring = Readonly<Record<Exclude<Colour, 'off'>, readonly string[]>>;

/** One red, one green and one blue LED behind one window. */
export const threeColourWiring = (red: string, green: string, blue: string): LightsWiring => ({
  red: [red],
  green: [green],
  blue: [blue],
  amber: [red, green],
  violet: [red, blue],
  white: [red, green, blue],
});

export class LedLights implements Lights {
  readonly #wiring: LightsWiring;
  readonly #files: AttributeFiles;
  readonly #folders: readonly string[];
  /** What each LED was told last; nothing for one that did not take it, so that it is told again. */
  readonly #isLit = new Map<string, boolean>();
  #fault: Fault | undefined;

  constructor(wiring: LightsWiring, files: AttributeFiles = systemFiles) {
    this.#wiring = wiring;
    this.#files = files;
    this.#folders = [...new Set(Object.values(wiring).flat())];
    this.show('off');
  }

  /** What went wrong at the last change of colour, for the self-test. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  show(colour: Colour): void {
    const lit = colour === 'off' ? [] : this.#wiring[colour];
    const changes = this.#folders.filter((folder) => this.#isLit.get(folder) !== lit.includes(folder));
    if (changes.length === 0) return;
    this.#fault = undefined;
    for (const folder of changes) this.#turn(folder, lit.includes(folder));
  }

  #turn(folder: string, isLit: boolean): void {
    const fault = caught(
      () => this.#files.write(`${folder}/brightness`, isLit ? this.#files.read(`${folder}/max_brightness`) : '0'),
      'a light does not take a change',
      'hardware.failed',
    );
    if (fault === undefined) this.#isLit.set(folder, isLit);
    else this.#isLit.delete(folder);
    this.#fault ??= fault;
  }
}

function caught(attempt: () => void, sentence: string, code: 'strike.failed' | 'hardware.failed' = 'strike.failed'): Fault | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return asFault(error, code, sentence);
  }
}
