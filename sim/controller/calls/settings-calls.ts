/** Answers the calls about the site's settings, the audit, and who may log in. What each is kept as is the stores'. */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { RefusalCode } from '../api/refusals.ts';
import type { AnswerOf, Handlers } from '../api/route.ts';
import type { Stores } from '../controller-store.ts';
import { isTimeZone } from '../rules/site-calendar.ts';
import { putSiteSettings, type SiteSettings, siteSettingsOf, withSettings } from '../site-settings.ts';
import type { KnownUser } from '../user-store.ts';
import { type CallParts, momentOf, refused } from './call-parts.ts';
import { namesOf } from './view-of.ts';

export type SettingsCalls = Pick<
  Handlers<ManagerRoutes>,
  'getSettings' | 'putSettings' | 'listAudit' | 'listUsers' | 'addUser' | 'setPassword' | 'removeUser' | 'health'
>;

/** Who else the audit speaks of: nobody logs in by such a name. */
const otherAuthors: readonly string[] = ['operator', 'controller', 'nobody', 'clock', 'terminal', 'people file'];
/** As people read a name in the audit: neither capitals nor what is not seen makes it another. */
const seenOf = (name: string): string =>
  name
    .normalize('NFKC')
    .replaceAll(/[\p{C}\s]/gu, '')
    .toLowerCase();
const isLikeOne = (name: string, names: readonly string[]): boolean => names.some((one) => seenOf(one) === seenOf(name));

/** Lines on a page where nobody says how many. */
const pageLength = 100;

export const settingsCalls = (parts: CallParts): SettingsCalls => {
  const { store, clock, tell, endSessions } = parts;
  /** In the commit of what it tells of. */
  const audit = (within: Stores, by: string, what: string, detail: string): Promise<void> =>
    within.audit.add({ atMs: clock.wall().ms, by, what, detail });

  return {
    getSettings: async () => ok(await answerOf(store, await siteSettingsOf(store))),
    putSettings: async ({ body }, { user }) => {
      if (body.timeZone !== undefined && !isTimeZone(body.timeZone)) return refused('notValid');
      const settings = await store.write(async (within) => {
        const put = withSettings(await siteSettingsOf(within), body);
        await putSiteSettings(within, put);
        await audit(within, user.name, 'settings.changed', Object.keys(body).join(', '));
        return put;
      });
      tell({ kind: 'changed', what: 'settings' });
      return ok(await answerOf(store, settings));
    },
    listAudit: async ({ query: { after, limit = pageLength } }) => {
      const found = await store.audit.newest(limit + 1, after);
      const lines = found.slice(0, limit);
      const names = await namesOf(
        store,
        lines.map(({ person }) => person),
      );
      const views = lines.map(({ id, atMs, by, what, person, detail }) => ({
        id,
        at: momentOf(atMs),
        by,
        what,
        detail,
        ...personAmong(names, person),
      }));
      return ok({ lines: views, next: found.length > limit ? (lines.at(-1)?.id ?? null) : null });
    },
    listUsers: async () => {
      const users = await store.users.list();
      const names = await namesOf(
        store,
        users.map(({ person }) => person),
      );
      return ok({ users: users.map((one) => ({ ...userView(one), ...personAmong(names, one.person) })) });
    },
    addUser: async ({ body: { name, password, role, person } }, { user }) => {
      const hashed = await store.users.hashed(password);
      const added = await store.write(async (within): Promise<Result<number, RefusalCode>> => {
        const isOfPerson = person !== undefined && (await within.people.record(person)) !== undefined;
        // A tenant is somebody, and nobody else is; in the same commit, so that whoever is removed meanwhile leaves no log-in behind.
        if (isOfPerson !== (role === 'tenant')) return failed('notValid');
        if (person !== undefined && (await within.bookings.accessOfPerson(person)) !== undefined) return failed('isOfBooking');
        if (isLikeOne(name, [...otherAuthors, ...(await within.users.list()).map((one) => one.name)])) return failed('nameTaken');
        const made = await within.users.add({ name, role, person }, hashed);
        if (made.ok) await audit(within, user.name, 'user.added', `${name}, ${role}`);
        return made;
      });
      if (!added.ok) return refused(added.failure);
      tell({ kind: 'changed', what: 'users' });
      return ok(userView({ id: added.value, name, role, person }));
    },
    setPassword: async ({ params: { id }, body: { password } }, { user }) => {
      // One's own takes the old one: whoever finds a page open has but its session.
      if (user.id === id) return refused('notAllowed');
      const hashed = await store.users.hashed(password);
      const isSet = await store.write(async (within) => {
        const meant = await within.users.user(id);
        if (meant === undefined) return false;
        await within.users.changePassword(id, hashed);
        await audit(within, user.name, 'user.passwordChanged', meant.name);
        return true;
      });
      if (!isSet) return refused('notFound');
      endSessions(id);
      tell({ kind: 'changed', what: 'users' });
      return ok({ done: true });
    },
    removeUser: async ({ params: { id } }, { user }) => {
      const removed = await store.write(async (within) => {
        const gone = await within.users.user(id);
        const outcome = await within.users.remove(id);
        if (outcome.ok) await audit(within, user.name, 'user.removed', gone?.name ?? '');
        return outcome;
      });
      if (!removed.ok) return refused(removed.failure === 'lastManager' ? 'lastManager' : 'notFound');
      endSessions(id);
      tell({ kind: 'changed', what: 'users' });
      return ok({ done: true });
    },
    health: async () => ok({ isWell: true }),
  };
};

const answerOf = async ({ pins }: Pick<Stores, 'pins'>, settings: SiteSettings): Promise<AnswerOf<ManagerRoutes['getSettings']>> => {
  const others = [...(await pins.lengths())].filter(([length]) => length !== settings.pinLength);
  return { settings, codesAtOtherLength: others.reduce((sum, [, count]) => sum + count, 0) };
};

const personAmong = (names: ReadonlyMap<number, string>, person: number | undefined): { person: number | null; personName: string | null } =>
  person === undefined ? { person: null, personName: null } : { person, personName: names.get(person) ?? null };

const userView = ({ id, name, role, person }: KnownUser): AnswerOf<ManagerRoutes['addUser']> => ({ id, name, role, person: person ?? null });
