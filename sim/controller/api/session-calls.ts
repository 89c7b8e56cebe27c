/** Answers the calls about one's own session and password. Who may be logged in is sessions.ts's. */
import { ok } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from './manager-routes.ts';
import type { Handlers } from './route.ts';
import type { Sessions } from './sessions.ts';

export const sessionCalls = (sessions: Sessions): Pick<Handlers<ManagerRoutes>, 'logIn' | 'whoAmI' | 'logOut' | 'changePassword'> => ({
  logIn: ({ body }) => sessions.logIn(body.name, body.password),
  whoAmI: async (_, { user }) => ok(user),
  logOut: async (_, { session }) => {
    sessions.end(session);
    return ok({ done: true });
  },
  changePassword: async ({ body: { old, password } }, caller) => {
    const changed = await sessions.changePassword(caller, old, password);
    return changed.ok ? ok({ done: true }) : changed;
  },
});
