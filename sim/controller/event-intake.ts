/**
 * Events of one reader: kept durably before they are acknowledged, each once, in order, with nothing missing unnoticed and nothing in the
 * journal changed unseen (docs/table-profile.md §18; SECURITY D2, D9, D10, D13). How they travel is the line's, where they lie event-store.ts's.
 */
import { decodeEntry, type Entry, epochOf, linkBytes, maxEntryBytes, uint48 } from '../../src/journal/entry.ts';
import type { JournalStatus, LinkReply } from '../../src/link/messages.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Alarms } from './alarms.ts';
import type { ControllerStore, Stores } from './controller-store.ts';
import type { NewEvent } from './event-store.ts';
import type { PrivateCommands } from './private-commands.ts';
import type { Heard } from './site-store.ts';
import { Turns } from './turns.ts';

/** Ranges of numbers that wait for an explanation. More are alarmed at once. */
export const maxMissing = 64;
/**
 * Replies of a reader that wait for the disk, without those that bring nothing but what waits already. What comes above that is as if it had
 * been lost on the line: it comes again.
 */
export const maxWaitingReplies = 64;
/** Entries that say which numbers will never come. */
const gapCodes: readonly string[] = ['journal.gap', 'journal.damaged'];
/** Where epoch and sequence stand in an entry of any version (docs/table-profile.md §18). */
const identityEnd = 15;

export interface EventIntakeParts {
  readonly store: ControllerStore;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly commands: PrivateCommands;
  readonly alarms: Alarms;
  /** Of the reader, in the store. */
  readonly reader: number;
  /** An event is being put on disk for the first time: what has to go with it goes into the same commit. */
  keeping(within: Stores, event: NewEvent): Promise<void>;
  /** An event is on disk for the first time. */
  kept(event: NewEvent): void;
}

interface Place {
  readonly epoch: string;
  readonly sequence: number;
}

/** What a commit would bring: it is so once that is on disk. */
interface Draft {
  readonly within: Stores;
  readonly kept: NewEvent[];
  heard: Heard | undefined;
}

export class EventIntake {
  readonly #parts: EventIntakeParts;
  readonly #turns = new Turns(maxWaitingReplies);
  /** As on disk, once that was read. */
  #heard: Heard | undefined;
  #isRead = false;
  /** Counted: what came in one is not taken up in the next. */
  #session = 0;
  #isAcknowledging = false;
  #mustAcknowledge = false;
  /** The reader has said itself that it needs nothing up to here any more. */
  #confirmed = 0;
  /** The first entry that the store did not take: what comes behind it counts only once it has come again, or it would be acknowledged unkept. */
  #again: Uint8Array | undefined;
  /** The same of one that had no room to wait. */
  #turnedAway: Uint8Array | undefined;
  /** Of this session, as text. */
  #waiting = new Set<string>();
  /** Of an entry that is longer than a reply, from its beginning. */
  #part: { readonly bytes: Uint8Array; filled: number } | undefined;

  constructor(parts: EventIntakeParts) {
    this.#parts = parts;
  }

  /** Parts of an entry do not go over from one session to the next, and what has not had its turn comes again. */
  begin(): void {
    this.#session += 1;
    this.#part = undefined;
    this.#again = undefined;
    this.#turnedAway = undefined;
    this.#waiting = new Set();
  }

  /**
   * Entries as they came; resolves once they are on disk. Rejects with a Fault when the store does: nothing of them is acknowledged then, and
   * they come again.
   */
  async received(came: readonly Uint8Array[]): Promise<void> {
    const waiting = this.#waiting;
    const entries = this.#from(came, this.#turnedAway).filter((bytes) => !waiting.has(textOf(bytes)));
    if (entries.length === 0) return;
    this.#turnedAway = this.#turns.isFull ? this.#firstUnkept(entries) : undefined;
    const session = this.#session;
    const work = this.#turns.take(() => (session === this.#session ? this.#receive(entries, session) : Promise.resolve()));
    if (this.#turnedAway === undefined) for (const bytes of entries) waiting.add(textOf(bytes));
    try {
      await work;
    } finally {
      for (const bytes of entries) waiting.delete(textOf(bytes));
    }
  }

  async receivedPart({ totalBytes, offset, data }: Extract<LinkReply, { readonly name: 'eventPart' }>): Promise<void> {
    if (offset === 0) this.#part = totalBytes <= maxEntryBytes ? { bytes: new Uint8Array(totalBytes), filled: 0 } : undefined;
    const part = this.#part;
    if (part === undefined || part.filled !== offset || part.bytes.length !== totalBytes) return;
    part.bytes.set(data, offset);
    part.filled += data.length;
    if (part.filled < totalBytes) return;
    this.#part = undefined;
    await this.received([part.bytes]);
  }

  /** What the reader says of its journal, compared with what came from it. Rejects with a Fault when the store does. */
  async told(status: JournalStatus): Promise<void> {
    const session = this.#session;
    await this.#turns.take(() => (session === this.#session ? this.#compare(status) : Promise.resolve()));
  }

  /** From the entry on that has to come again; none where it did not. */
  #from(came: readonly Uint8Array[], again: Uint8Array | undefined): readonly Uint8Array[] {
    const first = again === undefined ? 0 : came.findIndex((bytes) => this.#parts.crypto.isEqual(bytes, again));
    return first < 0 ? [] : came.slice(first);
  }

  /** What is on disk comes again only until the reader knows that. */
  #firstUnkept(entries: readonly Uint8Array[]): Uint8Array | undefined {
    return entries.find((bytes) => {
      const entry = decodeEntry(bytes);
      return entry === undefined || entry.epoch !== this.#heard?.epoch || entry.sequence > this.#heard.sequence;
    });
  }

  async #receive(came: readonly Uint8Array[], session: number): Promise<void> {
    const { store, reader } = this.#parts;
    const entries = this.#from(came, this.#again);
    if (entries.length === 0) return;
    try {
      await this.#read();
      const { heard, kept } = await store.write(async (within) => {
        const draft: Draft = { within, kept: [], heard: this.#heard };
        for (const bytes of entries) await this.#take(bytes, draft);
        if (draft.heard !== undefined && draft.heard !== this.#heard) await within.site.keepHeard(reader, draft.heard);
        return draft;
      });
      this.#heard = heard;
      this.#accepted(kept, session);
    } catch (thrown) {
      if (session === this.#session) this.#again = this.#firstUnkept(entries);
      throw thrown;
    }
  }

  #accepted(kept: readonly NewEvent[], session: number): void {
    for (const event of kept) this.#parts.kept(event);
    // In another session they come again, and are acknowledged there.
    if (session !== this.#session) return;
    this.#again = undefined;
    this.#mustAcknowledge = true;
    void this.#acknowledge();
  }

  async #read(): Promise<void> {
    if (!this.#isRead) this.#heard = await this.#parts.store.site.heard(this.#parts.reader);
    this.#isRead = true;
  }

  async #compare({ epoch, acknowledged, newest, headLink }: JournalStatus): Promise<void> {
    const { store, reader, alarms } = this.#parts;
    await this.#read();
    const link = headLink.slice();
    this.#confirmed = acknowledged;
    let heard = this.#heard;
    if (heard !== undefined && newest < Math.max(heard.sequence, heard.told?.sequence ?? 0)) {
      alarms.raise('journal.shorter', `it ended at ${heard.sequence}, and ends at ${newest}`);
      heard = undefined;
    } else if (heard !== undefined && acknowledged > heard.sequence) {
      alarms.raise('journal.gap', `${heard.sequence + 1} to ${acknowledged} were acknowledged by somebody else`);
      heard = undefined;
    }
    if (heard === undefined) this.#again = undefined;
    heard ??= { epoch, sequence: acknowledged, link: undefined, told: undefined, missing: [] };
    if (heard.sequence >= newest && heard.missing.length > 0) {
      for (const { from, to } of heard.missing) alarms.raise('journal.missing', `${from} to ${to}`);
      heard = { ...heard, missing: [] };
    }
    const known = heard.sequence === newest ? heard.link : heard.told?.sequence === newest ? heard.told.link : undefined;
    if (known !== undefined && !this.#parts.crypto.isEqual(known, link)) alarms.raise('journal.rewritten', `the chain behind ${newest} is another`);
    const compared = { ...heard, link: heard.sequence === newest ? link : heard.link, told: { sequence: newest, link } };
    await store.site.keepHeard(reader, compared);
    this.#heard = compared;
  }

  /** An entry that cannot be read is kept as bytes and passed over: in a session it was not damaged on its way, so it would come the same again. */
  async #take(bytes: Uint8Array, draft: Draft): Promise<void> {
    const entry = decodeEntry(bytes);
    const place = entry ?? (await this.#placeOf(bytes, draft));
    const { epoch, sequence } = place;
    const { alarms, clock, keeping, reader } = this.#parts;
    const event = { reader, epoch, sequence, receivedMs: clock.wall().ms, entry, bytes };
    const how = await draft.within.events.keep(event);
    if (how === 'different') alarms.raise('journal.rewritten', `${sequence} came before with other content`);
    if (how === 'new') {
      draft.kept.push(event);
      await keeping(draft.within, event);
      if (entry === undefined) alarms.raise('journal.unreadable', `entry ${sequence} of ${bytes.length} bytes was passed over`);
    }
    this.#follow(place, bytes, how === 'new', draft);
    if (entry !== undefined && how === 'new' && gapCodes.includes(entry.code)) this.#explain(entry, draft);
  }

  /** Moves on to this entry, and along the chain with it. */
  #follow({ epoch, sequence }: Place, bytes: Uint8Array, isNew: boolean, draft: Draft): void {
    const { alarms, crypto } = this.#parts;
    const { heard } = draft;
    if (heard !== undefined && sequence <= heard.sequence) {
      if (!isNew || epoch === heard.epoch) return;
      alarms.raise('journal.shorter', `it begins anew at ${sequence}`);
    }
    const isNext = heard !== undefined && sequence === heard.sequence + 1;
    const missing = [...(heard?.missing ?? [])];
    if (heard !== undefined && sequence > heard.sequence + 1) {
      if (missing.length < maxMissing) missing.push({ from: heard.sequence + 1, to: sequence - 1 });
      else alarms.raise('journal.missing', `${heard.sequence + 1} to ${sequence - 1}`);
    }
    const link = isNext && heard.link !== undefined ? linkBehind(crypto, heard.link, bytes) : undefined;
    const told = heard !== undefined && sequence > heard.sequence ? heard.told : undefined;
    if (link !== undefined && told?.sequence === sequence && !crypto.isEqual(link, told.link)) {
      alarms.raise('journal.rewritten', `the chain up to ${sequence} is another than was told`);
    }
    draft.heard = { epoch, sequence, link: link ?? (told?.sequence === sequence ? told.link : undefined), told, missing };
  }

  /** The reader itself says which are lost: nobody looks for them any more. */
  #explain({ fields }: Entry, draft: Draft): void {
    const [from, to] = [Number(fields.fromSequence ?? 0), Number(fields.toSequence ?? 0)];
    this.#parts.alarms.raise('journal.gap', `${from} to ${to}`);
    const heard = draft.heard as Heard;
    draft.heard = { ...heard, missing: heard.missing.filter((range) => range.from < from || range.to > to) };
  }

  /** Where an entry that cannot be read says it stands, if that can be; else where it was put before, or behind the last one. */
  async #placeOf(bytes: Uint8Array, { within, heard }: Draft): Promise<Place> {
    const last = heard ?? { epoch: '0'.repeat(16), sequence: 0 };
    if (bytes.length >= identityEnd) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const said = { epoch: epochOf(bytes.subarray(1, 9)), sequence: uint48(view, 9) };
      if (said.sequence >= Math.max(1, last.sequence)) return said;
    }
    const before = await within.events.placeOfUnreadable(this.#parts.reader, bytes);
    return before !== undefined && before.sequence > this.#confirmed ? before : { epoch: last.epoch, sequence: last.sequence + 1 };
  }

  /** One at a time; what came meanwhile is acknowledged with the next. */
  async #acknowledge(): Promise<void> {
    if (this.#isAcknowledging) return;
    this.#isAcknowledging = true;
    try {
      while (this.#mustAcknowledge && this.#heard !== undefined) {
        this.#mustAcknowledge = false;
        const { epoch, sequence } = this.#heard;
        if (sequence === 0) return;
        const told = await this.#parts.commands.tell({ name: 'acknowledge', epoch, through: sequence });
        if (told === 'done') this.#confirmed = sequence;
        // Whatever was lost comes again after 5 s, and is acknowledged then.
        if (told !== 'done' && told !== 'lost' && told !== 'failed') this.#parts.alarms.raise('journal.notAcknowledged', `${told} at ${sequence}`);
      }
    } finally {
      this.#isAcknowledging = false;
    }
  }
}

/** docs/table-profile.md §18. */
const linkBehind = (crypto: Crypto, previous: Uint8Array, bytes: Uint8Array): Uint8Array => {
  const chained = new Uint8Array(previous.length + bytes.length);
  chained.set(previous);
  chained.set(bytes, previous.length);
  return crypto.sha256(chained).slice(0, linkBytes);
};

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
