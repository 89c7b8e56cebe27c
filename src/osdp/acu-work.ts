/**
 * What a PD that is online is told, and in which order: releases, other orders, polls, the fragments of a file; and what becomes of each.
 * Whether it is online, and whether an answer may be believed, is acu-session.ts's.
 */
import { failed, ok, type Result } from '../shared/result.ts';
import type { AcuEvent, FileOutcome, FileToSend, OrderOutcome, OrderRefusal } from './acu-events.ts';
import { answersTo, type Order, OrderQueue } from './acu-orders.ts';
import { type Command, encodeCommand } from './commands.ts';
import { FileSender } from './file-sender.ts';
import { isPartName, PartReceiver } from './part-receiver.ts';
import { ranks } from './poll-schedule.ts';
import { decodeReply, type Reply, replies } from './replies.ts';

/** Orders in a row that may pass a poll due before them: what the PD has to say must not wait for ever. */
export const maxOrdersInRow = 4;
/** Between polls while fragments follow one another; the fragments keep the session alive. */
export const filePollIntervalMs = 250;
/** How long a PD may forbid everything but its file. */
export const maxExclusiveMs = 4_000;

export type WorkJob = { readonly kind: 'poll' | 'file' | 'abort' | 'acurxsize' } | { readonly kind: 'order'; readonly order: Order };

export interface Agenda {
  readonly rank: number;
  readonly dueMs: number;
  readonly job: WorkJob;
}

export interface WorkListener {
  say(event: AcuEvent): void;
  /** The PD is at this address from now on. */
  moved(address: number): void;
}

/** Most bytes of data in a frame to this PD, and in one of at most so many bytes. */
export type RoomOf = (maxFrameBytes?: number) => number;

/** How many bytes of data a command has. */
export const dataBytesOf = ({ name, payload }: Command): number => encodeCommand(name, payload as never).length;

export class AcuWork {
  readonly #listener: WorkListener;
  readonly #pollIntervalMs: number;
  readonly #maxReplyBytes: number | undefined;
  readonly #orders = new OrderQueue();
  readonly #parts = new PartReceiver();
  #polledMs = Number.NEGATIVE_INFINITY;
  #mustPoll = false;
  #ordersInRow = 0;
  #mustTellSize = false;
  #file: FileSender | undefined;
  #isAborting = false;

  constructor(pollIntervalMs: number, maxReplyBytes: number | undefined, listener: WorkListener) {
    this.#pollIntervalMs = pollIntervalMs;
    this.#maxReplyBytes = maxReplyBytes;
    this.#listener = listener;
  }

  order(order: Order, room: number): Result<undefined, OrderRefusal> {
    if (this.#orders.isFull) return failed('queueFull');
    if (dataBytesOf(order.command) > room) return failed('tooLong');
    this.#orders.add(order);
    return ok(undefined);
  }

  sendFile(file: FileToSend, nowMs: number): Result<undefined, 'fileUnderWay'> {
    if (this.#file !== undefined) return failed('fileUnderWay');
    this.#file = new FileSender(file, nowMs);
    return ok(undefined);
  }

  abortFile(): void {
    this.#isAborting = this.#file !== undefined;
  }

  /** A session is open: what the PD forgot with the last one is told again. */
  begin(): void {
    this.#mustTellSize = this.#maxReplyBytes !== undefined;
  }

  /** Another session is open: what began in the one before does not go on in it (src/osdp/pd.ts). */
  renew(): void {
    if (this.#file !== undefined) this.#fileEnded({ kind: 'interrupted', offset: this.#file.offset });
  }

  /** What comes next. */
  get agenda(): Agenda {
    const order = this.#orders.first;
    if (order?.priority === 'release') return { rank: ranks.release, dueMs: order.queuedMs, job: { kind: 'order', order } };
    if (this.#mustTellSize) return { rank: ranks.order, dueMs: Number.NEGATIVE_INFINITY, job: { kind: 'acurxsize' } };
    if (this.#isAborting) return { rank: ranks.order, dueMs: Number.NEGATIVE_INFINITY, job: { kind: 'abort' } };
    const file = this.#file;
    const pollDueMs = this.#pollDueMs;
    const isExclusive = file?.isExclusive === true && this.#polledMs + maxExclusiveMs > file.readyMs;
    if (file !== undefined && (isExclusive || (order === undefined && file.readyMs < pollDueMs)))
      return { rank: ranks.poll, dueMs: file.readyMs, job: { kind: 'file' } };
    if (order !== undefined) {
      const mustPoll = this.#ordersInRow >= maxOrdersInRow && pollDueMs <= order.queuedMs;
      return { rank: ranks.order, dueMs: order.queuedMs, job: mustPoll ? { kind: 'poll' } : { kind: 'order', order } };
    }
    return { rank: ranks.poll, dueMs: pollDueMs, job: { kind: 'poll' } };
  }

  get #pollDueMs(): number {
    if (this.#mustPoll) return Number.NEGATIVE_INFINITY;
    const isSending = this.#file?.isPausing === false;
    return this.#polledMs + (isSending ? Math.max(this.#pollIntervalMs, filePollIntervalMs) : this.#pollIntervalMs);
  }

  /** Takes the first of the agenda, as the command it is. */
  take(nowMs: number, roomOf: RoomOf): { readonly job: WorkJob; readonly command: Command } {
    const { job } = this.agenda;
    this.#ordersInRow = job.kind === 'order' ? this.#ordersInRow + 1 : job.kind === 'poll' ? 0 : this.#ordersInRow;
    switch (job.kind) {
      case 'order':
        this.#orders.shift();
        return { job, command: job.order.command };
      case 'acurxsize':
        this.#mustTellSize = false;
        return { job, command: { name: 'acurxsize', payload: { maxReplyBytes: this.#maxReplyBytes as number } } };
      case 'abort':
        return { job, command: { name: 'abort', payload: undefined } };
      case 'file':
        return { job, command: { name: 'filetransfer', payload: (this.#file as FileSender).next(roomOf) } };
      case 'poll':
        this.#polledMs = nowMs;
        this.#mustPoll = false;
        return { job, command: { name: 'poll', payload: undefined } };
    }
  }

  /** The PD's answer, which can be believed. */
  answered(job: WorkJob, code: number, data: Uint8Array, nowMs: number): void {
    const decoded = decodeReply(code, data);
    const reply = decoded.ok ? decoded.value : undefined;
    if (job.kind === 'poll') this.#polled(code, decoded);
    else if (job.kind === 'file') this.#fileAnswered(code, data, reply, nowMs);
    else if (job.kind === 'abort') this.#fileEnded({ kind: 'aborted' });
    else if (job.kind === 'order') this.#orderAnswered(job.order, code, data, reply);
  }

  /** From the PD, but in a form that counts for nothing. */
  unusable(job: WorkJob, code: number): void {
    if (job.kind === 'order') this.#orderEnded(job.order, { kind: 'unusable', code });
    else if (job.kind === 'file') this.#fileEnded({ kind: 'unusable', code });
    else if (job.kind === 'abort') this.#fileEnded({ kind: 'aborted' });
    else this.#listener.say({ kind: 'unreadable', code, why: 'unexpected' });
  }

  /** The PD is offline; `job` was on its way. */
  end(job: WorkJob | undefined): void {
    if (job?.kind === 'order') this.#orderEnded(job.order, { kind: 'lost' });
    if (this.#file !== undefined) this.#fileEnded({ kind: 'interrupted', offset: this.#file.offset });
    for (const order of this.#orders.drain()) this.#orderEnded(order, { kind: 'notSent' });
    this.#parts.reset();
    this.#polledMs = Number.NEGATIVE_INFINITY;
    this.#ordersInRow = 0;
  }

  #polled(code: number, decoded: ReturnType<typeof decodeReply>): void {
    if (!decoded.ok) this.#listener.say({ kind: 'unreadable', code, why: decoded.failure });
    else if (decoded.value.name === 'ccrypt' || decoded.value.name === 'rmacI') this.#listener.say({ kind: 'unreadable', code, why: 'unexpected' });
    else if (decoded.value.name !== 'ack') this.#report(decoded.value);
  }

  /** Something the PD says of itself, or one more part of it. */
  #report(reply: Reply): void {
    if (!isPartName(reply.name)) {
      this.#listener.say({ kind: 'report', reply });
      return;
    }
    const taken = this.#parts.take(reply as Extract<Reply, { readonly name: typeof reply.name }>);
    if (taken.kind === 'whole') this.#listener.say({ kind: 'whole', name: reply.name, data: taken.data });
    if (taken.kind === 'dropped') this.#listener.say({ kind: 'unreadable', code: replies[reply.name].code, why: 'unexpected' });
  }

  #orderAnswered(order: Order, code: number, data: Uint8Array, reply: Reply | undefined): void {
    const { command } = order;
    if (code === replies.nak.code) this.#orderEnded(order, { kind: 'refused', code: data[0] ?? 0, data: data.slice(1) });
    else if (reply === undefined || !answersTo[command.name].includes(reply.name)) this.#orderEnded(order, { kind: 'unusable', code });
    else {
      if (command.name === 'comset' && reply.name === 'com' && reply.payload.address === command.payload.address) {
        this.#listener.moved(reply.payload.address);
        this.#listener.say({ kind: 'moved', ...reply.payload });
      }
      if (isPartName(reply.name)) this.#report(reply);
      this.#orderEnded(order, { kind: 'answered', reply });
    }
  }

  #fileAnswered(code: number, data: Uint8Array, reply: Reply | undefined, nowMs: number): void {
    const file = this.#file;
    if (file === undefined) return;
    if (code === replies.nak.code) this.#fileEnded({ kind: 'refused', code: data[0] ?? 0 });
    else if (reply?.name !== 'ftstat') this.#fileEnded({ kind: 'unusable', code });
    else {
      const before = file.offset;
      const outcome = file.take(reply.payload, nowMs);
      this.#mustPoll ||= reply.payload.action.pollWaiting;
      if (file.offset > before) this.#listener.say({ kind: 'fileProgress', offset: file.offset });
      if (outcome !== undefined) this.#fileEnded(outcome);
    }
  }

  #orderEnded({ id }: Order, outcome: OrderOutcome): void {
    this.#listener.say({ kind: 'orderEnded', order: id, outcome });
  }

  #fileEnded(outcome: FileOutcome): void {
    if (this.#file === undefined) return;
    this.#file = undefined;
    this.#isAborting = false;
    this.#listener.say({ kind: 'fileEnded', outcome });
  }
}
