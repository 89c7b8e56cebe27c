/** Answers the call for a backup. What is in it is ../backup.ts's; one is made at a time. */
import { failed, ok } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Handlers } from '../api/route.ts';
import { makeBackup } from '../backup.ts';
import { Turns } from '../turns.ts';
import { type CallParts, momentOf, refused } from './call-parts.ts';

export type BackupCalls = Pick<Handlers<ManagerRoutes>, 'backup'>;

/** Beside the one that is being made. More are refused. */
export const maxWaitingBackups = 1;

const tooLarge = 'The database is too large for this. Stop the controller, and copy its directories.';

export const backupCalls = ({ store, clock, tell }: CallParts): BackupCalls => {
  const turns = new Turns(maxWaitingBackups);
  return {
    backup: async ({ body: { password } }, { user }) => {
      if (turns.isFull) return refused('busy');
      return turns.take(async () => {
        const atMs = clock.wall().ms;
        await store.audit.add({ atMs, by: user.name, what: 'backup.made' });
        tell({ kind: 'changed', what: 'audit' });
        const made = await makeBackup(store, password, atMs);
        if (!made.ok) return made.failure === 'noSite' ? refused('notFound') : failed({ code: 'tooLarge', sentence: tooLarge });
        const name = `doorpad-${momentOf(atMs).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.backup`;
        return ok({ name, base64: Buffer.from(made.value).toString('base64') });
      });
    },
  };
};
