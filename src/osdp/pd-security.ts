/**
 * Whom a PD believes: which key answers a challenge, what may pass in clear, how often a session may fail, when one has lasted long enough
 * (OSDP.md §11, §12; SECURITY §11c, B3, B4, B9, B11, B16). The arithmetic is secure-channel.ts's; frames and sequence are pd.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { type Clear, type CommandName, type CommandPayload, commands } from './commands.ts';
import { type Frame, type SecurityBlock, scs } from './frame.ts';
import { ack, nak, type PdAnswer } from './pd-answer.ts';
import { type PdKeySet, PdKeys } from './pd-keys.ts';
import type { Keep } from './pd-line-settings.ts';
import { isWeakScbk, newDefaultScbk } from './scbk.ts';
import { acceptedMark, PdSecureChannel, scbkKinds } from './secure-channel.ts';

export interface PdPolicy {
  readonly keys: PdKeySet;
  readonly keepKeys: Keep<PdKeySet>;
  /** Whether somebody has opened install mode at the reader: SCBK-D is then good for one session. Asked at every command. */
  readonly allowInstall: () => boolean;
  /** Nothing but the handshake, ID and CAP passes in clear, key or no key. */
  readonly secureRequired: boolean;
  /** COMSET passes in clear although the PD has a key. Off, one test of the public list fails; on, anyone on the line may move the reader. */
  readonly clearComset: boolean;
}

/** After so many failed sessions a challenge is answered only once each `failurePauseMs`. */
export const freeFailures = 5;
export const failurePauseMs = 1_000;
/** So many failed sessions are told. */
export const alarmFailures = 20;
/** Failed sessions are forgotten after this long without another. */
export const failuresForgottenMs = 60_000;
/** A session ends after either, whatever the ACU thinks of it. */
export const maxSessionMs = 12 * 3_600_000;
export const maxSessionFrames = 2 ** 21;

export type SecurityEvent =
  | { readonly type: 'session.opened'; readonly key: 'own' | 'default' }
  | { readonly type: 'session.closed' }
  /** Wrong cryptogram or MAC: another key, or somebody guesses. */
  | { readonly type: 'session.failed' }
  /** `alarmFailures` of them. */
  | { readonly type: 'session.failing' }
  | { readonly type: 'key.pending' }
  | { readonly type: 'key.proven' };

export class PdSecurity {
  readonly channel: PdSecureChannel;
  readonly #policy: PdPolicy;
  readonly #cuid: Uint8Array;
  readonly #keys: PdKeys;
  readonly #defaultKey = newDefaultScbk();
  readonly #tell: (event: SecurityEvent) => void;
  /** The key of the challenge, and of the session that follows it. */
  #key: SecretBytes | undefined;
  #openedMs = 0;
  #frames = 0;
  #isInstallSpent = false;
  #failures = 0;
  #failedMs = 0;

  constructor(crypto: Crypto, policy: PdPolicy, cuid: Uint8Array, tell: (event: SecurityEvent) => void) {
    this.channel = new PdSecureChannel(crypto);
    this.#policy = policy;
    this.#cuid = cuid;
    this.#keys = new PdKeys(policy.keys, policy.keepKeys);
    this.#tell = tell;
  }

  /** Nothing passes in clear but what always may. */
  get isLocked(): boolean {
    return this.#policy.secureRequired || this.#keys.isKeyed;
  }

  get isOpen(): boolean {
    return this.channel.state === 'open';
  }

  /** In a session on the key that everyone knows. */
  get isOnDefaultKey(): boolean {
    return this.isOpen && this.#key === this.#defaultKey;
  }

  get allowsDefaultKey(): boolean {
    return this.#policy.allowInstall() && !this.#isInstallSpent;
  }

  /** `undefined`: a command that is unknown. */
  passesInClear(name: CommandName | undefined): boolean {
    const clear: Clear = name === undefined ? 'beforeKeying' : commands[name].clear;
    if (clear === 'never') return false;
    return clear === 'always' || !this.isLocked || (clear === 'ifSet' && this.#policy.clearComset);
  }

  /** Before each frame: ends a session that has lasted too long, or whose install mode was closed. */
  review(nowMs: number): void {
    if (!this.#policy.allowInstall()) {
      this.#isInstallSpent = false;
      if (this.isOnDefaultKey) this.close();
    }
    if (this.isOpen && (nowMs - this.#openedMs >= maxSessionMs || this.#frames >= maxSessionFrames)) this.close();
    if (this.#failures > 0 && nowMs - this.#failedMs >= failuresForgottenMs) this.#failures = 0;
  }

  /** CHLNG. Refused, it leaves an open session as it is. */
  challenge({ rndA }: CommandPayload<'chlng'>, block: SecurityBlock | undefined, nowMs: number): PdAnswer {
    const kind = block?.data[0];
    if (block?.type !== scs.challenge || block.data.length !== 1) return nak('securityUnsupported');
    if (this.#failures >= freeFailures && nowMs - this.#failedMs < failurePauseMs) return 'busy';
    const key = kind === scbkKinds.own ? this.#keys.next() : kind === scbkKinds.default && this.allowsDefaultKey ? this.#defaultKey : undefined;
    if (key === undefined) return nak('securityUnsupported');
    this.close();
    this.#key = key;
    const { rndB, clientCryptogram } = this.channel.challenge(key, rndA);
    const data = new Uint8Array([key === this.#defaultKey ? scbkKinds.default : scbkKinds.own]);
    const payload = { cuid: this.#cuid, rndB, clientCryptogram };
    return { reply: { name: 'ccrypt', payload }, block: { type: scs.clientCryptogram, data } };
  }

  /** SCRYPT. One try for each challenge. */
  confirm({ serverCryptogram }: CommandPayload<'scrypt'>, block: SecurityBlock | undefined, nowMs: number): PdAnswer {
    if (block?.type !== scs.serverCryptogram || block.data.length !== 1) return nak('securityUnsupported');
    const confirmed = this.channel.confirm(serverCryptogram);
    if (!confirmed.ok) {
      if (confirmed.failure === 'wrongCryptogram') this.#failed(nowMs);
      return nak('securityUnsupported');
    }
    this.#openedMs = nowMs;
    this.#frames = 0;
    const isDefault = this.isOnDefaultKey;
    this.#isInstallSpent ||= isDefault;
    this.#tell({ type: 'session.opened', key: isDefault ? 'default' : 'own' });
    return { reply: { name: 'rmacI', payload: confirmed.value }, block: { type: scs.initialMac, data: new Uint8Array([acceptedMark]) } };
  }

  /** The plain data of a frame of a session; undefined when it is not believed. */
  open(frame: Frame, nowMs: number): Uint8Array | undefined {
    const wasOpen = this.isOpen;
    const opened = this.channel.open(frame);
    if (!opened.ok) {
      if (wasOpen && !this.isOpen) {
        this.#tell({ type: 'session.closed' });
        this.#failed(nowMs);
      }
      return undefined;
    }
    this.#frames += 1;
    if (this.#key !== undefined && this.#keys.proven(this.#key)) this.#tell({ type: 'key.proven' });
    this.#keys.save(nowMs);
    return opened.value;
  }

  /** KEYSET, which came in a session. */
  setKey({ scbk }: CommandPayload<'keyset'>): PdAnswer {
    if (isWeakScbk(scbk)) return nak('wrongRecord');
    const kept = this.#keys.propose(scbk);
    if (kept === 'later') return 'busy';
    if (kept === 'failed') return nak('wrongRecord');
    this.#tell({ type: 'key.pending' });
    // The ACK is the last word of the old session; the next one is on the new key.
    return { ...ack, after: () => this.close() };
  }

  close(): void {
    const wasOpen = this.isOpen;
    this.channel.close();
    if (wasOpen) this.#tell({ type: 'session.closed' });
  }

  #failed(nowMs: number): void {
    this.#failures += 1;
    this.#failedMs = nowMs;
    this.#tell({ type: 'session.failed' });
    if (this.#failures === alarmFailures) this.#tell({ type: 'session.failing' });
  }
}
