/** Answers the calls about PINs. Which PIN is given, and that a look is written down, is pin-desk.ts's. */
import { Pin } from '../../../src/access/pin.ts';
import { present } from '../../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { Refusal, RefusalCode } from '../api/refusals.ts';
import type { AnswerOf, Handlers, RequestOf } from '../api/route.ts';
import type { PersonRecord } from '../person-record.ts';
import type { HeldPin, PinRefusal, WantedPin } from '../pin-desk.ts';
import { type CallParts, unlessBooked } from './call-parts.ts';
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

export const pinCalls = (parts: CallParts): PinCalls => {
  const { pins } = parts;
  return {
    newPin: ({ params: { id }, body }, { user }) =>
      unlessBooked(parts, id, async () => shown(parts, await pins.issue(id, 'pin', wantedOf(body), user.name), user.name)),
    rollPin: ({ params: { id } }, { user }) => unlessBooked(parts, id, async () => shown(parts, await pins.roll(id, user.name), user.name)),
    showPin: async ({ params: { id } }, { user }) => {
      const held = await shown(parts, await pins.show(id, user.name), user.name);
      if (held.ok) parts.tell({ kind: 'changed', what: 'audit' });
      return held;
    },
    removePin: ({ params: { id } }, { user }) => unlessBooked(parts, id, async () => viewed(parts, await pins.remove(id, 'pin', user.name))),
    newDuressPin: ({ params: { id }, body }, { user }) =>
      unlessBooked(parts, id, async () => shown(parts, await pins.issue(id, 'duressPin', wantedOf(body), user.name), user.name)),
    removeDuressPin: ({ params: { id } }, { user }) =>
      unlessBooked(parts, id, async () => viewed(parts, await pins.remove(id, 'duressPin', user.name))),
    issueMissing: async (_, { user }) => {
      const issued = await pins.issueMissing(user.name);
      return issued.ok ? ok({ issued: issued.value }) : pinRefused(issued.failure);
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
