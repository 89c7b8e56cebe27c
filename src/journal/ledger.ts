/**
 * Which events are kept and which must go (SECURITY D5, D6): numbers, room, gaps and acknowledgements, planned as writes.
 * A plan that could not be put on disk is rewound. When plans are made, and what the events say, is journal.ts's.
 *
 * Rows above the acknowledgement are indexed by class, one number each. Those below it need no index: they go oldest
 * first, a range at a time, as soon as their room is needed.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { Write } from '../ports/record-store.ts';
import { type EventClass, eventClasses, linkBytes, sealRow } from './entry.ts';
import { SequenceQueue } from './sequence-queue.ts';
import { encodeState, type Gap, type State, stateKey, stateSpace } from './state.ts';

/** When only unacknowledged grants and alarms are left: lose the oldest and say so, or take no further grant. */
export type WhenFull = 'gap' | 'deny';

export interface LedgerOptions {
  readonly crypto: Pick<Crypto, 'sha256'>;
  /** Most rows kept; one more is reserved for the gap that is on its way. */
  readonly events: number;
  readonly whenFull: WhenFull;
  readonly state: State;
  /** Lowest sequence that may have a row. */
  readonly oldest: number;
}

/** `stored`: it has a row. `counted`: it has a number, and the gap counts it. `refused`: neither. */
export type Admission = 'stored' | 'counted' | 'refused';

/** A place to rewind to. */
export interface Mark {
  readonly position: Position;
  readonly undoCount: number;
}

interface Position {
  readonly state: State;
  readonly oldest: number;
  /** The gap record that has a row and waits for its acknowledgement: at most one, so that repeated readings add none. */
  readonly gapRow: number | undefined;
  /** The state says something that rows cannot: it must be written with them. */
  readonly isDirty: boolean;
}

/** Alarms, in percent of the room (SECURITY D5). */
export const alarmPercents: readonly number[] = [75, 90];
/** How far below one it must fall before it is given again: a controller that hears one event at a time would set off one alarm for each. */
const rearmPercent = 5;
/** Acknowledged rows that go at once, so that a full journal does not touch its oldest page at each event. */
export const trimRows = 64;
/** Most writes that one admission plans. */
export const admissionWrites = 3;

/** Whom each class may push out, in this order, when no acknowledged row is left. */
export const victims: Readonly<Record<EventClass, readonly EventClass[]>> = {
  info: ['info'],
  deny: ['info', 'deny'],
  alarm: ['info', 'deny'],
  grant: ['info', 'deny'],
};

const gapCount = { grant: 'grants', alarm: 'alarms', deny: 'denials', info: 'infos' } as const satisfies Record<EventClass, keyof Gap>;

export class Ledger {
  readonly #crypto: Pick<Crypto, 'sha256'>;
  readonly #events: number;
  readonly #whenFull: WhenFull;
  readonly #queues: Readonly<Record<EventClass, SequenceQueue>> = {
    grant: new SequenceQueue(),
    alarm: new SequenceQueue(),
    deny: new SequenceQueue(),
    info: new SequenceQueue(),
  };
  #position: Position;
  #undo: (() => void)[] = [];

  constructor(options: LedgerOptions) {
    this.#crypto = options.crypto;
    this.#events = options.events;
    this.#whenFull = options.whenFull;
    this.#position = { state: options.state, oldest: options.oldest, gapRow: undefined, isDirty: true };
  }

  get state(): State {
    return this.#position.state;
  }

  /** Unacknowledged rows, without the gap's. */
  get unacknowledged(): number {
    return eventClasses.reduce((sum, kind) => sum + this.#queues[kind].length, 0);
  }

  /** Entries to be read yet, the gap that has no row included. */
  get pending(): number {
    return this.unacknowledged + (this.#position.gapRow === undefined ? 0 : 1) + (this.state.gap === undefined ? 0 : 1);
  }

  /** A gap that can be told now. */
  get gapToSeal(): Gap | undefined {
    return this.#position.gapRow === undefined ? this.state.gap : undefined;
  }

  /** Enters a row found on disk, in rising order. */
  load(sequence: number, kind: EventClass | 'gap'): void {
    if (kind === 'gap') this.#position = { ...this.#position, gapRow: sequence };
    else this.#queues[kind].push(sequence);
  }

  mark(): Mark {
    return { position: this.#position, undoCount: this.#undo.length };
  }

  rewind(mark: Mark): void {
    for (const undo of this.#undo.splice(mark.undoCount).reverse()) undo();
    this.#position = mark.position;
  }

  /** What was planned is on disk. */
  keep(): void {
    this.#undo = [];
    this.#position = { ...this.#position, isDirty: false };
  }

  /** Gives the next number to an event and plans its row, and the loss of others when there is no room. */
  admit(kind: EventClass, entryBytes: (sequence: number) => Uint8Array, writes: Write[]): Admission {
    if (!this.#makeRoom(kind, writes)) {
      if (kind === 'grant' && this.#whenFull === 'deny') return 'refused';
      this.lose(kind, 1);
      return 'counted';
    }
    const sequence = this.#putRow(entryBytes, writes);
    this.#queues[kind].push(sequence);
    this.#undo.push(() => this.#queues[kind].pop());
    return 'stored';
  }

  /** Gives numbers to events that will have no row, and counts them in the gap. */
  lose(kind: EventClass, count: number): void {
    const first = this.state.last + 1;
    const last = this.state.last + count;
    this.#set({ last });
    this.#widen(kind, first, last, count);
  }

  /** Plans the row of the open gap; its room is reserved. */
  sealGap(entryBytes: (sequence: number) => Uint8Array, writes: Write[]): void {
    // The gap before this one was heard and is an ordinary row now: the place must be free again.
    this.#trim(0, writes);
    const gapRow = this.#putRow(entryBytes, writes);
    this.#set({ gap: undefined });
    this.#position = { ...this.#position, gapRow };
  }

  /** Takes `through` (above the present acknowledgement, at most `state.last`) as heard. */
  acknowledge(through: number): void {
    const { acknowledged, missing } = this.state;
    const { gapRow } = this.#position;
    let heard = 0;
    for (const kind of eventClasses) heard += this.#takeThrough(this.#queues[kind], through);
    if (gapRow !== undefined && gapRow <= through) {
      heard += 1;
      this.#position = { ...this.#position, gapRow: undefined };
    }
    this.#set({ acknowledged: through, missing: missing - (through - acknowledged - heard) });
    this.#rearm();
  }

  /** Forgets a row that turned out damaged. False: it was not counted on. */
  drop(sequence: number): boolean {
    const kind = eventClasses.find((each) => this.#queues[each].remove(sequence));
    if (kind !== undefined) this.#undo.push(() => this.#queues[kind].insert(sequence));
    else if (this.#position.gapRow === sequence) this.#position = { ...this.#position, gapRow: undefined };
    else return false;
    this.#set({ missing: this.state.missing + 1 });
    return true;
  }

  /** The next percentage to alarm about, marked as told. */
  takeAlarm(): number | undefined {
    const percent = alarmPercents.find((each) => each > this.state.alarmedPercent);
    if (percent === undefined || this.#percentFull < percent) return undefined;
    this.#set({ alarmedPercent: percent });
    return percent;
  }

  /** Plans the journal's own record, where the rows do not say it all. */
  putState(writes: Write[]): void {
    if (!this.#position.isDirty) return;
    writes.push({ op: 'put', space: stateSpace, key: stateKey, value: encodeState(this.#crypto, this.state) });
  }

  get #percentFull(): number {
    return (100 * this.unacknowledged) / this.#events;
  }

  #rearm(): void {
    const percent = this.#percentFull;
    const alarmedPercent = alarmPercents.findLast((each) => each <= this.state.alarmedPercent && percent >= each - rearmPercent) ?? 0;
    if (alarmedPercent !== this.state.alarmedPercent) this.#set({ alarmedPercent });
  }

  #makeRoom(kind: EventClass, writes: Write[]): boolean {
    if (this.#trim(1, writes)) return true;
    const victim = victims[kind].find((each) => this.#queues[each].length > 0) ?? this.#oldestKept(kind);
    if (victim === undefined) return false;
    this.#evict(victim, writes);
    return true;
  }

  /** Lets heard rows go where rows and this many more are too many. False: there is no room all the same. */
  #trim(more: number, writes: Write[]): boolean {
    const { state, oldest } = this.#position;
    const heard = Math.max(0, state.acknowledged - oldest + 1);
    const excess = heard + this.unacknowledged + more - this.#events;
    if (excess > 0 && heard > 0) {
      const to = Math.min(oldest + Math.max(excess, trimRows) - 1, state.acknowledged);
      writes.push({ op: 'deleteRange', space: 'event', from: oldest, to });
      this.#position = { ...this.#position, oldest: to + 1 };
    }
    return excess <= heard;
  }

  /** A grant or an alarm is pushed out by nothing less, and by nothing where the setting says so. */
  #oldestKept(kind: EventClass): EventClass | undefined {
    if (this.#whenFull === 'deny' || kind === 'deny' || kind === 'info') return undefined;
    const { grant, alarm } = this.#queues;
    return (grant.first ?? Number.POSITIVE_INFINITY) < (alarm.first ?? Number.POSITIVE_INFINITY) ? 'grant' : 'alarm';
  }

  #evict(kind: EventClass, writes: Write[]): void {
    const sequence = this.#queues[kind].shift();
    this.#undo.push(() => this.#queues[kind].unshift(sequence));
    writes.push({ op: 'delete', space: 'event', key: sequence });
    this.#widen(kind, sequence, sequence, 1);
  }

  #widen(kind: EventClass, from: number, to: number, count: number): void {
    const gap = this.state.gap ?? { fromSequence: from, toSequence: to, grants: 0, alarms: 0, denials: 0, infos: 0 };
    const name = gapCount[kind];
    this.#set({
      missing: this.state.missing + count,
      gap: {
        ...gap,
        fromSequence: Math.min(gap.fromSequence, from),
        toSequence: Math.max(gap.toSequence, to),
        [name]: gap[name] + count,
      },
    });
  }

  #putRow(entryBytes: (sequence: number) => Uint8Array, writes: Write[]): number {
    const sequence = this.state.last + 1;
    const row = sealRow(this.#crypto, entryBytes(sequence), this.state.head);
    writes.push({ op: 'put', space: 'event', key: sequence, value: row });
    const state = { ...this.state, last: sequence, head: row.subarray(row.length - linkBytes) };
    this.#position = { ...this.#position, state };
    return sequence;
  }

  #takeThrough(queue: SequenceQueue, through: number): number {
    const taken: number[] = [];
    while (queue.first !== undefined && queue.first <= through) taken.push(queue.shift());
    this.#undo.push(() => {
      for (const sequence of taken.reverse()) queue.unshift(sequence);
    });
    return taken.length;
  }

  #set(change: Partial<State>): void {
    this.#position = { ...this.#position, state: { ...this.state, ...change }, isDirty: true };
  }
}
