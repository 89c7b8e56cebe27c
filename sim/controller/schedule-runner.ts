/**
 * Does what is due by the clock: bookings that begin and end, people whose hours begin and end or whose uses are spent, modes of readers. Decides when
 * it looks, by one timer for the next change, and who is out of hours. What a booking or a reader then has is booking-desk.ts's and reader-modes.ts's.
 */
import type { Clock } from '../../src/ports/clock.ts';
import { type BookingDesk, byClock } from './booking-desk.ts';
import type { ControllerStore } from './controller-store.ts';
import type { NewEvent } from './event-store.ts';
import type { PeopleDesk } from './people-desk.ts';
import type { PersonChange, PersonRecord } from './person-record.ts';
import { ReaderModes, type ReaderModesParts } from './reader-modes.ts';
import { rowAt } from './rules/schedules.ts';
import { type KnownTimes, ScheduleTimes } from './schedule-times.ts';
import type { KnownReader } from './site-store.ts';
import { isUsedUp } from './use-counts.ts';

/** The wall clock is looked at so often: setting it moves no timer, and no timer of Node's takes more than 24 days. */
export const wallWatchMs = 60_000;
/** What could not be done is tried again after this. */
export const retryMs = 10_000;

export interface ScheduleRunnerParts extends Pick<ReaderModesParts, 'readers'> {
  readonly store: ControllerStore;
  readonly clock: Clock;
  readonly people: PeopleDesk;
  readonly bookings: BookingDesk;
  /** Accesses of bookings are not as they were. */
  readonly moved: () => void;
  /** What the store threw; it is tried again. */
  readonly failed: (thrown: unknown) => void;
}

export class ScheduleRunner {
  readonly #parts: ScheduleRunnerParts;
  readonly #modes: ReaderModes;
  readonly #times = new ScheduleTimes();
  /** Of each schedule of people, what it said when they were looked at last. */
  #said = new Map<number, boolean>();
  /** People to be looked at; undefined: everybody. */
  #due: Set<number> | undefined;
  #timer: unknown;
  #lookedMs = 0;
  /** On the wall clock. */
  #nextMs = 0;
  #isLooking = false;
  #isAskedAgain = false;
  #mustRetry = false;
  #isStopped = false;

  constructor(parts: ScheduleRunnerParts) {
    this.#parts = parts;
    const { store, clock, readers } = parts;
    this.#modes = new ReaderModes({ store, clock, readers, ended: (...how) => this.#modeEnded(...how) });
  }

  /** Something has changed that may be due: it is looked at soon. */
  look(): void {
    if (this.#isStopped) return;
    this.#isAskedAgain = true;
    if (!this.#isLooking) void this.#lookAll();
  }

  /** In the commit of a change; afterwards somebody calls `look`. */
  note(changes: readonly PersonChange[]): void {
    for (const { before, after } of changes) if (mayBeOut(after) || mayBeOut(before)) this.#due?.add((after ?? before)?.given.person ?? 0);
  }

  /** An event is on disk: it may have been somebody's last use. */
  event({ entry }: NewEvent): void {
    if (entry?.code !== 'access.granted' || entry.person === undefined) return;
    void this.#usedBy(entry.person);
  }

  /** A reader has told of itself. */
  readerTold({ id }: KnownReader): void {
    if (this.#modes.isOff(id)) this.look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
  }

  async #usedBy(person: number): Promise<void> {
    const { store } = this.#parts;
    try {
      const given = await store.people.person(person);
      if (given === undefined || !(await isUsedUp(store, given))) return;
      this.#due?.add(person);
      this.look();
    } catch (thrown) {
      this.#storeFailed(thrown);
      this.#due = undefined;
      this.#arm();
    }
  }

  async #lookAll(): Promise<void> {
    this.#isLooking = true;
    this.#mustRetry = false;
    try {
      while (this.#isAskedAgain && !this.#isStopped) {
        this.#isAskedAgain = false;
        await this.#lookOnce();
      }
    } catch (thrown) {
      this.#storeFailed(thrown);
    } finally {
      this.#isLooking = false;
      this.#arm();
    }
  }

  /** By a clock that nobody has set, nothing is due. */
  async #lookOnce(): Promise<void> {
    const { store, clock, bookings, moved } = this.#parts;
    const { ms: nowMs, trusted } = clock.wall();
    this.#lookedMs = nowMs;
    this.#nextMs = nowMs + wallWatchMs;
    if (!trusted) return;
    const known = await this.#times.read(store);
    const readers = await store.site.readers();
    const due = await bookings.catchUp();
    if (due.moved > 0) moved();
    await this.#lookAtPeople(known, nowMs);
    for (const reader of readers) {
      const times = known.of(reader.schedule, 'readerMode');
      const row = times && rowAt(times, known.calendar, nowMs);
      if (!(await this.#modes.bring(reader, row?.mode ?? 'own'))) this.#mustRetry = true;
    }
    const next = [due.nextMs, known.nextMs(nowMs)].filter((ms) => ms !== undefined);
    this.#nextMs = Math.min(...next, Number.MAX_SAFE_INTEGER);
  }

  async #lookAtPeople(known: KnownTimes, nowMs: number): Promise<void> {
    const { store, people } = this.#parts;
    const said = new Map<number, boolean>();
    for (const { id, times } of known.ofPeople) said.set(id, rowAt(times, known.calendar, nowMs) !== undefined);
    const due = this.#due ?? new Set((await store.people.records()).filter(mayBeOut).map(({ given }) => given.person));
    this.#due = new Set();
    try {
      for (const [id, isIn] of said) if (this.#said.get(id) !== isIn) for (const person of await store.schedules.peopleOf(id)) due.add(person);
      if (due.size > 0) await people.changeSome([...due], await this.#outOfHours([...due], said), byClock);
      this.#said = said;
    } catch (thrown) {
      this.#due = undefined;
      throw thrown;
    }
  }

  async #outOfHours(persons: readonly number[], said: ReadonlyMap<number, boolean>): Promise<(record: PersonRecord) => PersonRecord> {
    const { store } = this.#parts;
    const spent = new Set<number>();
    for (const person of persons) {
      const given = await store.people.person(person);
      if (given !== undefined && (await isUsedUp(store, given))) spent.add(person);
    }
    return (record) => {
      const isOut = record.schedule !== undefined && said.get(record.schedule) === false;
      return { ...record, isOutOfHours: isOut || spent.has(record.given.person) };
    };
  }

  #modeEnded(isSettled: boolean, thrown?: unknown): void {
    if (thrown !== undefined) this.#storeFailed(thrown);
    if (isSettled) {
      this.look();
      return;
    }
    this.#mustRetry = true;
    this.#arm();
  }

  /** Of what was under way when everything was stopped, nobody hears. */
  #storeFailed(thrown: unknown): void {
    this.#mustRetry = true;
    if (!this.#isStopped) this.#parts.failed(thrown);
  }

  #arm(): void {
    const { clock } = this.#parts;
    clock.clearTimeout(this.#timer);
    if (this.#isStopped) return;
    const waitMs = Math.min(this.#nextMs - clock.wall().ms, this.#mustRetry ? retryMs : wallWatchMs);
    this.#timer = clock.setTimeout(() => this.#isTime(), Math.max(0, waitMs));
  }

  #isTime(): void {
    const { ms: nowMs } = this.#parts.clock.wall();
    const wasSetBack = nowMs < this.#lookedMs;
    if (this.#mustRetry || wasSetBack || nowMs >= this.#nextMs) this.look();
    else this.#arm();
  }
}

const mayBeOut = (kept: PersonRecord | PersonChange['after']): boolean =>
  kept !== undefined && (kept.schedule !== undefined || kept.given.uses !== undefined || kept.isOutOfHours);
