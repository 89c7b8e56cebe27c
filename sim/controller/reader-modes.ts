/**
 * Puts readers into the modes of their schedules, by signed orders. Decides which mode is ordered, which one a reader goes back to, and that each
 * change is ordered once, also by a controller that was off when it was due. What a person has set stays until the next change, and a door that a
 * person has locked is a person's to open. When it is looked at is schedule-runner.ts's.
 */
import * as v from 'valibot';
import { type Mode, modes } from '../../src/access/mode.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { NewAuditLine } from './audit-store.ts';
import { byClock } from './booking-desk.ts';
import type { ControllerStore, Stores } from './controller-store.ts';
import type { OrderAnswer } from './order-desk.ts';
import type { ReaderKeeper } from './reader-keeper.ts';
import type { KnownReader } from './site-store.ts';

/** A mode of a schedule, or the reader's own, outside of all of its times. */
export type ScheduledMode = Mode | 'own';

const mode = v.picklist(modes);
const scheduledMode = v.union([mode, v.literal('own')]);
const noteShape = v.object({
  /** The identity of the hardware: another one has never heard of any order. */
  hardware: v.string(),
  /** What it was ordered last, and obeyed. */
  applied: scheduledMode,
  /** Ordered, and not known to be obeyed. */
  toward: v.nullable(scheduledMode),
  /** Its mode before its schedule set one. */
  own: v.nullable(mode),
  /** What a person has ordered since. */
  byHand: v.optional(v.nullable(mode), null),
});
type Note = v.InferOutput<typeof noteShape>;

const keyOf = (reader: number): string => `scheduledMode/${reader}`;
/** Whoever tells us so may obey later, or was never asked. */
const unheard: readonly OrderAnswer[] = ['offline', 'lost', 'expired', 'refused'];

/** What was not obeyed is ordered again after this, and after twice as long each time. */
export const firstWaitMs = 10_000;
export const longestWaitMs = 10 * 60_000;
/** A mode that was ordered so often, and is not there, is an alarm. */
export const triesBeforeAlarm = 3;
/** What a reader says of its mode may be of before an order that was obeyed so long ago. */
const statusMs = 10_000;

export interface ReaderModesParts {
  readonly store: ControllerStore;
  readonly clock: Pick<Clock, 'nowMs' | 'wall'>;
  readonly readers: () => readonly ReaderKeeper[];
  /** An order has ended; false: it is to be given again, after a while. `thrown`: by the store. */
  readonly ended: (isSettled: boolean, thrown?: unknown) => void;
}

/** Orders that were not obeyed, one after the other. */
interface Tries {
  readonly toward: ScheduledMode;
  readonly count: number;
  /** On the monotonic clock, as is all here. */
  readonly dueMs: number;
}

export class ReaderModes {
  readonly #parts: ReaderModesParts;
  /** Readers whose order is under way: it may take a minute, and nobody waits for it. */
  readonly #underWay = new Set<number>();
  readonly #tries = new Map<number, Tries>();
  /** Modes of schedules that readers are in, and since when. */
  readonly #held = new Map<number, { readonly mode: Mode; readonly sinceMs: number }>();

  constructor(parts: ReaderModesParts) {
    this.#parts = parts;
  }

  /** False: it is not in that mode yet, and somebody has to look again. Rejects with a Fault when the store does. */
  async bring(reader: KnownReader, wanted: ScheduledMode): Promise<boolean> {
    if (this.#underWay.has(reader.id)) return false;
    const note = await noteOf(this.#parts.store, reader);
    if (isHeld(note)) return this.#passOver(reader, note, wanted);
    if (note.applied === wanted && note.toward === null && this.#isThere(reader, note)) return true;
    const keeper = this.#keeperOf(reader.id);
    const door = keeper?.state.door;
    if (keeper === undefined || !keeper.state.isOnline || door === undefined) return false;
    const tries = this.#tries.get(reader.id);
    if (tries?.toward === wanted && this.#parts.clock.nowMs() < tries.dueMs) return false;
    this.#held.delete(reader.id);
    this.#underWay.add(reader.id);
    void this.#order(keeper, reader, wanted, door.mode).then(
      (isSettled) => this.#ended(reader, isSettled),
      (thrown: unknown) => this.#ended(reader, false, thrown),
    );
    return false;
  }

  /** The reader says that it is not in the mode of its schedule: it was started anew, or does not say so yet. */
  isOff(reader: number): boolean {
    const held = this.#held.get(reader);
    const state = this.#keeperOf(reader)?.state;
    if (held === undefined || state?.door === undefined || !state.isOnline || this.#underWay.has(reader)) return false;
    return state.door.mode !== held.mode && this.#parts.clock.nowMs() - held.sinceMs >= statusMs;
  }

  #keeperOf(reader: number): ReaderKeeper | undefined {
    return this.#parts.readers().find((one) => one.reader.id === reader);
  }

  #isThere({ id }: KnownReader, { applied, byHand }: Note): boolean {
    if (applied === 'own' || byHand !== null) {
      this.#held.delete(id);
      return true;
    }
    if (this.#held.get(id)?.mode !== applied) this.#held.set(id, { mode: applied, sinceMs: this.#parts.clock.nowMs() });
    return !this.isOff(id);
  }

  /** While a person holds the door, its schedule goes on without it. */
  async #passOver(reader: KnownReader, { applied, toward }: Note, wanted: ScheduledMode): Promise<true> {
    this.#held.delete(reader.id);
    this.#tries.delete(reader.id);
    if (applied === wanted && toward === null) return true;
    await this.#parts.store.write(async (within) => {
      const note = await noteOf(within, reader);
      if (isHeld(note)) await keep(within, reader, { ...note, applied: wanted, toward: null, own: wanted === 'own' ? null : note.own });
    });
    return true;
  }

  #ended(reader: KnownReader, isSettled: boolean, thrown?: unknown): void {
    this.#underWay.delete(reader.id);
    this.#parts.ended(isSettled, thrown);
  }

  /** The mode to go back to is on disk before the reader is ordered another one. */
  async #order(keeper: ReaderKeeper, reader: KnownReader, wanted: ScheduledMode, present: Mode): Promise<boolean> {
    const { store, clock } = this.#parts;
    const line = (target: Mode): NewAuditLine => ({ atMs: clock.wall().ms, by: byClock, what: 'schedule.mode', detail: `${reader.name}: ${target}` });
    const begun = await store.write(async (within) => {
      const note = await noteOf(within, reader);
      // Somebody may have locked it meanwhile.
      if (isHeld(note)) return undefined;
      const own = note.own ?? present;
      const target = wanted === 'own' ? own : wanted;
      await keep(within, reader, { ...note, toward: wanted, own });
      if (note.toward !== wanted) await within.audit.add(line(target));
      return { target, byHand: note.byHand };
    });
    if (begun === undefined) return true;
    const { target } = begun;
    const answer = await keeper.order({ kind: 'setMode', mode: target });
    if (answer !== 'done') return this.#notDone(keeper, reader, wanted, answer, line(target));
    this.#tries.delete(reader.id);
    await store.write(async (within) => {
      const note = await noteOf(within, reader);
      // What a person has ordered meanwhile comes after this one.
      const byHand = note.byHand === begun.byHand ? null : note.byHand;
      await keep(within, reader, { ...note, applied: wanted, toward: null, own: wanted === 'own' ? null : note.own, byHand });
    });
    return true;
  }

  async #notDone(keeper: ReaderKeeper, { id }: KnownReader, toward: ScheduledMode, answer: OrderAnswer, audit: NewAuditLine): Promise<false> {
    if (answer === 'offline') {
      this.#tries.delete(id);
      return false;
    }
    const before = this.#tries.get(id);
    const count = before?.toward === toward ? before.count + 1 : 1;
    const waitMs = Math.min(firstWaitMs * 2 ** (count - 1), longestWaitMs);
    this.#tries.set(id, { toward, count, dueMs: this.#parts.clock.nowMs() + waitMs });
    if (count >= triesBeforeAlarm) keeper.alarms.raise('mode.notSet', answer);
    if (count === 1 && !unheard.includes(answer)) await this.#parts.store.audit.add({ ...audit, what: 'schedule.refused' });
    return false;
  }
}

/**
 * A person orders a mode: it stays until their schedule changes the mode next, and `locked` until a person orders another one. What is not obeyed is
 * as if nobody had ordered it; of what was lost nobody knows. Rejects with a Fault when the store does.
 */
export const orderByHand = async (store: ControllerStore, keeper: ReaderKeeper, mode: Mode): Promise<OrderAnswer> => {
  const { reader } = keeper;
  // On disk before it is sent: no schedule comes in between.
  const before = await store.write(async (within) => {
    const note = await noteOf(within, reader);
    const own = note.applied === 'own' ? note.own : (note.own ?? mode);
    await keep(within, reader, { ...note, own, byHand: mode });
    return note.byHand;
  });
  const answer = await keeper.order({ kind: 'setMode', mode });
  if (answer === 'done' || answer === 'lost') return answer;
  await store.write(async (within) => {
    const note = await noteOf(within, reader);
    if (note.byHand === mode) await keep(within, reader, { ...note, byHand: before });
  });
  return answer;
};

/** The mode that a person has ordered, while no schedule has set another one since. */
export const heldByHand = async (store: Pick<Stores, 'settings'>, reader: KnownReader): Promise<Mode | null> => (await noteOf(store, reader)).byHand;

/** The mode that it goes back to outside of its schedule's times; null: the one it is in. */
export const ownMode = async (store: Pick<Stores, 'settings'>, reader: KnownReader): Promise<Mode | null> => (await noteOf(store, reader)).own;

const isHeld = ({ byHand }: Note): boolean => byHand === 'locked';

const keep = ({ settings }: Pick<Stores, 'settings'>, { id }: KnownReader, note: Note): Promise<void> => settings.put(keyOf(id), note);

const noteOf = async ({ settings }: Pick<Stores, 'settings'>, { id, reader }: KnownReader): Promise<Note> => {
  const hardware = Buffer.from(reader).toString('hex');
  const read = v.safeParse(noteShape, await settings.get(keyOf(id)));
  return read.success && read.output.hardware === hardware ? read.output : { hardware, applied: 'own', toward: null, own: null, byHand: null };
};
