/**
 * What a door does with one presentation, a card or a submitted PIN, and in which order (R6–R16). This is the one place
 * that says when an attempt is burnt, when a credential is compared, when the event is on disk and when the strike is
 * released. Timing, tries and signals are the machine's (reader-machine.ts).
 */
import { asFault, Fault } from '../shared/faults.ts';
import type { Card } from './card.ts';
import type { AccessEvent, EventCode } from './events.ts';
import type { Known, LookUp, Person, PersonId } from './facts.ts';
import type { Mode } from './mode.ts';
import type { Pin } from './pin.ts';
import { extendedFactor, type Policy } from './policy.ts';
import { type Circumstances, refusalOf } from './validity.ts';

export type Presented =
  | { readonly by: 'card'; readonly card: Card; readonly atMs: number }
  | { readonly by: 'pin'; readonly pin: Pin; readonly atMs: number };

/** The time a valid card opens for its person's PIN (R8). */
export interface Window {
  readonly person: Person;
  readonly card: Card;
  /** A PIN submitted at this millisecond is too late. */
  readonly deadlineMs: number;
  readonly triesLeft: number;
  readonly submitted: number;
}

export interface Question {
  readonly presented: Presented;
  readonly mode: Mode;
  readonly window: Window | undefined;
  /** A window ended less than 2 s before the submit (R8). */
  readonly isWindowOver: boolean;
}

export type Verdict =
  | { readonly verdict: 'granted' }
  | { readonly verdict: 'denied'; readonly code: EventCode }
  | { readonly verdict: 'awaitPin'; readonly window: Window }
  /** PIN entry is waiting: the reader's (person undefined) or one person's. */
  | { readonly verdict: 'lockedOut' }
  | { readonly verdict: 'cardFirst' }
  | { readonly verdict: 'windowOver' }
  | { readonly verdict: 'passage' };

/** Whose guessing budget a PIN is charged to: the reader's, or one person's after their card (R10). */
export type BudgetOwner = 'door' | PersonId;

/** A charged attempt: what it takes to give it back. */
export interface Attempt {
  readonly owner: BudgetOwner;
  /** Wait that this attempt earns unless it is given back; 0: none. */
  readonly waitMs: number;
}

/** The questions a decision asks the outside. Rejections deny; the order in which they are asked is this file's. */
export interface Asks {
  findCard(card: Card): Promise<LookUp>;
  findPin(pin: Pin): Promise<LookUp>;
  circumstances(person: Person): Promise<Circumstances>;
  isLockedOut(owner: BudgetOwner): Promise<boolean>;
  /** Burns an attempt durably, as if the PIN were wrong. Rejects when it cannot be written. */
  burnAttempt(owner: BudgetOwner): Promise<Attempt>;
  /**
   * Puts the events on disk; in the same step gives `attempt` back and counts one use where the person has a use count.
   * Rejects when that cannot be done.
   */
  recordGrant(events: readonly AccessEvent[], person: Person, attempt: Attempt | undefined): Promise<unknown>;
  /** Takes an event that nobody waits for. */
  tell(event: AccessEvent): void;
  /** An attempt was not given back and earned a wait. */
  lockoutBegan(owner: BudgetOwner): void;
  /** Counts a PIN submitted during a lockout, for the summary. */
  countLockedOut(owner: BudgetOwner): void;
  /** Releases the strike. Rejects with a Fault, and then the strike is not released. */
  release(holdMs: number): Promise<void>;
}

/**
 * `isWithdrawn`: nobody waits for the verdict any more (it took too long, or the mode changed), so nothing further is
 * compared, recorded or released. What comes of a withdrawn decision is the machine's to tell, save for what it left on record.
 */
export const decide = async (question: Question, policy: Policy, asks: Asks, isWithdrawn: () => boolean): Promise<Verdict> => {
  const decision: Decision = { policy, asks, isWithdrawn, mode: question.mode, owed: undefined };
  try {
    return question.presented.by === 'card'
      ? await decideCard(question.presented, decision)
      : await decidePin(question.presented, question, decision);
  } catch (thrown) {
    if (!isWithdrawn()) {
      asks.tell({ code: 'decision.failed', fields: { fault: asFault(thrown, 'hardware.failed', 'a question had no answer').code } });
    }
    return { verdict: 'denied', code: 'decision.failed' };
  } finally {
    tellLockout(decision);
  }
};

interface Decision {
  readonly policy: Policy;
  readonly asks: Asks;
  readonly isWithdrawn: () => boolean;
  readonly mode: Mode;
  /** The attempt that was burnt and is not given back. */
  owed: Attempt | undefined;
}

/** The answer to a question, unless nobody waits for it any more. */
const heard = async <Answer>(decision: Decision, answer: Promise<Answer>): Promise<Answer> => {
  const answered = await answer;
  if (decision.isWithdrawn()) throw new Fault('hardware.slow', 'nobody waits for this decision any more');
  return answered;
};

const deny = ({ asks, mode }: Decision, event: AccessEvent): Verdict => {
  asks.tell({ ...event, fields: { mode, ...event.fields } });
  return { verdict: 'denied', code: event.code };
};

const decideCard = async ({ card, atMs }: { card: Card; atMs: number }, decision: Decision): Promise<Verdict> => {
  const { asks, mode, policy } = decision;
  const fields = { by: 'card', card: card.tail };
  if (mode === 'locked') return deny(decision, { code: 'door.locked', fields });
  if (mode === 'pinOnly') return deny(decision, { code: 'card.notAsked', fields });
  if (mode === 'unlocked') return passage(decision, 'card');

  const known = await heard(decision, asks.findCard(card));
  if (!isKnown(known) || known.kind !== 'card') return denyUnknown(decision, known, 'card', card.tail);
  const { person } = known;
  const refusal = refusalOf(person, await heard(decision, asks.circumstances(person)), policy);
  if (refusal !== undefined) return deny(decision, { code: refusal, person: person.person, fields });
  if (mode !== 'cardAndPin' || known.pinExempt) return grant(decision, { person, by: 'card', attempt: undefined, isDuress: false });

  if (!person.hasPin) return deny(decision, { code: 'credential.noPin', person: person.person, fields });
  if (await heard(decision, asks.isLockedOut(person.person))) return lockedOut(decision, person.person);
  const windowMs = policy.windowMs * (person.extendedTime ? extendedFactor : 1);
  const window: Window = { person, card, deadlineMs: atMs + windowMs, triesLeft: policy.windowTries, submitted: 0 };
  return { verdict: 'awaitPin', window };
};

const decidePin = async ({ pin, atMs }: { pin: Pin; atMs: number }, question: Question, decision: Decision): Promise<Verdict> => {
  const { mode, asks } = decision;
  switch (mode) {
    case 'locked':
      return deny(decision, { code: 'door.locked', fields: { by: 'pin' } });
    case 'unlocked':
      return passage(decision, 'pin');
    case 'cardOnly':
      asks.tell({ code: 'pin.notAsked', fields: { mode } });
      return { verdict: 'cardFirst' };
    case 'pinOnly':
    case 'cardOrPin':
      return decidePinAlone(pin, decision);
    case 'cardAndPin': {
      const { window, isWindowOver } = question;
      if (window !== undefined && atMs < window.deadlineMs) return decidePinAfterCard(pin, window, decision);
      const isLate = window !== undefined || isWindowOver;
      asks.tell({ code: isLate ? 'pin.late' : 'pin.cardFirst', fields: { mode } });
      return { verdict: isLate ? 'windowOver' : 'cardFirst' };
    }
  }
};

/** R9: the PIN alone names its person. */
const decidePinAlone = async (pin: Pin, decision: Decision): Promise<Verdict> => {
  const { asks, policy } = decision;
  if (await heard(decision, asks.isLockedOut('door'))) return lockedOut(decision, 'door');
  if (pin.isTooShort) return deny(decision, { code: 'credential.notFound', fields: { by: 'pin', detail: 'tooShort' } });

  return charged(decision, 'door', async (attempt) => {
    const known = await heard(decision, asks.findPin(pin));
    if (!isKnown(known) || !isPinHere(known, policy)) return denyUnknown(decision, known, 'pin');
    const { person } = known;
    const refusal = refusalOf(person, await heard(decision, asks.circumstances(person)), policy);
    if (refusal !== undefined) return deny(decision, { code: refusal, person: person.person, fields: { by: 'pin' } });
    return grant(decision, { person, by: 'pin', attempt, isDuress: known.kind === 'duressPin' });
  });
};

/** R8: the PIN must be that of the card's person, who is looked up again: the card may have been revoked since. */
const decidePinAfterCard = async (pin: Pin, window: Window, decision: Decision): Promise<Verdict> => {
  const { asks, policy } = decision;
  const owner = window.person.person;
  if (await heard(decision, asks.isLockedOut(owner))) return lockedOut(decision, owner);
  const wrong: AccessEvent = { code: 'pin.wrong', person: owner };
  if (pin.isTooShort) return deny(decision, { ...wrong, fields: { detail: 'tooShort' } });

  return charged(decision, owner, async (attempt) => {
    const holder = await heard(decision, asks.findCard(window.card));
    const known = await heard(decision, asks.findPin(pin));
    if (!isKnown(holder) || holder.kind !== 'card' || holder.person.person !== owner) {
      return denyUnknown(decision, isKnown(holder) ? 'nobody' : holder, 'card', window.card.tail);
    }
    if (known === 'damaged') return deny(decision, { code: 'table.damaged', fields: { by: 'pin' } });
    if (!isKnown(known) || !isPinHere(known, policy) || known.person.person !== owner) return deny(decision, wrong);
    const { person } = holder;
    const refusal = refusalOf(person, await heard(decision, asks.circumstances(person)), policy);
    if (refusal !== undefined) return deny(decision, { code: refusal, person: owner, fields: { by: 'cardAndPin' } });
    return grant(decision, { person, by: 'cardAndPin', attempt, isDuress: known.kind === 'duressPin' });
  });
};

const isKnown = (found: LookUp): found is Known => typeof found === 'object';

const isPinHere = (known: Known, policy: Policy): boolean => known.kind === 'pin' || (known.kind === 'duressPin' && policy.duress);

const denyUnknown = (decision: Decision, found: LookUp, by: 'card' | 'pin', tail?: string): Verdict => {
  const fields = tail === undefined ? { by } : { by, card: tail };
  if (found === 'damaged') return deny(decision, { code: 'table.damaged', fields });
  if (found === 'noTable') return deny(decision, { code: 'table.missing', fields });
  return deny(decision, { code: 'credential.notFound', fields });
};

const passage = ({ asks, mode }: Decision, by: 'card' | 'pin'): Verdict => {
  asks.tell({ code: 'access.unlockedUse', fields: { by, mode } });
  return { verdict: 'passage' };
};

const lockedOut = ({ asks }: Decision, owner: BudgetOwner): Verdict => {
  asks.countLockedOut(owner);
  return { verdict: 'lockedOut' };
};

/** R10: the attempt is written down before anything is compared, and where that cannot be done the PIN path is closed. */
const charged = async (decision: Decision, owner: BudgetOwner, judge: (attempt: Attempt) => Promise<Verdict>): Promise<Verdict> => {
  let attempt: Attempt;
  try {
    attempt = await decision.asks.burnAttempt(owner);
  } catch (thrown) {
    if (decision.isWithdrawn()) throw thrown;
    const { code } = asFault(thrown, 'disk.failed', 'the attempt could not be written');
    return deny(decision, { code: 'record.failed', fields: { by: 'pin', fault: code } });
  }
  decision.owed = attempt;
  // The next PIN may already be charged to the budget as it was before this one: only one of the two may be compared.
  return judge(await heard(decision, Promise.resolve(attempt)));
};

/** Whatever came of the decision, and after its own event: a wait that its attempt earned begins. */
const tellLockout = ({ asks, owed }: Decision): void => {
  if (owed === undefined || owed.waitMs === 0) return;
  const { owner, waitMs } = owed;
  asks.tell({ code: 'lockout.started', ...(owner === 'door' ? {} : { person: owner }), fields: { waitMs } });
  asks.lockoutBegan(owner);
};

interface Grant {
  readonly person: Person;
  readonly by: 'card' | 'pin' | 'cardAndPin';
  readonly attempt: Attempt | undefined;
  readonly isDuress: boolean;
}

/** R11: the event is on disk before the strike is released. */
const grant = async (decision: Decision, granted: Grant): Promise<Verdict> => {
  const { asks, policy, mode } = decision;
  const { person, by } = granted;
  const event: AccessEvent = { code: 'access.granted', person: person.person, fields: { by, mode } };
  const duress: AccessEvent = { code: 'duress.used', person: person.person, fields: { by } };
  try {
    await asks.recordGrant(granted.isDuress ? [event, duress] : [event], person, granted.attempt);
    decision.owed = undefined;
  } catch (thrown) {
    if (decision.isWithdrawn()) throw thrown;
    const mayGoUnrecorded = policy.recordFailure === 'grantCards' && by === 'card' && person.uses === undefined;
    const { code } = asFault(thrown, 'disk.failed', 'the grant could not be written');
    if (!mayGoUnrecorded) return deny(decision, { code: 'record.failed', person: person.person, fields: { by, fault: code } });
    asks.tell({ ...event, fields: { ...event.fields, unrecorded: true } });
  }
  if (decision.isWithdrawn()) return deny(decision, { code: 'decision.failed', person: person.person, fields: { by, fault: 'hardware.slow' } });
  try {
    await asks.release(policy.strikeMs * (person.extendedTime ? extendedFactor : 1));
  } catch (thrown) {
    const { code } = asFault(thrown, 'strike.failed', 'the strike did not answer');
    return deny(decision, { code: code === 'strike.unreachable' ? code : 'strike.failed', person: person.person, fields: { by } });
  }
  return { verdict: 'granted' };
};
