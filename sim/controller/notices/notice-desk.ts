/**
 * Sends the notices that wait: one at a time each way, again after growing waits, and gives up visibly. What it has begun when it is killed comes
 * again with the same number. What is written, and how each way sends, is notice-writing.ts's and the senders'.
 */
import type { Clock } from '../../../src/ports/clock.ts';
import type { LiveMessage } from '../api/live.ts';
import type { ControllerStore, Stores } from '../controller-store.ts';
import type { Author, PersonChange } from '../person-record.ts';
import type { DueSending, NewSending } from '../sending-store.ts';
import { writeNotices } from './notice-writing.ts';
import type { Sender } from './sender.ts';
import { sendingView } from './sending-view.ts';

type Way = NewSending['way'];
const ways: readonly Way[] = ['email', 'webhook'];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** After each failure; after one more it is given up, about a day after the first. */
export const waitsMs: readonly number[] = [10_000, minuteMs, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 6 * hourMs, 15 * hourMs];
/** The wall clock, by which a notice is due, is looked at so often. */
const lookMs = minuteMs;
/** After the store has failed. */
const storeWaitMs = 10_000;

export interface NoticeDeskParts {
  readonly store: ControllerStore;
  readonly clock: Clock;
  readonly senders: Readonly<Record<Way, Sender>>;
  readonly tell: (message: LiveMessage) => void;
  /** What the store threw; it is tried again. */
  readonly failed: (thrown: unknown) => void;
}

export class NoticeDesk {
  readonly #parts: NoticeDeskParts;
  readonly #stopping = new AbortController();
  readonly #busy = new Set<Way>();
  readonly #again = new Set<Way>();
  readonly #timers = new Map<Way, unknown>();

  constructor(parts: NoticeDeskParts) {
    this.#parts = parts;
  }

  /** In the commit of a change; afterwards somebody calls `look`. */
  async note(within: Stores, changes: readonly PersonChange[], author: Author): Promise<void> {
    await writeNotices(within, changes, author);
  }

  /** Something may wait: it is sent as soon as it is due. */
  look(): void {
    for (const way of ways) void this.#lookAt(way);
  }

  /** What is under way is broken off, and comes again after the next start. */
  stop(): void {
    this.#stopping.abort();
    for (const timer of this.#timers.values()) this.#parts.clock.clearTimeout(timer);
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #lookAt(way: Way): Promise<void> {
    this.#again.add(way);
    if (this.#busy.has(way) || this.#isStopped) return;
    this.#busy.add(way);
    let waitMs = lookMs;
    try {
      while (this.#again.delete(way)) {
        await this.#sendDue(way);
        waitMs = await this.#untilNext(way);
      }
    } catch (thrown) {
      waitMs = storeWaitMs;
      this.#again.delete(way);
      if (!this.#isStopped) this.#parts.failed(thrown);
    } finally {
      this.#busy.delete(way);
    }
    this.#arm(way, waitMs);
  }

  async #untilNext(way: Way): Promise<number> {
    if (this.#isStopped) return lookMs;
    const { store, clock } = this.#parts;
    const next = await store.sendings.nextDueMs(way);
    return Math.min(lookMs, Math.max(0, (next ?? Number.MAX_SAFE_INTEGER) - clock.wall().ms));
  }

  #arm(way: Way, waitMs: number): void {
    const { clock } = this.#parts;
    clock.clearTimeout(this.#timers.get(way));
    if (!this.#isStopped)
      this.#timers.set(
        way,
        clock.setTimeout(() => void this.#lookAt(way), waitMs),
      );
  }

  /** Each is read just before it is sent: one that was overtaken meanwhile is not there any more. */
  async #sendDue(way: Way): Promise<void> {
    const { store, clock } = this.#parts;
    while (!this.#isStopped) {
      const [sending] = await store.sendings.due(clock.wall().ms, 1, way);
      if (sending === undefined) return;
      await this.#send(sending);
    }
  }

  async #send(sending: DueSending): Promise<void> {
    const { store, clock, senders, tell } = this.#parts;
    const { id, way, tries, content } = sending;
    const sent = await senders[way](content, this.#stopping.signal);
    if (this.#isStopped) return;
    if (sent.how === 'sent') await store.sendings.sent(id);
    else {
      const waitMs = sent.how === 'refused' ? undefined : waitsMs[tries];
      await store.sendings.failed(id, sent.sentence, waitMs === undefined ? undefined : Math.floor(clock.wall().ms) + waitMs);
    }
    const [kept] = await store.sendings.newest(1, id + 1);
    const view = kept && sendingView(kept);
    if (view !== undefined) tell({ kind: 'sending', sending: view });
  }
}
