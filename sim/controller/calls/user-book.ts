/** What sessions ask of a controller's users, with a line of the audit for each log-in and each password. How a password is kept is user-store.ts's. */
import type { Clock } from '../../../src/ports/clock.ts';
import type { LogInNote, UserBook } from '../api/sessions.ts';
import type { ControllerStore } from '../controller-store.ts';

const words: Readonly<Record<LogInNote, string>> = { loggedIn: 'user.loggedIn', wrongPassword: 'user.notLoggedIn' };
/** Of what somebody did who is not known. */
const nobody = 'nobody';

export const userBook = (store: ControllerStore, clock: Pick<Clock, 'wall'>): UserBook => ({
  verify: (name, password) => store.users.verify(name, password),
  knows: (name) => store.users.knows(name),
  setPassword: async (id, password) => {
    const hashed = await store.users.hashed(password);
    await store.write(async (within) => {
      const user = await within.users.user(id);
      if (user === undefined) return;
      await within.users.changePassword(id, hashed);
      await within.audit.add({ atMs: clock.wall().ms, by: user.name, what: 'user.passwordChanged', detail: user.name });
    });
  },
  note: (what, name) => store.audit.add({ atMs: clock.wall().ms, by: name ?? nobody, what: words[what] }),
});
