/** What an ACU is told about a PD, what it tells of it, and what becomes of what it was asked to do. Types only; who decides is acu-session.ts. */
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { Capabilities } from './capabilities.ts';
import type { Command, CommandName } from './commands.ts';
import type { fileStatus } from './records.ts';
import type { Reply, ReplyName, ReplyPayload } from './replies.ts';
import type { PayloadRefusal } from './schema.ts';

/** What is known of a reader's key, by its owner: never by what the reader, or someone on its line, says (SECURITY B2). */
export type Pairing =
  /** Has a key. Outside a session it hears ID, CAP and the handshake, and nothing else. `pending`: a key change was under way (SECURITY B11). */
  | { readonly kind: 'paired'; readonly scbk: SecretBytes; readonly pending?: SecretBytes }
  /** Has none yet, and shall get one: stays offline until `install`. */
  | { readonly kind: 'unpaired' }
  /** Has none and gets none: everything is in clear. */
  | { readonly kind: 'clear' };

export interface PdSettings {
  /** 0..0x7e. The configuration address is for finding and moving a PD, not for working with it (docs/decisions/0016-acu-choices.md). */
  readonly address: number;
  readonly pairing: Pairing;
  /** Longest reply it may send, 128..1440: told by ACURXSIZE. Without it, a PD keeps to 128. */
  readonly maxReplyBytes?: number;
}

export type OfflineReason =
  /** No valid exchange for 8 s (OSDP.md §1). */
  | 'silent'
  /** It asked for a restart, or lost count. */
  | 'restarted'
  /** It ended the session, or someone made it look so. */
  | 'sessionLost'
  /** It answers, but no session came to be. */
  | 'noSecureChannel'
  /** CCRYPT or RMAC_I in a session (SECURITY B8). */
  | 'unexpectedHandshake'
  /** A PD in clear that wants to be spoken to in a session. */
  | 'encryptionRequired';

/** Told at most once a minute each (SECURITY B10). */
export type Alarm =
  | 'noSecureChannel'
  /** It has another key. */
  | 'wrongKey'
  | 'wrongMac'
  | 'unexpectedHandshake'
  /** It has no key, and none is being installed. */
  | 'unpaired';

/** What a caller may order: POLL, the handshake, KEYSET and files have ways of their own. */
export type OrderName = Exclude<CommandName, 'poll' | 'chlng' | 'scrypt' | 'keyset' | 'filetransfer' | 'acurxsize'>;
export type OrderCommand = Extract<Command, { readonly name: OrderName }>;
/** A release goes before everything else on the line. */
export type Priority = 'release' | 'normal';

export type OrderRefusal =
  | 'unknownPd'
  | 'offline'
  | 'queueFull'
  /** Longer than the PD takes. */
  | 'tooLong'
  /** COMSET to an address of another PD, or to none. */
  | 'wrongAddress';

export type OrderOutcome =
  | { readonly kind: 'answered'; readonly reply: Reply }
  /** NAK: its code (nak.ts has the names), and what came with it. */
  | { readonly kind: 'refused'; readonly code: number; readonly data: Uint8Array }
  /** A reply this command does not have, or one that cannot be read or believed: it may have been done. */
  | { readonly kind: 'unusable'; readonly code: number }
  /** Sent, and no answer: it may have been done. */
  | { readonly kind: 'lost' }
  /** The PD went offline before it was sent. */
  | { readonly kind: 'notSent' };

export type FileOutcome =
  | { readonly kind: 'ended'; readonly status: Exclude<keyof typeof fileStatus, 'goOn' | 'finishing'> }
  /** A status nobody knows, below 0. */
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'unusable'; readonly code: number }
  /** The PD was lost, or another session begun; what was acknowledged may be resumed from `offset`. */
  | { readonly kind: 'interrupted'; readonly offset: number }
  /** No progress for `fileStallMs`. */
  | { readonly kind: 'stalled'; readonly offset: number }
  | { readonly kind: 'aborted' };

export interface FileToSend {
  /** 1, or 128..255 (OSDP.md §9). */
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Where to begin: 0, or what the PD says it has. */
  readonly firstOffset?: number;
  /** Fewer than fit, for PDs that take fewer than they say. */
  readonly maxFragmentBytes?: number;
}

export type AcuEvent =
  /** Identity and capabilities came in clear: for people and for sizes, not for trust. Undefined: it would not say. */
  | {
      readonly kind: 'online';
      readonly isSecure: boolean;
      readonly identity: ReplyPayload<'pdid'> | undefined;
      readonly capabilities: Capabilities | undefined;
    }
  /** While online, another session was opened: for its age (SECURITY B16), or for a new key. What a PD only does in a session that asked for it, it does no more. */
  | { readonly kind: 'renewed' }
  | { readonly kind: 'offline'; readonly reason: OfflineReason }
  | { readonly kind: 'alarm'; readonly alarm: Alarm }
  /** Told by the PD as the answer to a POLL. */
  | { readonly kind: 'report'; readonly reply: Reply }
  | { readonly kind: 'unreadable'; readonly code: number; readonly why: PayloadRefusal | 'unknownReply' | 'unexpected' }
  /** All parts of a message are there (OSDP.md §10). */
  | { readonly kind: 'whole'; readonly name: ReplyName; readonly data: Uint8Array }
  | { readonly kind: 'orderEnded'; readonly order: number; readonly outcome: OrderOutcome }
  | { readonly kind: 'fileProgress'; readonly offset: number }
  | { readonly kind: 'fileEnded'; readonly outcome: FileOutcome }
  /** It will be heard at this address and rate from now on. */
  | { readonly kind: 'moved'; readonly address: number; readonly baudRate: number }
  /** A session with the new key is open: the old one may be forgotten. */
  | { readonly kind: 'keyChanged' }
  /** The PD would not take the new key, or never came to use it; the old one stands. */
  | { readonly kind: 'keyRefused' };

export type FileRefusal = 'unknownPd' | 'offline' | 'fileUnderWay';

/** Why a key is not taken. */
export type KeyRefusal = 'unknownPd' | 'weakKey' | 'alreadyPaired' | 'notPaired' | 'offline';
