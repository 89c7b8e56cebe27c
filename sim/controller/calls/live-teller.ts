/**
 * Tells pages by itself what comes from the readers: each event once, in the order of keeping, and how a reader stands when that has changed. Decides
 * how often that is; what the words of it mean is view-of.ts's, who hears it the feed's.
 */
import type { Clock } from '../../../src/ports/clock.ts';
import type { LiveMessage } from '../api/live.ts';
import type { ControllerStore } from '../controller-store.ts';
import type { LineController, LineFollower } from '../line-controller.ts';
import type { KnownReader } from '../site-store.ts';
import { eventNames, eventView, readerView } from './view-of.ts';

/** A reader is told of no more often, in real milliseconds: on its way from one state to the next it has many. */
const readerRestMs = 200;
/** Events that are read from disk at once. */
const eventsAtOnce = 100;

export interface LiveTellerParts {
  readonly store: ControllerStore;
  readonly line: LineController;
  /** The controller's. */
  readonly clock: Clock;
  /** The one that people live by. */
  readonly realClock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly tell: (message: LiveMessage) => void;
  /** Something could not be read, and comes with the next news. */
  readonly failed: (thrown: unknown) => void;
}

export class LiveTeller implements LineFollower {
  readonly #parts: LiveTellerParts;
  readonly #rests = new Map<number, unknown>();
  #lastEvent: number;
  #isTelling = false;
  #isNewsWaiting = false;
  #isStopped = false;

  private constructor(parts: LiveTellerParts, lastEvent: number) {
    this.#parts = parts;
    this.#lastEvent = lastEvent;
  }

  /** Tells of what is new from here on, until the line is let go of. Rejects when the store does. */
  static async begin(parts: LiveTellerParts): Promise<void> {
    const [last] = await parts.store.events.newest({}, 1);
    parts.line.follow(new LiveTeller(parts, last?.id ?? 0));
  }

  event(): void {
    this.#isNewsWaiting = true;
    if (!this.#isTelling) void this.#tellEvents();
  }

  changed({ id }: KnownReader): void {
    if (this.#isStopped || this.#rests.has(id)) return;
    this.#rests.set(
      id,
      this.#parts.realClock.setTimeout(() => {
        this.#rests.delete(id);
        void this.#tellReader(id);
      }, readerRestMs),
    );
  }

  alarm(reader: KnownReader): void {
    this.changed(reader);
  }

  stopped(): void {
    this.#isStopped = true;
    for (const rest of this.#rests.values()) this.#parts.realClock.clearTimeout(rest);
    this.#rests.clear();
  }

  async #tellEvents(): Promise<void> {
    const { store, tell, failed } = this.#parts;
    this.#isTelling = true;
    try {
      while (this.#isNewsWaiting && !this.#isStopped) {
        const events = await store.events.list(this.#lastEvent, eventsAtOnce);
        this.#isNewsWaiting = events.length === eventsAtOnce;
        const names = await eventNames(this.#parts, events);
        for (const event of events) tell({ kind: 'event', event: eventView(event, names) });
        this.#lastEvent = events.at(-1)?.id ?? this.#lastEvent;
      }
    } catch (thrown) {
      if (!this.#isStopped) failed(thrown);
    } finally {
      this.#isTelling = false;
    }
  }

  async #tellReader(id: number): Promise<void> {
    const { store, tell, failed } = this.#parts;
    try {
      const known = (await store.site.readers()).find((reader) => reader.id === id);
      if (known !== undefined) tell({ kind: 'reader', reader: await readerView(this.#parts, known) });
    } catch (thrown) {
      if (!this.#isStopped) failed(thrown);
    }
  }
}
