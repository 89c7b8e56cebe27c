/**
 * Sends what happened up the line (docs/table-profile.md §18): in order, a window of entries at a time, the same bytes again until they are
 * acknowledged, and no acknowledgement of what was not sent is taken. Which entries there are, and what is freed, is the journal's. An entry that a controller cannot read is for the
 * controller to park and acknowledge (SECURITY D9): it holds up the others no longer than the controller lets it.
 */
import type { AcknowledgeRefusal, Journal } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';
import { failed, type Result } from '../shared/result.ts';
import { type LinkReply, maxUnacknowledged } from './messages.ts';

/** Entries nobody has acknowledged are sent anew, so long after the last of them. */
export const resendMs = 5_000;
/** A journal that could not be read is asked again after this. */
const readRetryMs = 1_000;

/** Code of the reply, and in front of each entry its length. */
const codeBytes = 1;
const lengthBytes = 2;
/** Code, length of the whole, offset. */
const partHeadBytes = 5;

interface Waiting {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

export class EventFeed {
  readonly #journal: Journal;
  readonly #clock: Pick<Clock, 'nowMs'>;
  /** Not acknowledged, oldest first, `maxUnacknowledged` at most; the first `#sent` of them were sent. */
  #window: Waiting[] = [];
  #sent = 0;
  /** The newest that was sent since the start, in whatever session. */
  #sentThrough = 0;
  /** Of the entry that is sent in parts. */
  #partOffset = 0;
  #sentAtMs = 0;
  #isReading = false;
  #readAgainMs = 0;
  #session = 0;

  constructor(journal: Journal, clock: Pick<Clock, 'nowMs'>) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** A new session: whoever is there may have heard nothing of what was sent. */
  restart(): void {
    this.#session += 1;
    this.#window = [];
    this.#sent = 0;
    this.#partOffset = 0;
  }

  /** As `Journal.acknowledge`, and refused for what was read ahead and has not been sent (SECURITY D10). */
  async acknowledge(epoch: string, through: number): Promise<Result<void, AcknowledgeRefusal>> {
    const isSent = through <= Math.max(this.#sentThrough, this.#journal.acknowledged);
    return isSent ? this.#journal.acknowledge(epoch, through) : failed('beyondSent');
  }

  /** Reads ahead, so that what has happened is there at the next POLL: a line that is busy with a file has few. */
  prepare(): void {
    this.#drop();
    this.#fill();
  }

  /** The next entries, or part of one, in at most `room` bytes; undefined: nothing to send, or not yet. */
  next(room: number): LinkReply | undefined {
    this.prepare();
    if (this.#sent > 0 && this.#clock.nowMs() - this.#sentAtMs >= resendMs) {
      this.#sent = 0;
      this.#partOffset = 0;
    }
    const first = this.#window[this.#sent];
    if (first === undefined) return undefined;
    this.#sentAtMs = this.#clock.nowMs();
    if (this.#partOffset > 0 || codeBytes + lengthBytes + first.bytes.length > room) return this.#part(first, room);
    const entries: Uint8Array[] = [];
    let left = room - codeBytes;
    for (let next: Waiting | undefined = first; next !== undefined && lengthBytes + next.bytes.length <= left; next = this.#window[this.#sent]) {
      entries.push(next.bytes);
      left -= lengthBytes + next.bytes.length;
      this.#noteSent(next);
    }
    return { name: 'events', entries };
  }

  #noteSent({ sequence }: Waiting): void {
    this.#sent += 1;
    this.#sentThrough = Math.max(this.#sentThrough, sequence);
  }

  #part(waiting: Waiting, room: number): LinkReply {
    const { bytes } = waiting;
    const offset = this.#partOffset;
    const data = bytes.subarray(offset, offset + room - partHeadBytes);
    const isLast = offset + data.length === bytes.length;
    this.#partOffset = isLast ? 0 : offset + data.length;
    if (isLast) this.#noteSent(waiting);
    return { name: 'eventPart', totalBytes: bytes.length, offset, data };
  }

  /** Forgets what was acknowledged. */
  #drop(): void {
    const { acknowledged } = this.#journal;
    const left = this.#window.filter(({ sequence }) => sequence > acknowledged);
    const dropped = this.#window.length - left.length;
    if (dropped === 0) return;
    if (dropped > this.#sent) this.#partOffset = 0;
    this.#window = left;
    this.#sent = Math.max(0, this.#sent - dropped);
    this.#sentAtMs = this.#clock.nowMs();
  }

  /** Reads on where the window ends; what is read is there for a later POLL. */
  #fill(): void {
    const { acknowledged, head, pending } = this.#journal;
    const last = this.#window.at(-1)?.sequence ?? acknowledged;
    const room = maxUnacknowledged - this.#window.length;
    const isMore = last < head.sequence || (this.#window.length === 0 && pending > 0);
    if (!isMore || room === 0 || this.#isReading || this.#clock.nowMs() < this.#readAgainMs) return;
    this.#isReading = true;
    void this.#read(last, room, this.#session);
  }

  async #read(after: number, limit: number, session: number): Promise<void> {
    try {
      const found = await this.#journal.read(after, limit);
      if (found.length === 0) this.#readAgainMs = this.#clock.nowMs() + readRetryMs;
      if (session === this.#session) this.#window.push(...found.map(({ entry, bytes }) => ({ sequence: entry.sequence, bytes })));
    } catch {
      this.#readAgainMs = this.#clock.nowMs() + readRetryMs;
    }
    this.#isReading = false;
  }
}
