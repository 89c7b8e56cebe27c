/** Whether a person who was recognised may enter now: dates, uses, offline limits (R13, R15). Pure; the numbers come with the question. */
import type { EventCode } from './events.ts';
import type { Person } from './facts.ts';
import type { Policy } from './policy.ts';

export interface Circumstances {
  /** Wall time in milliseconds, never below the last trusted time seen. */
  readonly wallMs: number;
  readonly wallTrusted: boolean;
  /** How long the controller has been away; 0 while it is there, and where there is none. */
  readonly offlineMs: number;
  /** Grants already taken from this person's present allowance. */
  readonly usesSpent: number;
}

/** The code of the refusal, or undefined: the person may enter. */
export const refusalOf = (person: Person, now: Circumstances, policy: Policy): EventCode | undefined => {
  if (isBeyondOffline(person, now.offlineMs, policy)) return 'offline.limited';
  const hasDates = person.validFromS !== undefined || person.validUntilS !== undefined;
  if (hasDates && !now.wallTrusted && policy.untrustedTime === 'deny') return 'credential.timeUntrusted';
  const wallS = now.wallMs / 1000;
  if (person.validFromS !== undefined && wallS < person.validFromS) return 'credential.notYetValid';
  if (person.validUntilS !== undefined && wallS >= person.validUntilS) return 'credential.expired';
  if (person.uses !== undefined && now.usesSpent >= person.uses.limit) return 'credential.noUsesLeft';
  return undefined;
};

const isBeyondOffline = (person: Person, offlineMs: number, { offline }: Policy): boolean => {
  if (offline === undefined || offlineMs < offline.fullMs) return false;
  return !person.offlinePriority || offlineMs >= offline.fullMs + offline.priorityMs;
};
