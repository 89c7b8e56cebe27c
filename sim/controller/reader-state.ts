/** What one reader is to the controller: what it asks of the line, who hears of it, and how things stand at it. */
import type { DoorStatus, JournalStatus, TableStatus } from '../../src/link/messages.ts';
import type { FileRefusal, FileToSend, OfflineReason, OrderCommand, OrderRefusal, Priority } from '../../src/osdp/acu-events.ts';
import type { Result } from '../../src/shared/result.ts';
import type { RaisedAlarm, ReaderAlarm } from './alarms.ts';
import type { NewEvent } from './event-store.ts';
import type { KnownReader } from './site-store.ts';
import type { KeepingState } from './table-keeper.ts';
import type { ToldDoor } from './told-door.ts';
import type { UpdateState } from './update-keeper.ts';

/** The line, as far as one reader is concerned. */
export interface ReaderLine {
  order(command: OrderCommand, priority: Priority): Result<number, OrderRefusal>;
  /** `givesWay`: it stops for a file that does not. */
  sendFile(file: FileToSend, givesWay?: boolean): Result<undefined, FileRefusal>;
  /** The file of this type is not sent, or ends as soon as it can. */
  withdrawFile(type: number): void;
  /** From the POLL before the last one to the last one. */
  pollGapMs(): number;
}

export interface ReaderListener {
  /** Anything of `state` has changed. */
  changed(reader: KnownReader): void;
  alarm(reader: KnownReader, alarm: ReaderAlarm, detail: string): void;
  /** An event is on disk, for the first time. */
  event(reader: KnownReader, event: NewEvent): void;
}

export interface ReaderState {
  readonly isOnline: boolean;
  readonly offlineReason: OfflineReason | undefined;
  readonly table: TableStatus | undefined;
  readonly journal: JournalStatus | undefined;
  readonly door: DoorStatus | undefined;
  /** Of its door, also where it is away, or was since this program began. */
  readonly told: ToldDoor | undefined;
  /** Since it was heard last, or since this program began; 0: it is there. */
  readonly awayMs: number;
  /** Hash of the settings that wait to be accepted, in hexadecimal digits. */
  readonly waitingSettings: string | undefined;
  readonly keeping: KeepingState;
  /** Undefined: none was offered to it. */
  readonly update: UpdateState | undefined;
  /** Its version in force, and whether that is everybody as of now. */
  readonly isInStep: boolean;
  readonly alarms: readonly RaisedAlarm[];
}
