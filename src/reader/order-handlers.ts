/** How each kind of signed order is carried out (docs/table-profile.md §8). Whether it may be obeyed was decided before (orders.ts). */
import type { AccessEvent } from '../access/events.ts';
import type { Mode } from '../access/mode.ts';
import type { Facts } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';
import { present } from '../shared/assert.ts';
import { Fault } from '../shared/faults.ts';
import type { Budgets } from './budgets.ts';
import type { OrderHandlers } from './orders.ts';
import type { SeenTime } from './seen-time.ts';
import type { WaitingSettings } from './waiting-settings.ts';

export interface OrderHandlerParts {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly facts: Facts;
  readonly time: SeenTime;
  readonly budgets: Budgets;
  /** In force and kept; rejects when the model refuses it or it is not kept. */
  readonly setMode: (mode: Mode) => Promise<void>;
  /** On record, then released for as long as the settings say. */
  readonly release: (isStale: () => boolean) => Promise<void>;
  readonly lockoutCleared: () => void;
  readonly recorded: (event: AccessEvent) => void;
  readonly tell: (event: AccessEvent) => void;
  /** Undefined where there is no line to speak to. */
  readonly enrol: (() => void) | undefined;
  readonly handOver: ((isHandedOver: boolean) => Promise<void>) | undefined;
  readonly waitingSettings: WaitingSettings | undefined;
}

export const orderHandlersOf = (parts: OrderHandlerParts): OrderHandlers => ({
  setMode: ({ mode }) => parts.setMode(mode),
  release: (_, isStale) => parts.release(isStale),
  setClock: ({ wallMs }, _, atMs) => parts.time.inTurn(() => setClock(parts, wallMs, atMs)),
  clearLockout: async ({ person }) => {
    await parts.budgets.clear(person ?? 'door');
    parts.tell({ code: 'lockout.cleared', person });
    if (person === undefined) parts.lockoutCleared();
  },
  handOverToPanel: async ({ isHandedOver }) => {
    await (parts.handOver ?? needsLine)(isHandedOver);
  },
  enrol: async () => {
    if (parts.enrol === undefined) await needsLine();
    parts.enrol?.();
  },
  acceptSettings: () => present(parts.waitingSettings, 'an order that is obeyed names settings that wait').accept(),
});

const setClock = async ({ clock, facts, journal, time, recorded }: OrderHandlerParts, wallMs: number, atMs: number): Promise<void> => {
  const event: AccessEvent = { code: 'time.set', fields: { byMs: Math.round(wallMs + clock.nowMs() - atMs - clock.wall().ms) } };
  await journal.append(event, [time.set(wallMs, atMs), facts.setMovedMs(0)]);
  recorded(event);
};

/** These orders speak to a line, which this reader does not have. */
const needsLine = (): Promise<void> => Promise.reject(new Fault('hardware.missing', 'the order needs a line'));
