/** Faults planted around the reader for a storm to find, one for each thing that must hold. None of them is in src. */
import { vi } from 'vitest';
import { MemoryTableDisk } from '../../../sim/devices/memory-table-disk.ts';
import { SimStrike } from '../../../sim/devices/strike.ts';
import type { Door } from '../../../sim/door.ts';
import type { Invariant } from '../../../sim/storm/judge.ts';
import type { Plant } from '../../../sim/storm/world.ts';
import type { RecordStore, Write } from '../../../src/ports/record-store.ts';
import { Budgets } from '../../../src/reader/budgets.ts';
import type { ReaderPorts } from '../../../src/reader.ts';

export interface PlantedFault {
  /** Goes on after "a reader that". */
  readonly name: string;
  /** The invariants that may be the first to tell. */
  readonly breaks: readonly Invariant[];
  readonly plant: Plant;
  /** Where no port lies between: replaces a part until mocks are restored. */
  readonly replace?: () => void;
}

const isOf = (code: string, write: Write): boolean => write.op === 'put' && write.space === 'event' && Buffer.from(write.value).includes(code);
const isIn = (space: Write['space'], write: Write): boolean => write.space === space;

const withRecords = (ports: ReaderPorts, change: Partial<RecordStore>): ReaderPorts => {
  const { records } = ports;
  return {
    ...ports,
    records: {
      commit: (writes) => records.commit(writes),
      scan: (space, from, limit) => records.scan(space, from, limit),
      close: () => records.close(),
      ...change,
    },
  };
};

/** Leaves some writes out, as if they had been forgotten. */
const forgetting = (isForgotten: (write: Write) => boolean): Plant => ({
  between: (ports) => withRecords(ports, { commit: (writes) => ports.records.commit(writes.filter((write) => !isForgotten(write))) }),
});

export const forgettingAttempts = forgetting((write) => isIn('attempt', write));

/** Writes arrive as they are made, not in one step at the end. */
export class DiskWithoutTransactions extends MemoryTableDisk {
  override transaction(work: () => void): void {
    for (const write of ['putState', 'switchToBuilt', 'deletePersons', 'putPersons', 'dropStaged', 'beginStaged', 'appendStaged'] as const) {
      const whole = MemoryTableDisk.prototype[write] as (...values: unknown[]) => void;
      Object.defineProperty(this, write, {
        configurable: true,
        value: (...values: unknown[]) => super.transaction(() => whole.apply(this, values)),
      });
    }
    work();
  }
}

const recordsAfterTheStrike = (ports: ReaderPorts): ReaderPorts =>
  withRecords(ports, {
    commit: async (writes) => {
      if (writes.some((write) => isOf('access.granted', write))) await ports.strike.release(5_000).catch(() => undefined);
      await ports.records.commit(writes);
    },
  });

const debitsAfterComparing = (ports: ReaderPorts): ReaderPorts => {
  let held: Write[] = [];
  const { table } = ports;
  const late = withRecords(ports, {
    commit: async (writes) => {
      const isGrant = writes.some((write) => isOf('access.granted', write));
      if (!isGrant) held.push(...writes.filter((write) => isIn('attempt', write)));
      await ports.records.commit(isGrant ? writes : writes.filter((write) => !isIn('attempt', write)));
    },
  });
  return {
    ...late,
    table: {
      ...table,
      find: async (tag) => {
        const found = await table.find(tag);
        const writes = held;
        held = [];
        if (writes.length > 0) await ports.records.commit(writes);
        return found;
      },
    },
  };
};

const tellsWhatIsTyped = (ports: ReaderPorts, door: Door): ReaderPorts => {
  const { keypad } = ports;
  if (keypad === undefined) return ports;
  let typed = '';
  return {
    ...ports,
    keypad: {
      listen: (listener) =>
        keypad.listen({
          attached: (isAttached) => listener.attached(isAttached),
          changed: (change) => {
            listener.changed(change);
            if (change.action === 'released') return;
            typed = change.key === '#' || change.key === '*' ? '' : typed + change.key;
            if (typed.length === 8) door.reader.tell({ code: 'pin.notAsked', fields: { detail: typed } });
          },
        }),
    },
  };
};

const deafAfterAWhile = (ports: ReaderPorts): ReaderPorts => {
  const { keypad, cardReader } = ports;
  if (keypad === undefined || cardReader === undefined) return ports;
  let heard = 0;
  return {
    ...ports,
    keypad: {
      listen: (listener) =>
        keypad.listen({ attached: (isAttached) => listener.attached(isAttached), changed: (change) => ++heard < 100 && listener.changed(change) }),
    },
    cardReader: {
      listen: (listener) =>
        cardReader.listen({ attached: (isAttached) => listener.attached(isAttached), read: (card) => ++heard < 100 && listener.read(card) }),
    },
  };
};

const stoppedWall = (ports: ReaderPorts): ReaderPorts => {
  const { clock } = ports;
  const wall = { ...clock.wall(), trusted: true };
  return {
    ...ports,
    clock: {
      nowMs: () => clock.nowMs(),
      wall: () => wall,
      setWall: (ms) => clock.setWall(ms),
      setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
  };
};

const givesEveryAttemptBack = (): void => {
  const { burn } = Budgets.prototype;
  vi.spyOn(Budgets.prototype, 'burn').mockImplementation(async function (this: Budgets, owner) {
    const attempt = await burn.call(this, owner);
    for (const change of this.giveBack(attempt)) change.onDisk();
    return attempt;
  });
};

const energisedWithoutPower = (): void => {
  const { become } = SimStrike.prototype;
  vi.spyOn(SimStrike.prototype, 'become').mockImplementation(function (this: SimStrike, condition) {
    if (condition !== 'dead') become.call(this, condition);
  });
};

export const plantedFaults: readonly PlantedFault[] = [
  { name: 'takes a commit for durable before it is synced', breaks: ['I1', 'I7'], plant: { skipFsync: true } },
  { name: 'releases the strike before the grant is on record', breaks: ['I1'], plant: { between: recordsAfterTheStrike } },
  {
    name: 'swaps its table a part at a time',
    breaks: ['I2'],
    plant: { tableDisk: (medium, beforeWrite) => new DiskWithoutTransactions(medium, beforeWrite) },
  },
  { name: 'loses an alarm and says nothing', breaks: ['I3'], plant: forgetting((write) => isOf('door.forced', write)) },
  { name: 'puts a PIN into an event', breaks: ['I5'], plant: { between: tellsWhatIsTyped } },
  { name: 'charges an attempt after comparing the PIN', breaks: ['I7'], plant: { between: debitsAfterComparing } },
  {
    name: 'forgets its lockout at a restart',
    breaks: ['I7'],
    plant: {
      between: (ports) =>
        withRecords(ports, { scan: async (space, from, limit) => (space === 'attempt' ? [] : ports.records.scan(space, from, limit)) }),
    },
  },
  { name: 'gives an attempt back without a grant', breaks: ['I7'], plant: {}, replace: givesEveryAttemptBack },
  { name: 'leaves its strike energised without power', breaks: ['I6'], plant: {}, replace: energisedWithoutPower },
  { name: 'forgets what was used up', breaks: ['allowed'], plant: forgetting((write) => isIn('use', write)) },
  { name: 'stopped its wall clock', breaks: ['allowed', 'I8'], plant: { between: stoppedWall } },
  { name: 'stops listening after a while', breaks: ['I8'], plant: { between: deafAfterAWhile } },
];
