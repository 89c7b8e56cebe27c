/**
 * What the PIN table needs of a disk: rows, one small fact, a file being received, and transactions. Every call is
 * synchronous; every call may throw a Fault. What the bytes mean is table/'s; a disk stores them and interprets nothing.
 * One writer at a time; any number of `TableReader`s beside it, on connections of their own.
 */

/** One person as stored. */
export interface StoredPerson {
  /** 1..2^32-1; the key. */
  readonly person: number;
  /** The record and its 8-byte integrity code, at most 190 bytes. */
  readonly sealed: Uint8Array;
  /** The person's tags (0..18), each 0..2^64-1; no tag belongs to two persons. */
  readonly tags: readonly bigint[];
}

/** What one look-up reads, all of it from one committed state, never from two. */
export interface TableLookUp {
  /** The state fact, or undefined when none was ever put. */
  readonly state: Uint8Array | undefined;
  /** The person this tag is filed under, or undefined. */
  readonly person: number | undefined;
  /** The record of that person, or undefined when there is no such row. */
  readonly sealed: Uint8Array | undefined;
}

/** Usable from a second, read-only connection while the writer is at work: it sees the last commit. */
export interface TableReader {
  lookUp(tag: bigint): TableLookUp;
}

/** The file being received, as far as it is on disk. */
export interface StagedFile {
  readonly header: Uint8Array;
  /** Bytes of the body on disk. */
  readonly bodyBytes: number;
}

export interface TableDisk extends TableReader {
  /** The state fact as committed. */
  state(): Uint8Array | undefined;
  staged(): StagedFile | undefined;
  /** The staged body in one piece, in the order appended; empty when nothing is staged. */
  stagedBody(): Uint8Array;
  /** The stored record of a person in force, or undefined. */
  sealedOf(person: number): Uint8Array | undefined;
  /** At most `limit` (1..10 000) persons in force with an id above `after`, rising. */
  scan(after: number, limit: number): readonly { readonly person: number; readonly sealed: Uint8Array }[];
  /** How many tags are filed. */
  tagCount(): number;

  /**
   * Runs `work`, which only writes, and commits: all of it is on disk when this returns. When `work` or the commit throws,
   * nothing of it is, and what was thrown is thrown on. Transactions do not nest.
   */
  transaction(work: () => void): void;

  // Inside a transaction only:

  putState(state: Uint8Array): void;
  /** Drops whatever was staged and begins a new staged file. */
  beginStaged(header: Uint8Array): void;
  /** Adds 1..65 536 bytes to the staged body. */
  appendStaged(bytes: Uint8Array): void;
  dropStaged(): void;
  /** Deletes persons in force and their tags. Every one of them is there, with exactly these tags. */
  deletePersons(persons: readonly StoredPerson[]): void;
  /** Adds persons in force and their tags. None of them is there. */
  putPersons(persons: readonly StoredPerson[]): void;
  /** Puts the table that was built in force in place of the present one, whole. */
  switchToBuilt(): void;

  // Outside transactions: a table built beside the one in force, which no look-up and no scan sees before `switchToBuilt`.
  // It need not be durable before that commit, and after a restart it is worth nothing.

  /** Begins an empty one, and forgets any other. */
  beginBuild(): void;
  /** Adds persons, rising by id within and across calls; no tag comes twice. */
  build(persons: readonly StoredPerson[]): void;
  /** Forgets it; nothing to forget is fine. */
  dropBuild(): void;
}
