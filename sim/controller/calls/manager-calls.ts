/** Puts desks and calls of the API together over one store. Decides what goes into a commit beside a change of people, and who is told of it afterwards. */
import type { Clock } from '../../../src/ports/clock.ts';
import type { Crypto } from '../../../src/ports/crypto.ts';
import type { LiveMessage } from '../api/live.ts';
import { auditPeople } from '../audit-lines.ts';
import { BookingDesk } from '../booking-desk.ts';
import type { ControllerStore } from '../controller-store.ts';
import { lastingFloor } from '../lasting-floor.ts';
import type { LineController } from '../line-controller.ts';
import { mailSender } from '../notices/mail-sender.ts';
import { NoticeDesk } from '../notices/notice-desk.ts';
import { webhookSender } from '../notices/webhook-sender.ts';
import { PeopleDesk } from '../people-desk.ts';
import { PinDesk } from '../pin-desk.ts';
import { Retention } from '../retention.ts';
import { ScheduleRunner } from '../schedule-runner.ts';
import { noteLimits } from '../use-counts.ts';
import { type BackupCalls, backupCalls } from './backup-calls.ts';
import { type BookingCalls, bookingCalls } from './booking-calls.ts';
import type { CallParts } from './call-parts.ts';
import { type EventCalls, eventCalls } from './event-calls.ts';
import { type NoticeCalls, noticeCalls } from './notice-calls.ts';
import { type PeopleCalls, peopleCalls } from './people-calls.ts';
import { type PeopleFileCalls, peopleFileCalls } from './people-file-calls.ts';
import { type PersonExportCalls, personExportCalls } from './person-export.ts';
import { type PinCalls, pinCalls } from './pin-calls.ts';
import { type PortalCalls, portalCalls } from './portal-calls.ts';
import { type ReaderCalls, readerCalls } from './reader-calls.ts';
import { type ScheduleCalls, scheduleCalls } from './schedule-calls.ts';
import { type SettingsCalls, settingsCalls } from './settings-calls.ts';
import { type ValidateCalls, validateCalls } from './validate-calls.ts';

export interface ManagerCallsParts {
  readonly store: ControllerStore;
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** By which the world outside goes, where `clock` is a simulated one: how long a receiver may take, and when a webhook was signed. */
  readonly realClock?: Clock;
  readonly line: LineController;
  readonly tell: (message: LiveMessage) => void;
  /** Those of a user, who is not what they were; left out: nobody is logged in. */
  readonly endSessions?: (user: number) => void;
  /** What was due by the clock could not be kept, and is tried again; left out: nobody is told. */
  readonly failed?: (thrown: unknown) => void;
}

/** Rows that are answered here. */
export type ManagerCalls = PeopleCalls &
  PinCalls &
  ReaderCalls &
  EventCalls &
  SettingsCalls &
  PeopleFileCalls &
  PersonExportCalls &
  PortalCalls &
  ValidateCalls &
  BookingCalls &
  ScheduleCalls &
  BackupCalls &
  NoticeCalls;

/** Who puts people on disk, who gives PINs, and what answers the API: one of each over a database. */
export const openManager = ({
  store,
  crypto,
  clock,
  realClock = clock,
  line,
  tell: tellPages,
  endSessions = () => undefined,
  failed = () => undefined,
}: ManagerCallsParts): { readonly people: PeopleDesk; readonly pins: PinDesk; readonly calls: ManagerCalls } => {
  const tell = (message: LiveMessage): void => {
    tellPages(message);
    if (message.kind === 'reader' || (message.kind === 'changed' && mayBeDue.includes(message.what))) runner.look();
  };
  const senders = { email: mailSender({ store, clock: realClock }), webhook: webhookSender({ store, crypto, clock: realClock }) };
  const notices = new NoticeDesk({ store, clock, senders, tell: tellPages, failed });
  const people = new PeopleDesk({
    store,
    crypto,
    clock,
    changing: async (within, changes, author) => {
      await auditPeople(within, changes, author);
      await noteLimits(within, changes, author);
      await notices.note(within, changes, author);
      runner.note(changes);
    },
    changed: (loggedOut) => {
      for (const { id } of loggedOut) endSessions(id);
      if (loggedOut.length > 0) tell({ kind: 'changed', what: 'users' });
      line.peopleChanged();
      notices.look();
      tell({ kind: 'changed', what: 'people' });
    },
  });
  const floor = (): Promise<number | undefined> => lastingFloor(store, line);
  const pins = new PinDesk({ store, people, clock, crypto, floor });
  const bookings = new BookingDesk({ store, people, pins, clock });
  const moved = (): void => tellPages({ kind: 'changed', what: 'bookings' });
  const runner = new ScheduleRunner({ store, clock, people, bookings, readers: () => line.readers, moved, failed });
  const retention = new Retention({ store, clock, failed });
  line.follow({
    event: (_, event) => runner.event(event),
    changed: (reader) => runner.readerTold(reader),
    stopped: () => {
      runner.stop();
      retention.stop();
      notices.stop();
    },
  });
  runner.look();
  notices.look();
  retention.look();
  const parts: CallParts = { store, people, pins, clock, line, tell, endSessions };
  const calls = {
    ...peopleCalls(parts),
    ...pinCalls(parts),
    ...readerCalls(parts),
    ...eventCalls(parts),
    ...settingsCalls(parts),
    ...peopleFileCalls(parts, floor),
    ...personExportCalls(parts),
    ...portalCalls({ ...parts, bookings }),
    ...validateCalls(parts),
    ...bookingCalls({ ...parts, bookings }),
    ...scheduleCalls(parts),
    ...backupCalls(parts),
    ...noticeCalls({ store, clock, tell, look: () => notices.look() }),
  };
  return { people, pins, calls };
};

export const managerCalls = (parts: ManagerCallsParts): ManagerCalls => openManager(parts).calls;

/** Changes that may be due at once, or move the moment when something is. */
const mayBeDue: readonly string[] = ['people', 'bookings', 'schedules', 'settings'];
