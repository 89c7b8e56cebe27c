/** What a site has after some weeks, put into a running bench over its API, so that no view is empty. Decides who and what there is; what is looked at is the tests'. */
import type { Result } from '../../../src/shared/result.ts';
import type { BenchClient } from '../bench/program.ts';

export const tenantName = 'ada';
export const password = 'ten letters at least';
const dayMs = 86_400_000;

const answered = <Value>(result: Result<Value, { readonly code: string }>): Value => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.failure)}`);
  return result.value;
};

const names = [
  'Dana Okafor',
  'Emil Sørensen',
  'Fatima al-Zahra',
  'Giulia Conti',
  'Hiroshi Tanaka',
  'Ines Duarte',
  'Jan de Vries',
  'Katarzyna Wójcik',
];

const addPeople = async (client: BenchClient): Promise<void> => {
  for (const name of names) {
    const email = `${name.split(' ')[0]?.toLowerCase()}@example.org`;
    const { id } = answered(await client.ask('addPerson', { body: { name, email } }));
    const params = { id: String(id) };
    if (name !== names.at(-1)) answered(await client.ask('newPin', { params, body: { length: 6 } }));
  }
  answered(await client.ask('showPin', { params: { id: '1' } }));
};

const addBookings = async (client: BenchClient): Promise<void> => {
  const { wall } = answered(await client.ask('world'));
  const at = (days: number): string => new Date(Date.parse(wall) + days * dayMs).toISOString();
  const running = answered(await client.ask('addBooking', { body: { title: 'Family Meyer', unit: '12', from: at(-1), until: at(2) } }));
  const params = { id: String(running.id) };
  const { access } = answered(await client.ask('addShared', { params, body: { label: 'Caterer' } }));
  answered(await client.ask('regenerateShared', { params: { id: String(access.id) } }));
  const nanny = answered(await client.ask('addShared', { params, body: { label: 'Babysitter' } }));
  answered(await client.ask('lockShared', { params: { id: String(nanny.access.id) } }));
  const later = answered(await client.ask('addBooking', { body: { title: 'Choir weekend', unit: 'Hall', from: at(5), until: at(7) } }));
  answered(await client.ask('addShared', { params: { id: String(later.id) }, body: { label: 'Conductor' } }));
};

const addRules = async (client: BenchClient): Promise<void> => {
  const weekdays = [1, 2, 3, 4, 5];
  const office = [{ days: weekdays, from: '08:00', until: '18:00', mode: 'cardOrPin' as const }];
  answered(await client.ask('addSchedule', { body: { name: 'Office hours', kind: 'readerMode', times: office } }));
  const evenings = [{ days: weekdays, from: '17:00', until: '22:00', mode: null }];
  answered(await client.ask('addSchedule', { body: { name: 'Cleaning', kind: 'personAccess', times: evenings } }));
  answered(await client.ask('putSettings', { body: { siteName: 'Harbour Street 5', holidays: [{ day: '2026-12-25', name: 'Christmas' }] } }));
  const email = { subject: 'Your code at {site}', text: 'Hello {name}, your code has changed.', mayHoldDigits: false };
  answered(await client.ask('putNotice', { body: { trigger: 'pin.changed', email, webhook: null } }));
};

const addUsers = async (client: BenchClient): Promise<void> => {
  answered(await client.ask('addUser', { body: { name: tenantName, password, role: 'tenant', person: 1 } }));
  answered(await client.ask('addUser', { body: { name: 'front desk', password, role: 'manager' } }));
};

/** At both doors: people who come in, and some who do not. */
const letPeopleCome = async (client: BenchClient): Promise<void> => {
  const front = { door: 'front' } as const;
  const store = { door: 'store' } as const;
  const pass = async (): Promise<void> => void answered(await client.ask('time', { body: { skipMs: 60_000 } }));
  for (const keys of ['0417#', '86420975', '5823#']) {
    answered(await client.ask('type', { params: front, body: { keys } }));
    await pass();
  }
  for (const card of ['C', 'X', 'A']) {
    answered(await client.ask('swipe', { params: front, body: { card } }));
    await pass();
  }
  answered(await client.ask('swipe', { params: store, body: { card: 'A' } }));
  answered(await client.ask('type', { params: store, body: { keys: '9731#0417#' } }));
  await pass();
};

export const fillSite = async (client: BenchClient): Promise<void> => {
  await addPeople(client);
  await addBookings(client);
  await addRules(client);
  await addUsers(client);
  await letPeopleCome(client);
};
