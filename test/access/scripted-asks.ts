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
  /** While this is asked, everybody stops waiting for the decision. */
  readonly withdrawnDuring: Answered | undefined;
}

/** What of the outside answers. */
type Answered = Exclude<keyof Asks, 'tell' | 'lockoutBegan' | 'countLockedOut'>;

export interface Step {
  readonly ask: keyof Asks;
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
  withdrawnDuring: undefined,
};

/** A few turns: whoever does not wait for an answer is seen to go on without it. */
export const aFewTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
};

/** Answers from `script`, each question after `wait`, and writes down what is asked and told. */
export const asksFrom = (script: Script, steps: Step[], told: AccessEvent[], wait: (ask: Step['ask']) => Promise<void> = aFewTurns): Asks => {
  const answer = async <Value>(ask: Step['ask'], detail: string, value: Value | Error): Promise<Value> => {
    steps.push({ ask, phase: 'asked', detail });
    await wait(ask);
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
        recordGrant,
      ),
    release: (holdMs) => answer('release', `${holdMs} ms`, release instanceof Error ? release : undefined),
    tell: (event) => {
      told.push(event);
      note('tell', event.code);
    },
    lockoutBegan: (owner: BudgetOwner) => note('lockoutBegan', `${owner}`),
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
  const isWithdrawn = (): boolean => placeOf(steps, script.withdrawnDuring, 'asked') < nowhere;
  const verdict = await decider(question, policy, asksFrom(script, steps, told), isWithdrawn);
  return { question, policy, script, verdict, steps, told };
};

/** What was asked and told, in order, a line each. */
export const story = ({ steps }: Pick<Run, 'steps'>): string[] =>
  steps.filter(({ phase }) => phase !== 'resolved').map(({ ask, phase, detail }) => (phase === 'asked' ? `${ask} ${detail}` : `${ask} fails`));

const nowhere = Number.POSITIVE_INFINITY;

const placeOf = (steps: readonly Step[], ask: Step['ask'] | undefined, phase: Step['phase'], detail?: string): number => {
  const place = steps.findIndex((step) => step.ask === ask && step.phase === phase && (detail === undefined || step.detail === detail));
  return place < 0 ? nowhere : place;
};

/** Each rule of order that a decision broke, as a sentence. */
export const breachesOf = (done: Run): string[] => [...orderBreaches(done), ...withdrawalBreaches(done), ...lockoutBreaches(done)];

/** R10, R11: nothing is compared before its attempt, or released before its grant, is written. */
const orderBreaches = ({ question, policy, script, verdict, steps }: Run): string[] => {
  const at = (ask: Step['ask'], phase: Step['phase']): number => placeOf(steps, ask, phase);
  const happened = (ask: Step['ask'], phase: Step['phase']): boolean => at(ask, phase) < nowhere;
  const count = (ask: Step['ask']): number => steps.filter((step) => step.ask === ask && step.phase === 'asked').length;
  const breaches: string[] = [];
  const demand = (isKept: boolean, sentence: string): void => {
    if (!isKept) breaches.push(sentence);
  };

  if (happened('findPin', 'asked')) demand(at('burnAttempt', 'resolved') < at('findPin', 'asked'), 'a PIN is compared before its attempt is written');

  const releasedAt = at('release', 'asked');
  if (releasedAt < nowhere) {
    const { findCard } = script;
    const isUncountedCard =
      question.presented.by === 'card' && typeof findCard === 'object' && 'person' in findCard && findCard.person.uses === undefined;
    const mayGoUnrecorded = policy.recordFailure === 'grantCards' && isUncountedCard;
    const isExcused = mayGoUnrecorded && at('recordGrant', 'rejected') < releasedAt;
    demand(at('recordGrant', 'resolved') < releasedAt || isExcused, 'the strike is released before the grant is on record');
    demand(count('release') === 1, 'the strike is released twice');
    demand(verdict.verdict === 'granted' || !happened('release', 'resolved'), 'the strike is released and the person denied');
  }
  if (verdict.verdict === 'granted') demand(happened('release', 'resolved'), 'granted, but the strike is not released');
  demand(count('burnAttempt') <= 1, 'one PIN costs two attempts');
  const open = steps.find(({ phase, ask }) => phase === 'asked' && isAnswered(ask) && !happened(ask, 'resolved') && !happened(ask, 'rejected'));
  demand(open === undefined, `decided before ${open?.ask} was answered`);
  return breaches;
};

/** Once nobody waits, nothing more is asked or counted, and only what is on record, or earned, is told. */
const withdrawalBreaches = ({ script, steps }: Run): string[] => {
  const withdrawnAt = placeOf(steps, script.withdrawnDuring, 'asked');
  const isRecorded = placeOf(steps, 'recordGrant', 'resolved') < nowhere;
  const isOwed = ({ ask, detail }: Step): boolean => {
    if (ask === 'lockoutBegan' || (ask === 'tell' && detail === 'lockout.started')) return true;
    return ask === 'tell' && isRecorded && (detail === 'decision.failed' || detail.startsWith('strike.'));
  };
  return steps
    .slice(withdrawnAt + 1)
    .filter((step) => step.phase === 'asked' && !isOwed(step))
    .map(({ ask, detail }) => (isAnswered(ask) ? `${ask} is asked though nobody waits any more` : `${ask} ${detail} though nobody waits any more`));
};

/** R10: a wait that an attempt earned is told after everything else, unless the attempt was given back. */
const lockoutBreaches = ({ script, steps }: Run): string[] => {
  const isBurnt = placeOf(steps, 'burnAttempt', 'resolved') < nowhere && script.burnAttempt !== 0;
  const isGivenBack = placeOf(steps, 'recordGrant', 'resolved') < nowhere;
  const toldAt = placeOf(steps, 'tell', 'asked', 'lockout.started');
  const began = steps.filter(({ ask }) => ask === 'lockoutBegan').length;
  if (!isBurnt || isGivenBack) return toldAt < nowhere || began > 0 ? ['a lockout is told that nobody earned'] : [];
  const isTold = toldAt === steps.length - 2 && steps.at(-1)?.ask === 'lockoutBegan' && began === 1;
  return isTold ? [] : ['an earned lockout is not told, once, after everything else'];
};

const isAnswered = (ask: Step['ask']): ask is Answered => !['tell', 'lockoutBegan', 'countLockedOut'].includes(ask);
