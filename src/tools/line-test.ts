/**
 * Asks one reader the same question many times and says how good the line is (FIELD I6), at the rate in force or at each one the reader
 * takes. The question is ID, which every reader answers in clear and which changes nothing. A controller must not speak meanwhile.
 */
import { nakCodes } from '../osdp/nak.ts';
import { decodeReply, type Reply } from '../osdp/replies.ts';
import { type LineAsker, type Overheard, replyWaitMs } from './line-asker.ts';

/** An answer that begins after `replyWaitMs` is late; one that begins after this is lost. */
const lostAfterMs = 2 * replyWaitMs;
/** Time for a reader to take another rate, which it begins when its answer is out. */
const settleMs = 200;
/** A reader of this make goes back after a minute to the rate at which it was last heard (SECURITY A23). */
const wayBackMs = 65_000;
/** Above this share of faults a line is poor: repeats hide fewer. */
const poorShare = 0.01;

export interface RateQuality {
  readonly baudRate: number;
  readonly asked: number;
  /** Not a byte came in time. */
  readonly lost: number;
  /** Something came that was not the answer whole, or came with it. */
  readonly damaged: number;
  readonly late: number;
  /** From the end of a question to the beginning of its answer, ascending; of whole answers. */
  readonly replyMs: readonly number[];
}

export const testRate = async (asker: LineAsker, address: number, baudRate: number, questions: number): Promise<RateQuality> => {
  const quality = { lost: 0, damaged: 0, late: 0 };
  const replyMs: number[] = [];
  for (let asked = 0; asked < questions; asked += 1) {
    const answer = await asker.ask({ address, name: 'id', payload: { form: 'standard' }, waitMs: lostAfterMs, isHasty: true });
    const isWhole = repliesFrom(answer, address).some(({ name }) => name === 'pdid');
    if (answer.firstMs === undefined) quality.lost += 1;
    else if (!isWhole || answer.damagedBytes > 0) quality.damaged += 1;
    else if (answer.firstMs > replyWaitMs) quality.late += 1;
    if (isWhole && answer.firstMs !== undefined) replyMs.push(answer.firstMs);
  }
  return { baudRate, asked: questions, ...quality, replyMs: replyMs.toSorted((left, right) => left - right) };
};

const repliesFrom = ({ frames }: Overheard, address: number): readonly Reply[] =>
  frames.flatMap((frame) => {
    const reply = decodeReply(frame.code, frame.data);
    return frame.isReply && frame.address === address && reply.ok ? [reply.value] : [];
  });

export interface RatesTest {
  readonly qualities: readonly RateQuality[];
  /** What else there is to say, a sentence each. */
  readonly notes: readonly string[];
  /** False: the reader is not, or may not be, at the rate it was found at. */
  readonly isBack: boolean;
}

/** Every rate of `baudRates` that the reader takes, and back to `homeRate`, at which it is. */
export const testRates = async (
  asker: LineAsker,
  address: number,
  homeRate: number,
  baudRates: readonly number[],
  questions: number,
): Promise<RatesTest> => {
  const first = await testRate(asker, address, homeRate, questions);
  const qualities = [first];
  const notes: string[] = [];
  if (first.replyMs.length === 0) return { qualities, notes, isBack: true };
  for (const baudRate of baudRates) {
    if (baudRate === homeRate) continue;
    const moved = await move(asker, address, homeRate, baudRate);
    if (moved === 'unsupported') notes.push(`The reader does not take ${baudRate} baud.`);
    if (moved === 'unsupported') continue;
    if (moved === 'refused') {
      notes.push('The reader has a key and changes its rate only for its controller: only the rate in force was tested.');
      break;
    }
    if (moved === 'moved') {
      qualities.push(await testRate(asker, address, baudRate, questions));
      if ((await move(asker, address, baudRate, homeRate)) === 'moved') continue;
    }
    const isBack = await isBackAlone(asker, address, homeRate);
    notes.push(
      isBack
        ? `The reader went back from ${baudRate} baud by itself: that rate does not work here.`
        : `The reader may be left at ${baudRate} baud. Look for it: doorpad find.`,
    );
    if (!isBack) return { qualities, notes, isBack };
  }
  return { qualities, notes, isBack: true };
};

type Move = 'moved' | 'unsupported' | 'refused' | 'unanswered';

/** Several tries: the question itself may be lost. At the end the line is at the rate the reader is taken to have. */
const triesToMove = 5;

const move = async (asker: LineAsker, address: number, from: number, to: number): Promise<Move> => {
  for (let tried = 0; tried < triesToMove; tried += 1) {
    asker.setBaudRate(from);
    const replies = repliesFrom(await asker.ask({ address, name: 'comset', payload: { address, baudRate: to }, isHasty: true }), address);
    for (const reply of replies) {
      if (reply.name === 'nak') {
        const { code } = reply.payload;
        return code === nakCodes.encryptionRequired || code === nakCodes.securityUnsupported ? 'refused' : 'unsupported';
      }
      if (reply.name === 'com' && reply.payload.baudRate !== to) return 'unsupported';
    }
    // The answer may have been lost, and the reader moved all the same.
    asker.setBaudRate(to);
    await asker.overhear(settleMs);
    if (await answers(asker, address)) return 'moved';
  }
  asker.setBaudRate(from);
  return 'unanswered';
};

const answers = async (asker: LineAsker, address: number): Promise<boolean> =>
  repliesFrom(await asker.ask({ address, name: 'id', payload: { form: 'standard' } }), address).some(({ name }) => name === 'pdid');

const isBackAlone = async (asker: LineAsker, address: number, homeRate: number): Promise<boolean> => {
  asker.setBaudRate(homeRate);
  for (let waitedMs = 0; waitedMs < wayBackMs; waitedMs += 1_000) {
    if (await answers(asker, address)) return true;
    await asker.overhear(1_000 - replyWaitMs);
  }
  return false;
};

export type Verdict = 'good' | 'fair' | 'poor' | 'dead';

export const verdictOf = ({ asked, lost, damaged, late, replyMs }: RateQuality): Verdict => {
  if (replyMs.length === 0) return 'dead';
  const faults = lost + damaged + late;
  if (faults === 0) return 'good';
  return faults <= asked * poorShare ? 'fair' : 'poor';
};

const verdictText: Readonly<Record<Verdict, string>> = {
  good: 'Good: every question was answered whole and in time.',
  fair: 'Fair: a few answers had to be asked for again, which nobody notices. Look at termination and bias before it gets worse.',
  poor: 'Poor: too many answers had to be asked for again. Check termination at both ends, bias at one, a common ground, the length of the cable; or take a lower rate.',
  dead: 'Dead: no whole answer came. Check address, rate, wires and power: doorpad find.',
};

/** Of sorted times, the one that `share` of them do not exceed. */
export const quantile = (sorted: readonly number[], share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

/** What is said to be within a time is never beyond it. */
const within = (time: number): string => `${(Math.max(1, Math.ceil(time * 10)) / 10).toFixed(1)} ms`;

export const qualityText = (quality: RateQuality): string => {
  const { baudRate, asked, lost, damaged, late, replyMs } = quality;
  const times =
    replyMs.length === 0
      ? ''
      : ` Half of the answers began within ${within(quantile(replyMs, 0.5))}, 99 of 100 within ${within(quantile(replyMs, 0.99))}.`;
  return `${baudRate} baud: ${asked} questions, ${lost} lost, ${damaged} damaged, ${late} late.${times} ${verdictText[verdictOf(quality)]}`;
};
