/**
 * Calls about the site as a whole: sessions, activity log, audit, schedules, settings, notices, users, the tenant's portal. The whole table is
 * manager-routes.ts's.
 */
import * as v from 'valibot';
import type { Route } from './route.ts';
import { byId, done, everybody, findText, idText, managers, page, staff, text, watchers } from './route-parts.ts';
import * as s from './shapes.ts';

const eventFilter = {
  reader: v.optional(idText),
  person: v.optional(idText),
  /** Stable code, or a class. */
  what: v.optional(text(64)),
  from: v.optional(s.moment),
  until: v.optional(s.moment),
  find: findText,
};

const newPassword = v.pipe(v.string(), v.minLength(10), v.maxLength(200));

export const siteRoutes = {
  logIn: {
    method: 'POST',
    path: '/api/session',
    may: 'anyone',
    body: v.object({ name: text(80), password: text(200) }),
    answer: v.object({ token: v.string(), user: s.user }),
    says: 'Opens a session. Ten wrong tries in a minute, and the name waits.',
  },
  whoAmI: { method: 'GET', path: '/api/session', may: everybody, answer: s.loggedIn, says: 'Who is logged in.' },
  changePassword: {
    method: 'PUT',
    path: '/api/session/password',
    may: everybody,
    body: v.object({ old: text(200), password: newPassword }),
    answer: done,
    says: 'One’s own. Every other session of the user ends.',
  },
  logOut: { method: 'DELETE', path: '/api/session', may: everybody, answer: done, says: 'Ends the session.' },

  listEvents: {
    method: 'GET',
    path: '/api/events',
    may: watchers,
    query: v.object({ ...page, ...eventFilter }),
    answer: v.object({ events: v.array(s.event), next: v.nullable(v.number()), total: v.number() }),
    says: 'Activity log, newest first. `after` is the `next` of the page before.',
  },
  exportEvents: {
    method: 'GET',
    path: '/api/events/export',
    may: watchers,
    query: v.object(eventFilter),
    answer: v.object({ csv: v.string() }),
    says: 'The same as CSV.',
  },
  listAudit: {
    method: 'GET',
    path: '/api/audit',
    may: watchers,
    query: v.object(page),
    answer: v.object({ lines: v.array(s.auditLine), next: v.nullable(v.number()) }),
    says: 'Who looked at or changed what, newest first.',
  },

  listSchedules: {
    method: 'GET',
    path: '/api/schedules',
    may: staff,
    answer: v.object({ schedules: v.array(s.schedule) }),
    says: 'Of readers’ modes and of persons’ access.',
  },
  addSchedule: {
    method: 'POST',
    path: '/api/schedules',
    may: managers,
    body: v.omit(s.schedule, ['id']),
    answer: s.schedule,
    says: 'A new schedule.',
  },
  changeSchedule: {
    method: 'PUT',
    path: '/api/schedules/{id}',
    may: managers,
    params: byId,
    body: v.object({
      ...v.omit(s.schedule, ['id']).entries,
      /** As of `setMode`, for every door that has it. */ isMeant: v.optional(v.boolean()),
    }),
    answer: s.schedule,
    says: 'In place of it. Refused as a mode that is set is.',
  },
  removeSchedule: {
    method: 'DELETE',
    path: '/api/schedules/{id}',
    may: managers,
    params: byId,
    answer: done,
    says: 'Refused while somebody uses it.',
  },

  getSettings: {
    method: 'GET',
    path: '/api/settings',
    may: staff,
    answer: v.object({
      settings: s.siteSettings,
      /** Codes whose length is not `pinLength`: they stay as they are. */ codesAtOtherLength: v.number(),
    }),
    says: 'Settings of the site.',
  },
  putSettings: {
    method: 'PUT',
    path: '/api/settings',
    may: managers,
    body: v.partial(s.siteSettings),
    answer: v.object({ settings: s.siteSettings, codesAtOtherLength: v.number() }),
    says: 'A new length counts for new codes only.',
  },
  listNotices: {
    method: 'GET',
    path: '/api/notices',
    may: managers,
    answer: v.object({ notices: v.array(s.notice), mailServer: v.nullable(s.mailServer), sendings: v.array(s.sending) }),
    says: 'What is sent when, and what was.',
  },
  putNotice: { method: 'PUT', path: '/api/notices', may: managers, body: s.notice, answer: s.notice, says: 'Off where both ways are null.' },
  putMailServer: {
    method: 'PUT',
    path: '/api/notices/mail-server',
    may: managers,
    body: v.object({ ...s.mailServer.entries, password: v.optional(text(200)) }),
    answer: s.mailServer,
    says: 'The password is kept sealed and never shown.',
  },
  webhookSecret: {
    method: 'POST',
    path: '/api/notices/webhook-secret',
    may: managers,
    answer: v.object({ secret: v.string() }),
    says: 'A new secret that signs webhooks, shown this once.',
  },

  listUsers: { method: 'GET', path: '/api/users', may: managers, answer: v.object({ users: v.array(s.listedUser) }), says: 'Who may log in.' },
  addUser: {
    method: 'POST',
    path: '/api/users',
    may: managers,
    body: v.object({
      name: s.name,
      password: newPassword,
      role: s.user.entries.role,
      person: v.optional(s.personId),
    }),
    answer: s.user,
    says: 'A tenant’s log-in names the person they are.',
  },
  setPassword: {
    method: 'PUT',
    path: '/api/users/{id}/password',
    may: managers,
    params: byId,
    body: v.object({ password: newPassword }),
    answer: done,
    says: 'Of somebody else, whose sessions end. One’s own is changed with the old one.',
  },
  removeUser: { method: 'DELETE', path: '/api/users/{id}', may: managers, params: byId, answer: done, says: 'The last manager stays.' },

  portal: {
    method: 'GET',
    path: '/api/portal',
    may: ['tenant'],
    isWatched: true,
    // Five devices that ask each ten seconds, twice over.
    perMinute: 60,
    answer: v.object({
      name: v.string(),
      pin: v.nullable(s.pinShown),
      accesses: v.array(
        v.object({ label: v.string(), state: v.picklist(s.sharedStates), until: v.nullable(s.moment), digits: v.nullable(v.string()) }),
      ),
      /** The last ten, with why (FIELD U23). */
      results: v.array(v.object({ at: s.moment, door: v.string(), code: v.string(), text: v.string() })),
      howTo: v.array(v.object({ door: v.string(), lines: v.array(v.string()), settingsAre: s.settingsAre })),
    }),
    says: 'The tenant’s own code, always visible, and how it went lately.',
  },
  portalRoll: {
    method: 'POST',
    path: '/api/portal/roll',
    may: ['tenant'],
    perMinute: 3,
    answer: s.pinShown,
    says: 'A new random code of one’s own, ten times a day at most: each that was rests for a year.',
  },

  validate: {
    method: 'POST',
    path: '/api/validate',
    may: watchers,
    perMinute: 10,
    body: v.object({ reader: s.rowId, pin: v.optional(s.pinDigits), card: v.optional(s.cardText), at: v.optional(s.moment) }),
    answer: v.object({
      verdict: v.picklist(s.verdicts),
      person: v.nullable(s.personId),
      personName: v.nullable(v.string()),
      sentence: v.string(),
      settingsAre: s.settingsAre,
    }),
    says: 'What that door would say, and why; of a PIN, to a manager alone. Changes nothing; audited; limited to 10 a minute (SECURITY H4).',
  },
  backup: {
    method: 'POST',
    path: '/api/backup',
    may: managers,
    body: v.object({ password: v.pipe(v.string(), v.minLength(10), v.maxLength(200)) }),
    answer: v.object({ name: v.string(), base64: v.string() }),
    says: 'Everything, sealed under the password; `sim controller --restore FILE` takes it.',
  },
  health: {
    method: 'GET',
    path: '/api/health',
    may: 'anyone',
    answer: v.object({ isWell: v.boolean() }),
    says: 'Whether it runs, and nothing else.',
  },
} as const satisfies Readonly<Record<string, Route>>;
