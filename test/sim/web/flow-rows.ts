/** What is pressed and typed on the manager's pages, one row each, with what is asked of the server and said then. How it is done is views-flows.test.ts's. */
import type { Asked, Canned } from './canned-server.ts';
import { ada, front, newDigits } from './canned-site.ts';

/** `open`: what is pressed opens a dialog, and the rest is done in it. */
export type Step = readonly [does: 'open' | 'press' | 'turn', name: string] | readonly [does: 'type' | 'choose', label: string, text: string];

interface Row {
  readonly what: string;
  readonly at: string;
  readonly heading: string;
  readonly region?: string;
  readonly answers?: Canned;
  readonly steps: readonly Step[];
  readonly call: Asked['call'];
  readonly path: string;
  readonly body?: unknown;
  /** What the page says of it. */
  readonly says: string;
  /** Of the file that is saved. */
  readonly saves?: string;
}

export const person = { at: '#/person/1', heading: 'Ada Byron' };
export const reader = { at: '#/readers', heading: 'Readers', region: 'Front door' };
export const waiting = { ...front, settingsWait: true };
const withDuress: Canned = { getPerson: () => ({ ...ada, hasDuressPin: true }) };

export const rows: readonly Row[] = [
  {
    what: 'all people are saved as a file with their codes',
    at: '#/people',
    heading: 'People',
    steps: [
      ['open', 'Export'],
      ['turn', 'With codes'],
      ['press', 'Save the file'],
    ],
    call: 'exportPeople',
    path: '/api/people/export',
    body: { withPins: true },
    says: 'people.csv is saved.',
    saves: 'people.csv',
  },
  {
    ...person,
    what: 'one person is saved as a file',
    steps: [
      ['open', 'Export'],
      ['press', 'Export'],
    ],
    call: 'exportPerson',
    path: '/api/people/1/export',
    says: 'person-1.csv is saved.',
    saves: 'person-1.csv',
  },
  {
    ...person,
    what: 'a person is removed',
    steps: [
      ['open', 'Remove'],
      ['press', 'Remove'],
    ],
    call: 'removePerson',
    path: '/api/people/1',
    says: '2 people',
  },
  {
    ...person,
    what: 'a code is withdrawn',
    region: 'PIN',
    steps: [
      ['open', 'Withdraw'],
      ['press', 'Withdraw'],
    ],
    call: 'removePin',
    path: '/api/people/1/pin',
    says: 'There is none.',
  },
  {
    ...person,
    what: 'a duress code is issued and shown',
    region: 'PIN',
    steps: [
      ['open', 'New duress code'],
      ['choose', 'Length', '5 digits'],
      ['press', 'Save'],
    ],
    call: 'newDuressPin',
    path: '/api/people/1/duress-pin',
    body: { length: 5 },
    says: newDigits,
  },
  {
    ...person,
    what: 'a duress code is withdrawn',
    region: 'PIN',
    answers: withDuress,
    steps: [
      ['open', 'Withdraw duress code'],
      ['press', 'Withdraw duress code'],
    ],
    call: 'removeDuressPin',
    path: '/api/people/1/duress-pin',
    says: 'There is one.',
  },
  {
    ...person,
    what: 'a card is added by its number',
    region: 'Cards',
    steps: [
      ['open', 'Add card'],
      ['type', 'Card number', '26:0x123456'],
      ['press', 'Add'],
    ],
    call: 'addCard',
    path: '/api/people/1/cards',
    body: { card: '26:0x123456' },
    says: '…42',
  },
  {
    ...person,
    what: 'a card is revoked',
    region: 'Cards',
    steps: [
      ['open', 'Revoke …42'],
      ['press', 'Revoke …42'],
    ],
    call: 'removeCard',
    path: '/api/people/1/cards/7',
    says: '…42',
  },
  {
    ...reader,
    what: 'a reader gets another name, model and schedule',
    steps: [
      ['open', 'Edit'],
      ['type', 'Name', 'Main door'],
      ['choose', 'Model', 'RP40'],
      ['choose', 'Schedule of modes', 'Office hours'],
      ['press', 'Save'],
    ],
    call: 'changeReader',
    path: '/api/readers/1',
    body: { name: 'Main door', model: 'RP40', schedule: 1 },
    says: 'Connected',
  },
  {
    ...reader,
    what: 'a reader is replaced',
    steps: [
      ['open', 'New hardware'],
      ['type', 'The controller’s bundle of the new reader', '{"a bundle":1}'],
      ['press', 'Replace'],
    ],
    call: 'replaceReader',
    path: '/api/readers/1/replace',
    body: { bundle: '{"a bundle":1}' },
    says: 'Connected',
  },
  {
    ...reader,
    what: 'a card is enrolled at a reader',
    steps: [['press', 'Enrol a card']],
    call: 'enrol',
    path: '/api/readers/1/enrol',
    says: 'Hold the new card up within 60 s, then assign it in Activity.',
  },
  {
    ...reader,
    what: 'settings that wait at a reader are accepted',
    answers: { listReaders: () => ({ readers: [waiting] }) },
    steps: [['press', 'Accept settings']],
    call: 'acceptSettings',
    path: '/api/readers/1/accept-settings',
    says: 'The reader has done it.',
  },
  {
    ...reader,
    what: 'the clock of a reader is set',
    steps: [['press', 'Set clock']],
    call: 'setClock',
    path: '/api/readers/1/clock',
    says: 'The reader has done it.',
  },
  {
    ...reader,
    what: 'a strike is released once',
    steps: [
      ['open', 'Release'],
      ['press', 'Release'],
    ],
    call: 'release',
    path: '/api/readers/1/release',
    says: 'The reader has done it.',
  },
  {
    what: 'a mail server is set, without a user and with the old password',
    at: '#/notices',
    heading: 'Notices',
    steps: [
      ['open', 'Mail server'],
      ['type', 'Host', 'mail.example.org'],
      ['type', 'From', 'doors@example.org'],
      ['press', 'Save'],
    ],
    call: 'putMailServer',
    path: '/api/notices/mail-server',
    body: { host: 'mail.example.org', port: 465, secure: true, user: null, from: 'doors@example.org' },
    says: 'No mail server is set: no email is sent.',
  },
  {
    what: 'a new secret of webhooks is shown',
    at: '#/notices',
    heading: 'Notices',
    steps: [
      ['open', 'New webhook secret'],
      ['press', 'New webhook secret'],
    ],
    call: 'webhookSecret',
    path: '/api/notices/webhook-secret',
    says: 'whsec_of_this_test',
  },
  {
    what: 'a schedule is added',
    at: '#/schedules',
    heading: 'Schedules',
    steps: [
      ['open', 'New schedule'],
      ['type', 'Name', 'Nights'],
      ['press', 'Holiday'],
      ['choose', 'Mode', 'Locked'],
      ['press', 'Save'],
    ],
    call: 'addSchedule',
    path: '/api/schedules',
    body: { name: 'Nights', kind: 'readerMode', times: [{ days: [1, 2, 3, 4, 5, 8], from: '08:00', until: '18:00', mode: 'locked' }] },
    says: 'Evenings',
  },
  {
    what: 'a schedule is removed',
    at: '#/schedules',
    heading: 'Schedules',
    region: 'Evenings',
    steps: [
      ['open', 'Remove'],
      ['press', 'Remove'],
    ],
    call: 'removeSchedule',
    path: '/api/schedules/2',
    says: 'Evenings',
  },
  {
    what: 'a user is removed',
    at: '#/users',
    heading: 'Users',
    steps: [
      ['open', 'Remove zoe'],
      ['press', 'Remove zoe'],
    ],
    call: 'removeUser',
    path: '/api/users/11',
    says: 'Ada Byron',
  },
  {
    what: 'a user gets a new password',
    at: '#/users',
    heading: 'Users',
    steps: [
      ['open', 'New password for zoe'],
      ['type', 'New password', 'correct horse'],
      ['press', 'Change'],
    ],
    call: 'setPassword',
    path: '/api/users/11/password',
    body: { password: 'correct horse' },
    says: 'zoe has a new password.',
  },
];
