/**
 * Somebody in the middle of a cable: sees every command of the ACU, counts its POLLs, and keeps back those beyond a limit. Of a POLL that is
 * kept back the reader hears nothing, so what it does then it does without it. Judges nothing.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PtyPair } from '../../../sim/line/pty.ts';
import { NodeClock } from '../../../src/drivers/node-clock.ts';
import { SerialLink } from '../../../src/drivers/serial-link.ts';
import { commands } from '../../../src/osdp/commands.ts';
import { type Frame, mark } from '../../../src/osdp/frame.ts';
import { Framer } from '../../../src/osdp/framer.ts';
import type { Subscription } from '../../../src/ports/subscription.ts';

const baudRate = 115_200;
/** Commands in a row that are POLLs: nobody has anything to say. */
const quietPolls = 4;

export class Tap {
  readonly #cable: PtyPair;
  readonly #clock = new NodeClock();
  readonly #reader: SerialLink;
  readonly #controller: SerialLink;
  readonly #framer: Framer;
  #listening: readonly Subscription[] = [];
  /** POLLs that may still pass, and those that have, since `limit`; a POLL that is said again is the same one. */
  #left = Number.POSITIVE_INFINITY;
  #polls = 0;
  #lastPoll = '';
  #pollsInRow = 0;
  #quiet = Promise.withResolvers<void>();
  /** Since `limit` nothing was said that a POLL could be counted from. */
  #isWaiting = false;

  /** Between the end of a cable where the reader is and a controller at `far`, a cable that is made in `folder`. */
  constructor(folder: string, readerEnd: string) {
    const place = join(folder, 'tap');
    mkdirSync(place);
    this.#cable = new PtyPair(place);
    this.#reader = new SerialLink({ path: readerEnd, baudRate, clock: this.#clock });
    this.#controller = new SerialLink({ path: this.#cable.near, baudRate, clock: this.#clock });
    this.#framer = new Framer({ frame: (frame) => this.#command(frame), dropped: () => undefined });
  }

  /** For the controller, as a path. */
  get far(): string {
    return this.#cable.far;
  }

  /** How many POLLs the reader has heard since the count began. */
  get polls(): number {
    return this.#polls;
  }

  async plugIn(): Promise<void> {
    await this.#cable.plugIn();
    this.#listening = [
      this.#controller.listen({ received: (bytes, atMs) => this.#framer.receive(bytes, atMs), attached: () => undefined }),
      this.#reader.listen({ received: (bytes) => this.#controller.send(bytes), attached: () => undefined }),
    ];
  }

  async unplug(): Promise<void> {
    for (const { stop } of this.#listening) stop();
    await this.#cable.unplug();
  }

  /** So many more POLLs pass, counted from the next command that is none: how soon an ACU has something to say is its machine's. */
  limit(polls: number): void {
    this.#left = polls;
    this.#polls = 0;
    this.#isWaiting = true;
  }

  /** Resolves when nothing but POLLs has been said for a while. */
  quiet(): Promise<void> {
    this.#pollsInRow = 0;
    this.#quiet = Promise.withResolvers();
    return this.#quiet.promise;
  }

  #command({ bytes, code }: Frame): void {
    this.#pollsInRow = code === commands.poll.code ? this.#pollsInRow + 1 : 0;
    if (this.#pollsInRow >= quietPolls) this.#quiet.resolve();
    if (code !== commands.poll.code) this.#isWaiting = false;
    else if (!this.#isWaiting && !this.#mayPass(Buffer.from(bytes).toString('base64'))) return;
    this.#reader.send(Uint8Array.of(mark, ...bytes));
  }

  #mayPass(poll: string): boolean {
    if (poll === this.#lastPoll) return true;
    if (this.#polls >= this.#left) return false;
    this.#lastPoll = poll;
    this.#polls += 1;
    return true;
  }
}
