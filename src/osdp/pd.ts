/**
 * The reader's end of a line (OSDP.md §3, §4): bytes and the time in, bytes and events out. Decides who is spoken to, in which order frames are
 * checked, when to be silent, and what a repeat is. Plain code: no timers, no waiting; the caller asks `deadlineMs` and calls `expire`.
 * What commands do is pd-handlers.ts's, whom to believe pd-security.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import { assert } from '../shared/assert.ts';
import { type Command, type CommandHandlers, commandNameOf, decodeCommand } from './commands.ts';
import { type FileManners, FileReceiver, type FileSink } from './file-receiver.ts';
import { configurationAddress, dataRoom, encodeFrame, type Frame, type FrameHeader, leastFrameBytes, mark, maxFrameBytes } from './frame.ts';
import { type DropReason, Framer } from './framer.ts';
import type { NakReason } from './nak.ts';
import { nak, type PdAnswer } from './pd-answer.ts';
import { checkDescription, cuidOf, type PdDescription } from './pd-device.ts';
import { type PdHands, pdHandlers } from './pd-handlers.ts';
import { PdIndicators } from './pd-indicators.ts';
import { type Keep, type LineSettings, PdLineSettings } from './pd-line-settings.ts';
import { type Report, type ReportDrop, ReportQueue, StatusChanges, type StatusName } from './pd-reports.ts';
import { type PdPolicy, PdSecurity, type SecurityEvent } from './pd-security.ts';
import { encodeReply, type Reply, replies } from './replies.ts';

/** Without a valid exchange for this long the other end is gone, and a session with it. */
export const offlineMs = 8_000;

export type PdEvent =
  | SecurityEvent
  | { readonly type: 'online' | 'offline' }
  /** A command that may not come in clear; it had no effect. */
  | { readonly type: 'clear.refused'; readonly code: number }
  /** To be obeyed once the reply before it is on the line. `reverted`: they did not work; `settings` are those before. */
  | { readonly type: 'line.switched' | 'line.reverted'; readonly settings: LineSettings }
  /** They work, and are kept over a restart; or they work, and cannot be kept: without the power, or the other end, those before come back. */
  | { readonly type: 'line.kept' | 'line.failed'; readonly settings: LineSettings }
  | { readonly type: 'report.dropped'; readonly reason: ReportDrop; readonly name: Report['name'] }
  | { readonly type: 'indicators.changed'; readonly what: 'leds' | 'buzzer' | 'outputs' }
  | { readonly type: 'bytes.dropped'; readonly reason: DropReason; readonly bytes: number };

export interface PdListener {
  /** To be sent at once and whole: a mark where the ACU uses one, and a frame. */
  send(bytes: Uint8Array): void;
  event(event: PdEvent): void;
}

export interface PdOptions {
  readonly crypto: Crypto;
  readonly description: PdDescription;
  readonly line: LineSettings;
  readonly keepLine: Keep<LineSettings>;
  readonly policy: PdPolicy;
  readonly hands: PdHands;
  /** Without: FILETRANSFER is unknown. */
  readonly files?: { readonly sink: FileSink; readonly manners: FileManners };
}

/** The command answered last, and the answer, to give again byte for byte. */
interface Answered {
  readonly command: Uint8Array;
  readonly check: Frame['check'];
  readonly reply: Uint8Array;
}

/** Which commands the configuration address is for. */
const forAnyAddress: ReadonlySet<string | undefined> = new Set(['id', 'cap', 'comset']);

export class PdSession {
  readonly indicators: PdIndicators;
  readonly #listener: PdListener;
  readonly #framer: Framer;
  readonly #security: PdSecurity;
  readonly #line: PdLineSettings;
  readonly #reports: ReportQueue;
  readonly #changes = new StatusChanges();
  readonly #files: FileReceiver | undefined;
  readonly #handlers: CommandHandlers<PdAnswer>;
  readonly #exchange: { nowMs: number; block: Frame['security']; room: number } = { nowMs: 0, block: undefined, room: 0 };
  #maxReplyBytes = leastFrameBytes;
  /** Of the last command that counted; undefined after power-up: only 0 is right then. */
  #sequence: number | undefined;
  #answered: Answered | undefined;
  /** The command last answered BUSY, until another is answered. */
  #busy: Frame | undefined;
  #offlineAtMs: number | undefined;
  /** KEEPACTIVE: the other end is taken to be there until then, though it says nothing. */
  #keptUntilMs = 0;

  constructor(listener: PdListener, options: PdOptions) {
    const { crypto, description, policy } = options;
    checkDescription(description);
    this.#listener = listener;
    this.indicators = new PdIndicators(description);
    this.#framer = new Framer(
      { frame: (frame) => this.#hear(frame), dropped: (reason, bytes, header) => this.#dropped(reason, bytes, header) },
      { maxBytes: description.receiveBytes },
    );
    this.#security = new PdSecurity(crypto, policy, cuidOf(description), (event) => this.#tellSecurity(event));
    this.#line = new PdLineSettings(options.line, description.baudRates, options.keepLine);
    this.#reports = new ReportQueue((reason, name) => listener.event({ type: 'report.dropped', reason, name }));
    this.#files = options.files && new FileReceiver(options.files.sink, options.files.manners);
    this.#handlers = pdHandlers(
      {
        description,
        hands: options.hands,
        indicators: this.indicators,
        reports: this.#reports,
        changes: this.#changes,
        files: this.#files,
        security: this.#security,
        line: this.#line,
        withholdsCredentials: () => policy.secureRequired && this.#security.isOnDefaultKey,
        setMaxReply: (bytes) => {
          this.#maxReplyBytes = Math.min(bytes, maxFrameBytes);
        },
        keepActive: (untilMs) => {
          this.#keptUntilMs = untilMs;
        },
        switchLine: (settings) => {
          if (this.#line.switchTo(settings, this.#exchange.nowMs)) listener.event({ type: 'line.switched', settings });
        },
        changed: (what) => listener.event({ type: 'indicators.changed', what }),
      },
      this.#exchange,
    );
  }

  get isOnline(): boolean {
    return this.#offlineAtMs !== undefined;
  }

  /** A session is open, on the PD's own key. */
  get isSecure(): boolean {
    return this.#security.isOpen && !this.#security.isOnDefaultKey;
  }

  get lineSettings(): LineSettings {
    return this.#line.inForce;
  }

  get waitingReports(): number {
    return this.#reports.length;
  }

  /** When `expire` is due next; undefined: nothing waits for the time. */
  get deadlineMs(): number | undefined {
    const due = [this.#framer.deadlineMs, this.#offlineAtMs, this.#line.deadlineMs].filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Bytes from the line, cut anywhere, at `nowMs` (monotonic). Whatever they are, it does not throw. */
  receive(bytes: Uint8Array, nowMs: number): void {
    this.expire(nowMs);
    this.#framer.receive(bytes, nowMs);
  }

  /** Does what has fallen due; nothing before `deadlineMs`. */
  expire(nowMs: number): void {
    this.#exchange.nowMs = nowMs;
    this.#framer.expire(nowMs);
    if (this.#offlineAtMs !== undefined && nowMs >= this.#offlineAtMs) this.#goOffline();
    const ended = this.#line.expire(nowMs);
    if (ended !== undefined) this.#listener.event({ type: `line.${ended}`, settings: this.#line.inForce });
  }

  /** Something to say at the next POLL. False, and told, when too much waits already. */
  report(report: Report, nowMs: number): boolean {
    return this.#reports.add(report, nowMs);
  }

  /** The status is told at a POLL to come, as it is then; to nobody who is not there: whoever comes later asks. */
  statusChanged(name: StatusName): void {
    if (this.isOnline) this.#changes.note(name);
  }

  /** Another one takes its place: a session is closed, and a file that was on its way is cut off. */
  end(): void {
    this.#restart();
  }

  /** The line was closed and opened: half a frame is forgotten. */
  resetLine(): void {
    this.#framer.reset();
  }

  #hear(frame: Frame): void {
    if (!this.#isForMe(frame)) return;
    this.#security.review(this.#exchange.nowMs);
    if (this.#isMisread(frame)) return;
    if (frame.sequence !== 0 && isSameBytes(this.#answered?.command, frame.bytes)) {
      this.#send((this.#answered as Answered).reply);
      return;
    }
    if (!this.#isBusyRepeat(frame)) {
      if (frame.sequence === 0) {
        this.#restart();
        this.#sequence = 0;
      } else if (frame.sequence !== nextSequence(this.#sequence)) {
        this.#refuse(frame, 'wrongSequence');
        return;
      }
    }
    this.#take(frame);
  }

  /** An address and a sequence that are right: is it believed, may it be said so, can it be read? */
  #take(frame: Frame): void {
    const isSecured = frame.mac !== undefined;
    const data = isSecured ? this.#security.open(frame, this.#exchange.nowMs) : frame.data;
    if (data === undefined) {
      this.#count(frame, this.#refuse(frame, 'encryptionRequired'));
      return;
    }
    this.#exchange.block = frame.security;
    this.#exchange.room = dataRoom(this.#maxReplyBytes, frame.check, isSecured);
    const refusal = this.#refusalOf(frame, isSecured);
    const command = refusal === undefined ? decodeCommand(frame.code, data) : undefined;
    const answer = command === undefined ? nak(refusal as NakReason) : command.ok ? this.#handle(command.value) : nak(command.failure);
    if (answer === 'busy') {
      this.#busy = frame;
      this.#send(this.#plain({ ...frame, sequence: 0 }, replies.busy.code, new Uint8Array(0)));
      return;
    }
    const reply = this.#encode(frame, isSecured, answer);
    this.#send(reply);
    // What is not authentic moves nothing in a session: not even the sequence.
    const isBelieved = isSecured || !this.#security.isOpen || answer.reply.name === 'rmacI';
    if (isBelieved) this.#count(frame, reply);
    if (isSecured || (isBelieved && answer.reply.name !== 'nak')) this.#prove();
    answer.after?.();
  }

  #handle({ name, payload }: Command): PdAnswer {
    return (this.#handlers[name] as (payload: unknown) => PdAnswer)(payload);
  }

  /** Why this command may not come, here and now. */
  #refusalOf(frame: Frame, isSecured: boolean): NakReason | undefined {
    const name = commandNameOf(frame.code);
    const isHandshake = name === 'chlng' || name === 'scrypt';
    if (!isSecured) {
      if (!(this.#security.isOpen ? isHandshake : this.#security.passesInClear(name))) {
        this.#listener.event({ type: 'clear.refused', code: frame.code });
        return 'encryptionRequired';
      }
      if (frame.security !== undefined && !isHandshake) return 'securityUnsupported';
    }
    return frame.address === configurationAddress && !forAnyAddress.has(name) ? 'unknownCommand' : undefined;
  }

  #encode(frame: Frame, isSecured: boolean, { reply, block }: Exclude<PdAnswer, 'busy'>): Uint8Array {
    const code = replies[reply.name].code;
    const data = encodeReply(reply.name, reply.payload as never);
    assert(data.length <= this.#exchange.room, 'a reply is no longer than the ACU takes');
    if (isSecured) return this.#security.channel.seal(frame, code, data);
    return this.#plain(frame, code, data, block);
  }

  #plain({ address, sequence, check }: Omit<FrameHeader, 'isReply'>, code: number, data: Uint8Array, security?: Frame['security']): Uint8Array {
    return encodeFrame({ address, isReply: true, sequence, check, security, code, data });
  }

  /** In clear, whatever the command was in: nobody has shown to be whom the session is with. */
  #refuse(header: FrameHeader, reason: NakReason): Uint8Array {
    const { name, payload } = nak(reason).reply as Extract<Reply, { name: 'nak' }>;
    const reply = this.#plain(header, replies[name].code, encodeReply(name, payload));
    this.#send(reply);
    return reply;
  }

  /** The command is done: it will not be done again, and its successor is due. */
  #count(frame: Frame, reply: Uint8Array): void {
    this.#sequence = frame.sequence;
    this.#answered = { command: frame.bytes, check: frame.check, reply };
    this.#busy = undefined;
  }

  /** A valid exchange: the other end is there, and the settings of the line work. */
  #prove(): void {
    if (this.#offlineAtMs === undefined) this.#listener.event({ type: 'online' });
    this.#offlineAtMs = Math.max(this.#keptUntilMs, this.#exchange.nowMs + offlineMs);
    if (!this.isSecure && this.#security.isLocked) return;
    const kept = this.#line.proven(this.#exchange.nowMs);
    if (kept !== undefined) this.#listener.event({ type: `line.${kept}`, settings: this.#line.inForce });
  }

  #restart(): void {
    this.#security.close();
    this.#files?.abort();
    this.#answered = undefined;
    this.#busy = undefined;
  }

  #goOffline(): void {
    this.#offlineAtMs = undefined;
    this.#keptUntilMs = 0;
    this.#restart();
    this.#maxReplyBytes = leastFrameBytes;
    this.indicators.silence();
    this.#changes.clear();
    this.#listener.event({ type: 'offline' });
  }

  #tellSecurity(event: SecurityEvent): void {
    // What began in one session, or in none, does not go on in another.
    if (event.type === 'session.closed' || event.type === 'session.opened') this.#files?.abort();
    this.#listener.event(event);
  }

  #dropped(reason: DropReason, bytes: number, header: FrameHeader | undefined): void {
    this.#listener.event({ type: 'bytes.dropped', reason, bytes });
    if (header === undefined || !this.#isForMe(header)) return;
    this.#refuse(header, reason === 'tooLong' ? 'wrongLength' : 'securityUnsupported');
  }

  #isForMe({ isReply, address }: FrameHeader): boolean {
    return !isReply && (address === this.#line.inForce.address || address === configurationAddress);
  }

  /**
   * A session keeps to the check it began with. Of frames whose bit for the CRC has flipped, one in 256 has a checksum that is right: it is
   * damaged like any other, and no reason to end a session.
   */
  #isMisread({ check, sequence }: Frame): boolean {
    return sequence !== 0 && this.#security.isOpen && check !== this.#answered?.check;
  }

  /** The command that was answered BUSY, once more. Some ACUs change its sequence, even to 0 (OSDP.md §4). */
  #isBusyRepeat({ code, mac, data }: Frame): boolean {
    const busy = this.#busy;
    if (busy === undefined || busy.code !== code || (busy.mac === undefined) !== (mac === undefined)) return false;
    return mac !== undefined || isSameBytes(busy.data, data);
  }

  /** An ACU that sends marks gets some. */
  #send(reply: Uint8Array): void {
    if (!this.#framer.isMarked) {
      this.#listener.send(reply);
      return;
    }
    const bytes = new Uint8Array(reply.length + 1);
    bytes[0] = mark;
    bytes.set(reply, 1);
    this.#listener.send(bytes);
  }
}

const nextSequence = (last: number | undefined): number | undefined => (last === undefined ? undefined : (last % 3) + 1);

const isSameBytes = (left: Uint8Array | undefined, right: Uint8Array): boolean =>
  left !== undefined && left.length === right.length && left.every((byte, at) => byte === right[at]);
