/**
 * One PD as the ACU sees it (OSDP.md §3, §4, §12): how it is found, how a session comes to be and ends, and which answers are believed:
 * none outside a session, where there must be one. What it is told while online is acu-work.ts's, and when it speaks acu-line.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import { present } from '../shared/assert.ts';
import { failed, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { AcuEvent, Alarm, FileRefusal, FileToSend, KeyRefusal, OfflineReason, OrderRefusal, PdSettings } from './acu-events.ts';
import { AcuKeys, type KeyTry } from './acu-keys.ts';
import type { Order } from './acu-orders.ts';
import { AcuSender, type Flight } from './acu-sender.ts';
import { AcuWork } from './acu-work.ts';
import { type Capabilities, capabilitiesFrom } from './capabilities.ts';
import type { Command } from './commands.ts';
import { type Frame, scs } from './frame.ts';
import { nakCodes } from './nak.ts';
import { ranks, type Turn } from './poll-schedule.ts';
import { decodeReply, type Reply, type ReplyPayload, replies } from './replies.ts';
import { AcuSecureChannel, scbkKinds } from './secure-channel.ts';

/** Without a valid exchange for so long, a PD is offline and its session dead (OSDP.md §1). */
export const offlineMs = 8_000;
/**
 * A PD is started anew no sooner than this after the last time: what it answers wrongly costs the others little. Short enough for a start
 * that noise has spoilt to be repeated, and done, within a second of the noise (SECURITY A1).
 */
export const attemptIntervalMs = 700;
/** How often a step of the start is asked for before it begins anew. */
export const maxStartTries = 2;
/** A PD that is online is asked again after a lost reply no later than this. */
export const maxRetryWaitMs = 2_000;
/** After BUSY. */
export const busyRetryMs = 100;
/** How often NAK 1 is answered with the same bytes again. */
export const maxDamagedRepeats = 3;
/** A session ends after so long or so many commands, whichever is first (SECURITY B16). */
export const maxSessionMs = 6 * 3_600_000;
export const maxSessionCommands = 2 ** 20;
/** The same alarm is told no sooner than this (SECURITY B10). */
export const alarmIntervalMs = 60_000;

type Phase = 'identifying' | 'listing' | 'challenging' | 'confirming' | 'keying' | 'online';

const none = new Uint8Array(0);
const ack = replies.ack.code;
const nak = replies.nak.code;

/** Replies of the handshake. */
const isHandshake = (code: number): boolean => code === replies.ccrypt.code || code === replies.rmacI.code;

export class AcuSession {
  readonly #tell: (address: number, event: AcuEvent) => void;
  readonly #keys: AcuKeys;
  readonly #channel: AcuSecureChannel;
  readonly #sender: AcuSender;
  readonly #work: AcuWork;
  readonly #alarmedMs = new Map<Alarm, number>();
  #phase: Phase = 'identifying';
  /** Between the events `online` and `offline`; also while a session is renewed. */
  #isOnline = false;
  #flight: Flight | undefined;
  #misses = 0;
  #spokeMs = Number.NEGATIVE_INFINITY;
  #validMs = 0;
  /** When the next step of a start is due. */
  #stepMs: number;
  #attemptMs = Number.NEGATIVE_INFINITY;
  #identity: ReplyPayload<'pdid'> | undefined;
  #capabilities: Capabilities | undefined;
  /** The keys still to try; the first is being tried. */
  #tries: readonly KeyTry[] = [];
  #serverCryptogram: Uint8Array = none;
  #sessionMs = 0;

  constructor(crypto: Crypto, settings: PdSettings, pollIntervalMs: number, tell: (address: number, event: AcuEvent) => void, nowMs: number) {
    this.#channel = new AcuSecureChannel(crypto);
    this.#keys = new AcuKeys(settings.pairing);
    this.#sender = new AcuSender(settings.address, this.#channel, this.#keys);
    this.#tell = tell;
    this.#stepMs = nowMs;
    this.#work = new AcuWork(pollIntervalMs, settings.maxReplyBytes, {
      say: (event) => {
        this.#say(event);
      },
      moved: (address) => {
        this.#sender.address = address;
      },
    });
  }

  get address(): number {
    return this.#sender.address;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** When it is offline for want of a valid exchange. */
  get offlineDueMs(): number | undefined {
    return this.#isOnline ? this.#validMs + offlineMs : undefined;
  }

  get turn(): Turn {
    const latestMs = this.#misses === 0 ? undefined : this.#isOnline ? this.#spokeMs + maxRetryWaitMs : Number.POSITIVE_INFINITY;
    if (this.#flight !== undefined) return { rank: this.#flight.rank, dueMs: this.#flight.dueMs, latestMs };
    if (this.#phase !== 'online') return { rank: ranks.poll, dueMs: this.#stepMs, latestMs };
    const { rank, dueMs } = this.#work.agenda;
    return { rank, dueMs, latestMs };
  }

  order(order: Order): Result<undefined, OrderRefusal> {
    return this.#isOnline ? this.#work.order(order, this.#sender.dataRoom()) : failed('offline');
  }

  sendFile(file: FileToSend, nowMs: number): Result<undefined, FileRefusal> {
    return this.#isOnline ? this.#work.sendFile(file, nowMs) : failed('offline');
  }

  abortFile(): void {
    this.#work.abortFile();
  }

  install(scbk: SecretBytes, nowMs: number): Result<undefined, KeyRefusal> {
    const opened = this.#keys.install(scbk, nowMs);
    // A PD in clear starts anew, now with a key to be given.
    if (opened.ok) this.#end('restarted', nowMs);
    return opened;
  }

  changeKey(scbk: SecretBytes, nowMs: number): Result<undefined, KeyRefusal> {
    if (!this.#isOnline) return failed('offline');
    const changed = this.#keys.change(scbk);
    if (changed.ok && this.#phase === 'online') {
      this.#phase = 'keying';
      this.#stepMs = nowMs;
    }
    return changed;
  }

  /** For a PD that is taken off the line: what it was to do is over. */
  close(nowMs: number): void {
    this.#end('silent', nowMs);
  }

  /** The bytes of its next frame, or of the last one again. Only when its turn has come. */
  speak(nowMs: number): Uint8Array {
    this.#spokeMs = nowMs;
    this.#flight ??= this.#begin(nowMs);
    return this.#flight.bytes;
  }

  /** Nothing that counts came in time. */
  missed(nowMs: number): void {
    this.#misses += 1;
    const isLate = this.#misses >= maxStartTries;
    if (this.#isOnline || (this.#phase !== 'identifying' && !isLate)) {
      this.#again(nowMs, 0);
      return;
    }
    if (this.#phase === 'challenging' || this.#phase === 'confirming') this.#alarm('noSecureChannel', nowMs);
    this.#end('silent', nowMs);
  }

  /** Does nothing before `offlineDueMs`. */
  expire(nowMs: number): void {
    if (nowMs >= (this.offlineDueMs ?? Number.POSITIVE_INFINITY)) this.#end('silent', nowMs);
  }

  /** A frame that came after it was spoken to. False: it counts for nothing, the answer is still to come. */
  hear(frame: Frame, nowMs: number): boolean {
    const flight = this.#flight;
    const { code, sequence } = frame;
    if (flight === undefined || !frame.isReply || frame.address !== this.#sender.address) return false;
    if (sequence !== flight.sequence && sequence !== 0) return false;
    // With the bit for the CRC flipped, one frame in 256 has a checksum that is right. A command with a CRC is answered with one.
    if (frame.check === 'checksum' && flight.check === 'crc16') return false;
    const isPlain = frame.mac === undefined;
    const isOpen = this.#channel.state === 'open';
    if (isPlain && code === replies.busy.code) this.#postpone(nowMs, busyRetryMs);
    else if (isPlain && isOpen && isHandshake(code)) {
      this.#alarm('unexpectedHandshake', nowMs);
      this.#end('unexpectedHandshake', nowMs);
    } else if (sequence !== flight.sequence) this.#end('restarted', nowMs);
    else if (!isOpen) return isPlain && this.#believe(flight, code, frame.data, nowMs);
    else if (!isPlain) this.#hearSealed(flight, frame, nowMs);
    // Some PDs acknowledge KEYSET in clear (OSDP.md §11); whether they have the key, the handshake shows.
    else if (code === ack && flight.kind === 'keyset') this.#believe(flight, code, frame.data, nowMs);
    else if (code !== nak) return false;
    else if (!this.#isDamaged(flight, code, frame.data, nowMs)) this.#end('sessionLost', nowMs);
    return true;
  }

  #hearSealed(flight: Flight, frame: Frame, nowMs: number): void {
    const opened = this.#channel.open(frame);
    if (opened.ok) this.#believe(flight, frame.code, opened.value, nowMs);
    else if (opened.failure === 'wrongBlock') {
      this.#settle(nowMs);
      if (flight.job === undefined) this.#keyNotTaken(nowMs);
      else this.#work.unusable(flight.job, frame.code);
    } else {
      this.#alarm('wrongMac', nowMs);
      this.#end('sessionLost', nowMs);
    }
  }

  #believe(flight: Flight, code: number, data: Uint8Array, nowMs: number): true {
    if (this.#isDamaged(flight, code, data, nowMs)) return true;
    const nakCode = code === nak ? data[0] : undefined;
    if (flight.kind === 'start') {
      this.#settle(nowMs);
      this.#started(code, data, nowMs);
    } else if (nakCode === nakCodes.wrongSequence) this.#end('restarted', nowMs);
    else if (nakCode === nakCodes.encryptionRequired && !this.#keys.isClear) this.#end('sessionLost', nowMs);
    else if (nakCode === nakCodes.encryptionRequired && flight.job?.kind === 'poll') this.#end('encryptionRequired', nowMs);
    else {
      this.#settle(nowMs);
      if (flight.job !== undefined) this.#work.answered(flight.job, code, data, nowMs);
      else if (code !== ack) this.#keyNotTaken(nowMs);
      else {
        this.#keys.acknowledged();
        this.#handshake(nowMs);
      }
    }
    return true;
  }

  /** NAK 1: the command came damaged, and is said again. */
  #isDamaged(flight: Flight, code: number, data: Uint8Array, nowMs: number): boolean {
    if (code !== nak || data[0] !== nakCodes.badCheck || flight.damaged >= maxDamagedRepeats) return false;
    flight.damaged += 1;
    this.#postpone(nowMs, 0);
    return true;
  }

  /** It answered, but not to the purpose: no sign of life that counts. */
  #postpone(nowMs: number, waitMs: number): void {
    this.#misses = 0;
    if (!this.#isOnline && nowMs - this.#attemptMs >= offlineMs) this.#end('silent', nowMs);
    else this.#again(nowMs, waitMs);
  }

  /** The same bytes once more, unless the PD has had its time. */
  #again(nowMs: number, waitMs: number): void {
    present(this.#flight, 'an answer was due').dueMs = nowMs + waitMs;
    this.expire(nowMs);
  }

  #settle(nowMs: number): void {
    this.#flight = undefined;
    this.#misses = 0;
    this.#validMs = nowMs;
    this.#stepMs = nowMs;
  }

  #started(code: number, data: Uint8Array, nowMs: number): void {
    const decoded = decodeReply(code, data);
    const reply = decoded.ok ? decoded.value : undefined;
    if (this.#phase === 'identifying') {
      // A PD may refuse to say who it is (OSDP.md §12); its key says more.
      this.#identity = reply?.name === 'pdid' ? reply.payload : undefined;
      this.#phase = 'listing';
    } else if (this.#phase === 'listing') this.#listed(reply, nowMs);
    else if (this.#phase === 'challenging') this.#challenged(reply, nowMs);
    else if (reply?.name === 'rmacI' && this.#channel.establish(reply.payload.initialMac).ok) this.#opened(nowMs);
    else this.#tryNext(reply?.name === 'rmacI' ? 'wrongKey' : 'noSecureChannel', nowMs);
  }

  /** What it says of security is not asked for: that is known, or else clear is fine (SECURITY B2). */
  #listed(reply: Reply | undefined, nowMs: number): void {
    const capabilities = reply?.name === 'pdcap' ? capabilitiesFrom(reply.payload) : undefined;
    this.#capabilities = capabilities;
    this.#sender.know(capabilities);
    if (this.#keys.isClear) this.#announce(false, nowMs);
    else this.#handshake(nowMs);
  }

  #handshake(nowMs: number): void {
    this.#channel.close();
    this.#sender.restart();
    this.#tries = this.#keys.tries(nowMs);
    this.#phase = 'challenging';
    this.#stepMs = nowMs;
    if (this.#tries.length > 0) return;
    this.#alarm('unpaired', nowMs);
    this.#end('noSecureChannel', nowMs);
  }

  #challenged(reply: Reply | undefined, nowMs: number): void {
    const answer = reply?.name === 'ccrypt' ? this.#channel.answer(reply.payload.rndB, reply.payload.clientCryptogram) : undefined;
    if (answer?.ok) {
      this.#serverCryptogram = answer.value.serverCryptogram;
      this.#phase = 'confirming';
    } else this.#tryNext(answer === undefined ? 'noSecureChannel' : 'wrongKey', nowMs);
  }

  #tryNext(alarm: Alarm, nowMs: number): void {
    this.#channel.close();
    this.#tries = this.#tries.slice(1);
    this.#phase = 'challenging';
    if (this.#tries.length > 0) return;
    this.#alarm(alarm, nowMs);
    this.#end('noSecureChannel', nowMs);
  }

  #opened(nowMs: number): void {
    this.#sessionMs = nowMs;
    const role = this.#tries[0]?.role;
    if (role === 'pending') {
      this.#keys.proven();
      this.#say({ kind: 'keyChanged' });
    }
    // Under SCBK-D, all there is to say is the key.
    if (role === 'default') this.#phase = 'keying';
    else this.#announce(true, nowMs);
  }

  #announce(isSecure: boolean, nowMs: number): void {
    this.#phase = this.#keys.hasPending ? 'keying' : 'online';
    this.#validMs = nowMs;
    this.#work.begin();
    if (this.#isOnline) {
      this.#say({ kind: 'renewed' });
      this.#work.renew();
      return;
    }
    this.#isOnline = true;
    this.#say({ kind: 'online', isSecure, identity: this.#identity, capabilities: this.#capabilities });
  }

  #keyNotTaken(nowMs: number): void {
    this.#keys.giveUp();
    this.#say({ kind: 'keyRefused' });
    if (this.#isOnline) this.#phase = 'online';
    else this.#end('noSecureChannel', nowMs);
  }

  /** Everything that was under way is over, and it is started anew. */
  #end(reason: OfflineReason, nowMs: number): void {
    const flight = this.#flight;
    const wasOnline = this.#isOnline;
    this.#flight = undefined;
    this.#isOnline = false;
    this.#channel.close();
    this.#phase = 'identifying';
    this.#sender.forget();
    this.#stepMs = Math.max(nowMs, this.#attemptMs + attemptIntervalMs);
    this.#work.end(flight?.job);
    if (wasOnline) this.#say({ kind: 'offline', reason });
  }

  #begin(nowMs: number): Flight {
    const isOld = nowMs - this.#sessionMs >= maxSessionMs || this.#sender.sealedCommands >= maxSessionCommands;
    if (this.#phase === 'online' && this.#channel.state === 'open' && isOld) this.#handshake(nowMs);
    if (this.#phase === 'online') {
      const { rank } = this.#work.agenda;
      const { job, command } = this.#work.take(nowMs, (maxBytes) => this.#sender.dataRoom(maxBytes));
      return this.#sender.launch('work', job, command, undefined, rank);
    }
    if (this.#phase === 'keying') {
      const scbk = this.#keys.keyToSet();
      if (scbk !== undefined) return this.#sender.launch('keyset', undefined, { name: 'keyset', payload: { scbk } }, undefined, ranks.poll);
      this.#keyNotTaken(nowMs);
      return this.#begin(nowMs);
    }
    return this.#beginStart(nowMs);
  }

  #beginStart(nowMs: number): Flight {
    if (this.#phase === 'identifying') {
      this.#attemptMs = nowMs;
      return this.#sender.launch('start', undefined, { name: 'id', payload: { form: 'standard' } }, undefined, ranks.poll);
    }
    if (this.#phase === 'listing') return this.#sender.launch('start', undefined, { name: 'cap', payload: { form: 0 } }, undefined, ranks.poll);
    const { scbk, role } = present(this.#tries[0], 'a key is being tried');
    const data = Uint8Array.of(role === 'default' ? scbkKinds.default : scbkKinds.own);
    if (this.#phase === 'confirming') {
      const command: Command = { name: 'scrypt', payload: { serverCryptogram: this.#serverCryptogram } };
      return this.#sender.launch('start', undefined, command, { type: scs.serverCryptogram, data }, ranks.poll);
    }
    const command: Command = { name: 'chlng', payload: this.#channel.challenge(scbk) };
    return this.#sender.launch('start', undefined, command, { type: scs.challenge, data }, ranks.poll);
  }

  #alarm(alarm: Alarm, nowMs: number): void {
    if (nowMs - (this.#alarmedMs.get(alarm) ?? Number.NEGATIVE_INFINITY) < alarmIntervalMs) return;
    this.#alarmedMs.set(alarm, nowMs);
    this.#say({ kind: 'alarm', alarm });
  }

  #say(event: AcuEvent): void {
    this.#tell(this.#sender.address, event);
  }
}
