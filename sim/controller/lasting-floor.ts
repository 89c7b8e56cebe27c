/**
 * The floor of PINs at a site, over all that its doors will be by themselves: as they are, as their schedules put them, and as they are outside of
 * their schedules. Decides which modes count, not when they hold: a code that is given lasts longer than the mode it is given in.
 */
import type { Mode } from '../../src/access/mode.ts';
import type { ControllerStore } from './controller-store.ts';
import type { LineController } from './line-controller.ts';
import { ownMode } from './reader-modes.ts';
import { ScheduleTimes } from './schedule-times.ts';
import { floorAt, type ToldDoor } from './told-door.ts';

/** PINs there must be for each that opens a door alone; undefined: at no door does one, at no time. Rejects with a Fault when the store does. */
export const lastingFloor = async (store: ControllerStore, line: Pick<LineController, 'readers'>): Promise<number | undefined> => {
  const known = await new ScheduleTimes().read(store);
  const doors: (ToldDoor | undefined)[] = [];
  for (const reader of await store.site.readers()) {
    const state = line.readers.find((keeper) => keeper.reader.id === reader.id)?.state;
    const told = state === undefined ? reader.told : state.told;
    doors.push(told);
    if (told === undefined) continue;
    const scheduled = (known.of(reader.schedule, 'readerMode') ?? []).map(({ mode }) => mode);
    const modes = new Set<Mode | null>([await ownMode(store, reader), ...scheduled]);
    for (const mode of modes) if (mode !== null) doors.push({ ...told, mode });
  }
  return floorAt(doors);
};
