/**
 * Private commands to one reader and what became of them (docs/table-profile.md §14..§19): asks, sends in parts, and waits for the word that
 * comes at a later poll. Decides whose file goes first. Never repeats anything: what is lost is the caller's to judge. What commands mean is theirs too.
 */

import {
  doorpadOui,
  type LinkCommand,
  maxFilePartsBytes,
  type Outcome,
  readLinkReply,
  type Status,
  type StatusPage,
  writeLinkCommand,
} from '../../src/link/messages.ts';
import type { OrderCommand, OrderOutcome, OrderRefusal, Priority } from '../../src/osdp/acu-events.ts';
import { dataRoom, leastFrameBytes } from '../../src/osdp/frame.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { assert } from '../../src/shared/assert.ts';
import type { Result } from '../../src/shared/result.ts';

/** Files that wait for their turn. */
export const maxWaitingFiles = 64;
/** From the reader's acknowledgement to its `done`: a disk may be slow, and a table may be in the way. */
export const doneWithinMs = 30_000;
/** Of a file in `filePart`, before its data: the maker's number, the code, tag, total and offset. */
const partHeadBytes = 3 + 1 + 2 + 4 + 4;
/** What fits into the shortest frame any reader takes: what it says of itself in clear is not believed. */
const partBytes = dataRoom(leastFrameBytes, 'crc16', true) - partHeadBytes;

/** `lost`: it may have been done, or not. `refused`: the reader does not take such a command. */
export type Told = Outcome | 'lost' | 'refused';
type Taken = 'taken' | 'lost' | 'refused';
type TagOf<Command> = Command extends { readonly tag: number } ? Omit<Command, 'tag'> : never;
type TaggedLinkCommand = Extract<LinkCommand, { readonly tag: number }>;
/** Everything with a tag but the parts of a file. */
export type TaggedCommand = TagOf<Exclude<LinkCommand, { readonly name: 'filePart' }>>;

/** In the order of their turns: an order waits for no revocation but the one that is on its way. */
const fileKinds = ['order', 'revocation'] as const;
type FileKind = (typeof fileKinds)[number];

type SendOrder = (command: OrderCommand, priority: Priority) => Result<number, OrderRefusal>;

interface DoneWaiter {
  readonly end: (told: Told) => void;
  timer?: unknown;
}

export class PrivateCommands {
  readonly #clock: Clock;
  readonly #send: SendOrder;
  readonly #orders = new Map<number, (outcome: OrderOutcome) => void>();
  readonly #waiting = new Map<number, DoneWaiter>();
  #lastTag = 0;
  /** Counted. */
  #session = 0;
  /** A reader puts one file together at a time. */
  #isSendingFile = false;
  readonly #waitingFiles: Readonly<Record<FileKind, (() => void)[]>> = { order: [], revocation: [] };

  constructor(clock: Clock, send: SendOrder) {
    this.#clock = clock;
    this.#send = send;
  }

  /** A page of its status; undefined: no answer that could be read. */
  async ask(page: StatusPage): Promise<Status | undefined> {
    const outcome = await this.#order({ name: 'status', page }, 'normal');
    if (outcome.kind !== 'answered' || outcome.reply.name !== 'mfgrep' || outcome.reply.payload.oui !== doorpadOui) return undefined;
    const reply = readLinkReply(outcome.reply.payload.data);
    return reply.ok && reply.value.name === 'status' && reply.value.status.page === page ? reply.value.status : undefined;
  }

  /** Says something that has no `done`. */
  async say(command: Extract<LinkCommand, { readonly name: 'released' }>): Promise<Taken> {
    return takenOf(await this.#order(command, 'release'));
  }

  async tell(command: TaggedCommand): Promise<Told> {
    return this.#withTag((tag) => this.#sendTagged({ ...command, tag } as TaggedLinkCommand));
  }

  /**
   * A signed file of at most 65,536 bytes, part by part, behind the files of its kind that were given before. It is made when it has its turn:
   * what is not made after all, or while its session ends, is not sent. `tooMany`: more files wait than should. Rejects with what `make` throws.
   */
  async tellFile<Word extends string = never>(kind: FileKind, make: () => Promise<Uint8Array | Word>): Promise<Told | Word> {
    if (this.#waitingCount >= maxWaitingFiles) return 'tooMany';
    await this.#fileTurn(kind);
    const session = this.#session;
    try {
      const file = await make();
      if (typeof file === 'string') return file;
      if (session !== this.#session) return 'lost';
      assert(file.length > 0 && file.length <= maxFilePartsBytes, 'a file in parts is no longer than a reader takes');
      return await this.#withTag((tag) => this.#sendParts(file, tag));
    } finally {
      this.#isSendingFile = false;
      this.#nextFile();
    }
  }

  /** The reader's word at a poll; one nobody waits for is passed over. */
  done(tag: number, outcome: Outcome): void {
    this.#waiting.get(tag)?.end(outcome);
  }

  /** What became of a command; one that is not from here is passed over. */
  orderEnded(order: number, outcome: OrderOutcome): void {
    const ended = this.#orders.get(order);
    this.#orders.delete(order);
    ended?.(outcome);
  }

  /** The session is over: no `done` of it will come. */
  end(): void {
    this.#session += 1;
    for (const { end } of this.#waiting.values()) end('lost');
  }

  get #waitingCount(): number {
    return fileKinds.reduce((count, kind) => count + this.#waitingFiles[kind].length, 0);
  }

  #fileTurn(kind: FileKind): Promise<void> {
    return new Promise((resolve) => {
      this.#waitingFiles[kind].push(resolve);
      this.#nextFile();
    });
  }

  #nextFile(): void {
    if (this.#isSendingFile) return;
    const waiting = fileKinds.map((kind) => this.#waitingFiles[kind]).find(({ length }) => length > 0);
    const begin = waiting?.shift();
    if (begin === undefined) return;
    this.#isSendingFile = true;
    begin();
  }

  async #sendParts(file: Uint8Array, tag: number): Promise<Taken> {
    for (let offset = 0; offset < file.length; offset += partBytes) {
      const data = file.subarray(offset, offset + partBytes);
      const taken = await this.#sendTagged({ name: 'filePart', tag, totalBytes: file.length, offset, data });
      if (taken !== 'taken') return taken;
      // Refused before its end.
      if (!this.#waiting.has(tag)) return 'taken';
    }
    return 'taken';
  }

  async #withTag(send: (tag: number) => Promise<Taken>): Promise<Told> {
    this.#lastTag = (this.#lastTag % 0xffff) + 1;
    const tag = this.#lastTag;
    let told: Told | undefined;
    let settle: ((told: Told) => void) | undefined;
    const waiter: DoneWaiter = {
      end: (outcome) => {
        this.#waiting.delete(tag);
        this.#clock.clearTimeout(waiter.timer);
        told = outcome;
        settle?.(outcome);
      },
    };
    this.#waiting.set(tag, waiter);
    const taken = await send(tag);
    if (taken !== 'taken') waiter.end(taken);
    if (told !== undefined) return told;
    waiter.timer = this.#clock.setTimeout(() => waiter.end('lost'), doneWithinMs);
    return new Promise((resolve) => {
      settle = resolve;
    });
  }

  /** A reader that has too much to do says so in place of its acknowledgement. */
  async #sendTagged(command: TaggedLinkCommand): Promise<Taken> {
    const outcome = await this.#order(command, 'normal');
    if (outcome.kind === 'answered' && outcome.reply.name === 'mfgrep' && outcome.reply.payload.oui === doorpadOui) {
      const reply = readLinkReply(outcome.reply.payload.data);
      if (reply.ok && reply.value.name === 'done') this.done(reply.value.tag, reply.value.outcome);
    }
    return takenOf(outcome);
  }

  #order(command: LinkCommand, priority: Priority): Promise<OrderOutcome> {
    const sent = this.#send({ name: 'mfg', payload: { oui: doorpadOui, data: writeLinkCommand(command) } }, priority);
    if (!sent.ok) return Promise.resolve({ kind: 'notSent' });
    return new Promise((resolve) => {
      this.#orders.set(sent.value, resolve);
    });
  }
}

const takenOf = ({ kind }: OrderOutcome): Taken => (kind === 'answered' ? 'taken' : kind === 'refused' ? 'refused' : 'lost');
