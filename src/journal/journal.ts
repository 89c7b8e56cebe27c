/**
 * What happened, until it was heard (DESIGN R11, §2; SECURITY D1–D13): the way to put events and facts on disk, to read
 * them for the line, and to be told that they were heard. Which rows make room is ledger.ts's, when a commit is made
 * writer.ts's, what counts as a storm flood.ts's, and whether the disk holds what was written loading.ts's.
 */
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore, Write } from '../ports/record-store.ts';
import { assert } from '../shared/assert.ts';
import { Fault } from '../shared/faults.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { type Change, maxChangeWrites } from './change.ts';
import { type EventClass, encodeEntry, epochOf, type JournalEvent, openRow, type Recorded, setSequence } from './entry.ts';
import { Flood } from './flood.ts';
import { admissionWrites, alarmPercents, type Ledger, type WhenFull } from './ledger.ts';
import { type Damage, gapCode, type Loaded, loadLedger, type Span } from './loading.ts';
import { Writer } from './writer.ts';

export interface JournalLimits {
  /** Rows kept, 100 or more. The default keeps 30 days of 5,000 events (SECURITY D4), with room for alarms about them. */
  readonly events: number;
  readonly whenFull: WhenFull;
  /** Events told and not yet on disk; more push out the lesser ones, which are counted. */
  readonly told: number;
  /** Commits asked for and not yet made; more reject with `queue.full`. */
  readonly asked: number;
}

const defaultLimits: JournalLimits = { events: 200_000, whenFull: 'gap', told: 1_024, asked: 256 };

/** The least `events` a journal is opened with. */
const leastEvents = 100;
/** Most events of one `append`. */
export const maxEventsAtOnce = 8;
/** Most entries of one `read`. */
export const maxRead = 1_000;

export interface JournalOptions {
  readonly store: RecordStore;
  readonly crypto: Pick<Crypto, 'sha256' | 'isEqual' | 'randomBytes'>;
  readonly clock: Clock;
  readonly limits?: Partial<JournalLimits>;
  /** What an event of this code is worth. Asked for codes of earlier versions as well. */
  readonly classOf: (code: string) => EventClass;
}

/** Proof that an event is on disk. Only a journal makes one: what asks for a receipt cannot happen without a record (DESIGN R11). */
export type Receipt = ReceiptOfJournal;

/** Private fields make the type one that no literal can pass for. */
class ReceiptOfJournal {
  readonly #epoch: string;
  readonly #sequence: number;

  constructor(epoch: string, sequence: number) {
    this.#epoch = epoch;
    this.#sequence = sequence;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get sequence(): number {
    return this.#sequence;
  }
}

/** Newest entry on disk: what the controller compares, so that a disk put back to an earlier day is found out (SECURITY D13). */
export interface Head {
  readonly epoch: string;
  readonly sequence: number;
  /** 16 bytes. */
  readonly link: Uint8Array;
}

export type AcknowledgeRefusal = 'wrongEpoch' | 'beyondSent';

/** Most writes of one event: its own, and those of the alarms about room that it may set off. */
const eventWrites = admissionWrites * (1 + alarmPercents.length);

export class Journal {
  /** 16 hexadecimal digits, drawn at each start: no (epoch, sequence) is given twice, whatever became of the disk (SECURITY D8). */
  readonly epoch: string;
  /** What was found damaged at opening. The journal tells it itself, as `journal.damaged`. */
  readonly damage: readonly Damage[];
  /** The trusted wall time of the newest entry that has one, among those read at opening. Not the highest: an order may have put the clock back. */
  readonly lastTrustedMs: number | undefined;
  readonly #store: RecordStore;
  readonly #crypto: JournalOptions['crypto'];
  readonly #clock: Clock;
  readonly #classOf: (code: string) => EventClass;
  readonly #ledger: Ledger;
  readonly #spans: readonly Span[];
  readonly #writer: Writer;
  readonly #flood: Flood;
  /** As of the last commit: what is planned may yet be taken back. */
  #onDisk: { readonly head: Head; readonly acknowledged: number; readonly pending: number };
  #handedOut = 0;

  private constructor(options: JournalOptions, limits: JournalLimits, loaded: Loaded) {
    this.#store = options.store;
    this.#crypto = options.crypto;
    this.#clock = options.clock;
    this.#classOf = options.classOf;
    this.epoch = epochOf(options.crypto.randomBytes(8));
    this.damage = loaded.damage;
    this.lastTrustedMs = loaded.lastTrustedMs;
    this.#ledger = loaded.ledger;
    this.#spans = [...loaded.spans, { epoch: this.epoch, from: loaded.ledger.state.last + 1 }];
    this.#onDisk = this.#asOf(loaded.spans.at(-1)?.epoch ?? this.epoch);
    const kept = (): void => {
      this.#onDisk = this.#asOf(this.epoch);
    };
    this.#writer = new Writer({ ...limits, store: options.store, clock: options.clock, ledger: loaded.ledger, kept });
    this.#flood = new Flood(options.clock, (event) => this.#enqueue(event));
  }

  /**
   * Reads back what is there; writes nothing, so that a full disk does not keep the door from starting. The boot counter
   * is written with the first commit. Rejects with a Fault when the disk cannot be read.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const limits = { ...defaultLimits, ...options.limits };
    assert(limits.events >= leastEvents && limits.told >= 1 && limits.asked >= 1, 'a journal has room');
    const journal = new Journal(options, limits, await loadLedger({ ...options, ...limits }));
    for (const { what, fromSequence, toSequence, count } of journal.damage) {
      journal.tell({ code: 'journal.damaged', fields: { what, fromSequence, toSequence, count } });
    }
    return journal;
  }

  /** Counts the starts that recorded anything, this one included. */
  get boot(): number {
    return this.#ledger.state.boot;
  }

  /** Everything up to this sequence was heard, and that is on disk. */
  get acknowledged(): number {
    return this.#onDisk.acknowledged;
  }

  /** Entries that were not acknowledged, an untold gap included. Not 0: there is something to read above `acknowledged`. */
  get pending(): number {
    return this.#onDisk.pending;
  }

  /** Events told that are not on disk yet. */
  get waiting(): number {
    return this.#writer.waiting;
  }

  get head(): Head {
    return this.#onDisk.head;
  }

  /**
   * Puts 1..8 events and the changes on disk in one commit; resolves once they are, with the receipt of the first event.
   * Never limited by the flood rules: denials and information belong to `tell`. In a journal full of grants and alarms a
   * denial, an information, or where `whenFull` is `deny` an alarm, may be counted in the gap instead of having a row.
   * Rejects with a Fault, and then nothing of it is on disk: `disk.full` (also for a grant where `whenFull` is `deny` and no
   * room is left), `queue.full`, `disk.failed`, `disk.closed`.
   */
  append(events: JournalEvent | readonly JournalEvent[], also: readonly Change[] = []): Promise<Receipt> {
    const drafts = [events].flat().map((event) => this.#draft(event));
    assert(drafts.length > 0 && drafts.length <= maxEventsAtOnce, 'one to eight events at once');
    const facts = writesOf(also);
    let sequence = 0;
    const plan = (writes: Write[]): Fault | undefined => {
      sequence = this.#ledger.state.last + 1;
      for (const draft of drafts) {
        if (!this.#admit(draft, writes)) return new Fault('disk.full', 'The journal is full of grants and alarms nobody has fetched');
      }
      writes.push(...facts);
      return undefined;
    };
    return this.#writer.ask(drafts.length * eventWrites + maxChangeWrites, plan, () => {
      for (const change of also) change.onDisk();
      return new ReceiptOfJournal(this.epoch, sequence);
    });
  }

  /** Puts changes on disk without an event: a burnt attempt, the time floor. Resolves once they are; rejects as `append` does. */
  record(changes: readonly Change[]): Promise<void> {
    const facts = writesOf(changes);
    const plan = (writes: Write[]): undefined => void writes.push(...facts);
    return this.#writer.ask(maxChangeWrites, plan, () => {
      for (const change of changes) change.onDisk();
    });
  }

  /**
   * Takes an event that nobody waits for. Beyond the flood limit of its source it is counted and summarised; a disk that
   * is full is tried again; when too many wait, the oldest of the lesser ones, or else this one, is counted in the gap.
   */
  tell(event: JournalEvent): void {
    if (this.#flood.passes(event, this.#classOf(event.code))) this.#enqueue(event);
  }

  /**
   * At most `limit` (1..1,000) entries with a sequence above `after`, rising; the same bytes at each reading. Begins at
   * `acknowledged` for what is to be sent. An untold gap becomes an entry first, has its number from then on and never
   * changes. A row that is damaged is left out, and told. Rejects with a Fault when the disk cannot be read.
   */
  async read(after: number, limit: number): Promise<readonly Recorded[]> {
    assert(limit >= 1 && limit <= maxRead, 'a reading of 1 to 1,000 entries');
    await this.#sealGap();
    const found: Recorded[] = [];
    const { sequence: newest } = this.head;
    for (let from = after + 1; found.length < limit && from <= newest; ) {
      const rows = await this.#store.scan('event', from, limit - found.length);
      for (const { key, value } of rows) {
        const row = openRow(this.#crypto, key, value);
        if (row === undefined) this.#tellDamage(key);
        else if (key <= newest) found.push(row);
      }
      from = (rows.at(-1)?.key ?? newest) + 1;
    }
    this.#handedOut = Math.max(this.#handedOut, found.at(-1)?.entry.sequence ?? 0);
    return found;
  }

  /**
   * Everything up to the entry (`epoch`, `through`) was heard; resolves once that is on disk. The entries stay until their
   * room is needed. What was acknowledged before changes nothing. Refused (SECURITY D10): an entry that no reading of this
   * start has handed out, or an epoch that is not the entry's. Rejects as `append` does, and then it is not acknowledged.
   */
  async acknowledge(epoch: string, through: number): Promise<Result<void, AcknowledgeRefusal>> {
    if (through <= this.acknowledged) return ok(undefined);
    if (!(through <= this.#handedOut)) return failed('beyondSent');
    if (this.#spans.findLast(({ from }) => from <= through)?.epoch !== epoch) return failed('wrongEpoch');
    const plan = (): undefined => {
      if (through > this.#ledger.state.acknowledged) this.#ledger.acknowledge(through);
    };
    return this.#writer.ask(0, plan, () => ok(undefined));
  }

  /** Summarises what the flood limit held back and waits for the commits under way. Nothing is tried again after it. */
  async close(): Promise<void> {
    this.#flood.flush();
    await this.#writer.close();
  }

  #enqueue(event: JournalEvent): void {
    const draft = this.#draft(event);
    this.#writer.tell(draft.kind, eventWrites, (writes) => {
      if (!this.#admit(draft, writes)) this.#ledger.lose(draft.kind, 1);
    });
  }

  /** Encoded when it happens, so that a wrong shape fails its caller; the number is given when it is written. */
  #draft({ code, person, fields = {} }: JournalEvent): Draft {
    const wall = this.#clock.wall();
    const bytes = encodeEntry({
      epoch: this.epoch,
      sequence: 0,
      boot: this.boot,
      monotonicMs: uint48Of(this.#clock.nowMs()),
      wallMs: uint48Of(wall.ms),
      wallTrusted: wall.trusted,
      code,
      person,
      fields,
    });
    return { kind: this.#classOf(code), bytes };
  }

  /** False: it is a grant, and there is no room. */
  #admit({ kind, bytes }: Draft, writes: Write[]): boolean {
    if (this.#ledger.admit(kind, (sequence) => setSequence(bytes, sequence), writes) === 'refused') return false;
    for (let percent = this.#ledger.takeAlarm(); percent !== undefined; percent = this.#ledger.takeAlarm()) {
      const alarm = this.#draft({ code: 'journal.nearlyFull', fields: { percent } });
      this.#ledger.admit('alarm', (sequence) => setSequence(alarm.bytes, sequence), writes);
    }
    return true;
  }

  /** A gap that cannot be written now stays open and grows; the next reading tries again. */
  async #sealGap(): Promise<void> {
    if (this.#ledger.gapToSeal === undefined || this.#writer.isRefused) return;
    const plan = (writes: Write[]): undefined => {
      const gap = this.#ledger.gapToSeal;
      if (gap === undefined) return;
      const { bytes } = this.#draft({ code: gapCode, fields: { ...gap } });
      this.#ledger.sealGap((sequence) => setSequence(bytes, sequence), writes);
    };
    await this.#writer.ask(eventWrites, plan, () => undefined).catch(() => undefined);
  }

  /** What was heard before is no loss. */
  #tellDamage(sequence: number): void {
    if (sequence <= this.acknowledged) return;
    const fields = { what: 'row', fromSequence: sequence, toSequence: sequence, count: 1 };
    const draft = this.#draft({ code: 'journal.damaged', fields });
    this.#writer.tell('alarm', eventWrites, (writes) => {
      if (this.#ledger.drop(sequence)) this.#admit(draft, writes);
    });
  }

  #asOf(epoch: string): { readonly head: Head; readonly acknowledged: number; readonly pending: number } {
    const { last: sequence, head: link, acknowledged } = this.#ledger.state;
    return { head: { epoch, sequence, link }, acknowledged, pending: this.#ledger.pending };
  }
}

interface Draft {
  readonly kind: EventClass;
  readonly bytes: Uint8Array;
}

/** A clock may be set to anything (SECURITY F6). */
const uint48Of = (ms: number): number => (ms > 0 ? Math.min(Math.floor(ms), 2 ** 48 - 1) : 0);

const writesOf = (changes: readonly Change[]): readonly Write[] => {
  const writes = changes.flatMap((change) => change.writes);
  assert(writes.length <= maxChangeWrites, 'at most eight writes beside an event');
  return writes;
};
