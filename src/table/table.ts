/**
 * The rules of the PIN table over a disk: every promise of `TableStore`, synchronously, so that each disk keeps the same ones.
 * Decides what is staged, when a file is put in force and when it is refused; how a version is written is apply.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { TableDisk } from '../ports/table-disk.ts';
import type { FindResult, StagedState, TableRefusal, TableState } from '../ports/table-store.ts';
import { Fault } from '../shared/faults.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { applyDelta, applySnapshot } from './apply.ts';
import { type FileHeader, headerBytes, readHeader, type Trust } from './header.ts';
import { defaultLimits, maxChunkBytes, maxRevocationFileBytes, maxRevoked, type TableLimits } from './limits.ts';
import { findPerson } from './lookup.ts';
import { packedCount, readRevocationBody, withRevoked } from './revocations.ts';
import { scrubSteps } from './scrub.ts';
import { type InForce, openState, sealState } from './state.ts';
import { drain, type Steps } from './steps.ts';
import { deriveTableKeys, type TableKeys } from './tags.ts';

export interface TableParts {
  readonly disk: TableDisk;
  readonly crypto: Crypto;
  readonly trust: Trust;
  /** The table key of this reader, 32 bytes. */
  readonly tableKey: SecretBytes;
  readonly limits?: TableLimits;
}

interface Staged {
  readonly header: FileHeader;
  readonly headerHash: Uint8Array;
  readonly bodyBytes: number;
}

const nothing = new Uint8Array();

/**
 * Opened over a disk that may hold what an earlier start left. After a Fault other than `disk.full`, what is in force is
 * what the disk last committed: open a new Table over it.
 */
export class Table {
  readonly #disk: TableDisk;
  readonly #crypto: Crypto;
  readonly #trust: Trust;
  readonly #keys: TableKeys;
  readonly #limits: TableLimits;
  #inForce: InForce | undefined;
  #staged: Staged | undefined;
  /** A header not yet whole: in memory only, and shown nowhere. */
  #gathered: Uint8Array = nothing;

  constructor({ disk, crypto, trust, tableKey, limits = defaultLimits }: TableParts) {
    this.#disk = disk;
    this.#crypto = crypto;
    this.#trust = trust;
    this.#keys = deriveTableKeys(crypto, tableKey);
    this.#limits = limits;
    const state = disk.state();
    this.#inForce = state && openState(crypto, this.#keys, state);
    this.#staged = this.#reopenStaged();
  }

  /** The version in force; undefined when there is none, or when its state is not what was written. */
  state(): TableState | undefined {
    return this.#inForce && publicState(this.#inForce);
  }

  staged(): StagedState | undefined {
    return this.#staged && progressOf(this.#staged);
  }

  find(tag: bigint): FindResult {
    return findPerson(this.#disk, this.#crypto, this.#keys, tag);
  }

  /**
   * As in `TableStore.receive`. A header still being gathered is shorter than any staged file, so an offset never fits both:
   * a new file that is cut off or refused before its header is whole leaves the staged one to be resumed.
   */
  receive(offset: number, bytes: Uint8Array): Result<StagedState, TableRefusal> {
    if (bytes.length > maxChunkBytes) return failed('tooLarge');
    if (offset === 0) this.#gathered = nothing;
    if (offset === this.#gathered.length) return this.#gather(bytes);
    if (this.#staged !== undefined && offset === headerBytes + this.#staged.bodyBytes) return this.#append(this.#staged, bytes);
    return failed('wrongOffset');
  }

  apply(): Result<TableState, TableRefusal> {
    return drain(this.applySteps());
  }

  /** `apply` in steps, so that other work of the same thread is not held up. Sorting the tags of a full table is the longest. */
  *applySteps(): Steps<Result<TableState, TableRefusal>> {
    const staged = this.#staged;
    if (staged === undefined || staged.bodyBytes < staged.header.bodyBytes) return failed('incomplete');
    const parts = { disk: this.#disk, crypto: this.#crypto, keys: this.#keys };
    try {
      const steps =
        staged.header.kind === 'snapshot' ? applySnapshot(parts, staged.header, this.#inForce) : applyDelta(parts, staged.header, this.#inForce);
      const applied = yield* steps;
      if (!applied.ok) {
        this.discard();
        return applied;
      }
      this.#staged = undefined;
      this.#inForce = applied.value;
      return ok(publicState(applied.value));
    } catch (thrown) {
      return this.#orDiskFull(thrown);
    }
  }

  /** As in `TableStore.revoke`. */
  revoke(file: Uint8Array): Result<TableState, TableRefusal> {
    if (file.length > maxRevocationFileBytes) return failed('tooLarge');
    const read = readHeader(this.#crypto, this.#trust, file.subarray(0, headerBytes));
    if (!read.ok) return read;
    const header = read.value;
    if (header.kind !== 'revocation') return failed('wrongKind');
    const inForce = this.#inForce;
    if (inForce !== undefined && header.version <= inForce.revocation) return failed('staleVersion');
    if (inForce === undefined || header.baseVersion > inForce.revocation) return failed('wrongBase');
    const body = file.subarray(headerBytes);
    if (body.length !== header.bodyBytes) return failed('malformed');
    if (!this.#crypto.isEqual(this.#crypto.sha256(body), header.bodyHash)) return failed('wrongBody');
    const list = readRevocationBody(body);
    if (list?.persons !== header.personsDeleted || list.tags !== header.credentials) return failed('malformed');
    const revoked = withRevoked(inForce.revoked, list.entries, header.version);
    if (packedCount(revoked) > maxRevoked) return failed('tooLarge');
    const next: InForce = { ...inForce, revocation: header.version, revoked };
    return this.#commit(
      () => this.#disk.putState(sealState(this.#crypto, this.#keys, next)),
      () => {
        this.#inForce = next;
        return publicState(next);
      },
    );
  }

  scrub(): boolean {
    return drain(this.scrubSteps());
  }

  /** `scrub` in steps, like `applySteps`. */
  scrubSteps(): Steps<boolean> {
    return scrubSteps(this.#disk, this.#crypto, this.#keys);
  }

  /** Forgets the file being received. */
  discard(): void {
    this.#gathered = nothing;
    if (this.#staged === undefined) return;
    this.#disk.transaction(() => this.#disk.dropStaged());
    this.#staged = undefined;
  }

  #gather(bytes: Uint8Array): Result<StagedState, TableRefusal> {
    const file = joined(this.#gathered, bytes);
    if (file.length < headerBytes) {
      this.#gathered = file;
      return ok({ headerHash: nothing, version: 0, revocation: 0, receivedBytes: file.length, totalBytes: 0 });
    }
    this.#gathered = nothing;
    const header = file.subarray(0, headerBytes);
    const body = file.subarray(headerBytes);
    const admitted = this.#admit(header);
    if (!admitted.ok) return admitted;
    if (body.length > admitted.value.bodyBytes) return failed('malformed');
    const staged = { header: admitted.value, headerHash: this.#crypto.sha256(header), bodyBytes: body.length };
    return this.#stage(staged, () => {
      this.#disk.beginStaged(header);
      this.#appendAll(body);
    });
  }

  #append(staged: Staged, bytes: Uint8Array): Result<StagedState, TableRefusal> {
    const bodyBytes = staged.bodyBytes + bytes.length;
    if (bodyBytes > staged.header.bodyBytes) {
      this.discard();
      return failed('malformed');
    }
    return this.#stage({ ...staged, bodyBytes }, () => this.#appendAll(bytes));
  }

  #appendAll(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#disk.appendStaged(bytes);
  }

  #stage(staged: Staged, write: () => void): Result<StagedState, TableRefusal> {
    return this.#commit(write, () => {
      this.#staged = staged;
      return progressOf(staged);
    });
  }

  /** Whether a file with this header may follow what is in force. Everything that can be known before its body comes. */
  #admit(bytes: Uint8Array): Result<FileHeader, TableRefusal> {
    const read = readHeader(this.#crypto, this.#trust, bytes);
    if (!read.ok) return read;
    const header = read.value;
    const { persons, credentials, fileBytes } = this.#limits;
    if (header.kind !== 'snapshot' && header.kind !== 'delta') return failed('wrongKind');
    if (header.totalPersons > persons || header.totalCredentials > credentials) return failed('tooLarge');
    if (headerBytes + header.bodyBytes > fileBytes) return failed('tooLarge');
    const inForce = this.#inForce;
    if (inForce !== undefined && header.version <= inForce.version) return failed('staleVersion');
    if (inForce !== undefined && header.revocation < inForce.includedRevocation) return failed('staleVersion');
    if (header.kind === 'snapshot') return ok(header);
    const isBase = inForce?.version === header.baseVersion && this.#crypto.isEqual(inForce.contentHash, header.baseContentHash);
    return isBase ? ok(header) : failed('wrongBase');
  }

  /** The file an earlier start was receiving, if it may still follow what is in force. */
  #reopenStaged(): Staged | undefined {
    const file = this.#disk.staged();
    if (file === undefined) return undefined;
    const admitted = this.#admit(file.header);
    if (admitted.ok && file.bodyBytes <= admitted.value.bodyBytes) {
      return { header: admitted.value, headerHash: this.#crypto.sha256(file.header), bodyBytes: file.bodyBytes };
    }
    this.#disk.transaction(() => this.#disk.dropStaged());
    return undefined;
  }

  #commit<Value>(write: () => void, then: () => Value): Result<Value, TableRefusal> {
    try {
      this.#disk.transaction(write);
    } catch (thrown) {
      return this.#orDiskFull(thrown);
    }
    return ok(then());
  }

  /** A full disk refuses the file and makes room by forgetting what is staged; any other failure is thrown on. */
  #orDiskFull(thrown: unknown): Result<never, TableRefusal> {
    if (!(thrown instanceof Fault) || thrown.code !== 'disk.full') throw thrown;
    this.#disk.dropBuild();
    this.discard();
    return failed('diskFull');
  }
}

const publicState = ({ version, contentHash, persons, credentials, revocation }: InForce): TableState => ({
  version,
  contentHash,
  persons,
  credentials,
  revocation,
});

const progressOf = ({ header, headerHash, bodyBytes }: Staged): StagedState => ({
  headerHash,
  version: header.version,
  revocation: header.revocation,
  receivedBytes: headerBytes + bodyBytes,
  totalBytes: headerBytes + header.bodyBytes,
});

const joined = (head: Uint8Array, tail: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
};
