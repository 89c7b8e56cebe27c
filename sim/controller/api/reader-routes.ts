/**
 * Calls about readers: their modes, tables, settings and orders, a row each. The whole table is manager-routes.ts's.
 */
import * as v from 'valibot';
import type { Route } from './route.ts';
import { byId, done, everybody, hands, managers, ordered, staff, text } from './route-parts.ts';
import * as s from './shapes.ts';

export const readerRoutes = {
  listReaders: {
    method: 'GET',
    path: '/api/readers',
    may: staff,
    answer: v.object({ readers: v.array(s.reader) }),
    says: 'Readers, and how far each is in step.',
  },
  changeReader: {
    method: 'PUT',
    path: '/api/readers/{id}',
    may: hands,
    params: byId,
    body: v.object({
      name: v.optional(s.name),
      model: v.optional(v.picklist(s.models)),
      schedule: v.optional(v.nullable(s.rowId)),
      /** As of `setMode`, for every mode of the schedule. */ isMeant: v.optional(v.boolean()),
    }),
    answer: s.reader,
    says: 'Name, model, schedule of modes; another schedule is a manager’s to give. Refused as a mode that is set is.',
  },
  setMode: {
    method: 'POST',
    path: '/api/readers/{id}/mode',
    may: managers,
    params: byId,
    body: v.object({
      mode: s.mode,
      /** People would lack a PIN, or the code space be too small, and it is meant all the same. */ isMeant: v.optional(v.boolean()),
    }),
    answer: ordered,
    says: 'By a signed order. Refused first when people would be locked out (FIELD M32) or guessing is too easy (M7), with who or what.',
  },
  whoLacks: {
    method: 'GET',
    path: '/api/readers/{id}/lacking',
    may: staff,
    params: byId,
    query: v.object({ mode: s.mode }),
    answer: v.object({
      people: v.array(s.person),
      total: v.number(),
      sentence: v.string(),
      /** In that mode. */ codeSpace: s.codeSpace,
    }),
    says: 'Who could not enter in that mode, and how easy guessing would be.',
  },
  issueMissing: {
    method: 'POST',
    path: '/api/people/issue-missing',
    may: managers,
    answer: v.object({ issued: v.number() }),
    says: 'A random PIN for everybody who has none.',
  },
  release: { method: 'POST', path: '/api/readers/{id}/release', may: managers, params: byId, answer: ordered, says: 'The strike, once.' },
  clearLockout: {
    method: 'POST',
    path: '/api/readers/{id}/clear-lockout',
    may: managers,
    params: byId,
    body: v.object({ person: v.optional(s.personId) }),
    answer: ordered,
    says: 'Of the reader, or of one person there.',
  },
  setClock: {
    method: 'POST',
    path: '/api/readers/{id}/clock',
    may: hands,
    params: byId,
    answer: ordered,
    says: 'Our time, also where the reader’s runs far ahead.',
  },
  enrol: {
    method: 'POST',
    path: '/api/readers/{id}/enrol',
    may: managers,
    params: byId,
    answer: ordered,
    says: 'For 60 s the next unknown card comes up and can be given to a person.',
  },
  retryTable: {
    method: 'POST',
    path: '/api/readers/{id}/retry',
    may: hands,
    params: byId,
    answer: done,
    says: 'Where a table was given up, begins again.',
  },
  acceptSettings: {
    method: 'POST',
    path: '/api/readers/{id}/accept-settings',
    may: hands,
    params: byId,
    answer: ordered,
    says: 'The settings that wait at the reader, by a signed order.',
  },
  replaceReader: {
    method: 'POST',
    path: '/api/readers/{id}/replace',
    // The list holds the keys that everybody's codes are sent under.
    may: managers,
    params: byId,
    body: v.object({ bundle: text(60_000) }),
    answer: s.reader,
    says: 'New hardware in its place: the controller’s bundle of the new reader; people, schedule and name stay.',
  },
  doorCard: {
    method: 'GET',
    path: '/api/readers/{id}/door-card',
    may: everybody,
    params: byId,
    answer: v.object({ reader: v.string(), mode: s.mode, lines: v.array(v.string()), settingsAre: s.settingsAre }),
    says: 'How to enter a code at this door, from its real settings (FIELD G14, M35).',
  },
} as const satisfies Readonly<Record<string, Route>>;
