/** What a controller has to tell people about one reader, each kind at most once a minute however often it happens (SECURITY B10). Who sees it is the listener's. */
import type { Alarm as LineAlarm } from '../../src/osdp/acu-events.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { TableAlarm } from './next-table.ts';

const alarmIntervalMs = 60_000;

export type JournalAlarm =
  /** Events are lost, and the reader says which, or somebody else has them. */
  | 'journal.gap'
  /** Events are missing, and nothing says why. */
  | 'journal.missing'
  /** An event, or the chain behind it, is not what it was (SECURITY D13). */
  | 'journal.rewritten'
  /** The journal has fewer events than it had: another disk, or an old copy of it. */
  | 'journal.shorter'
  /** An event that cannot be read was kept aside and passed over (SECURITY D9). */
  | 'journal.unreadable'
  /** The reader will not have its events acknowledged (SECURITY D10). */
  | 'journal.notAcknowledged';

export type ReaderAlarm =
  | `line.${LineAlarm}`
  | TableAlarm
  /** A table or a revocation did not come through, again and again. */
  | 'table.notTaken'
  /** Two credentials cannot be told apart by this reader. */
  | 'table.contradiction'
  | JournalAlarm
  | 'clock.notSet'
  /** A reader's clock runs so far ahead that only a person should set it back (docs/table-profile.md §8). */
  | 'clock.ahead'
  /** It is not in the mode that its schedule says, and was ordered again and again. */
  | 'mode.notSet'
  | 'strike.failed'
  /** Its settings file weakens the door; somebody accepts it or has it put back (docs/table-profile.md §8). */
  | 'settings.refused'
  /** The controller's own disk. */
  | 'store.failed';

export interface RaisedAlarm {
  readonly alarm: ReaderAlarm;
  /** On the monotonic clock: when it was last told. */
  readonly toldMs: number;
  /** How often it happened, told or not. */
  readonly count: number;
}

export class Alarms {
  readonly #clock: Clock;
  readonly #tell: (alarm: ReaderAlarm, detail: string) => void;
  readonly #raised = new Map<ReaderAlarm, RaisedAlarm>();

  constructor(clock: Clock, tell: (alarm: ReaderAlarm, detail: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Since the start, in the order of their first time. */
  get raised(): readonly RaisedAlarm[] {
    return [...this.#raised.values()];
  }

  /** `detail`: facts for people, without a secret. */
  raise(alarm: ReaderAlarm, detail = ''): void {
    const nowMs = this.#clock.nowMs();
    const before = this.#raised.get(alarm);
    const isTold = before === undefined || nowMs - before.toldMs >= alarmIntervalMs;
    this.#raised.set(alarm, { alarm, toldMs: isTold ? nowMs : before.toldMs, count: (before?.count ?? 0) + 1 });
    if (isTold) this.#tell(alarm, detail);
  }
}
