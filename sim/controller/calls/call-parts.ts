/** What the calls of the API are made of, and what they have in common. What each does stands in the file of its subject. */
import type { Clock } from '../../../src/ports/clock.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { LiveMessage } from '../api/live.ts';
import type { Refusal, RefusalCode } from '../api/refusals.ts';
import type { ControllerStore } from '../controller-store.ts';
import type { LineController } from '../line-controller.ts';
import type { PeopleDesk } from '../people-desk.ts';
import type { PersonRecord } from '../person-record.ts';
import type { PinDesk } from '../pin-desk.ts';
import type { ScheduleKind } from '../schedule-store.ts';

export interface CallParts {
  readonly store: ControllerStore;
  readonly people: PeopleDesk;
  readonly pins: PinDesk;
  readonly clock: Clock;
  readonly line: LineController;
  /** What pages that listen are told, once it is on disk. */
  readonly tell: (message: LiveMessage) => void;
  /** Of a user who may not log in any more, or has another password; it is on disk. */
  readonly endSessions: (user: number) => void;
}

export const refused = (code: RefusalCode): Result<never, Refusal> => failed({ code });

/** What desks refuse, as people are told. */
const codes = {
  unknownPerson: 'notFound',
  credentialTaken: 'cardTaken',
  changedMeanwhile: 'changedMeanwhile',
  tooManyCards: 'tooManyCards',
  noNumberLeft: 'noNumberLeft',
} as const satisfies Readonly<Record<string, RefusalCode>>;
export const personRefusal = (refusal: keyof typeof codes): Result<never, Refusal> => refused(codes[refusal]);

export const recordOf = async ({ store }: CallParts, person: number): Promise<Result<PersonRecord, Refusal>> => {
  const record = await store.people.record(person);
  return record === undefined ? refused('notFound') : ok(record);
};

/** Why nobody gets this schedule; undefined: there is none to get, or it is of the right kind. */
export const wrongSchedule = async (
  { store }: CallParts,
  schedule: number | null | undefined,
  kind: ScheduleKind,
): Promise<Result<never, Refusal> | undefined> => {
  if (schedule === null || schedule === undefined) return undefined;
  const isThere = (await store.schedules.list()).some((kept) => kept.id === schedule && kept.kind === kind);
  return isThere ? undefined : failed({ code: 'notValid', where: [{ at: 'schedule', expected: `a schedule of kind ${kind}` }] });
};

/** What `change` gives; or why nobody changes this person, or what they have: their booking decides that (FIELD M15). */
export const unlessBooked = async <Answer>(
  { store }: Pick<CallParts, 'store'>,
  person: number,
  change: () => Promise<Result<Answer, Refusal>>,
): Promise<Result<Answer, Refusal>> => ((await store.bookings.accessOfPerson(person)) === undefined ? change() : refused('isOfBooking'));

/** Milliseconds since 1970. */
export const momentOf = (ms: number): string => new Date(ms).toISOString();
