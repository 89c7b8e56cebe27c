/**
 * The PIN table on disk: exactly one complete, verified version is in force; the next one is staged beside it as it
 * arrives and replaces it in one step. What the bytes mean, and when they are refused, is table/'s (docs/table-profile.md).
 */
import type { Result } from '../shared/result.ts';

/** The version in force. */
export interface TableState {
  /** Rising, 1..2^32-1. */
  readonly version: number;
  /** 32 bytes: the content hash of this version. */
  readonly contentHash: Uint8Array;
  readonly persons: number;
  readonly credentials: number;
  /** Highest revocation number in force, by a revocation file or within the version. 0: none. */
  readonly revocation: number;
}

/** How far the file being received has come; it survives a restart. */
export interface StagedState {
  /** 32 bytes: SHA-256 of the file's header. */
  readonly headerHash: Uint8Array;
  /** Of the table that it makes. */
  readonly version: number;
  /** Highest revocation number that is within it. */
  readonly revocation: number;
  /** Bytes of the file, header included, that are on disk. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/**
 * Why a file is refused (docs/table-profile.md §10). The version in force stays, whatever the reason. A header that is refused leaves
 * a file already staged as it is; a staged file that `apply` refuses is dropped, unless it is only `incomplete`.
 */
export type TableRefusal =
  | 'malformed'
  /** Of a format this reader does not know. */
  | 'wrongFormat'
  | 'wrongSignature'
  | 'wrongSite'
  | 'wrongReader'
  | 'wrongKind'
  | 'staleVersion'
  | 'wrongBase'
  | 'wrongBody'
  | 'wrongContent'
  | 'contradiction'
  | 'tooLarge'
  | 'wrongOffset'
  | 'incomplete'
  | 'diskFull';

export type FindResult =
  | { readonly found: 'record'; readonly record: Uint8Array }
  | { readonly found: 'nobody' }
  /** Something on disk is not what was written. The sentence says what, with no value from the record. */
  | { readonly found: 'damaged'; readonly sentence: string };

export interface TableStore {
  /** The version in force, or undefined: nobody gets in. */
  state(): TableState | undefined;
  /** The file being received, or undefined. */
  staged(): StagedState | undefined;
  /**
   * The record of the person who holds the credential with this tag (0..2^64-1), from the version in force at the call,
   * less what was revoked. Checked against its integrity code and against the tag. Rejects with a Fault when the disk does not answer.
   */
  find(tag: bigint): Promise<FindResult>;
  /**
   * Takes the next bytes (1..65 536) of a snapshot or delta. `offset` 0 begins anew: the header is verified before
   * anything is staged, and until it is whole nothing is on disk; `headerHash` is then empty, all else 0, and
   * `receivedBytes` the next offset. `offset` = `staged().receivedBytes` goes on, also after a restart; any other offset is
   * `wrongOffset` and changes nothing. Resolves once the bytes are on disk. Rejects with a Fault on disk failure.
   */
  receive(offset: number, bytes: Uint8Array): Promise<Result<StagedState, TableRefusal>>;
  /** Verifies the whole staged file and puts it in force in one step, or leaves the version in force as it is. */
  apply(): Promise<Result<TableState, TableRefusal>>;
  /** Takes a whole signed revocation file (≤ 65 536 bytes): in force once resolved. */
  revoke(file: Uint8Array): Promise<Result<TableState, TableRefusal>>;
  /** Reads everything in force and compares it with the content hash. False: something on disk is not what was written. */
  scrub(): Promise<boolean>;
  close(): Promise<void>;
}
