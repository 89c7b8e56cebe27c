/**
 * One half-duplex line as its ACU sees it: many PDs, one exchange at a time (OSDP.md §1). Decides when who is spoken to, and how long an
 * answer is waited for; what is said is acu-session.ts's. Sends only from `expire`: whoever has called anything here looks at `deadlineMs`.
 */
import type { Crypto } from '../ports/crypto.ts';
import { assert } from '../shared/assert.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { AcuEvent, FileRefusal, FileToSend, KeyRefusal, OrderCommand, OrderRefusal, PdSettings, Priority } from './acu-events.ts';
import { AcuSession } from './acu-session.ts';
import { configurationAddress, type Frame, mark, maxFrameBytes } from './frame.ts';
import { Framer, nominalGapMs } from './framer.ts';
import { PollSchedule, type Turn } from './poll-schedule.ts';

/** A PD begins its reply within this (OSDP.md §1). */
export const replyTimeoutMs = 200;
/** RS-485 as OSDP uses it: 32 unit loads. */
export const maxPdsOnLine = 32;
export const defaultPollIntervalMs = 50;

/** Of idle line before a frame (OSDP.md §1). */
const idleCharacters = 2;
/** So many bytes thrown away were a reply (OSDP.md §2: its shortest, with a checksum); fewer are noise. */
const leastReplyBytes = 7;
/** 8N1. */
const bitsPerCharacter = 10;

export interface AcuLineListener {
  /** Put these bytes on the line now, at once. */
  send(bytes: Uint8Array): void;
  /** `address` is the PD's. The listener may order, but not call `receive` or `expire`. */
  told(address: number, event: AcuEvent): void;
}

export interface AcuLineSettings {
  /** 9 600..230 400. */
  readonly baudRate: number;
  /** From one POLL of a PD to its next, when the line has time for it. */
  readonly pollIntervalMs?: number;
}

/** One frame on the line, and who is to answer. */
interface Exchange {
  readonly session: AcuSession;
  readonly sentMs: number;
  /** A reply begins before. */
  readonly replyDueMs: number;
  /** The longest reply has ended before, whoever goes on sending. */
  readonly latestMs: number;
}

export class AcuLine {
  readonly #crypto: Crypto;
  readonly #listener: AcuLineListener;
  readonly #pollIntervalMs: number;
  readonly #framer: Framer;
  readonly #schedule = new PollSchedule();
  readonly #sessions: AcuSession[] = [];
  #baudRate: number;
  #exchange: Exchange | undefined;
  /** Thrown away since the last frame was sent. */
  #droppedBytes = 0;
  #heardMs = Number.NEGATIVE_INFINITY;
  #idleMs = Number.NEGATIVE_INFINITY;
  #nowMs = Number.NEGATIVE_INFINITY;
  #lastOrder = 0;

  constructor(crypto: Crypto, { baudRate, pollIntervalMs = defaultPollIntervalMs }: AcuLineSettings, listener: AcuLineListener) {
    assert(baudRate > 0 && pollIntervalMs >= 0, 'a line has a rate, and polls at intervals');
    this.#crypto = crypto;
    this.#listener = listener;
    this.#baudRate = baudRate;
    this.#pollIntervalMs = pollIntervalMs;
    this.#framer = new Framer({
      frame: (frame) => {
        this.#hear(frame);
      },
      dropped: (_, bytes) => {
        this.#droppedBytes += bytes;
      },
    });
  }

  /** Begins to look for a PD. */
  add(settings: PdSettings, nowMs: number): Result<undefined, 'addressInUse' | 'lineFull'> {
    assert(settings.address >= 0 && settings.address < configurationAddress, 'a PD that is worked with has an address of its own');
    if (this.#at(settings.address) !== undefined) return failed('addressInUse');
    if (this.#sessions.length >= maxPdsOnLine) return failed('lineFull');
    const tell = (address: number, event: AcuEvent): void => {
      this.#listener.told(address, event);
    };
    this.#sessions.push(new AcuSession(this.#crypto, settings, this.#pollIntervalMs, tell, nowMs));
    return ok(undefined);
  }

  /** Speaks to this PD no more. Its orders end first; an unknown one is ignored. */
  remove(address: number, nowMs: number): void {
    const session = this.#at(address);
    if (session === undefined) return;
    session.close(nowMs);
    this.#sessions.splice(this.#sessions.indexOf(session), 1);
    if (this.#exchange?.session === session) this.#exchange = undefined;
  }

  isOnline(address: number): boolean {
    return this.#at(address)?.isOnline === true;
  }

  /** After COMSET: the rate at which the line goes on. */
  setBaudRate(baudRate: number): void {
    this.#baudRate = baudRate;
    this.#framer.reset();
  }

  /** The number of the order; `orderEnded` follows for it, once. */
  order(address: number, command: OrderCommand, nowMs: number, priority: Priority = 'normal'): Result<number, OrderRefusal> {
    const session = this.#at(address);
    if (session === undefined) return failed('unknownPd');
    if (command.name === 'comset') {
      const { address: wanted } = command.payload;
      const holder = this.#at(wanted);
      if (wanted >= configurationAddress || (holder !== undefined && holder !== session)) return failed('wrongAddress');
    }
    const id = this.#lastOrder + 1;
    const taken = session.order({ id, command, priority, queuedMs: nowMs });
    if (!taken.ok) return taken;
    this.#lastOrder = id;
    return ok(id);
  }

  /** `fileProgress` follows, and `fileEnded` once. The bytes may not change before that. */
  sendFile(address: number, file: FileToSend, nowMs: number): Result<undefined, FileRefusal> {
    return this.#at(address)?.sendFile(file, nowMs) ?? failed('unknownPd');
  }

  /** Tells the PD to forget the file; `fileEnded` follows. Nothing to abort is fine. */
  abortFile(address: number): void {
    this.#at(address)?.abortFile();
  }

  /** Opens SCBK-D for this reader, which has no key, for one KEYSET within 5 min. `keyChanged` says that it has the key. */
  install(address: number, scbk: SecretBytes, nowMs: number): Result<undefined, KeyRefusal> {
    const installed = this.#at(address)?.install(scbk, nowMs) ?? failed('unknownPd');
    if (installed.ok && this.#exchange?.session.address === address) this.#exchange = undefined;
    return installed;
  }

  /**
   * Gives a paired reader a new key, which its owner has already put on disk as pending: until `keyChanged`, the reader may have
   * either, and both are tried. After `keyRefused` the old one stands.
   */
  changeKey(address: number, scbk: SecretBytes, nowMs: number): Result<undefined, KeyRefusal> {
    return this.#at(address)?.changeKey(scbk, nowMs) ?? failed('unknownPd');
  }

  /** When `expire` is due, which may be in the past; undefined while there is no PD. */
  get deadlineMs(): number | undefined {
    if (this.#exchange !== undefined) return Math.min(this.#lateMs(this.#exchange), this.#framer.deadlineMs ?? Number.POSITIVE_INFINITY);
    const nextMs = this.#schedule.nextMs(this.#turns());
    if (nextMs === undefined) return undefined;
    const offlineDues = this.#sessions.map(({ offlineDueMs }) => offlineDueMs ?? Number.POSITIVE_INFINITY);
    return Math.min(Math.max(nextMs, this.#idleMs), ...offlineDues);
  }

  /** Any number of bytes that came at `nowMs` (monotonic). */
  receive(bytes: Uint8Array, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#heardMs = nowMs;
    this.#idleMs = Math.max(this.#idleMs, nowMs + this.#wireMs(idleCharacters));
    this.#framer.receive(bytes, nowMs);
  }

  /** Gives up what is late, and speaks to whose turn it is. */
  expire(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#framer.expire(nowMs);
    const exchange = this.#exchange;
    if (exchange !== undefined) {
      if (nowMs < this.#lateMs(exchange)) return;
      this.#framer.reset();
      this.#exchange = undefined;
      this.#schedule.spend(nowMs - exchange.sentMs, nowMs);
      exchange.session.missed(nowMs);
    }
    for (const session of this.#sessions) session.expire(nowMs);
    if (nowMs >= this.#idleMs) this.#speak(nowMs);
  }

  #speak(nowMs: number): void {
    const place = this.#schedule.choose(this.#turns(), nowMs);
    const session = place === undefined ? undefined : this.#sessions[place];
    if (session === undefined) return;
    const frame = session.speak(nowMs);
    const bytes = new Uint8Array(frame.length + 1);
    bytes[0] = mark;
    bytes.set(frame, 1);
    const replyDueMs = nowMs + this.#wireMs(bytes.length) + replyTimeoutMs;
    this.#exchange = { session, sentMs: nowMs, replyDueMs, latestMs: replyDueMs + this.#wireMs(maxFrameBytes) };
    // What came before is no answer to this.
    this.#framer.reset();
    this.#droppedBytes = 0;
    this.#listener.send(bytes);
  }

  /** A reply that has begun may end, but not for ever. One that came damaged is asked for again as soon as the line is silent. */
  #lateMs({ replyDueMs, latestMs }: Exchange): number {
    const isDamaged = this.#droppedBytes >= leastReplyBytes;
    const dueMs = isDamaged ? this.#heardMs + nominalGapMs : Math.max(replyDueMs, this.#framer.deadlineMs ?? replyDueMs);
    return Math.min(dueMs, latestMs);
  }

  #hear(frame: Frame): void {
    if (this.#exchange?.session.hear(frame, this.#nowMs)) this.#exchange = undefined;
  }

  #turns(): readonly Turn[] {
    return this.#sessions.map(({ turn }) => turn);
  }

  #at(address: number): AcuSession | undefined {
    return this.#sessions.find((session) => session.address === address);
  }

  #wireMs(byteCount: number): number {
    return (byteCount * bitsPerCharacter * 1_000) / this.#baudRate;
  }
}
