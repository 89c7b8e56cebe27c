/** A PD on a bench: an ACU of few words that sends it what a test says, on a clock the test turns. */
import { type CommandName, type CommandPayload, commands, encodeCommand } from '../../src/osdp/commands.ts';
import type { FileSink, FileStep } from '../../src/osdp/file-receiver.ts';
import { type Check, decodeFrame, encodeFrame, type Frame, type SecurityBlock, scs } from '../../src/osdp/frame.ts';
import { type PdEvent, type PdOptions, PdSession } from '../../src/osdp/pd.ts';
import type { PdDescription } from '../../src/osdp/pd-device.ts';
import type { PdHands } from '../../src/osdp/pd-handlers.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import type { Kept, LineSettings } from '../../src/osdp/pd-line-settings.ts';
import type { PdPolicy } from '../../src/osdp/pd-security.ts';
import { decodeReply, type Reply } from '../../src/osdp/replies.ts';
import { newDefaultScbk } from '../../src/osdp/scbk.ts';
import { AcuSecureChannel, scbkKinds } from '../../src/osdp/secure-channel.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { present } from '../../src/shared/assert.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { hexOf } from './bytes.ts';
import { crypto, scbk, taken } from './secure-pair.ts';

export const noBytes = new Uint8Array(0);

export const description: PdDescription = {
  identity: { oui: 0x2a1b0c, model: 0x28, version: 0x0b, serial: 0x44332211, firmware: { major: 1, minor: 2, build: 3 } },
  baudRates: [9_600, 38_400, 115_200],
  receiveBytes: 256,
  readers: 1,
  leds: 1,
  colors: ['red', 'green', 'amber', 'blue', 'magenta', 'cyan', 'white'],
  hasBuzzer: true,
  readsCards: true,
  inputs: 2,
  outputs: 2,
  canInvertOutputs: true,
  text: { level: 1, displays: 1 },
};

/** Nothing happens at this reader, and nobody reads its display. */
export const idleHands: PdHands = {
  localStatus: () => ({ tamper: 'normal', power: 'normal' }),
  inputs: () => [0, 0],
  readers: () => [0],
  showText: () => undefined,
  mfg: new Map(),
};

/** Keeps what it is told at once, unless a test says otherwise; the disk survives the session. */
export class Disk<Value> {
  answer: Kept = 'kept';
  readonly asked: Value[] = [];
  value: Value;

  constructor(value: Value) {
    this.value = value;
  }

  readonly keep = (value: Value): Kept => {
    this.asked.push(value);
    if (this.answer === 'kept') this.value = value;
    return this.answer;
  };
}

/** A sink that takes everything and remembers it. */
export class MemorySink implements FileSink {
  bytes: number[] = [];
  story: string[] = [];
  beginning: FileStep = { status: 'goOn' };
  writing: FileStep = { status: 'goOn' };
  finishing: FileStep[] = [];
  resumeAt = 0;

  begin(type: number, totalBytes: number, offset: number): FileStep {
    this.story.push(`begin ${type} ${totalBytes} at ${offset}`);
    if (offset !== 0 && offset !== this.resumeAt) return { status: 'malformed' };
    this.bytes.length = offset;
    return this.beginning;
  }
  write(offset: number, data: Uint8Array): FileStep {
    this.story.push(`${data.length} at ${offset}`);
    this.bytes.push(...data);
    return this.writing;
  }
  finish(): FileStep {
    this.story.push('finish');
    return this.finishing.shift() ?? { status: 'processed' };
  }
  abort(): void {
    this.story.push('abort');
  }
}

export interface BenchOptions {
  readonly description?: Partial<PdDescription>;
  readonly policy?: Partial<PdPolicy>;
  readonly hands?: Partial<PdHands>;
  readonly keys?: Disk<PdKeySet>;
  readonly line?: Disk<LineSettings>;
  readonly crypto?: Crypto;
  readonly files?: PdOptions['files'] | 'none';
}

export class PdBench {
  nowMs = 0;
  address = 1;
  check: Check = 'crc16';
  /** Of the last command. */
  sequence = 0;
  readonly sent: Uint8Array[] = [];
  readonly events: PdEvent[] = [];
  readonly keys: Disk<PdKeySet>;
  readonly line: Disk<LineSettings>;
  readonly sink = new MemorySink();
  readonly pd: PdSession;
  acu = new AcuSecureChannel(crypto);
  texts: string[] = [];

  constructor(options: BenchOptions = {}) {
    this.keys = options.keys ?? new Disk<PdKeySet>({ current: undefined, pending: undefined });
    this.line = options.line ?? new Disk<LineSettings>({ address: 1, baudRate: 9_600 });
    this.address = this.line.value.address;
    this.pd = new PdSession(
      { send: (bytes) => void this.sent.push(bytes), event: (event) => void this.events.push(event) },
      {
        crypto: options.crypto ?? crypto,
        description: { ...description, ...options.description },
        line: this.line.value,
        keepLine: this.line.keep,
        policy: {
          keys: this.keys.value,
          keepKeys: this.keys.keep,
          allowInstall: () => false,
          secureRequired: false,
          clearComset: false,
          ...options.policy,
        },
        hands: {
          ...idleHands,
          showText: ({ text }) => void this.texts.push(text),
          ...options.hands,
        },
        ...(options.files !== 'none' && { files: options.files ?? { sink: this.sink, manners: { mayInterleave: true, maxMessageBytes: 0 } } }),
      },
    );
  }

  /** A PD that has `scbk`. */
  static keyed(options: BenchOptions = {}): PdBench {
    return new PdBench({ keys: new Disk<PdKeySet>({ current: scbk, pending: undefined }), ...options });
  }

  wait(ms: number): void {
    this.nowMs += ms;
    this.pd.expire(this.nowMs);
  }

  /** The replies to these bytes, as they are on the line. */
  raw(bytes: Uint8Array): readonly Uint8Array[] {
    this.sent.length = 0;
    this.pd.receive(bytes, this.nowMs);
    return [...this.sent];
  }

  /** The one reply, in clear. */
  frame(bytes: Uint8Array): Frame {
    const replies = this.raw(bytes);
    if (replies.length !== 1) throw new Error(`${replies.length} replies to ${hexOf(bytes)}`);
    const reply = present(replies[0], 'a reply');
    return taken(decodeFrame(reply[0] === 0xff ? reply.subarray(1) : reply));
  }

  next(): number {
    this.sequence = (this.sequence % 3) + 1;
    return this.sequence;
  }

  encode(code: number, data: Uint8Array = noBytes, sequence = this.next(), security?: SecurityBlock): Uint8Array {
    this.sequence = sequence;
    return encodeFrame({ address: this.address, isReply: false, sequence, check: this.check, security, code, data });
  }

  /** Begins anew: ID with sequence 0. */
  start(): this {
    this.frame(this.encode(commands.id.code, Uint8Array.of(0), 0));
    return this;
  }

  clear<Name extends CommandName>(name: Name, payload: CommandPayload<Name>, sequence?: number): Reply {
    const { code, data } = this.frame(this.encode(commands[name].code, encodeCommand(name, payload), sequence));
    return taken(decodeReply(code, data));
  }

  poll(): Reply {
    return this.clear('poll', undefined);
  }

  challengeBytes(key: SecretBytes = scbk, kind: number = scbkKinds.own, sequence?: number): Uint8Array {
    this.acu = new AcuSecureChannel(crypto);
    const { rndA } = this.acu.challenge(key);
    return this.encode(commands.chlng.code, rndA, sequence ?? this.next(), { type: scs.challenge, data: Uint8Array.of(kind) });
  }

  /** The whole handshake, from sequence 0; the code of the last reply: 0x78 when a session is open. */
  handshake(key: SecretBytes = scbk, kind: number = scbkKinds.own): number {
    const ccrypt = this.frame(this.challengeBytes(key, kind, 0));
    const reply = taken(decodeReply(ccrypt.code, ccrypt.data));
    if (reply.name !== 'ccrypt') return ccrypt.code;
    const answer = this.acu.answer(reply.payload.rndB, reply.payload.clientCryptogram);
    if (!answer.ok) return -1;
    const rmacI = this.frame(
      this.encode(commands.scrypt.code, answer.value.serverCryptogram, this.next(), { type: scs.serverCryptogram, data: Uint8Array.of(kind) }),
    );
    taken(this.acu.establish(rmacI.data));
    return rmacI.code;
  }

  install(): number {
    return this.handshake(newDefaultScbk(), scbkKinds.default);
  }

  sealed(code: number, data: Uint8Array = noBytes, sequence = this.next()): Uint8Array {
    this.sequence = sequence;
    return this.acu.seal({ address: this.address, sequence, check: this.check }, code, data);
  }

  /** A command of the session, and its reply, opened if it is sealed. */
  secure<Name extends CommandName>(name: Name, payload: CommandPayload<Name>): Reply {
    return this.opened(this.sealed(commands[name].code, encodeCommand(name, payload)));
  }

  opened(bytes: Uint8Array): Reply {
    const frame = this.frame(bytes);
    return taken(decodeReply(frame.code, frame.mac === undefined ? frame.data : taken(this.acu.open(frame))));
  }

  told(type: PdEvent['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }
}

/** The code of a NAK; undefined for any other reply. */
export const nakOf = (reply: Reply): number | undefined => (reply.name === 'nak' ? reply.payload.code : undefined);
export const nakIn = ({ code, data }: Frame): number | undefined => (code === 0x41 ? data[0] : undefined);
