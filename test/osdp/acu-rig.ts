/** An ACU's line in virtual time, with peers that are scripted: each hears the frames for its address and answers as it is told. */
import type { AcuEvent, PdSettings } from '../../src/osdp/acu-events.ts';
import { AcuLine, type AcuLineSettings } from '../../src/osdp/acu-line.ts';
import { commands } from '../../src/osdp/commands.ts';
import { decodeFrame, encodeFrame, type Frame, scs } from '../../src/osdp/frame.ts';
import { encodeReply, type ReplyName, type ReplyPayload, replies } from '../../src/osdp/replies.ts';
import { PdSecureChannel } from '../../src/osdp/secure-channel.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf } from './bytes.ts';
import { crypto as systemCrypto } from './secure-pair.ts';

const none = new Uint8Array(0);

export interface Peer {
  /** The bytes of a reply to this frame; undefined: silence. */
  answer(bytes: Uint8Array, nowMs: number): Uint8Array | undefined;
}

type Said = readonly [code: number, data: Uint8Array];

export const reply = <Name extends ReplyName>(name: Name, payload: ReplyPayload<Name>): Said => [replies[name].code, encodeReply(name, payload)];
export const ack: Said = [replies.ack.code, none];
export const nak = (code: number): Said => [replies.nak.code, Uint8Array.of(code)];

/** A PD that does what it is told, with a secure channel when it has a key. */
export class ScriptedPd implements Peer {
  readonly channel: PdSecureChannel;
  address: number;
  /** By the kind in CHLNG's block: SCBK-D, own. */
  keys: readonly (SecretBytes | undefined)[];
  isSilent = false;
  /** Undefined: goes on as if it had no such script. */
  script: (frame: Frame, plain: Uint8Array) => Said | Uint8Array | 'silence' | undefined = () => undefined;
  /** Answers to the next polls. */
  readonly reports: Said[] = [];
  capabilities = '080100 0a0001';
  /** Codes of what was heard, with their plain data. */
  readonly heard: { readonly code: number; readonly data: Uint8Array; readonly isSecure: boolean; readonly sequence: number }[] = [];

  constructor(address: number, key?: SecretBytes, defaultKey?: SecretBytes) {
    this.channel = new PdSecureChannel(systemCrypto);
    this.address = address;
    this.keys = [defaultKey, key];
  }

  answer(bytes: Uint8Array): Uint8Array | undefined {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok || this.isSilent || decoded.value.address !== this.address) return undefined;
    const frame = decoded.value;
    if (frame.sequence === 0) this.channel.close();
    const opened = frame.mac === undefined ? undefined : this.channel.open(frame);
    if (opened !== undefined && !opened.ok) return this.plain(frame, nak(6));
    const plain = opened?.value ?? frame.data;
    this.heard.push({ code: frame.code, data: plain, isSecure: opened !== undefined, sequence: frame.sequence });
    const scripted = this.script(frame, plain);
    if (scripted === 'silence') return undefined;
    if (scripted instanceof Uint8Array) return scripted;
    const said = scripted ?? this.#said(frame);
    if (said instanceof Uint8Array) return said;
    return opened === undefined ? this.plain(frame, said) : this.channel.seal({ ...frame, address: this.#addressOf(frame) }, said[0], said[1]);
  }

  plain(frame: Frame, [code, data]: Said, sequence = frame.sequence): Uint8Array {
    return encodeFrame({ address: this.#addressOf(frame), isReply: true, sequence, check: frame.check, security: undefined, code, data });
  }

  /** The address the frame came to: after COMSET it is still the old one. */
  #addressOf(frame: Frame): number {
    return frame.address;
  }

  #said(frame: Frame): Said | Uint8Array {
    switch (frame.code) {
      case commands.id.code:
        return [replies.pdid.code, bytesOf('0c1b2a280b112233440102 03')];
      case commands.cap.code:
        return [replies.pdcap.code, bytesOf(this.capabilities)];
      case commands.poll.code:
        return this.reports.shift() ?? ack;
      case commands.chlng.code:
        return this.#challenged(frame);
      case commands.scrypt.code: {
        const confirmed = this.channel.confirm(frame.data);
        return confirmed.ok ? this.#block(frame, scs.initialMac, reply('rmacI', confirmed.value)) : nak(5);
      }
      default:
        return ack;
    }
  }

  #challenged(frame: Frame): Said | Uint8Array {
    const key = this.keys[frame.security?.data[0] ?? 0];
    if (key === undefined) return nak(5);
    const challenged = this.channel.challenge(key, frame.data.slice());
    return this.#block(frame, scs.clientCryptogram, reply('ccrypt', { cuid: bytesOf('0c1b280011223344'), ...challenged }));
  }

  #block(frame: Frame, type: number, [code, data]: Said): Uint8Array {
    const security = { type, data: Uint8Array.of(1) };
    return encodeFrame({ address: frame.address, isReply: true, sequence: frame.sequence, check: frame.check, security, code, data });
  }
}

export class AcuRig {
  readonly line: AcuLine;
  nowMs = 0;
  readonly told: { readonly atMs: number; readonly address: number; readonly event: AcuEvent }[] = [];
  /** Frames sent, without their mark. */
  readonly sent: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  readonly peers: Peer[] = [];
  replyDelayMs = 3;
  isKept = true;
  #coming: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  readonly #byteMs: number;

  constructor(settings: AcuLineSettings = { baudRate: 115_200 }, using: Crypto = systemCrypto) {
    this.#byteMs = 10_000 / settings.baudRate;
    this.line = new AcuLine(using, settings, {
      send: (bytes) => {
        this.#send(bytes.subarray(1));
      },
      told: (address, event) => {
        if (this.isKept) this.told.push({ atMs: this.nowMs, address, event });
      },
    });
  }

  add(settings: PdSettings, ...peers: readonly Peer[]): this {
    const added = this.line.add(settings, this.nowMs);
    if (!added.ok) throw new Error(added.failure);
    this.peers.push(...peers);
    return this;
  }

  /** Lets time pass, with everything that is due in it. */
  run(forMs: number): this {
    const untilMs = this.nowMs + forMs;
    for (;;) {
      const dueMs = Math.max(this.nowMs, this.line.deadlineMs ?? Number.POSITIVE_INFINITY);
      const coming = this.#coming[0];
      if (coming !== undefined && coming.atMs <= dueMs && coming.atMs <= untilMs) {
        this.#coming.shift();
        this.nowMs = coming.atMs;
        this.line.receive(coming.bytes, this.nowMs);
      } else if (dueMs <= untilMs) {
        this.nowMs = dueMs;
        this.line.expire(dueMs);
      } else break;
    }
    this.nowMs = untilMs;
    return this;
  }

  /** What was told of one PD, without times; only of one kind if that is said. */
  events(kind?: AcuEvent['kind'], address = 1): AcuEvent[] {
    return this.told.filter((entry) => entry.address === address && (kind ?? entry.event.kind) === entry.event.kind).map(({ event }) => event);
  }

  #send(bytes: Uint8Array): void {
    if (this.isKept) this.sent.push({ atMs: this.nowMs, bytes });
    const sentMs = this.nowMs + (bytes.length + 1) * this.#byteMs;
    for (const peer of this.peers) {
      const answer = peer.answer(bytes, sentMs);
      if (answer !== undefined) this.#coming.push({ atMs: sentMs + this.replyDelayMs + answer.length * this.#byteMs, bytes: answer });
    }
  }
}
