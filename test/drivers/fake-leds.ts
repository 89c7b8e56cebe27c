/**
 * A folder of LED-class devices as the kernel shows them, on a temporary disk: the files are real, what a write does to the
 * others follows Documentation/leds/ledtrig-transient.rst (a pulse ends by the kernel's own timer; activating an active one
 * does nothing; writing 0 to brightness takes the trigger off).
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type AttributeFiles, systemFiles } from '../../src/drivers/led-class.ts';
import type { Clock } from '../../src/ports/clock.ts';

const transientFiles = ['duration', 'state', 'activate'] as const;

export class FakeLeds implements AttributeFiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'doorpad-leds-'));
  /** Every write, in order: `led/attribute=text`. */
  readonly writes: string[] = [];
  /** Writes to these (`led/attribute`) fail as a device that went does. */
  readonly broken = new Set<string>();
  readonly #clock: Clock;
  readonly #pulses = new Map<string, unknown>();

  constructor(clock: Clock, leds: readonly string[], maxBrightness = 255) {
    this.#clock = clock;
    for (const led of leds) {
      mkdirSync(this.path(led));
      writeFileSync(join(this.path(led), 'brightness'), '0\n');
      writeFileSync(join(this.path(led), 'max_brightness'), `${maxBrightness}\n`);
      writeFileSync(join(this.path(led), 'trigger'), '[none] transient\n');
    }
  }

  path(led: string): string {
    return join(this.folder, led);
  }

  brightness(led: string): number {
    return Number(systemFiles.read(join(this.path(led), 'brightness')));
  }

  read(path: string): string {
    this.#refuseBroken(path);
    return systemFiles.read(path);
  }

  write(path: string, text: string): void {
    const led = basename(dirname(path));
    const attribute = basename(path);
    this.writes.push(`${led}/${attribute}=${text}`);
    this.#refuseBroken(path);
    const wasActive = attribute === 'activate' && systemFiles.read(path) === '1';
    systemFiles.write(path, text);
    if (attribute === 'trigger' && text === 'transient') this.#attachTrigger(led);
    if (attribute === 'brightness' && text === '0') this.#detachTrigger(led);
    if (attribute === 'activate') this.#activate(led, text === '1', wasActive);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #refuseBroken(path: string): void {
    const name = `${basename(dirname(path))}/${basename(path)}`;
    if (this.broken.has(name)) throw Object.assign(new Error(`ENODEV: ${name}`), { code: 'ENODEV' });
  }

  #attachTrigger(led: string): void {
    this.#endPulse(led);
    for (const file of transientFiles) writeFileSync(join(this.path(led), file), '0\n');
  }

  #detachTrigger(led: string): void {
    this.#endPulse(led);
    for (const file of transientFiles) rmSync(join(this.path(led), file), { force: true });
  }

  #activate(led: string, isOn: boolean, wasActive: boolean): void {
    const attribute = (name: string): number => Number(systemFiles.read(join(this.path(led), name)));
    if (!isOn) this.#endPulse(led);
    if (!isOn || wasActive || attribute('duration') === 0) return;
    writeFileSync(join(this.path(led), 'brightness'), attribute('state') === 1 ? `${attribute('max_brightness')}\n` : '0\n');
    this.#pulses.set(
      led,
      this.#clock.setTimeout(() => this.#endPulse(led), attribute('duration')),
    );
  }

  #endPulse(led: string): void {
    this.#clock.clearTimeout(this.#pulses.get(led));
    writeFileSync(join(this.path(led), 'brightness'), '0\n');
    const activate = join(this.path(led), 'activate');
    if (existsSync(activate)) writeFileSync(activate, '0\n');
  }
}
