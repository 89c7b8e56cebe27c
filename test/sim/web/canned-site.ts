/** What a controller answers for a site of two doors and a few people, for tests of the manager's pages. What a real one does is not its subject. */
import type { Canned } from './canned-server.ts';

type AnswerTo<Name extends keyof Canned> = ReturnType<NonNullable<Canned[Name]>>;
type Person = AnswerTo<'getPerson'>;
type Reader = AnswerTo<'changeReader'>;
type Event = AnswerTo<'personEvents'>['events'][number];
type Shared = AnswerTo<'lockShared'>;

const pin = { length: 6, issued: '2026-03-01T08:00:00.000Z', issuedBy: 'Manager', spread: { inForceAt: 2, of: 3 }, oldCodeAt: 1 };
export const oldDigits = '041799';
export const newDigits = '382650';

export const ada: Person = {
  id: 1,
  name: 'Ada Byron',
  email: 'ada@example.org',
  state: 'active',
  isSuspended: false,
  pin,
  hasDuressPin: false,
  cards: [{ id: 7, shown: '…42', bits: 26 }],
  pinExempt: false,
  validFrom: null,
  validUntil: '2026-12-31T22:30:00.000Z',
  uses: { limit: 10, used: 3 },
  extendedTime: false,
  offlinePriority: false,
  schedule: null,
  booking: null,
  revision: 4,
};
const bea: Person = { ...ada, id: 2, name: 'Bea Lovelace', email: null, pin: null, cards: [], uses: null, validUntil: null };

export const front: Reader = {
  id: 1,
  name: 'Front door',
  address: 0,
  model: 'RPK40',
  hasKeypad: true,
  isOnline: true,
  offlineReason: null,
  mode: 'cardOrPin',
  byHand: null,
  decides: 'reader',
  software: '1.0.0',
  isLowSecurity: false,
  lockedOut: false,
  table: { state: 'inStep', versionInForce: 12, persons: 2, progress: null, oldCodes: 0 },
  eventsWaiting: 0,
  alarms: [],
  schedule: null,
  codeSpace: { people: 2, shortest: 6, ratio: 500_000, isBelowFloor: false, sentence: 'Who guesses all night gets in 1 time in 12 000.' },
  settingsWait: false,
  settingsAre: 'told',
  hints: 0,
};
const store: Reader = {
  ...front,
  id: 2,
  name: 'Store room',
  address: 1,
  mode: 'cardAndPin',
  lockedOut: true,
  isLowSecurity: true,
  table: { state: 'suspended', versionInForce: 11, persons: 2, progress: 0.4, oldCodes: 1 },
  eventsWaiting: 3,
  alarms: [{ alarm: 'table.givenUp', sentence: 'The table does not come through.', since: '2026-03-02T08:00:00.000Z' }],
  codeSpace: null,
  hints: 4,
};

const weakCodes: Reader['codeSpace'] = {
  people: 2,
  shortest: 4,
  ratio: 5_000,
  isBelowFloor: true,
  sentence: 'Who guesses all night gets in 1 time in 40: too easy.',
};

const plainEvent: Event = {
  id: 1,
  at: '2026-03-02T09:01:00.000Z',
  isTimeTrusted: true,
  received: '2026-03-02T09:01:00.200Z',
  reader: 1,
  readerName: 'Front door',
  code: 'access.granted',
  class: 'grant',
  text: 'Access Granted',
  person: 1,
  personName: 'Ada Byron',
  fields: { by: 'pin' },
  wasOffline: false,
  unknownCard: null,
};
export const unknownCardEvent: Event = {
  ...plainEvent,
  id: 50_001,
  at: '2026-03-02T09:02:00.000Z',
  code: 'card.enrolled',
  class: 'info',
  text: 'Card Enrolled',
  person: null,
  personName: null,
  fields: { card: '…17' },
  unknownCard: 9,
};
export const wrongPinEvent: Event = {
  ...plainEvent,
  id: 50_002,
  at: '2026-03-02T09:03:00.000Z',
  reader: 2,
  readerName: 'Store room',
  code: 'pin.wrong',
  class: 'deny',
  text: 'Deny Access - Wrong PIN',
  wasOffline: true,
};
export const allEvents = 50_000;
const eventPage = (after: string | undefined, limit: number) => {
  const first = after === undefined ? allEvents : Number(after) - 1;
  const events = Array.from({ length: Math.min(limit, first) }, (_, at) => ({ ...plainEvent, id: first - at }));
  const last = first - events.length + 1;
  return { events, total: allEvents, next: last > 1 ? last : null };
};

const access: Shared = {
  id: 5,
  booking: 3,
  label: 'Cleaner',
  person: 12,
  state: 'active',
  pin,
  history: [{ at: '2026-03-01T08:00:00.000Z', what: 'issued', by: 'Manager' }],
};
const booking: AnswerTo<'addBooking'> = {
  id: 3,
  title: 'Spring fair',
  unit: 'Hall 2',
  from: '2026-03-01T08:00:00.000Z',
  until: '2026-03-08T08:00:00.000Z',
  isOverdue: false,
  state: 'running',
  accesses: [access, { ...access, id: 6, label: 'Caterer', state: 'lockedManual' }, { ...access, id: 7, label: 'Band', state: 'revoked', pin: null }],
};

const settings: AnswerTo<'getSettings'> = {
  settings: {
    siteName: 'Harbour house',
    pinLength: 6,
    profile: 'genea-2021',
    timeZone: 'Europe/Berlin',
    keepEventsDays: 90,
    holidays: [{ day: '2026-12-25', name: 'Christmas' }],
  },
  codesAtOtherLength: 3,
};
const howTo = ['Type your code.', 'Press #. With 8 digits that is not needed.', 'After 5 seconds without a key, begin again.'];
const shown = { digits: newDigits, pin };
const done = () => ({ done: true }) as const;
const ordered = () => ({ answer: 'done', sentence: 'The reader has done it.' });

export const tenant: Canned = {
  whoAmI: () => ({ id: 9, name: 'ada', role: 'tenant', person: 1 }),
  portal: () => ({
    name: 'Ada',
    pin: { digits: oldDigits, pin },
    accesses: [{ label: 'Laundry', state: 'active', until: '2026-03-08T08:00:00.000Z', digits: '5521' }],
    results: [
      { at: '2026-03-02T09:03:00.000Z', door: 'Store room', code: 'pin.wrong', text: 'Deny Access - Wrong PIN' },
      { at: '2026-03-02T09:01:00.000Z', door: 'Front door', code: 'access.granted', text: 'Access Granted' },
    ],
    howTo: [{ door: 'Front door', lines: howTo, settingsAre: 'told' }],
  }),
  portalRoll: () => shown,
};

export const siteAnswers: Canned = {
  whoAmI: () => ({ id: 1, name: 'Manager', role: 'manager', person: null }),
  listPeople: (_, { query }) => ({ people: query.lacks === 'pin' ? [bea] : [ada, bea], total: query.lacks === 'pin' ? 1 : 2, next: null }),
  getPerson: () => ada,
  addPerson: () => bea,
  changePerson: () => ada,
  lockouts: () => ({ lockouts: [{ reader: 2, readerName: 'Store room', until: '2026-03-02T09:20:00.000Z' }] }),
  validate: () => ({ verdict: 'wrongPin', person: 1, personName: 'Ada Byron', sentence: 'The code is not this person’s.', settingsAre: 'told' }),
  personEvents: (_, { query }) => eventPage(query.after, 20),
  newPin: () => shown,
  rollPin: () => shown,
  showPin: () => ({ digits: oldDigits, pin }),
  removePin: () => ada,
  newDuressPin: () => shown,
  removeDuressPin: () => ada,
  addCard: () => ada,
  removeCard: () => ada,
  removePerson: done,
  exportPerson: () => ({ csv: 'what,value\nname,Ada Byron\n' }),
  exportPeople: () => ({ csv: 'person,name\n1,Ada Byron\n' }),
  listReaders: () => ({ readers: [front, store] }),
  changeReader: () => front,
  replaceReader: () => front,
  setClock: ordered,
  setMode: ordered,
  whoLacks: (_, { query }) =>
    query.mode === 'cardAndPin'
      ? { people: [bea], total: 1, sentence: 'One person could not enter any more.', codeSpace: null }
      : { people: [], total: 0, sentence: 'Nobody is locked out.', codeSpace: weakCodes },
  issueMissing: () => ({ issued: 1 }),
  release: ordered,
  clearLockout: ordered,
  enrol: ordered,
  retryTable: done,
  acceptSettings: ordered,
  importPeople: () => ({ added: 1, changed: 0, removed: 0, unchanged: 0 }),
  doorCard: () => ({ reader: 'Front door', mode: 'cardOrPin', lines: howTo, settingsAre: 'defaults' }),
  listEvents: (_, { query }) => eventPage(query.after, Number(query.limit)),
  exportEvents: () => ({ csv: 'at,text\n' }),
  listBookings: () => ({ bookings: [booking], next: null }),
  regenerateShared: () => ({ access, shown }),
  lockShared: () => ({ ...access, state: 'lockedManual' }),
  getSettings: () => settings,
  putSettings: () => settings,
  listSchedules: () => ({
    schedules: [
      { id: 1, name: 'Office hours', kind: 'readerMode', times: [{ days: [1, 2, 3, 4, 5], from: '08:00', until: '18:00', mode: 'cardOnly' }] },
      { id: 2, name: 'Evenings', kind: 'personAccess', times: [{ days: [6, 7], from: '18:00', until: '22:00', mode: null }] },
    ],
  }),
  addSchedule: () => ({ id: 3, name: 'Nights', kind: 'readerMode', times: [] }),
  removeSchedule: done,
  changeSchedule: () => ({ id: 1, name: 'Office hours', kind: 'readerMode', times: [] }),
  listNotices: () => ({
    notices: [{ trigger: 'pin.changed', email: { subject: 'Your code', text: 'It has changed.', mayHoldDigits: false }, webhook: null }],
    mailServer: null,
    sendings: [
      {
        id: 1,
        at: '2026-03-02T09:03:00.000Z',
        trigger: 'pin.changed',
        way: 'email',
        person: 1,
        state: 'waiting',
        tries: 2,
        lastError: 'The mail server does not answer.',
      },
    ],
  }),
  putMailServer: () => ({ host: 'mail.example.org', port: 465, secure: true, user: null, from: 'doors@example.org' }),
  webhookSecret: () => ({ secret: 'whsec_of_this_test' }),
  putNotice: () => ({ trigger: 'pin.changed', email: null, webhook: null }),
  listAudit: () => ({
    lines: [{ id: 1, at: '2026-03-02T09:03:00.000Z', by: 'Manager', what: 'pin.shown', person: 1, personName: 'Ada Byron', detail: '' }],
    next: null,
  }),
  listUsers: () => ({
    users: [
      { id: 1, name: 'Manager', role: 'manager', person: null, personName: null },
      { id: 9, name: 'ada', role: 'tenant', person: 1, personName: 'Ada Byron' },
      { id: 11, name: 'zoe', role: 'tenant', person: 40, personName: null },
    ],
  }),
  changePassword: done,
  setPassword: done,
  removeUser: done,
  addUser: () => ({ id: 10, name: 'eve', role: 'auditor', person: null }),
};
