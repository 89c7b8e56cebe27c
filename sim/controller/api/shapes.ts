/**
 * What people see of a site over the API, as schemas: the types of server and pages follow from them. Nothing here holds digits or card numbers
 * but `PinShown`, which is asked for by itself and audited. Moments are ISO 8601 in UTC; days and times of schedules are the site's.
 */
import * as v from 'valibot';
import { profiles } from '../../../src/access/events.ts';
import { modes } from '../../../src/access/mode.ts';
import { roles } from './route.ts';

export const moment = v.pipe(v.string(), v.isoTimestamp());
export const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80));
export const personId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff));
export const rowId = v.pipe(v.number(), v.integer(), v.minValue(1));
const pinLength = v.pipe(v.number(), v.integer(), v.minValue(4, 'A code has at least 4 digits.'), v.maxValue(8, 'A code has at most 8 digits.'));
export const pinDigits = v.pipe(v.string(), v.regex(/^[0-9]{4,8}$/, 'A code has 4 to 8 digits.'));
export const cardText = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(40));
export const mode = v.picklist(modes);
export const models = ['RPK40', 'RP10', 'RP15', 'RP40'] as const;

/** "In force at 2 of 3 readers." */
const spread = v.object({ inForceAt: v.number(), of: v.number() });

export const pinFact = v.object({
  length: v.number(),
  issued: moment,
  issuedBy: v.string(),
  /** Readers that know this code; `of` counts readers with a keypad. */
  spread,
  /** Readers that still hold the one before (FIELD M12). */
  oldCodeAt: v.number(),
});

export const card = v.object({ id: rowId, /** Never more than the last two digits. */ shown: v.string(), bits: v.nullable(v.number()) });

export const personStates = ['active', 'notYetValid', 'expired', 'noUsesLeft', 'suspended'] as const;

export const person = v.object({
  id: personId,
  name: v.string(),
  email: v.nullable(v.string()),
  state: v.picklist(personStates),
  isSuspended: v.boolean(),
  pin: v.nullable(pinFact),
  hasDuressPin: v.boolean(),
  cards: v.array(card),
  pinExempt: v.boolean(),
  validFrom: v.nullable(moment),
  validUntil: v.nullable(moment),
  uses: v.nullable(v.object({ limit: v.number(), used: v.number() })),
  extendedTime: v.boolean(),
  offlinePriority: v.boolean(),
  schedule: v.nullable(rowId),
  /** The booking whose access this is: it decides everything about this person. */
  booking: v.nullable(rowId),
  /** Rises with each change: a change says which it is of. */
  revision: v.number(),
});

export const personChange = v.object({
  name: v.optional(name),
  email: v.optional(v.nullable(v.pipe(v.string(), v.email(), v.maxLength(200)))),
  isSuspended: v.optional(v.boolean()),
  pinExempt: v.optional(v.boolean()),
  validFrom: v.optional(v.nullable(moment)),
  validUntil: v.optional(v.nullable(moment)),
  /** A new limit counts from nothing. */
  uses: v.optional(v.nullable(v.object({ limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)) }))),
  extendedTime: v.optional(v.boolean()),
  offlinePriority: v.optional(v.boolean()),
  schedule: v.optional(v.nullable(rowId)),
});

/** Digits, for a person who asked to see them: audited. */
export const pinShown = v.object({ digits: v.string(), pin: pinFact });

/** By length, uniform over what is free; or by digits, with the same checks. */
export const newPin = v.union([v.strictObject({ length: v.optional(pinLength) }), v.strictObject({ digits: pinDigits })]);

export const sharedStates = ['pending', 'active', 'lockedAuto', 'lockedManual', 'expired', 'revoked'] as const;
export const shared = v.object({
  id: rowId,
  booking: rowId,
  label: v.string(),
  person: personId,
  state: v.picklist(sharedStates),
  pin: v.nullable(pinFact),
  history: v.array(v.object({ at: moment, what: v.string(), by: v.string() })),
});
export const booking = v.object({
  id: rowId,
  title: v.string(),
  unit: v.string(),
  from: moment,
  until: moment,
  isOverdue: v.boolean(),
  state: v.picklist(['upcoming', 'running', 'over', 'cancelled']),
  accesses: v.array(shared),
});
export const bookingChange = v.object({
  title: v.optional(name),
  unit: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(40))),
  from: v.optional(moment),
  until: v.optional(moment),
  /** Locks its accesses by itself, and lets them go again (auto lock, auto restore). */
  isOverdue: v.optional(v.boolean()),
});

/** Times, tries and budgets of a door: as its reader told them, or as a reader is set when nothing else is said. */
export const settingsAre = v.picklist(['told', 'defaults']);

export const codeSpace = v.nullable(
  v.object({ people: v.number(), shortest: v.number(), ratio: v.number(), isBelowFloor: v.boolean(), sentence: v.string() }),
);

export const reader = v.object({
  id: rowId,
  name: v.string(),
  address: v.number(),
  model: v.picklist(models),
  hasKeypad: v.boolean(),
  isOnline: v.boolean(),
  offlineReason: v.nullable(v.string()),
  mode: v.nullable(mode),
  /** What a person has ordered, which stays until the next mode of its schedule; `locked` until a person orders another one. */
  byHand: v.nullable(mode),
  decides: v.nullable(v.string()),
  software: v.nullable(v.string()),
  isLowSecurity: v.nullable(v.boolean()),
  lockedOut: v.nullable(v.boolean()),
  table: v.object({
    state: v.picklist(['offline', 'working', 'inStep', 'waiting', 'suspended']),
    versionInForce: v.number(),
    persons: v.number(),
    /** Of a file on its way, 0..1. */
    progress: v.nullable(v.number()),
    /** Codes withdrawn here that this reader has not confirmed. */
    oldCodes: v.number(),
  }),
  eventsWaiting: v.nullable(v.number()),
  alarms: v.array(v.object({ alarm: v.string(), sentence: v.string(), since: moment })),
  schedule: v.nullable(rowId),
  /** "1 in N per night", FIELD M7 and §2.10; null where no code opens alone. */
  codeSpace,
  /** Settings that weaken it wait there for somebody to accept them. */
  settingsWait: v.boolean(),
  /** What the code space is reckoned with; null: nothing was ever heard of this reader. */
  settingsAre: v.nullable(settingsAre),
  /** People who forgot the # in the last 30 days (FIELD U8). */
  hints: v.number(),
});

export const event = v.object({
  id: rowId,
  at: moment,
  /** False: the reader's clock was not set. */
  isTimeTrusted: v.boolean(),
  received: moment,
  reader: rowId,
  readerName: v.string(),
  code: v.string(),
  class: v.picklist(['grant', 'alarm', 'deny', 'info', 'unknown']),
  text: v.string(),
  person: v.nullable(personId),
  personName: v.nullable(v.string()),
  fields: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  /** It came up later than it happened, because the line was down. */
  wasOffline: v.boolean(),
  /** An unknown card that can be given to a person. */
  unknownCard: v.nullable(rowId),
});

export const auditLine = v.object({
  id: rowId,
  at: moment,
  by: v.string(),
  what: v.string(),
  person: v.nullable(personId),
  /** Null: nobody, or somebody who is gone. */
  personName: v.nullable(v.string()),
  detail: v.string(),
});

const timeOfDay = v.pipe(v.string(), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/));
/** One that calendars have. */
const day = v.pipe(
  v.string(),
  v.isoDate(),
  v.check((date) => new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8))),
);
/** Weekly times in the site's time zone; `days`: 1 Monday … 7 Sunday, 8 a holiday. */
export const schedule = v.object({
  id: rowId,
  name: v.string(),
  kind: v.picklist(['readerMode', 'personAccess']),
  /** Of a reader: its mode then; outside of all of them its own. Of a person: they may then, and else not. */
  times: v.array(
    v.object({
      days: v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8))),
      from: timeOfDay,
      until: timeOfDay,
      mode: v.nullable(mode),
    }),
  ),
});

export const siteSettings = v.object({
  siteName: name,
  pinLength,
  profile: v.picklist(profiles),
  timeZone: v.string(),
  /** Days that events are kept; null: for good. */
  keepEventsDays: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_650))),
  holidays: v.array(v.object({ day, name: v.string() })),
});

export const triggers = ['pin.changed', 'access.revoked', 'access.restored', 'access.timeChanged'] as const;
export const notice = v.object({
  trigger: v.picklist(triggers),
  /** Off until somebody sets one of them. */
  email: v.nullable(v.object({ subject: v.string(), text: v.string(), /** Digits only when somebody has said so. */ mayHoldDigits: v.boolean() })),
  webhook: v.nullable(v.object({ url: v.string() })),
});
export const mailServer = v.object({ host: v.string(), port: v.number(), secure: v.boolean(), user: v.nullable(v.string()), from: v.string() });
export const sending = v.object({
  id: rowId,
  at: moment,
  trigger: v.picklist(triggers),
  way: v.picklist(['email', 'webhook']),
  person: v.nullable(personId),
  state: v.picklist(['waiting', 'sent', 'givenUp']),
  tries: v.number(),
  lastError: v.nullable(v.string()),
});

export const user = v.object({ id: rowId, name: v.string(), role: v.picklist(roles), person: v.nullable(personId) });
/** With who a tenant is; null: nobody, or somebody who is gone. */
export const listedUser = v.object({ ...user.entries, personName: v.nullable(v.string()) });

/** The operator, who has the token of this start, is no user that is kept. */
export const loggedIn = v.object({ ...user.entries, id: v.nullable(rowId) });

/** The words of `validate` (FIELD D14). */
export const verdicts = [
  'granted',
  'unknownCode',
  'wrongPin',
  'expired',
  'notYetValid',
  'noUsesLeft',
  'noPin',
  'notThisDoor',
  'schedule',
  'lockout',
  'offlineStale',
  'modeRefuses',
] as const;
