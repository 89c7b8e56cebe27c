/** A buzzer that is an input device with a bell: its contract on a device that behaves as the kernel, its bytes, and a device that goes and returns. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { BellBuzzer, type BellFiles, bellTones } from '../../src/drivers/bell-buzzer.ts';
import { describeBuzzer } from '../contracts/lights-buzzer.contract.ts';

/** As the kernel: what is written sounds until something else is, and the bell is silent when nobody holds it open. */
class FakeBell implements BellFiles {
  readonly heard: number[] = [];
  isAway = false;
  #holder = 0;
  #opened = 0;
  #hertz = 0;

  get hertz(): number {
    return this.#hertz;
  }

  get openings(): number {
    return this.#opened;
  }

  open(): number {
    if (this.isAway) throw Object.assign(new Error('no such device'), { code: 'ENOENT' });
    this.#opened += 1;
    this.#holder = this.#opened;
    return this.#holder;
  }

  write(file: number, bytes: Uint8Array): void {
    if (this.isAway || file !== this.#holder) throw Object.assign(new Error('no such device'), { code: 'ENODEV' });
    const view = new DataView(bytes.buffer);
    const isTone = bytes.length === 24 && view.getUint16(16, true) === 0x12 && view.getUint16(18, true) === 2;
    if (!isTone) throw new Error('what the kernel passes over');
    this.#hertz = view.getInt32(20, true);
    this.heard.push(this.#hertz);
  }

  close(): void {
    this.#hertz = 0;
    if (this.isAway) throw Object.assign(new Error('no such device'), { code: 'ENODEV' });
  }

  /** Another device has its name from now on. */
  replace(): void {
    this.#holder = 0;
    this.#hertz = 0;
  }
}

const made = () => {
  const clock = new VirtualClock();
  const bell = new FakeBell();
  return { clock, bell, buzzer: new BellBuzzer('/dev/doorpad/buzzer', clock, bell, 24) };
};

describeBuzzer('BellBuzzer', () => {
  const { clock, bell, buzzer } = made();
  return { buzzer, isSounding: () => bell.hertz > 0, pass: (ms) => clock.advance(ms), close: () => undefined };
});

it('has two tones, and silences a bell that somebody left sounding', async () => {
  const { clock, bell, buzzer } = made();
  buzzer.beep(50, 'normal');
  await clock.advance(60);
  buzzer.beep(50, 'low');
  await clock.advance(60);
  expect(bell.heard).toEqual([0, bellTones.normal, 0, bellTones.low, 0]);
  expect(bell.openings).toBe(1);
});

it('does not throw when its device is away, says so, and sounds again once another is there', async () => {
  const { clock, bell, buzzer } = made();
  bell.isAway = true;
  buzzer.beep(50, 'normal');
  expect(buzzer.fault?.code).toBe('hardware.failed');
  await clock.advance(60);
  bell.isAway = false;
  buzzer.beep(50, 'normal');
  expect([bell.hertz, buzzer.fault]).toEqual([bellTones.normal, undefined]);
  bell.replace();
  buzzer.beep(50, 'low');
  expect([bell.hertz, buzzer.fault, bell.openings]).toEqual([bellTones.low, undefined, 3]);
});

it.each([24, 16] as const)('writes one event of %i bytes for each change to the device that its settings name', async (size) => {
  const folder = mkdtempSync(join(tmpdir(), 'doorpad-bell-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'event0');
  writeFileSync(path, '');
  const clock = new VirtualClock();
  const buzzer = new BellBuzzer(path, clock, undefined, size);
  buzzer.beep(60_000, 'normal');
  await clock.advance(60_000);
  const written = readFileSync(path);
  const values = [0, 1, 2].map((index) => written.readInt32LE((index + 1) * size - 4));
  expect([written.length, values, buzzer.fault]).toEqual([3 * size, [0, bellTones.normal, 0], undefined]);
});
