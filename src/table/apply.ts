/**
 * Puts a staged file in force: a snapshot is built beside the table and switched to, a delta changes its rows only; either way in
 * one commit, after the body hash, the body itself and the content hash were found right. Which header may be applied is table.ts's.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { StoredPerson, TableDisk } from '../ports/table-disk.ts';
import type { TableRefusal } from '../ports/table-store.ts';
import { present } from '../shared/assert.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { type Change, changesIn, checkBody } from './changes.ts';
import { ContentHash, leafOf, seal, unseal } from './content.ts';
import type { FileHeader } from './header.ts';
import { withoutIncluded } from './revocations.ts';
import { type InForce, sealState } from './state.ts';
import type { Steps } from './steps.ts';
import type { TableKeys } from './tags.ts';

export interface ApplyParts {
  readonly disk: TableDisk;
  readonly crypto: Crypto;
  readonly keys: TableKeys;
}

type Applied = Result<InForce, TableRefusal>;

/** Persons written between two steps. */
const personsInStep = 1_024;

export function* applySnapshot(parts: ApplyParts, header: FileHeader, inForce: InForce | undefined): Steps<Applied> {
  const { disk, crypto, keys } = parts;
  const body = yield* soundBody(parts, header);
  if (!body.ok) return body;
  const content = new ContentHash();
  let batch: StoredPerson[] = [];
  disk.beginBuild();
  for (const { person, record, tags } of changesIn(body.value)) {
    const put = present(record, 'a snapshot deletes nobody: its header says so, and its body agrees');
    const leaf = leafOf(crypto, keys, put);
    content.add(leaf);
    batch.push({ person, sealed: seal(put, leaf), tags });
    if (batch.length === personsInStep) {
      disk.build(batch);
      batch = [];
      yield;
    }
  }
  if (!crypto.isEqual(content.digest(), header.contentHash)) {
    disk.dropBuild();
    return failed('wrongContent');
  }
  disk.build(batch);
  return ok(putInForce(parts, header, inForce, () => disk.switchToBuilt()));
}

export function* applyDelta(parts: ApplyParts, header: FileHeader, inForce: InForce | undefined): Steps<Applied> {
  const { disk, crypto, keys } = parts;
  const base = present(inForce, 'a delta was admitted on the version in force');
  const body = yield* soundBody(parts, header);
  if (!body.ok) return body;
  const changes = [...changesIn(body.value)];
  const before = yield* storedBefore(parts, changes);
  if (!before.ok) return before;

  const content = new ContentHash(base.contentHash);
  let credentials = base.credentials;
  for (const { leaf, stored } of before.value.values()) {
    content.remove(leaf);
    credentials -= stored.tags.length;
  }
  const put: StoredPerson[] = [];
  for (const { person, record, tags } of changes) {
    if (record === undefined) continue;
    if (tags.some((tag) => isHeldElsewhere(disk, before.value, tag))) return failed('contradiction');
    const leaf = leafOf(crypto, keys, record);
    content.add(leaf);
    credentials += tags.length;
    put.push({ person, sealed: seal(record, leaf), tags });
    if (put.length % personsInStep === 0) yield;
  }
  const isAsStated =
    crypto.isEqual(content.digest(), header.contentHash) &&
    base.persons - before.value.size + put.length === header.totalPersons &&
    credentials === header.totalCredentials;
  if (!isAsStated) return failed('wrongContent');
  const deleted = [...before.value.values()].map(({ stored }) => stored);
  return ok(
    putInForce(parts, header, inForce, () => {
      disk.deletePersons(deleted);
      disk.putPersons(put);
    }),
  );
}

/** The staged body, once it is what the header says and says nothing twice. */
function* soundBody({ disk, crypto }: ApplyParts, header: FileHeader): Steps<Result<Uint8Array, TableRefusal>> {
  const body = disk.stagedBody();
  if (!crypto.isEqual(crypto.sha256(body), header.bodyHash)) return failed('wrongBody');
  yield;
  const refusal = yield* checkBody(body, header);
  return refusal === undefined ? ok(body) : failed(refusal);
}

type Before = ReadonlyMap<number, { readonly stored: StoredPerson; readonly leaf: Uint8Array }>;

/** What is in force of the persons a delta changes. A damaged record is `wrongBase`: only a snapshot mends it. */
function* storedBefore({ disk, crypto, keys }: ApplyParts, changes: readonly Change[]): Steps<Result<Before, TableRefusal>> {
  const before = new Map<number, { stored: StoredPerson; leaf: Uint8Array }>();
  for (const { person, record } of changes) {
    const sealed = disk.sealedOf(person);
    if (sealed === undefined && record === undefined) return failed('contradiction');
    if (sealed === undefined) continue;
    const unsealed = unseal(crypto, keys, person, sealed);
    if (unsealed === undefined) return failed('wrongBase');
    before.set(person, { stored: { person, sealed, tags: unsealed.tags }, leaf: unsealed.leaf });
    if (before.size % personsInStep === 0) yield;
  }
  return ok(before);
}

/** By somebody whom the delta leaves as they are. */
const isHeldElsewhere = (disk: TableDisk, changed: Before, tag: bigint): boolean => {
  const holder = disk.lookUp(tag).person;
  return holder !== undefined && !changed.has(holder);
};

const putInForce = ({ disk, crypto, keys }: ApplyParts, header: FileHeader, before: InForce | undefined, write: () => void): InForce => {
  const next: InForce = {
    version: header.version,
    contentHash: header.contentHash,
    persons: header.totalPersons,
    credentials: header.totalCredentials,
    includedRevocation: header.revocation,
    revocation: Math.max(header.revocation, before?.revocation ?? 0),
    revoked: before === undefined ? new Uint8Array() : withoutIncluded(before.revoked, header.revocation),
  };
  disk.transaction(() => {
    write();
    disk.putState(sealState(crypto, keys, next));
    disk.dropStaged();
  });
  return next;
};
