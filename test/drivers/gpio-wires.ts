/**
 * The kernel's side of a GPIO chip, for tests of what listens to its lines: requests are answered with a FIFO, and edges are written to it as the
 * kernel lays them out, at their own virtual time.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { DeviceNews } from '../../src/drivers/device-news.ts';
import { GpioEdges } from '../../src/drivers/gpio-edges.ts';
import { edgeBytes, getLineRequest } from '../../src/drivers/gpio-v2.ts';
import type { Ioctl } from '../../src/drivers/ioctl.ts';
import { Heard, someTurns } from '../contracts/heard.ts';

export const data0 = 7;
export const data1 = 8;

/** One struct gpio_v2_line_event, falling. */
export function lineEvent(line: number, atUs: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(edgeBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(Math.round(atUs * 1_000)), true);
  view.setUint32(8, 2, true);
  view.setUint32(12, line, true);
  view.setUint32(16, sequence, true);
  view.setUint32(20, sequence, true);
  return bytes;
}

/** Virtual time that passes at once: edges are never further behind than this. */
const stepMs = 5;
const pauseUs = 40_000;

export class GpioWires {
  readonly clock = new VirtualClock({ startMs: 5_000 });
  readonly edges: GpioEdges;
  readonly news = new Heard<DeviceNews>();
  /** Every request for lines, as it came. */
  readonly requests: Uint8Array[] = [];
  /** What the kernel says instead of handing out the lines. */
  refusal: Error | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'doorpad-gpio-'));
  readonly chip = join(this.#folder, 'gpiochip0');
  readonly #fifo = join(this.#folder, 'lines');
  #writer: number | undefined;
  #isRequested = false;
  #sequence = 0;
  #due: { readonly line: number; readonly atUs: number }[] = [];
  #lastUs = 0;
  #isClosed = false;

  constructor() {
    execFileSync('mkfifo', [this.#fifo]);
    this.plugIn();
    this.edges = new GpioEdges({
      chip: this.chip,
      lines: [data0, data1],
      clock: this.clock,
      ioctl: this.ioctl,
      told: (news) => this.news.add(news),
    });
  }

  readonly nowUs = (): number => this.clock.nowMs() * 1_000;

  readonly ioctl: Ioctl = (_fd, request, argument) => {
    if (request !== getLineRequest || typeof argument === 'number') return;
    this.requests.push(argument.slice());
    if (this.refusal !== undefined) throw this.refusal;
    const fd = openSync(this.#fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    new DataView(argument.buffer).setInt32(588, fd, true);
    this.#isRequested = true;
    this.#sequence = 0;
    this.#emit();
  };

  plugIn(): void {
    if (!existsSync(this.chip)) writeFileSync(this.chip, '');
    // For reading too, or the open would wait for a reader.
    this.#writer ??= openSync(this.#fifo, constants.O_RDWR | constants.O_NONBLOCK);
  }

  unplug(): void {
    if (this.#writer !== undefined) closeSync(this.#writer);
    if (existsSync(this.chip)) unlinkSync(this.chip);
    this.#writer = undefined;
    this.#isRequested = false;
  }

  /** Written as it is, whatever it is. */
  write(bytes: Uint8Array): void {
    if (this.#writer !== undefined) writeSync(this.#writer, bytes);
  }

  /** An edge at that time, or as soon as the lines are requested. */
  edge(line: number, atUs = this.nowUs()): void {
    this.#due.push({ line, atUs });
    this.#lastUs = Math.max(this.#lastUs, atUs);
    this.#emit();
  }

  /** Edges that the kernel had no room for. */
  overflow(count: number): void {
    this.#sequence += count;
  }

  /** A burst, after a pause. */
  send(bits: string, intervalUs = 1_000): void {
    let atUs = Math.max(this.nowUs(), this.#lastUs + pauseUs);
    for (const bit of bits) {
      this.edge(bit === '1' ? data1 : data0, atUs);
      atUs += intervalUs;
    }
  }

  /** Lets so much time pass, and the driver read what came in it. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.nowMs() + ms;
    await someTurns();
    while (this.clock.nowMs() < untilMs) {
      await this.clock.advanceTo(Math.min(untilMs, this.clock.nowMs() + (this.#due.length > 0 ? stepMs : Math.max(stepMs, ms / 10))));
      this.#emit();
      await someTurns();
    }
  }

  /** Lets time pass until closed. */
  async run(): Promise<void> {
    while (!this.#isClosed) await this.pass(stepMs * 10);
  }

  /** Until all that was sent has been heard. */
  async sent(): Promise<void> {
    await this.pass(Math.max(0, this.#lastUs / 1_000 - this.clock.nowMs()) + 100);
  }

  close(): void {
    this.#isClosed = true;
    this.unplug();
    rmSync(this.#folder, { recursive: true });
  }

  #emit(): void {
    if (!this.#isRequested || this.#writer === undefined) return;
    const nowUs = this.nowUs();
    const isDue = ({ atUs }: { readonly atUs: number }): boolean => atUs <= nowUs;
    for (const { line, atUs } of this.#due.filter(isDue)) this.write(lineEvent(line, atUs, ++this.#sequence));
    this.#due = this.#due.filter((edge) => !isDue(edge));
  }
}
