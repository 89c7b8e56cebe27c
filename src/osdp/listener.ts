/**
 * Someone who hears both ends of a line and has its keys: follows handshakes and sessions, and says of each frame what it holds and
 * whether it is right. Takes part in nothing and judges nobody: what is wrong is told, and following goes on. For captures and diagnosis.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { commands, decodeCommand } from './commands.ts';
import type { Frame } from './frame.ts';
import { decodeReply, replies } from './replies.ts';
import { type ChainRefusal, SessionChain, SessionCipher } from './session-cipher.ts';

export type Verdict =
  /** No MAC, nothing to check. */
  | 'clear'
  /** The cryptogram, or the MAC, is that of a key this listener has. */
  | 'verified'
  /** The session is made with none of the keys this listener has. */
  | 'unknownKey'
  /** The cryptogram is not that of the key the other end has shown, or is none at all. */
  | 'wrongCryptogram'
  /** The very bytes of the last frame in this direction, once more. */
  | 'repeated'
  /** Has a MAC, but no session was heard to begin. */
  | 'noSession'
  | ChainRefusal;

export interface Heard {
  readonly verdict: Verdict;
  /** Undefined when what there is cannot be read. */
  readonly data: Uint8Array | undefined;
}

export class Listener {
  readonly #crypto: Crypto;
  readonly #keys: readonly SecretBytes[];
  #rndA: Uint8Array | undefined;
  #agreeing: SessionCipher | undefined;
  #chain: SessionChain | undefined;
  /** The last frame of a session in each direction, and what was heard in it. */
  readonly #last: { command: readonly [Frame, Heard] | undefined; reply: readonly [Frame, Heard] | undefined } = {
    command: undefined,
    reply: undefined,
  };

  constructor(crypto: Crypto, keys: readonly SecretBytes[]) {
    this.#crypto = crypto;
    this.#keys = keys;
  }

  /** Frames in the order they were on the line, repeats included. */
  hear(frame: Frame): Heard {
    if (frame.mac !== undefined) return this.#hearSecured(frame);
    return { verdict: this.#isHandshakeRight(frame), data: frame.data };
  }

  #hearSecured(frame: Frame): Heard {
    const direction = frame.isReply ? 'reply' : 'command';
    const [last, heardLast] = this.#last[direction] ?? [];
    if (last !== undefined && this.#crypto.isEqual(last.bytes, frame.bytes)) return { verdict: 'repeated', data: heardLast?.data };
    if (this.#chain === undefined) return { verdict: 'noSession', data: undefined };
    const opened = this.#chain.open(frame);
    const heard: Heard = opened.ok ? { verdict: 'verified', data: opened.value } : { verdict: opened.failure, data: undefined };
    this.#last[direction] = [frame, heard];
    return heard;
  }

  #isHandshakeRight({ isReply, code, data }: Frame): Verdict {
    if (isReply && code === replies.ccrypt.code) return this.#hearCcrypt(data);
    if (isReply && code === replies.rmacI.code) return this.#hearInitialMac(data);
    if (isReply) return 'clear';
    const command = code === commands.chlng.code || code === commands.scrypt.code ? decodeCommand(code, data) : undefined;
    if (!command?.ok) return 'clear';
    if (command.value.name === 'chlng') this.#rndA = command.value.payload.rndA;
    if (command.value.name !== 'scrypt') return 'clear';
    const cipher = this.#agreeing;
    if (cipher === undefined) return 'unknownKey';
    return this.#crypto.isEqual(command.value.payload.serverCryptogram, cipher.serverCryptogram) ? 'verified' : 'wrongCryptogram';
  }

  #hearCcrypt(data: Uint8Array): Verdict {
    const reply = decodeReply(replies.ccrypt.code, data);
    const rndA = this.#rndA;
    if (!reply.ok || reply.value.name !== 'ccrypt') return 'wrongCryptogram';
    if (rndA === undefined) return 'unknownKey';
    const { rndB, clientCryptogram } = reply.value.payload;
    const ciphers = this.#keys.map((key) => new SessionCipher(this.#crypto, key, rndA, rndB));
    this.#agreeing = ciphers.find((cipher) => this.#crypto.isEqual(cipher.clientCryptogram, clientCryptogram));
    return this.#agreeing === undefined ? 'unknownKey' : 'verified';
  }

  #hearInitialMac(data: Uint8Array): Verdict {
    const cipher = this.#agreeing;
    if (cipher === undefined) {
      // What follows belongs to that session, and can no more be checked against the one before.
      this.#chain = undefined;
      return 'unknownKey';
    }
    if (!this.#crypto.isEqual(data, cipher.initialMac)) return 'wrongCryptogram';
    this.#chain = new SessionChain(this.#crypto, cipher);
    return 'verified';
  }
}
