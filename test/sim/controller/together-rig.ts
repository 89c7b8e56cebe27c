/** The controller and the reader as they are shipped, on one wire in virtual time. */
import { onTestFinished } from 'vitest';
import { ControllerStore } from '../../../sim/controller/controller-store.ts';
import { noRest } from '../../../sim/controller/database.ts';
import { LineController } from '../../../sim/controller/line-controller.ts';
import { PeopleDesk } from '../../../sim/controller/people-desk.ts';
import type { ReaderKeeper } from '../../../sim/controller/reader-keeper.ts';
import { SimStrike } from '../../../sim/devices/strike.ts';
import { Door, type DoorSetup } from '../../../sim/door.ts';
import type { DoorLineSetup } from '../../../sim/door-line.ts';
import { Wire } from '../../../sim/line/wire.ts';
import type { WireEnd } from '../../../sim/line/wire-end.ts';
import { present } from '../../../src/shared/assert.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { baudRate, crypto, peopleFile, scratchDirectory, taken } from './rig.ts';

export interface Together {
  readonly door: Door;
  readonly controller: LineController;
  readonly keeper: ReaderKeeper;
  readonly store: ControllerStore;
  readonly people: PeopleDesk;
  readonly strike: SimStrike;
  readonly readerEnd: WireEnd;
  readonly alarms: string[];
  readonly codes: string[];
  until(isSo: () => boolean, withinMs?: number): Promise<boolean>;
}

const scbk = new SecretBytes(crypto.sha256(Uint8Array.of(5)).subarray(0, 16));

/** A door with power whose line ends at a controller, with a site of one reader and these people. */
export const together = async (
  pins: Readonly<Record<number, string>>,
  setup: DoorSetup = {},
  line: Partial<DoorLineSetup> = {},
  rate = baudRate,
): Promise<Together> => {
  const ends: WireEnd[] = [];
  const door = Door.unpowered({
    mode: 'pinOnly',
    ...setup,
    hasTable: false,
    line: (clock) => {
      const wire = new Wire({ clock, baudRate: rate });
      ends.push(wire.end(), wire.end());
      return { end: present(ends[0], 'an end'), scbk, settings: { address: 1, baudRate: rate }, ...line };
    },
  });
  const [readerEnd, end] = ends.map((each) => present(each, 'an end')) as [WireEnd, WireEnd];
  const { site, authoritySeed, reader, tableKey } = door.publisher;
  const store = await ControllerStore.open({ directory: scratchDirectory(), siteKey: new SecretBytes(crypto.randomBytes(32)), crypto, rest: noRest });
  onTestFinished(() => store.close());
  taken(await store.site.found({ site, authoritySeed }));
  taken(await store.site.addReader({ name: 'front door', address: 1, reader, tableKey, scbk }));
  const alarms: string[] = [];
  const codes: string[] = [];
  const listener = {
    changed: () => undefined,
    alarm: (_: unknown, alarm: string) => void alarms.push(alarm),
    event: (_: unknown, { entry }: { readonly entry: { readonly code: string } | undefined }) => void codes.push(entry?.code ?? 'unreadable'),
  };
  const { clock } = door;
  const controller = new LineController({ line: end, clock, crypto, store, site: { site, authoritySeed }, listener, baudRate: rate });
  const people = new PeopleDesk({ store, crypto, clock, changed: () => controller.peopleChanged() });
  taken(await people.importFile(peopleFile(pins)));
  const strike = new SimStrike(clock);
  await door.powerOn();
  const [known] = await store.site.readers();
  const keeper = taken(controller.add(present(known, 'the reader was added'), strike));
  const until = async (isSo: () => boolean, withinMs = 20_000): Promise<boolean> => {
    const endMs = clock.nowMs() + withinMs;
    while (!isSo()) {
      if (clock.nowMs() >= endMs) return false;
      await door.wait(10);
    }
    return true;
  };
  return { door, controller, keeper, store, people, strike, readerEnd, alarms, codes, until };
};
