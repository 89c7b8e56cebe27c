/**
 * The secure channel at either end of the line (OSDP.md §12): how a session is agreed on, used and lost. Decides what is believed;
 * address, sequence, repeats and what a refusal is answered with are the sessions', and so is which key may be used when.
 */
import type { Crypto } from '../ports/crypto.ts';
import { assert, present } from '../shared/assert.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { Frame, FrameHeader } from './frame.ts';
import { type ChainRefusal, SessionChain, SessionCipher } from './session-cipher.ts';

/** The data byte of the security block while a session is agreed on: which key is meant. */
export const scbkKinds = { default: 0, own: 1 } as const;
/** The data byte of the block of RMAC_I: the session is accepted. */
export const acceptedMark = 1;

const randomBytes = 8;

export type ChannelState =
  | 'closed'
  /** PD: waits for SCRYPT. ACU: waits for CCRYPT. */
  | 'challenged'
  /** ACU: waits for RMAC_I. */
  | 'confirming'
  | 'open';

export type ChannelRefusal =
  | ChainRefusal
  /** No session is open. */
  | 'noSession'
  /** Not a frame of a session, or not for this end. It changes nothing. */
  | 'unsecured';

/** `unexpected`: this step is not due; an open session stays as it is. `wrongCryptogram`: the peer has another key; closed. */
export type HandshakeRefusal = 'unexpected' | 'wrongCryptogram';

/** What both ends have in common once a session is open. */
abstract class SecureChannel {
  protected readonly crypto: Crypto;
  /** Whether what this end sends are replies. */
  readonly #isPd: boolean;
  #chain: SessionChain | undefined;

  protected constructor(crypto: Crypto, isPd: boolean) {
    this.crypto = crypto;
    this.#isPd = isPd;
  }

  abstract get state(): ChannelState;

  protected get isOpen(): boolean {
    return this.#chain !== undefined;
  }

  /**
   * The plain data of the peer's next frame, whose check (by its type), address and sequence are right. A wrong MAC or padding ends the
   * session: a forger has one guess (SECURITY B9). After `wrongBlock` it goes on, but what the frame says counts for nothing.
   */
  open(frame: Frame): Result<Uint8Array, ChannelRefusal> {
    if (frame.mac === undefined || frame.isReply === this.#isPd) return failed('unsecured');
    if (this.#chain === undefined) return failed('noSession');
    const opened = this.#chain.open(frame);
    if (!opened.ok && opened.failure !== 'wrongBlock') this.close();
    return opened;
  }

  /** The bytes of the next frame to the peer. Only while open; `dataRoom` says how much fits. */
  seal(header: Omit<FrameHeader, 'isReply'>, code: number, plain: Uint8Array): Uint8Array {
    const { address, sequence, check } = header;
    return present(this.#chain, 'a frame is sealed in an open session').seal({ address, isReply: this.#isPd, sequence, check }, code, plain);
  }

  /** Ends the session, or what was to become one; the keys are let go. */
  close(): void {
    this.#chain = undefined;
  }

  protected begin(cipher: SessionCipher): void {
    this.#chain = new SessionChain(this.crypto, cipher);
  }
}

export class PdSecureChannel extends SecureChannel {
  #challenged: SessionCipher | undefined;

  constructor(crypto: Crypto) {
    super(crypto, true);
  }

  get state(): ChannelState {
    return this.isOpen ? 'open' : this.#challenged === undefined ? 'closed' : 'challenged';
  }

  /** CHLNG came: what goes into CCRYPT. Whatever was before is over; `rndB` is new each time. */
  challenge(scbk: SecretBytes, rndA: Uint8Array): { readonly rndB: Uint8Array; readonly clientCryptogram: Uint8Array } {
    assert(rndA.length === randomBytes, `the ACU sends ${randomBytes} random bytes`);
    this.close();
    const rndB = this.crypto.randomBytes(randomBytes);
    this.#challenged = new SessionCipher(this.crypto, scbk, rndA, rndB);
    return { rndB, clientCryptogram: this.#challenged.clientCryptogram };
  }

  /** SCRYPT came: what goes into RMAC_I, with the session open. One try for each challenge. */
  confirm(serverCryptogram: Uint8Array): Result<{ readonly initialMac: Uint8Array }, HandshakeRefusal> {
    const cipher = this.#challenged;
    if (cipher === undefined) return failed('unexpected');
    this.close();
    if (!this.crypto.isEqual(serverCryptogram, cipher.serverCryptogram)) return failed('wrongCryptogram');
    this.begin(cipher);
    return ok({ initialMac: cipher.initialMac });
  }

  override close(): void {
    super.close();
    this.#challenged = undefined;
  }
}

export class AcuSecureChannel extends SecureChannel {
  #challenge: { readonly scbk: SecretBytes; readonly rndA: Uint8Array } | undefined;
  #confirming: SessionCipher | undefined;

  constructor(crypto: Crypto) {
    super(crypto, false);
  }

  get state(): ChannelState {
    if (this.isOpen) return 'open';
    if (this.#confirming !== undefined) return 'confirming';
    return this.#challenge === undefined ? 'closed' : 'challenged';
  }

  /** What goes into CHLNG. Whatever was before is over; `rndA` is new each time. */
  challenge(scbk: SecretBytes): { readonly rndA: Uint8Array } {
    this.close();
    const rndA = this.crypto.randomBytes(randomBytes);
    this.#challenge = { scbk, rndA };
    return { rndA };
  }

  /** CCRYPT came: what goes into SCRYPT. One try for each challenge. */
  answer(rndB: Uint8Array, clientCryptogram: Uint8Array): Result<{ readonly serverCryptogram: Uint8Array }, HandshakeRefusal> {
    const challenge = this.#challenge;
    if (challenge === undefined) return failed('unexpected');
    assert(rndB.length === randomBytes, `the PD sends ${randomBytes} random bytes`);
    this.close();
    const cipher = new SessionCipher(this.crypto, challenge.scbk, challenge.rndA, rndB);
    if (!this.crypto.isEqual(clientCryptogram, cipher.clientCryptogram)) return failed('wrongCryptogram');
    this.#confirming = cipher;
    return ok({ serverCryptogram: cipher.serverCryptogram });
  }

  /** RMAC_I came: the session is open. */
  establish(initialMac: Uint8Array): Result<undefined, HandshakeRefusal> {
    const cipher = this.#confirming;
    if (cipher === undefined) return failed('unexpected');
    this.close();
    if (!this.crypto.isEqual(initialMac, cipher.initialMac)) return failed('wrongCryptogram');
    this.begin(cipher);
    return ok(undefined);
  }

  override close(): void {
    super.close();
    this.#challenge = undefined;
    this.#confirming = undefined;
  }
}
