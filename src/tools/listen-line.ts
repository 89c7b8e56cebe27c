/**
 * Follows what is said on a line, live or from a capture: each frame with its time, direction, name and verdict, and what was damaged.
 * Says nothing itself. What a message holds, and what of it is shown, is listen-words.ts's.
 */
import type { Frame } from '../osdp/frame.ts';
import { type DropReason, Framer } from '../osdp/framer.ts';
import { Listener, type Verdict } from '../osdp/listener.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Line } from '../ports/line.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { unreadWordsOf, wordsOf } from './listen-words.ts';

export type HeardEntry =
  | {
      readonly kind: 'frame';
      /** Since listening began, or since the first record. */
      readonly atMs: number;
      /** Whether it goes from a reader to its controller. */
      readonly isReply: boolean;
      readonly address: number;
      readonly sequence: number;
      readonly name: string;
      readonly detail: string;
      /** `clear`: without a secure channel. */
      readonly verdict: Verdict;
    }
  | { readonly kind: 'dropped'; readonly atMs: number; readonly reason: DropReason; readonly bytes: number };

export interface TranscriptOptions {
  readonly crypto: Crypto;
  /** Of any reader on the line. */
  readonly keys: readonly SecretBytes[];
  /** Digits and card numbers are told. */
  readonly isRevealed: boolean;
  readonly told: (entry: HeardEntry) => void;
  /** Every whole frame, as it was on the line. */
  readonly framed?: (frame: Frame, atMs: number) => void;
}

export class Transcript {
  readonly #options: TranscriptOptions;
  readonly #framer: Framer;
  /** One for each address, of which there are 128. */
  readonly #listeners = new Map<number, Listener>();
  #atMs = 0;

  constructor(options: TranscriptOptions) {
    this.#options = options;
    this.#framer = new Framer({
      frame: (frame) => this.#heard(frame),
      dropped: (reason, bytes) => options.told({ kind: 'dropped', atMs: this.#atMs, reason, bytes }),
    });
  }

  /** When `expire` is due; undefined: nothing is unfinished. */
  get deadlineMs(): number | undefined {
    return this.#framer.deadlineMs;
  }

  receive(bytes: Uint8Array, atMs: number): void {
    this.expire(atMs);
    this.#atMs = atMs;
    this.#framer.receive(bytes, atMs);
  }

  expire(atMs: number): void {
    this.#framer.expire(atMs);
  }

  /** What is unfinished stays so. */
  end(): void {
    this.#framer.expire(Number.POSITIVE_INFINITY);
  }

  #heard(frame: Frame): void {
    const { isReply, address, sequence, code } = frame;
    const { keys, isRevealed } = this.#options;
    this.#options.framed?.(frame, this.#atMs);
    const { verdict, data } = this.#listenerOf(address).hear(frame);
    const words = data === undefined ? unreadWordsOf(frame, whyUnread(verdict, keys.length > 0)) : wordsOf(isReply, code, data, isRevealed);
    this.#options.told({ kind: 'frame', atMs: this.#atMs, isReply, address, sequence, ...words, verdict });
  }

  #listenerOf(address: number): Listener {
    let listener = this.#listeners.get(address);
    if (listener === undefined) {
      listener = new Listener(this.#options.crypto, this.#options.keys);
      this.#listeners.set(address, listener);
    }
    return listener;
  }
}

const whyUnread = (verdict: Verdict, hasKeys: boolean): string => {
  if (verdict !== 'noSession') return 'it cannot be read';
  return hasKeys ? 'its session began before, or has another key' : 'give --key-file to read it';
};

const verdictText: Readonly<Record<Verdict, string>> = {
  clear: '',
  verified: ' [secure]',
  unknownKey: ' [a key that is not known here]',
  wrongCryptogram: ' [WRONG CRYPTOGRAM]',
  repeated: ' [repeated]',
  noSession: ' [secure, not checked]',
  wrongMac: ' [WRONG MAC]',
  wrongPadding: ' [WRONG PADDING]',
  wrongBlock: ' [WRONG SECURITY BLOCK]',
};

export const dropText: Readonly<Record<DropReason, string>> = {
  noise: 'belong to no frame',
  length: 'began like a frame, with a length that none has',
  check: 'a frame that was damaged',
  gap: 'a frame that was cut off',
  tooLong: 'a frame longer than any',
  securityBlock: 'a frame whose security block does not fit',
};

/** One line for people, with its end. In `columns` what it holds is cut, and nothing else: whether it is right is always seen. */
export const entryLine = (entry: HeardEntry, columns?: number): string => {
  const time = `${(entry.atMs / 1_000).toFixed(3).padStart(10)} s`;
  if (entry.kind === 'dropped') return `${time}  ${entry.bytes} ${entry.bytes === 1 ? 'byte' : 'bytes'}: ${dropText[entry.reason]}\n`;
  const { isReply, address, sequence, name, detail, verdict } = entry;
  const head = `${time}  ${isReply ? 'from' : 'to  '} ${String(address).padStart(3)}  #${sequence}  ${name}`;
  if (detail === '') return `${head}${verdictText[verdict]}\n`;
  // That it is not read says that it is not checked.
  const tail = verdict === 'noSession' ? '' : verdictText[verdict];
  const room = columns === undefined ? detail.length : columns - head.length - tail.length - 2;
  return `${head}: ${detail.length <= room ? detail : `${detail.slice(0, Math.max(0, room - 1))}…`}${tail}\n`;
};

/** What was heard, in numbers. */
export interface HeardCount {
  readonly frames: number;
  /** Polls that a reader answered with nothing to tell, of which each is two frames. */
  readonly idlePolls: number;
  /** Bytes that belong to no whole frame. */
  readonly strayBytes: number;
}

/** Counts, and passes over polls that were answered with ACK, unless all are wanted: most of what is said on a line is that nothing happened. */
export class IdleFilter {
  readonly #told: (entry: HeardEntry) => void;
  readonly #isAll: boolean;
  readonly #count = { frames: 0, idlePolls: 0, strayBytes: 0 };
  /** A poll whose answer is still to come. */
  #poll: HeardFrame | undefined;

  constructor(told: (entry: HeardEntry) => void, isAll: boolean) {
    this.#told = told;
    this.#isAll = isAll;
  }

  get count(): HeardCount {
    return this.#count;
  }

  hear(entry: HeardEntry): void {
    if (entry.kind === 'frame') this.#count.frames += 1;
    else this.#count.strayBytes += entry.bytes;
    const poll = this.#poll;
    if (poll !== undefined && isIdleAnswer(poll, entry)) {
      this.#count.idlePolls += 1;
      if (this.#isAll) this.#told(poll);
      if (this.#isAll) this.#told(entry);
      this.#poll = undefined;
      return;
    }
    this.end();
    if (entry.kind === 'frame' && entry.name === 'poll' && !entry.isReply && isAsItShould(entry)) this.#poll = entry;
    else this.#told(entry);
  }

  /** A poll that nobody answered is no idle one. */
  end(): void {
    const poll = this.#poll;
    this.#poll = undefined;
    if (poll !== undefined) this.#told(poll);
  }
}

type HeardFrame = Extract<HeardEntry, { readonly kind: 'frame' }>;

const isAsItShould = ({ verdict }: HeardFrame): boolean => verdict === 'clear' || verdict === 'verified' || verdict === 'noSession';

const isIdleAnswer = (poll: HeardFrame, entry: HeardEntry): boolean =>
  entry.kind === 'frame' && entry.isReply && entry.name === 'ack' && entry.address === poll.address && isAsItShould(entry);

/** For people, at the end. */
export const heardText = ({ frames, idlePolls, strayBytes }: HeardCount, isAll: boolean): string => {
  const count = (number: number, one: string, more: string): string => `${number} ${number === 1 ? one : more}`;
  const idle = `, with ${count(idlePolls, 'poll', 'polls')} that had nothing to tell${isAll ? '' : ' (--all shows them)'}`;
  const stray = `; ${count(strayBytes, 'byte', 'bytes')} that belong to none`;
  return `${count(frames, 'frame', 'frames')} heard${idlePolls === 0 ? '' : idle}${strayBytes === 0 ? '' : stray}.`;
};

/** One object, with its end. */
export const entryJson = (entry: HeardEntry): string => `${JSON.stringify(entry)}\n`;

/** Hears the line until it is stopped; times count from now. What is unfinished then stays so. */
export const listenOn = (line: Line, clock: Clock, transcript: Transcript): Subscription => {
  const startMs = clock.nowMs();
  let timer: unknown;
  const sinceStart = (): number => clock.nowMs() - startMs;
  const subscription = line.listen({
    received: (bytes, atMs) => {
      transcript.receive(bytes, atMs - startMs);
      clock.clearTimeout(timer);
      const { deadlineMs } = transcript;
      if (deadlineMs !== undefined) timer = clock.setTimeout(() => transcript.expire(sinceStart()), deadlineMs - sinceStart());
    },
    attached: () => undefined,
  });
  return {
    stop: () => {
      clock.clearTimeout(timer);
      subscription.stop();
      transcript.end();
    },
  };
};
