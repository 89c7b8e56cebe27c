/**
 * What a reader remembers over a restart, as it takes it up: the journal, what guessing cost, and single facts. What is
 * lost is taken for the worst it could have been. What any of it means is the rules'.
 */
import { classOf, type EventClass, isEventCode } from '../access/events.ts';
import { type Mode, modeAtStart, modeFact } from '../access/mode.ts';
import type { Policy } from '../access/policy.ts';
import { AttemptLog } from '../journal/attempt-log.ts';
import type { Change } from '../journal/change.ts';
import type { JournalEvent } from '../journal/entry.ts';
import { Facts } from '../journal/facts.ts';
import { Journal, type JournalLimits } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { Budgets } from './budgets.ts';
import { SeenTime } from './seen-time.ts';
import { within } from './within.ts';

/** Writing down what was taken up may take this long before the reader goes on without: a disk that fails keeps no door from starting. */
const takeUpLimitMs = 2_000;

export interface MemoryParts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly records: RecordStore;
  readonly policy: Policy;
  readonly limits: Partial<JournalLimits> | undefined;
  /** What was spent on guessing may be lost with a damaged journal. */
  readonly isSpendingLost: boolean;
  /** See `ModeStart`. */
  readonly areSettingsAccepted: boolean;
}

export interface Memory {
  readonly journal: Journal;
  readonly attempts: AttemptLog;
  readonly facts: Facts;
  readonly time: SeenTime;
  readonly budgets: Budgets;
  readonly mode: Mode;
  /** Left of the reader's lockout; 0: none. */
  readonly lockoutMs: number;
}

/** Rejects with a Fault when the journal cannot be read. */
export const openMemory = async ({ clock, crypto, records, policy, limits, isSpendingLost, areSettingsAccepted }: MemoryParts): Promise<Memory> => {
  const classOfCode = (code: string): EventClass => (isEventCode(code) ? classOf(code) : 'alarm');
  const journal = await Journal.open({ store: records, crypto, clock, classOf: classOfCode, ...(limits === undefined ? {} : { limits }) });
  const tell = (event: JournalEvent): void => journal.tell(event);
  const attempts = await AttemptLog.open({ store: records, crypto, tell });
  const facts = await Facts.open({ store: records, crypto, tell, lastTrustedMs: journal.lastTrustedMs });
  const time = new SeenTime(clock, facts);
  const budgets = new Budgets(journal, attempts, clock, policy.budget);
  const mode = modeAtStart({ model: policy.model, byDefault: policy.mode, fact: facts.mode, areSettingsAccepted });
  const changes = [...time.keep(), ...modeChanges(facts, policy.mode, mode)];
  const takenUp = [journal.record(changes), ...(isSpendingLost ? [budgets.assumeWorst('door')] : [])];
  await within(clock, takeUpLimitMs, Promise.all(takenUp)).catch(() => undefined);
  const { waitMs: lockoutMs } = await budgets.now('door');
  return { journal, attempts, facts, time, budgets, mode, lockoutMs };
};

/** A mode that was set is kept over the default as it is at this start, or a later change of the file would be measured by an older one. */
const modeChanges = (facts: Facts, byDefault: Mode, mode: Mode): readonly Change[] => {
  const fact = modeFact(byDefault, mode);
  return facts.mode === 0 || facts.mode === fact ? [] : [facts.setMode(fact)];
};
