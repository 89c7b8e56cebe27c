/**
 * The outside of a decision, from a script: what each question is answered, and the trace of when it was asked and
 * answered. Also the rules of order that every trace keeps (R10, R11), whoever decided. What is decided is not judged here.
 */
import { Card } from '../../src/access/card.ts';
import { type Asks, type BudgetOwner, decide, type Question, type Verdict, type Window } from '../../src/access/decision.ts';
import type { AccessEvent } from '../../src/access/events.ts';
import type { Known, LookUp, Person } from '../../src/access/facts.ts';
import { Pin } from '../../src/access/pin.ts';
import { defaultPolicy, type Policy } from '../../src/access/policy.ts';
import type { Circumstances } from '../../src/access/validity.ts';
import { present } from '../../src/shared/assert.ts';

/** What each question is answered; an Error rejects it. */
export interface Script {
  readonly findCard: LookUp | Error;
  readonly findPin: LookUp | Error;
  readonly circumstances: Circumstances | Error;
  readonly isLockedOut: boolean | Error;
  /** The wait that the attempt earns. */
  readonly burnAttempt: number | Error;
  readonly recordGrant: 'recorded' | Error;
  readonly release: 'released' | Error;
  readonly isWithdrawn: boolean;
}

export interface Step {
  readonly ask: keyof Asks | 'isWithdrawn';
  readonly phase: 'asked' | 'resolved' | 'rejected';
  readonly detail: string;
}

export interface Run {
  readonly question: Question;
  readonly policy: Policy;
  readonly script: Script;
  readonly verdict: Verdict;
  readonly steps: readonly Step[];
  readonly told: readonly AccessEvent[];
}

export const anyone: Person = { person: 7, extendedTime: false, offlinePriority: false, hasPin: true };
export const card = new Card('bits', Uint8Array.of(0x12, 0x34), 16);
export const pin = present(Pin.from('0417'), 'a PIN');
export const shortPin = Pin.empty.with('1').with('2').with('3');

export const holding = (kind: Known['kind'], person: Partial<Person> = {}, pinExempt = false): Known => ({
  kind,
  pinExempt,
  person: { ...anyone, ...person },
});
export const openWindow: Window = { person: anyone, card, deadlineMs: 15_000, triesLeft: 3, submitted: 0 };

/** A card and a PIN of the same person, a budget with room, a disk and a strike that work. */
export const fine: Script = {
  findCard: holding('card'),
  findPin: holding('pin'),
  circumstances: { wallMs: 0, wallTrusted: true, offlineMs: 0, usesSpent: 0 },
  isLockedOut: false,
  burnAttempt: 0,
  recordGrant: 'recorded',
  release: 'released',
  isWithdrawn: false,
};

const asksFrom = (script: Script, steps: Step[], told: AccessEvent[]): Asks => {
  const answer = async <Value>(ask: Step['ask'], detail: string, value: Value | Error): Promise<Value> => {
    steps.push({ ask, phase: 'asked', detail });
    // A few turns: whoever does not wait for an answer is seen to go on without it.
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    steps.push({ ask, phase: value instanceof Error ? 'rejected' : 'resolved', detail });
    if (value instanceof Error) throw value;
    return value;
  };
  const note = (ask: Step['ask'], detail: string): void => {
    steps.push({ ask, phase: 'asked', detail });
  };
  const { burnAttempt, recordGrant, release } = script;
  return {
    findCard: (read) => answer('findCard', `…${read.tail}`, script.findCard),
    findPin: (typed) => answer('findPin', String(typed), script.findPin),
    circumstances: ({ person }) => answer('circumstances', `${person}`, script.circumstances),
    isLockedOut: (owner) => answer('isLockedOut', `${owner}`, script.isLockedOut),
    burnAttempt: (owner) => answer('burnAttempt', `${owner}`, burnAttempt instanceof Error ? burnAttempt : { owner, waitMs: burnAttempt }),
    recordGrant: (events, { person }, attempt) =>
      answer(
        'recordGrant',
        `${events.map(({ code }) => code).join(' + ')} of ${person}${attempt === undefined ? '' : `, gives back ${attempt.owner}`}`,
        recordGrant instanceof Error ? recordGrant : { sequence: 1 },
      ),
    release: (holdMs) => answer('release', `${holdMs} ms`, release instanceof Error ? release : undefined),
    tell: (event) => {
      told.push(event);
      note('tell', event.code);
    },
    lockoutBegan: (owner: BudgetOwner, waitMs) => note('lockoutBegan', `${owner} ${waitMs} ms`),
    countLockedOut: (owner: BudgetOwner) => note('countLockedOut', `${owner}`),
  };
};

export interface Scene {
  readonly question: Question;
  readonly policy?: Partial<Policy>;
  readonly script?: Partial<Script>;
}

/** Lets `decider` decide one scene. */
export const run = async (scene: Scene, decider: typeof decide = decide): Promise<Run> => {
  const { question } = scene;
  const policy = { ...defaultPolicy, ...scene.policy };
  const script = { ...fine, ...scene.script };
  const steps: Step[] = [];
  const told: AccessEvent[] = [];
  const isWithdrawn = (): boolean => {
    steps.push({ ask: 'isWithdrawn', phase: 'asked', detail: '' });
    return script.isWithdrawn;
  };
  const verdict = await decider(question, policy, asksFrom(script, steps, told), isWithdrawn);
  return { question, policy, script, verdict, steps, told };
};

/** What was asked and told, in order, a line each; the withdrawal is looked at silently. */
export const story = ({ steps }: Run): string[] =>
  steps
    .filter(({ ask, phase }) => ask !== 'isWithdrawn' && phase !== 'resolved')
    .map(({ ask, phase, detail }) => (phase === 'asked' ? `${ask} ${detail}` : `${ask} fails`));

/** Each rule of order that a decision broke, as a sentence. */
export const breachesOf = ({ question, policy, script, verdict, steps }: Run): string[] => {
  const placeOf = (ask: Step['ask'], phase: Step['phase']): number => {
    const place = steps.findIndex((step) => step.ask === ask && step.phase === phase);
    return place < 0 ? Number.POSITIVE_INFINITY : place;
  };
  const happened = (ask: Step['ask'], phase: Step['phase']): boolean => placeOf(ask, phase) < Number.POSITIVE_INFINITY;
  const breaches: string[] = [];
  const demand = (isKept: boolean, sentence: string): void => {
    if (!isKept) breaches.push(sentence);
  };

  const comparedAt = placeOf('findPin', 'asked');
  if (happened('findPin', 'asked')) demand(placeOf('burnAttempt', 'resolved') < comparedAt, 'a PIN is compared before its attempt is written');
  if (happened('findPin', 'asked')) demand(!script.isWithdrawn, 'a PIN is compared though nobody waits any more');

  const releasedAt = placeOf('release', 'asked');
  if (happened('release', 'asked')) {
    const { findCard } = script;
    const isUncountedCard =
      question.presented.by === 'card' && typeof findCard === 'object' && 'person' in findCard && findCard.person.uses === undefined;
    const mayGoUnrecorded = policy.recordFailure === 'grantCards' && isUncountedCard;
    const isRecorded = placeOf('recordGrant', 'resolved') < releasedAt;
    const isExcused = mayGoUnrecorded && placeOf('recordGrant', 'rejected') < releasedAt;
    demand(isRecorded || isExcused, 'the strike is released before the grant is on record');
    demand(placeOf('isWithdrawn', 'asked') < releasedAt && !script.isWithdrawn, 'the strike is released though nobody waits any more');
    demand(steps.filter(({ ask, phase }) => ask === 'release' && phase === 'asked').length === 1, 'the strike is released twice');
    demand(verdict.verdict === 'granted' || !happened('release', 'resolved'), 'the strike is released and the person denied');
  }
  if (verdict.verdict === 'granted') demand(happened('release', 'resolved'), 'granted, but the strike is not released');
  demand(steps.filter(({ ask, phase }) => ask === 'burnAttempt' && phase === 'asked').length <= 1, 'one PIN costs two attempts');
  const [open] = steps.filter(({ phase, ask }) => phase === 'asked' && isAnswered(ask) && !happened(ask, 'resolved') && !happened(ask, 'rejected'));
  demand(open === undefined, `decided before ${open?.ask} was answered`);
  return breaches;
};

const isAnswered = (ask: Step['ask']): boolean => !['tell', 'lockoutBegan', 'countLockedOut', 'isWithdrawn'].includes(ask);
