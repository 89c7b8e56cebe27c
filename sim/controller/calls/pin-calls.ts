/** Answers the calls about PINs. Which PIN is given, and that a look is written down, is pin-desk.ts's. */
import { Pin } from '../../../src/access/pin.ts';
import { present } from '../../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal, RefusalCode } from '../api/refusals.ts';
import type { AnswerOf, Handlers, RequestOf } from '../api/route.ts';
import type { PersonRecord } from '../person-record.ts';
import type { HeldPin, PinRefusal, WantedPin } from '../pin-desk.ts';
import type { CallParts } from './call-parts.ts';
import { shownOf } from './shown-pin.ts';
import { type PersonView, personView } from './view-of.ts';

export type PinCalls = Pick<
  Handlers<ManagerRoutes>,
  'newPin' | 'rollPin' | 'showPin' | 'removePin' | 'newDuressPin' | 'removeDuressPin' | 'issueMissing'
>;

const codes: Readonly<Record<PinRefusal, RefusalCode>> = {
  unknownPerson: 'notFound',
  hasNoPin: 'hasNoPin',
  pinNotAvailable: 'pinNotAvailable',
  noPinFree: 'noPinFree',
  codeSpaceTooSmall: 'codeSpaceTooSmall',
};

export const pinRefused = (refusal: PinRefusal): Result<never, Refusal> => failed({ code: codes[refusal] });

/** Read at once. */
const lackingAtOnce = 500;

export const pinCalls = (parts: CallParts): PinCalls => {
  const { store, pins } = parts;
  return {
    newPin: async ({ params: { id }, body }, { user }) => shown(parts, await pins.issue(id, 'pin', wantedOf(body), user.name), user.name),
    rollPin: async ({ params: { id } }, { user }) => shown(parts, await pins.roll(id, user.name), user.name),
    showPin: async ({ params: { id } }, { user }) => {
      const held = await shown(parts, await pins.show(id, user.name), user.name);
      if (held.ok) parts.tell({ kind: 'changed', what: 'audit' });
      return held;
    },
    removePin: async ({ params: { id } }, { user }) => viewed(parts, await pins.remove(id, 'pin', user.name)),
    newDuressPin: async ({ params: { id }, body }, { user }) => shown(parts, await pins.issue(id, 'duressPin', wantedOf(body), user.name), user.name),
    removeDuressPin: async ({ params: { id } }, { user }) => viewed(parts, await pins.remove(id, 'duressPin', user.name)),
    issueMissing: async (_, { user }) => {
      let issued = 0;
      for (;;) {
        const { people } = await store.people.list({ lacks: 'pin', limit: lackingAtOnce });
        for (const { given } of people) {
          const held = await pins.issue(given.person, 'pin', { length: undefined }, user.name);
          // Somebody may have removed them meanwhile.
          if (!held.ok && held.failure !== 'unknownPerson') return pinRefused(held.failure);
          issued += held.ok ? 1 : 0;
        }
        if (people.length < lackingAtOnce) return ok({ issued });
      }
    },
  };
};

const wantedOf = (body: RequestOf<ManagerRoutes['newPin']>['body']): WantedPin =>
  'digits' in body ? { pin: present(Pin.from(body.digits), 'the row lets nothing else through') } : { length: body.length };

const shown = async (
  parts: CallParts,
  held: Result<HeldPin, PinRefusal>,
  by: string,
): Promise<Result<AnswerOf<ManagerRoutes['showPin']>, Refusal>> => (held.ok ? ok(await shownOf(parts, held.value, by)) : pinRefused(held.failure));

const viewed = async (parts: CallParts, record: Result<PersonRecord, PinRefusal>): Promise<Result<PersonView, Refusal>> =>
  record.ok ? ok(await personView(parts, record.value)) : pinRefused(record.failure);
