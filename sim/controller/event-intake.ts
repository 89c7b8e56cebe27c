/**
 * Events of one reader: kept durably before they are acknowledged, each once, in order, with nothing missing unnoticed and nothing in the
 * journal changed unseen (docs/table-profile.md §18; SECURITY D2, D9, D10, D13). How they travel is the line's, where they lie event-store.ts's.
 */
import { decodeEntry, type Entry, epochOf, linkBytes, maxEntryBytes, uint48 } from '../../src/journal/entry.ts';
import type { JournalStatus, LinkReply } from '../../src/link/messages.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Alarms } from './alarms.ts';
import type { ControllerStore } from './controller-store.ts';
import type { KeptEvent } from './event-store.ts';
import type { PrivateCommands } from './private-commands.ts';
import type { Heard } from './site-store.ts';

/** Ranges of numbers that wait for an explanation. More are alarmed at once. */
export const maxMissing = 64;
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
  /** An event is on disk for the first time. */
  kept(event: Omit<KeptEvent, 'id'>): void;
}

interface Place {
  readonly epoch: string;
  readonly sequence: number;
}

export class EventIntake {
  readonly #parts: EventIntakeParts;
  #heard: Heard | undefined;
  #isAcknowledging = false;
  #mustAcknowledge = false;
  /** The reader has said itself that it needs nothing up to here any more. */
  #confirmed = 0;
  /** The first entry that the store did not take: what comes behind it counts only once it has come again, or it would be acknowledged unkept. */
  #again: Uint8Array | undefined;
  /** Of an entry that is longer than a reply, from its beginning. */
  #part: { readonly bytes: Uint8Array; filled: number } | undefined;

  /** Throws a Fault when the store does. */
  constructor(parts: EventIntakeParts) {
    this.#parts = parts;
    this.#heard = parts.store.site.heard(parts.reader);
  }

  /** Up to where events are on disk here. */
  get heard(): Heard | undefined {
    return this.#heard;
  }

  /** Parts of an entry do not go over from one session to the next. */
  begin(): void {
    this.#part = undefined;
    this.#again = undefined;
  }

  /** Entries as they came. Throws a Fault when the store does: nothing of them is acknowledged then, and they come again. */
  received(came: readonly Uint8Array[]): void {
    const { store, reader, crypto } = this.#parts;
    const again = this.#again;
    const first = again === undefined ? 0 : came.findIndex((bytes) => crypto.isEqual(bytes, again));
    if (first < 0) return;
    const entries = came.slice(first);
    const before = this.#heard;
    const kept: Omit<KeptEvent, 'id'>[] = [];
    try {
      store.write(() => {
        for (const bytes of entries) this.#take(bytes, kept);
        if (this.#heard !== undefined && this.#heard !== before) store.site.keepHeard(reader, this.#heard);
      });
    } catch (thrown) {
      this.#heard = before;
      this.#again = entries[0];
      throw thrown;
    }
    this.#again = undefined;
    for (const event of kept) this.#parts.kept(event);
    this.#mustAcknowledge = true;
    void this.#acknowledge();
  }

  receivedPart({ totalBytes, offset, data }: Extract<LinkReply, { readonly name: 'eventPart' }>): void {
    if (offset === 0) this.#part = totalBytes <= maxEntryBytes ? { bytes: new Uint8Array(totalBytes), filled: 0 } : undefined;
    const part = this.#part;
    if (part === undefined || part.filled !== offset || part.bytes.length !== totalBytes) return;
    part.bytes.set(data, offset);
    part.filled += data.length;
    if (part.filled < totalBytes) return;
    this.#part = undefined;
    this.received([part.bytes]);
  }

  /** What the reader says of its journal, compared with what came from it. Throws a Fault when the store does. */
  told({ epoch, acknowledged, newest, headLink }: JournalStatus): void {
    const { store, reader, alarms } = this.#parts;
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
    this.#heard = { ...heard, link: heard.sequence === newest ? link : heard.link, told: { sequence: newest, link } };
    store.site.keepHeard(reader, this.#heard);
  }

  /** An entry that cannot be read is kept as bytes and passed over: in a session it was not damaged on its way, so it would come the same again. */
  #take(bytes: Uint8Array, kept: Omit<KeptEvent, 'id'>[]): void {
    const entry = decodeEntry(bytes);
    const place = entry ?? this.#placeOf(bytes);
    const { epoch, sequence } = place;
    const { store, alarms, clock, reader } = this.#parts;
    const event = { reader, epoch, sequence, receivedMs: clock.wall().ms, entry, bytes };
    const how = store.events.keep(event);
    if (how === 'different') alarms.raise('journal.rewritten', `${sequence} came before with other content`);
    if (how === 'new') kept.push(event);
    if (how === 'new' && entry === undefined) alarms.raise('journal.unreadable', `entry ${sequence} of ${bytes.length} bytes was passed over`);
    this.#follow(place, bytes, how === 'new');
    if (entry !== undefined && how === 'new' && gapCodes.includes(entry.code)) this.#explain(entry);
  }

  /** Moves on to this entry, and along the chain with it. */
  #follow({ epoch, sequence }: Place, bytes: Uint8Array, isNew: boolean): void {
    const { alarms, crypto } = this.#parts;
    const heard = this.#heard;
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
    this.#heard = { epoch, sequence, link: link ?? (told?.sequence === sequence ? told.link : undefined), told, missing };
  }

  /** The reader itself says which are lost: nobody looks for them any more. */
  #explain({ fields }: Entry): void {
    const [from, to] = [Number(fields.fromSequence ?? 0), Number(fields.toSequence ?? 0)];
    this.#parts.alarms.raise('journal.gap', `${from} to ${to}`);
    const heard = this.#heard as Heard;
    this.#heard = { ...heard, missing: heard.missing.filter((range) => range.from < from || range.to > to) };
  }

  /** Where an entry that cannot be read says it stands, if that can be; else where it was put before, or behind the last one. */
  #placeOf(bytes: Uint8Array): Place {
    const { store, reader } = this.#parts;
    const last = this.#heard ?? { epoch: '0'.repeat(16), sequence: 0 };
    if (bytes.length >= identityEnd) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const said = { epoch: epochOf(bytes.subarray(1, 9)), sequence: uint48(view, 9) };
      if (said.sequence >= Math.max(1, last.sequence)) return said;
    }
    const before = store.events.placeOfUnreadable(reader, bytes);
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
