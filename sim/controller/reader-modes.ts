/**
 * Puts readers into the modes of their schedules, by signed orders. Decides which mode is ordered, which one a reader goes back to, and that each
 * change is ordered once, also by a controller that was off when it was due. When it is looked at is schedule-runner.ts's.
 */
import * as v from 'valibot';
import { type Mode, modes } from '../../src/access/mode.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { present } from '../../src/shared/assert.ts';
import { byClock } from './booking-desk.ts';
import type { ControllerStore } from './controller-store.ts';
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
});
type Note = v.InferOutput<typeof noteShape>;

const keyOf = (reader: number): string => `scheduledMode/${reader}`;
/** Whoever tells us so may obey later, or was never asked: the same order is given again. */
const again: readonly OrderAnswer[] = ['offline', 'lost', 'expired', 'refused'];

export interface ReaderModesParts {
  readonly store: ControllerStore;
  readonly clock: Pick<Clock, 'wall'>;
  readonly readers: () => readonly ReaderKeeper[];
  /** An order has ended; false: it is to be given again, after a while. `thrown`: by the store. */
  readonly ended: (isSettled: boolean, thrown?: unknown) => void;
}

export class ReaderModes {
  readonly #parts: ReaderModesParts;
  /** Readers whose order is under way: it may take a minute, and nobody waits for it. */
  readonly #underWay = new Set<number>();

  constructor(parts: ReaderModesParts) {
    this.#parts = parts;
  }

  /** False: it is not in that mode yet, and somebody has to look again. Rejects with a Fault when the store does. */
  async bring(reader: KnownReader, wanted: ScheduledMode): Promise<boolean> {
    if (this.#underWay.has(reader.id)) return false;
    const note = await this.#noteOf(reader);
    if (note.applied === wanted && note.toward === null) return true;
    const keeper = this.#parts.readers().find((one) => one.reader.id === reader.id);
    const door = keeper?.state.door;
    if (keeper === undefined || !keeper.state.isOnline || door === undefined) return false;
    this.#underWay.add(reader.id);
    void this.#order(keeper, reader, { ...note, toward: wanted, own: note.own ?? door.mode }, note.toward !== wanted).then(
      (isSettled) => this.#ended(reader, isSettled),
      (thrown: unknown) => this.#ended(reader, false, thrown),
    );
    return false;
  }

  #ended(reader: KnownReader, isSettled: boolean, thrown?: unknown): void {
    this.#underWay.delete(reader.id);
    this.#parts.ended(isSettled, thrown);
  }

  /** The mode to go back to is on disk before the reader is ordered another one. */
  async #order(keeper: ReaderKeeper, reader: KnownReader, note: Note, isFirst: boolean): Promise<boolean> {
    const { store, clock } = this.#parts;
    const wanted = present(note.toward, 'an order goes toward a mode');
    const target = wanted === 'own' ? present(note.own, 'where it was before is known') : wanted;
    const audit = { atMs: clock.wall().ms, by: byClock, detail: `${reader.name}: ${target}` };
    await store.write(async (within) => {
      await within.settings.put(keyOf(reader.id), note);
      if (isFirst) await within.audit.add({ ...audit, what: 'schedule.mode' });
    });
    const answer = await keeper.order({ kind: 'setMode', mode: target });
    if (again.includes(answer)) return false;
    await store.write(async (within) => {
      if (wanted === 'own') await within.settings.put(keyOf(reader.id), { ...note, applied: 'own', toward: null, own: null });
      else await within.settings.put(keyOf(reader.id), { ...note, applied: wanted, toward: null });
      if (answer !== 'done') await within.audit.add({ ...audit, what: 'schedule.refused' });
    });
    return true;
  }

  async #noteOf({ id, reader }: KnownReader): Promise<Note> {
    const hardware = Buffer.from(reader).toString('hex');
    const read = v.safeParse(noteShape, await this.#parts.store.settings.get(keyOf(id)));
    return read.success && read.output.hardware === hardware ? read.output : { hardware, applied: 'own', toward: null, own: null };
  }
}
