/**
 * The arithmetic of a secure session (OSDP.md §12): its keys, cryptograms, MACs, cipher text, and the chain that binds each frame to the
 * one before. Whom to believe, and when a session ends, is secure-channel.ts's.
 */
import type { Aes128, Crypto } from '../ports/crypto.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import { coveredBytes, encodeFrame, type Frame, type FrameHeader, macBytes, scs } from './frame.ts';

const blockBytes = 16;
const padStart = 0x80;
const none = new Uint8Array(0);

export class SessionCipher {
  /** 16 bytes, by which the PD shows that it has the key. */
  readonly clientCryptogram: Uint8Array;
  /** 16 bytes, by which the ACU does. */
  readonly serverCryptogram: Uint8Array;
  /** 16 bytes: what the first command's MAC is chained to. */
  readonly initialMac: Uint8Array;
  readonly #data: Aes128;
  readonly #mac1: Aes128;
  readonly #mac2: Aes128;
  /** One for every MAC: handing node:crypto a new small array each time costs as much as the encryption. */
  readonly #last = new Uint8Array(blockBytes);

  /** `scbk` has 16 bytes; `rndA`, the ACU's, and `rndB`, the PD's random bytes have 8 each. */
  constructor(crypto: Crypto, scbk: SecretBytes, rndA: Uint8Array, rndB: Uint8Array) {
    const master = crypto.aes128(scbk);
    this.#data = sessionKey(crypto, master, 0x82, rndA);
    this.#mac1 = sessionKey(crypto, master, 0x01, rndA);
    this.#mac2 = sessionKey(crypto, master, 0x02, rndA);
    this.clientCryptogram = this.#data.encryptBlock(joined(rndA, rndB));
    this.serverCryptogram = this.#data.encryptBlock(joined(rndB, rndA));
    this.initialMac = this.#mac2.encryptBlock(this.#mac1.encryptBlock(this.serverCryptogram));
  }

  /** 16 bytes over the first `covered` (1 and more) of `bytes`, chained to the 16 bytes of `iv`; the first 4 go on the line. */
  mac(iv: Uint8Array, bytes: Uint8Array, covered: number): Uint8Array {
    const lastAt = Math.floor((covered - 1) / blockBytes) * blockBytes;
    const chained = lastAt === 0 ? iv : this.#mac1.encryptCbc(iv, bytes.subarray(0, lastAt)).subarray(-blockBytes);
    const last = this.#last;
    for (let at = 0; at < blockBytes; at += 1) {
      const from = lastAt + at;
      const byte = from < covered ? (bytes[from] as number) : from === covered ? padStart : 0;
      last[at] = byte ^ (chained[at] as number);
    }
    return this.#mac2.encryptBlock(last);
  }

  /** Cipher text of any number of bytes: 1..16 longer, in whole blocks. */
  encrypt(iv: Uint8Array, plain: Uint8Array): Uint8Array {
    const padded = new Uint8Array((Math.floor(plain.length / blockBytes) + 1) * blockBytes);
    padded.set(plain);
    padded[plain.length] = padStart;
    return this.#data.encryptCbc(inverted(iv), padded);
  }

  /** The plain text, or undefined when blocks or padding are not whole. */
  decrypt(iv: Uint8Array, cipherText: Uint8Array): Uint8Array | undefined {
    if (cipherText.length === 0 || cipherText.length % blockBytes !== 0) return undefined;
    const padded = this.#data.decryptCbc(inverted(iv), cipherText);
    let end = padded.length - 1;
    while (end > padded.length - blockBytes && padded[end] === 0) end -= 1;
    return padded[end] === padStart ? padded.subarray(0, end) : undefined;
  }
}

/** Why a frame of a session is not taken. */
export type ChainRefusal =
  /** Not made by who has the keys, or not the next one. */
  | 'wrongMac'
  /** From the peer, but its cipher text is none. */
  | 'wrongPadding'
  /** From the peer, but its security block is for the other direction, or its data are in clear (SECURITY B12). */
  | 'wrongBlock';

/**
 * Both directions of one session. Each frame is chained to the last one of the other direction: once that one has an answer, it cannot come
 * again, and none from elsewhere can be put in. It moves on for frames with a right MAC, and for nothing else. Until a frame is answered
 * with a sealed one (BUSY is not), it could be heard twice: that it is a repeat, its sequence says, and so a session.
 */
export class SessionChain {
  readonly #crypto: Crypto;
  readonly #cipher: SessionCipher;
  /** Full MACs of the last command and the last reply. */
  #commandMac: Uint8Array;
  #replyMac: Uint8Array;

  constructor(crypto: Crypto, cipher: SessionCipher) {
    this.#crypto = crypto;
    this.#cipher = cipher;
    this.#commandMac = cipher.initialMac;
    this.#replyMac = cipher.initialMac;
  }

  /** The plain data of a frame that has a MAC. */
  open(frame: Frame): Result<Uint8Array, ChainRefusal> {
    const { isReply, security, data, mac, bytes } = frame;
    if (security === undefined || mac === undefined) return failed('wrongMac');
    const iv = this.#ivFor(isReply);
    const full = this.#cipher.mac(iv, bytes, coveredBytes(frame));
    if (!this.#crypto.isEqual(mac, full.subarray(0, macBytes))) return failed('wrongMac');
    this.#moveOn(isReply, full);

    const isEncrypted = security.type >= scs.encryptedCommand;
    const isForReplies = security.type === scs.reply || security.type === scs.encryptedReply;
    if (isForReplies !== isReply || (!isEncrypted && data.length > 0)) return failed('wrongBlock');
    // An encrypted block of nothing says no more than none: tolerated, as is one that is all padding (OSDP.md §12).
    if (data.length === 0) return ok(none);
    const plain = this.#cipher.decrypt(iv, data);
    return plain === undefined ? failed('wrongPadding') : ok(plain);
  }

  /** The bytes of the next frame in its direction; its data are encrypted if there are any. */
  seal(header: FrameHeader, code: number, plain: Uint8Array): Uint8Array {
    const { isReply } = header;
    const iv = this.#ivFor(isReply);
    const isEmpty = plain.length === 0;
    const type = isReply ? (isEmpty ? scs.reply : scs.encryptedReply) : isEmpty ? scs.command : scs.encryptedCommand;
    const data = isEmpty ? none : this.#cipher.encrypt(iv, plain);
    const { address, sequence, check } = header;
    return encodeFrame({ address, isReply, sequence, check, security: { type, data: none }, code, data }, (bytes, covered) => {
      const full = this.#cipher.mac(iv, bytes, covered);
      this.#moveOn(isReply, full);
      return full;
    });
  }

  #ivFor(isReply: boolean): Uint8Array {
    return isReply ? this.#commandMac : this.#replyMac;
  }

  #moveOn(isReply: boolean, full: Uint8Array): void {
    if (isReply) this.#replyMac = full;
    else this.#commandMac = full;
  }
}

/** AES of a constant and the first 6 random bytes of the ACU, under the SCBK. */
const sessionKey = (crypto: Crypto, master: Aes128, constant: number, rndA: Uint8Array): Aes128 => {
  const block = new Uint8Array(blockBytes);
  block.set([0x01, constant]);
  block.set(rndA.subarray(0, 6), 2);
  const bytes = master.encryptBlock(block);
  const key = new SecretBytes(bytes);
  bytes.fill(0);
  const aes = crypto.aes128(key);
  key.wipe();
  return aes;
};

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
};

const inverted = (iv: Uint8Array): Uint8Array => iv.map((byte) => byte ^ 0xff);
