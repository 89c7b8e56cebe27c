/** Answers the calls about notices: what is sent when, over which mail server, signed with what. What may be set is notice-settings.ts's. */
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal } from '../api/refusals.ts';
import type { Handlers } from '../api/route.ts';
import type { Stores } from '../controller-store.ts';
import {
  isSameServer,
  mailServerMistake,
  mailServerOf,
  type NotSettable,
  newWebhookSecret,
  noticeMistake,
  noticesOf,
  putMailServer,
  putNotice,
  webhookSecretOf,
} from '../notices/notice-settings.ts';
import { sendingView } from '../notices/sending-view.ts';
import type { CallParts } from './call-parts.ts';

export type NoticeCalls = Pick<Handlers<ManagerRoutes>, 'listNotices' | 'putNotice' | 'putMailServer' | 'webhookSecret'>;

/** Newest ones that are shown. */
const shownSendings = 200;
const turnedOff = 'It was turned off.';

/** `look`: something that waits may be sent otherwise. */
export const noticeCalls = ({
  store,
  clock,
  tell,
  look,
}: Pick<CallParts, 'store' | 'clock' | 'tell'> & { readonly look: () => void }): NoticeCalls => {
  /** In the commit of what it tells of. */
  const audit = (within: Stores, by: string, what: string, detail?: string): Promise<void> =>
    within.audit.add({ atMs: clock.wall().ms, by, what, detail });
  const changed = (): void => {
    tell({ kind: 'changed', what: 'settings' });
    look();
  };

  return {
    listNotices: async () => {
      const sendings = (await store.sendings.newest(shownSendings)).map(sendingView).filter((view) => view !== undefined);
      return ok({ notices: [...(await noticesOf(store))], mailServer: (await mailServerOf(store)) ?? null, sendings });
    },
    putNotice: async ({ body }, { user }) => {
      const mistake = noticeMistake(body, (await webhookSecretOf(store)) !== undefined);
      if (mistake !== undefined) return notSettable(mistake);
      const { trigger, email, webhook } = body;
      await store.write(async (within) => {
        await putNotice(within, body);
        if (email === null) await within.sendings.giveUpWaiting(turnedOff, { trigger, way: 'email' });
        if (webhook === null) await within.sendings.giveUpWaiting(turnedOff, { trigger, way: 'webhook' });
        const set = [
          email === null ? [] : [email.mayHoldDigits ? 'email that may hold the code' : 'email'],
          webhook === null ? [] : ['webhook'],
        ].flat();
        await audit(within, user.name, 'notice.set', `${trigger}: ${set.length === 0 ? 'off' : set.join(', ')}`);
      });
      changed();
      return ok(body);
    },
    putMailServer: async ({ body: { password, ...server } }, { user }) => {
      const mistake = mailServerMistake(server);
      if (mistake !== undefined) return notSettable(mistake);
      const isKept = await store.write(async (within) => {
        const before = await mailServerOf(within);
        if (server.user !== null && password === undefined && !isSameServer(before, server)) return false;
        await putMailServer(within, server, password);
        await audit(within, user.name, 'mailServer.set', server.host);
        return true;
      });
      if (!isKept) return notSettable({ at: 'password', expected: 'the password of this server and user' });
      changed();
      return ok(server);
    },
    webhookSecret: async (_, { user }) => {
      const secret = await store.write(async (within) => {
        await audit(within, user.name, 'webhookSecret.renewed');
        return newWebhookSecret(within);
      });
      return ok({ secret });
    },
  };
};

const notSettable = ({ at, expected }: NotSettable): Result<never, Refusal> =>
  failed({ code: 'notValid', sentence: `This cannot be set: ${at} wants ${expected}.`, where: [{ at, expected }] });
