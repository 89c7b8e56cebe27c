/** Puts the hostile names wherever a manager can put a text, through the API of a running bench. What comes of it is the tests'. */

import { benchRoutes } from '../../../../sim/bench/bench-routes.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import { triggers } from '../../../../sim/controller/api/shapes.ts';
import type { Result } from '../../../../src/shared/result.ts';
import type { BenchClient, Serving } from '../../bench/program.ts';
import { Client } from '../../controller/api/client.ts';
import { hostileStrings, packedStrings } from '../hostile-strings.ts';

export const password = 'ten letters at least';
const dayMs = 86_400_000;

export const answered = <Value>(result: Result<Value, { readonly code: string }>): Value => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.failure)}`);
  return result.value;
};

/** As many as `most`, which the first of a field is shown of. */
export const cut = (text: string, most: number): string => {
  const short = text.slice(0, most).trim();
  return short.isWellFormed() ? short : short.slice(0, -1);
};

/** Each a person, by number as they stand in the list. */
export const addPeople = async (client: BenchClient): Promise<readonly number[]> => {
  const ids: number[] = [];
  for (const name of hostileStrings) ids.push(answered(await client.ask('addPerson', { body: { name } })).id);
  return ids;
};

/** Each a title, a unit and a label. */
export const addBookings = async (client: BenchClient): Promise<void> => {
  const { wall } = answered(await client.ask('world'));
  const [from, until] = [wall, new Date(Date.parse(wall) + dayMs).toISOString()];
  for (const text of hostileStrings) {
    const { id } = answered(await client.ask('addBooking', { body: { title: text, unit: cut(text, 40), from, until } }));
    answered(await client.ask('addShared', { params: { id: String(id) }, body: { label: text } }));
  }
};

export const addSchedules = async (client: BenchClient): Promise<void> => {
  const times = [{ days: [1, 8], from: '08:00', until: '18:00', mode: null }];
  for (const name of hostileStrings) answered(await client.ask('addSchedule', { body: { name, kind: 'personAccess', times } }));
};

/** A holiday each, and the time zone is one. */
export const addHolidays = async (client: BenchClient): Promise<void> => {
  const holidays = hostileStrings.map((name, at) => ({ day: new Date(dayMs * (20_000 + at)).toISOString().slice(0, 10), name }));
  answered(await client.ask('putSettings', { body: { holidays } }));
};

/** Managers: a log-in takes long, so each has as many in one name as have room. */
export const addUsers = async (client: BenchClient): Promise<void> => {
  for (const name of packedStrings) answered(await client.ask('addUser', { body: { name, password, role: 'manager' } }));
};

/** What stands in braces in an email is filled in, and only what is known may stand there. */
export const inNotices = hostileStrings.filter((text) => !text.includes('{'));

/** Of each trigger an email that says all of these. */
export const addNotices = async (client: BenchClient): Promise<void> => {
  for (const trigger of triggers) {
    const email = { subject: cut(hostileStrings[0] ?? '', 200), text: inNotices.join(' | '), mayHoldDigits: false };
    answered(await client.ask('putNotice', { body: { trigger, email, webhook: null } }));
  }
};

export const logIn = async (serving: Serving, name: string): Promise<{ readonly token: string; readonly client: BenchClient }> => {
  const { token } = answered(await serving.client.ask('logIn', { body: { name, password } }));
  return { token, client: new Client({ ...managerRoutes, ...benchRoutes }, serving.origin, token) };
};
