/** Serial links on real terminals in virtual time, for tests of the driver: what is plugged in, opened and asked, and the way back out. */
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PtyPair } from '../../sim/line/pty.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { openDeadlineMs, rateDeadlineMs, SerialLink, type SerialLinkNews } from '../../src/drivers/serial-link.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { Heard } from '../contracts/heard.ts';
import { LineEar } from '../contracts/line-ear.ts';

/** Time that waits for the system where the driver does: a port is opened, and its rate changed, in the system's own time. */
class DriverClock extends VirtualClock {
  /** A deadline of this length is over at once, before the system can have answered. */
  hurriedMs: number | undefined;
  readonly #waits = new Set<unknown>();

  override setTimeout(callback: () => void, delayMs: number): unknown {
    const timer = super.setTimeout(callback, delayMs);
    if (delayMs === openDeadlineMs || delayMs === rateDeadlineMs) this.#waits.add(timer);
    if (delayMs === this.hurriedMs) process.nextTick(callback);
    return timer;
  }

  override clearTimeout(timer: unknown): void {
    this.#waits.delete(timer);
    super.clearTimeout(timer);
  }

  /** Lets so much time pass, and whatever the system is asked for in it end. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs() + ms;
    for (;;) {
      while (this.#waits.size > 0) await this.settle();
      const dueMs = Math.min(this.nextDueMs ?? Number.POSITIVE_INFINITY, untilMs + 1);
      if (dueMs > untilMs && this.nowMs() === untilMs) return;
      await this.advanceTo(Math.min(dueMs, untilMs));
    }
  }
}

export class SerialRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'doorpad-serial-'));
  readonly pair = new PtyPair(this.folder);
  readonly clock = new DriverClock({ startMs: 5_000 });
  readonly #subscriptions: Subscription[] = [];
  readonly #files: number[] = [];

  /** A link that is listened to. */
  open(path = this.pair.near, sysfs?: string) {
    const news = new Heard<SerialLinkNews>();
    const link = new SerialLink({
      path,
      baudRate: 9_600,
      clock: this.clock,
      told: (one) => news.add(one),
      ...(sysfs === undefined ? {} : { sysfs }),
    });
    const ear = new LineEar();
    const listen = (): Subscription => {
      const subscription = link.listen(ear);
      this.#subscriptions.push(subscription);
      return subscription;
    };
    const told = (): string[] => news.reports.map(({ what, sentence }) => `${what}: ${sentence}`);
    return { link, ear, news, told, listen, subscription: listen() };
  }

  /** The near end plugged in, opened and found. */
  async attached() {
    await this.pair.plugIn();
    const opened = this.open();
    await opened.ear.told('attached');
    return opened;
  }

  /** A terminal as a bare file. */
  bare(path: string): number {
    const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    this.#files.push(fd);
    return fd;
  }

  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.stop();
    for (const fd of this.#files) closeSync(fd);
    await this.pair.unplug();
    rmSync(this.folder, { recursive: true });
  }
}
