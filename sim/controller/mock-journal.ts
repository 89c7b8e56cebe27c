/** The journal of a mock reader: a list with a chain, which may be given gaps, garbage and another past. What a real one does is src/journal/. */
import { type EventFields, encodeEntry, linkBytes } from '../../src/journal/entry.ts';
import { type JournalStatus, type LinkReply, maxUnacknowledged, type Outcome } from '../../src/link/messages.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';

interface MockEntry {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly link: Uint8Array;
}

/** Code, and length of an entry. */
const eventsHeadBytes = 3;
/** Code, length of the whole, offset. */
const partHeadBytes = 5;
const resendMs = 5_000;

export class MockJournal {
  acknowledged = 0;
  readonly #crypto: Crypto;
  readonly #clock: Clock;
  readonly #wallMs: () => number;
  #epoch = '';
  #entries: MockEntry[] = [];
  #sent = 0;
  #sentMs = 0;

  constructor(crypto: Crypto, clock: Clock, wallMs: () => number) {
    this.#crypto = crypto;
    this.#clock = clock;
    this.#wallMs = wallMs;
    this.begin();
  }

  get epoch(): string {
    return this.#epoch;
  }

  get newest(): number {
    return this.#entries.at(-1)?.sequence ?? 0;
  }

  /** A new start of the reader. */
  begin(): void {
    this.#epoch = Buffer.from(this.#crypto.randomBytes(8)).toString('hex');
    this.rewind();
  }

  /** What was not acknowledged is sent anew. */
  rewind(): void {
    this.#sent = this.acknowledged;
  }

  /** It was on another disk. */
  lose(): void {
    this.#entries = [];
    this.acknowledged = 0;
    this.begin();
  }

  /** An event, or bytes that are none; a sequence above the next leaves a gap. */
  add(what: string | Uint8Array, sequence = this.newest + 1, fields: EventFields = {}): void {
    const stamp = { monotonicMs: Math.floor(this.#clock.nowMs()), wallMs: this.#wallMs(), wallTrusted: true };
    const bytes = typeof what === 'string' ? encodeEntry({ ...stamp, epoch: this.#epoch, sequence, boot: 1, code: what, fields }) : what;
    const previous = this.#entries.at(-1)?.link ?? new Uint8Array(linkBytes);
    const link = this.#crypto.sha256(Buffer.concat([previous, bytes])).slice(0, linkBytes);
    this.#entries.push({ sequence, bytes, link });
  }

  /** Changes what was written, as somebody with its disk could. */
  rewrite(sequence: number, code: string): void {
    const before = this.#entries;
    this.#entries = [];
    for (const entry of before) this.add(entry.sequence === sequence ? code : entry.bytes, entry.sequence);
  }

  acknowledge(through: number): Outcome {
    if (through > this.#sent) return 'beyondSent';
    this.acknowledged = Math.max(this.acknowledged, through);
    return 'done';
  }

  /** The next entry as replies of at most `room` bytes, `times` over; none: nothing to send. */
  next(room: number, times: number): readonly LinkReply[] {
    const nowMs = this.#clock.nowMs();
    if (this.#sent > this.acknowledged && nowMs - this.#sentMs >= resendMs) this.rewind();
    const first = this.#entries.find(({ sequence }) => sequence > this.#sent);
    if (first === undefined || this.#sent - this.acknowledged >= maxUnacknowledged) return [];
    this.#sentMs = nowMs;
    this.#sent = first.sequence;
    const { bytes } = first;
    if (bytes.length + eventsHeadBytes <= room) return Array.from({ length: times }, () => ({ name: 'events', entries: [bytes] }));
    const count = Math.ceil(bytes.length / (room - partHeadBytes));
    return Array.from({ length: count }, (_, part) => {
      const offset = part * (room - partHeadBytes);
      return { name: 'eventPart', totalBytes: bytes.length, offset, data: bytes.subarray(offset, offset + room - partHeadBytes) };
    });
  }

  status(): JournalStatus {
    const newest = this.#entries.at(-1);
    return {
      page: 'journal',
      epoch: this.#epoch,
      boot: 1,
      acknowledged: this.acknowledged,
      newest: newest?.sequence ?? 0,
      headLink: newest?.link ?? new Uint8Array(linkBytes),
      pending: this.#entries.filter(({ sequence }) => sequence > this.acknowledged).length,
      monotonicMs: Math.floor(this.#clock.nowMs()),
      wallMs: this.#wallMs(),
      isWallTrusted: true,
    };
  }
}
