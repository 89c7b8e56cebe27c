/** Somebody on the wire between an ACU and a PD: what such a one can say, with a key and without. Whether it gets anywhere is the tests'. */
import { commands } from '../../src/osdp/commands.ts';
import { coveredBytes, encodeFrame, type Frame, type SecurityBlock, scs } from '../../src/osdp/frame.ts';
import { decodeReply, replies } from '../../src/osdp/replies.ts';
import { scbkKinds } from '../../src/osdp/secure-channel.ts';
import { SessionCipher } from '../../src/osdp/session-cipher.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf } from './bytes.ts';
import { crypto } from './secure-pair.ts';
import { frameIn, type Together } from './together.ts';

export const nothing = new Uint8Array(0);
/** A block that does not end in 80 00… */
const unpadded = new Uint8Array(16).fill(1);
const rndA = bytesOf('a1b2c3d4e5f60718');

export const clearCommand = (code: number, data: Uint8Array, sequence: number, security?: SecurityBlock, address = 1): Uint8Array =>
  encodeFrame({ address, isReply: false, sequence, check: 'crc16', security, code, data });

export const clearReply = (code: number, data: Uint8Array, sequence: number, security?: SecurityBlock): Uint8Array =>
  encodeFrame({ address: 1, isReply: true, sequence, check: 'crc16', security, code, data });

export const nextOf = (sequence: number): number => (sequence % 3) + 1;

/** The one answer to these bytes, if it is one frame. */
export const answerTo = (line: Together, bytes: Uint8Array): Frame | undefined => {
  const answers = line.attack(bytes);
  return answers.length === 1 ? frameIn(answers[0] as Uint8Array) : undefined;
};

export const nakOf = (frame: Frame | undefined): number | undefined => (frame?.code === replies.nak.code ? frame.data[0] : undefined);

/** Talks to the PD in the ACU's place, which it has cut off. */
export class Rogue {
  readonly #line: Together;
  #cipher: SessionCipher | undefined;
  #commandMac: Uint8Array = nothing;
  #replyMac: Uint8Array = nothing;
  sequence = 0;

  constructor(line: Together) {
    this.#line = line;
    line.between = () => [];
  }

  clear(code: number, data: Uint8Array = nothing, sequence = nextOf(this.sequence), security?: SecurityBlock): Frame | undefined {
    this.sequence = sequence;
    return answerTo(this.#line, clearCommand(code, data, sequence, security));
  }

  challenge(kind: number = scbkKinds.own, sequence = 0): Frame | undefined {
    return this.clear(commands.chlng.code, rndA, sequence, { type: scs.challenge, data: Uint8Array.of(kind) });
  }

  confirm(cryptogram: Uint8Array, kind: number = scbkKinds.own): Frame | undefined {
    return this.clear(commands.scrypt.code, cryptogram, nextOf(this.sequence), { type: scs.serverCryptogram, data: Uint8Array.of(kind) });
  }

  /** What this key makes of a CCRYPT: the cryptogram to answer with. */
  cryptogramFor(key: SecretBytes, ccrypt: Frame | undefined): Uint8Array | undefined {
    const reply = ccrypt === undefined ? undefined : decodeReply(ccrypt.code, ccrypt.data);
    if (reply?.ok !== true || reply.value.name !== 'ccrypt') return undefined;
    this.#cipher = new SessionCipher(crypto, key, rndA, reply.value.payload.rndB);
    this.#commandMac = this.#cipher.initialMac;
    this.#replyMac = this.#cipher.initialMac;
    return this.#cipher.serverCryptogram;
  }

  /** True: the PD has opened a session. */
  handshake(key: SecretBytes, kind: number = scbkKinds.own): boolean {
    const cryptogram = this.cryptogramFor(key, this.challenge(kind));
    return cryptogram !== undefined && this.confirm(cryptogram, kind)?.code === replies.rmacI.code;
  }

  /** A frame with a right MAC, with this block. `unpadded`: the data stand for one block of cipher text that has no padding. */
  sealed(type: number, code: number, plain: Uint8Array, form: 'clear' | 'encrypted' | 'unpadded', sequence = nextOf(this.sequence)): Uint8Array {
    const cipher = this.#cipher as SessionCipher;
    this.sequence = sequence;
    const data =
      form === 'clear'
        ? plain
        : form === 'encrypted'
          ? cipher.encrypt(this.#replyMac, plain)
          : cipher.encrypt(this.#replyMac, unpadded).subarray(0, 16);
    const parts = { address: 1, isReply: false, sequence, check: 'crc16', security: { type, data: nothing }, code, data } as const;
    return encodeFrame(parts, (bytes, covered) => {
      this.#commandMac = cipher.mac(this.#replyMac, bytes, covered);
      return this.#commandMac;
    });
  }

  /** What was answered, in plain. */
  opened(frame: Frame | undefined): { readonly code: number; readonly data: Uint8Array } | undefined {
    if (frame?.mac === undefined) return frame;
    const cipher = this.#cipher as SessionCipher;
    const data = frame.data.length === 0 ? nothing : cipher.decrypt(this.#commandMac, frame.data);
    this.#replyMac = cipher.mac(this.#commandMac, frame.bytes, coveredBytes(frame));
    return { code: frame.code, data: data ?? nothing };
  }

  /** A command as it should be. */
  say(code: number, plain: Uint8Array = nothing): { readonly code: number; readonly data: Uint8Array } | undefined {
    const isEncrypted = plain.length > 0;
    return this.opened(
      answerTo(this.#line, this.sealed(isEncrypted ? scs.encryptedCommand : scs.command, code, plain, isEncrypted ? 'encrypted' : 'clear')),
    );
  }
}

/** The sequence of the last command on the line. */
export const lastSequence = (line: Together): number =>
  line.passed.findLast(({ toward, frame }) => toward === 'pd' && frame !== undefined)?.frame?.sequence ?? 0;
