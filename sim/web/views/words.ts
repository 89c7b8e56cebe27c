/** What the manager's pages call what the API says in codes: states of people, accesses and tables, roles, how far a code is in force. */
import type { InferOutput } from 'valibot';
import type { Role } from '../../controller/api/route.ts';
import type { person, personStates, pinFact, reader, sharedStates, triggers, verdicts } from '../../controller/api/shapes.ts';

export type PinFact = InferOutput<typeof pinFact>;
type Person = InferOutput<typeof person>;
type Reader = InferOutput<typeof reader>;

const personStateWords: Readonly<Record<(typeof personStates)[number], string>> = {
  active: 'Active',
  notYetValid: 'Not yet valid',
  expired: 'Expired',
  noUsesLeft: 'No uses left',
  suspended: 'Suspended',
};

/** Whom nobody has suspended is in no table for now because of their schedule; they come back by themselves. */
export const personStateText = ({ state, isSuspended }: Pick<Person, 'state' | 'isSuspended'>): { readonly words: string; readonly tone: string } => {
  if (state === 'suspended' && !isSuspended) return { words: 'Outside their schedule', tone: 'warn' };
  return { words: personStateWords[state], tone: state === 'active' ? 'good' : 'bad' };
};

export const sharedStateWords: Readonly<Record<(typeof sharedStates)[number], string>> = {
  pending: 'Pending',
  active: 'Active',
  lockedAuto: 'Locked by the system',
  lockedManual: 'Locked by hand',
  expired: 'Expired',
  revoked: 'Revoked',
};

export const tableStateWords: Readonly<Record<Reader['table']['state'], string>> = {
  offline: 'not connected',
  working: 'being sent',
  inStep: 'in step',
  waiting: 'tried again soon',
  suspended: 'given up: needs a retry',
};

export const roleWords: Readonly<Record<Role, string>> = { manager: 'Manager', installer: 'Installer', auditor: 'Auditor', tenant: 'Tenant' };

export const triggerWords: Readonly<Record<(typeof triggers)[number], string>> = {
  'pin.changed': 'A code changed',
  'access.revoked': 'An access was revoked',
  'access.restored': 'An access was restored',
  'access.timeChanged': 'The time of an access changed',
};

export const verdictWords: Readonly<Record<(typeof verdicts)[number], string>> = {
  granted: 'Opens',
  unknownCode: 'Stays shut: known to nobody',
  wrongPin: 'Stays shut: wrong code',
  expired: 'Stays shut: no longer valid',
  notYetValid: 'Stays shut: not yet valid',
  noUsesLeft: 'Stays shut: no uses left',
  noPin: 'Stays shut: has no code',
  notThisDoor: 'Stays shut: not at this door',
  schedule: 'Stays shut: not at this time',
  lockout: 'Stays shut: locked out',
  offlineStale: 'Stays shut: out of touch for too long',
  modeRefuses: 'Stays shut: this door does not take it',
};

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** "In force at 2 of 3 readers." */
export const spreadWords = ({ inForceAt, of }: PinFact['spread']): string => {
  if (of === 0) return 'No reader has a keypad.';
  if (inForceAt === of) return of === 1 ? 'In force at the reader.' : `In force at all ${of} readers.`;
  return `In force at ${inForceAt} of ${plural(of, 'reader')}.`;
};

/** Undefined: the one before is dead everywhere. */
export const oldCodeWords = ({ oldCodeAt }: PinFact): string | undefined =>
  oldCodeAt === 0 ? undefined : `The old code still opens at ${plural(oldCodeAt, 'reader')}.`;

/** Digit by digit, for people who hear it. */
export const spelled = (digits: string): string => [...digits].join(' ');
