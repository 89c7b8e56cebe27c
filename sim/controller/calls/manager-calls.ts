/** Puts desks and calls of the API together over one store. Decides what goes into a commit beside a change of people, and who is told of it afterwards. */
import type { Clock } from '../../../src/ports/clock.ts';
import type { Crypto } from '../../../src/ports/crypto.ts';
import type { LiveMessage } from '../api/live.ts';
import { auditPeople } from '../audit-lines.ts';
import type { ControllerStore, Stores } from '../controller-store.ts';
import type { LineController } from '../line-controller.ts';
import { PeopleDesk } from '../people-desk.ts';
import type { Author, PersonChange } from '../person-record.ts';
import { PinDesk } from '../pin-desk.ts';
import type { CallParts } from './call-parts.ts';
import { type EventCalls, eventCalls } from './event-calls.ts';
import { type PeopleCalls, peopleCalls } from './people-calls.ts';
import { type PinCalls, pinCalls } from './pin-calls.ts';
import { type ReaderCalls, readerCalls } from './reader-calls.ts';
import { type SettingsCalls, settingsCalls } from './settings-calls.ts';
import { usesSinceKey } from './view-of.ts';

export interface ManagerCallsParts {
  readonly store: ControllerStore;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly line: LineController;
  readonly tell: (message: LiveMessage) => void;
}

/** Rows that are answered here. */
export type ManagerCalls = PeopleCalls & PinCalls & ReaderCalls & EventCalls & SettingsCalls;

export const managerCalls = ({ store, crypto, clock, line, tell }: ManagerCallsParts): ManagerCalls => {
  const people = new PeopleDesk({
    store,
    crypto,
    clock,
    changing: async (within, changes, author) => {
      await auditPeople(within, changes, author);
      await noteUses(within, changes, author);
    },
    changed: () => {
      line.peopleChanged();
      tell({ kind: 'changed', what: 'people' });
    },
  });
  /** A reader of which nothing was heard yet may be one. */
  const opensAlone = (): boolean =>
    line.readers.some(({ state: { door } }) => door === undefined || door.mode === 'pinOnly' || door.mode === 'cardOrPin');
  const pins = new PinDesk({ store, people, clock, crypto, opensAlone });
  const parts: CallParts = { store, people, pins, clock, line, tell };
  return { ...peopleCalls(parts), ...pinCalls(parts), ...readerCalls(parts), ...eventCalls(parts), ...settingsCalls(parts) };
};

/** A new limit counts from nothing. */
const noteUses = async (within: Stores, changes: readonly PersonChange[], { atMs }: Author): Promise<void> => {
  for (const { before, after } of changes) {
    const uses = after?.given.uses;
    if (after === undefined || uses === undefined || uses.serial === before?.given.uses?.serial) continue;
    await within.settings.put(usesSinceKey(after.given.person), atMs);
  }
};
