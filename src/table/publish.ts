/**
 * The other end: what a controller makes for one reader. Decides how facts become a signed file; whom to put in it, and
 * when, is the controller's.
 */
import type { Crypto } from '../ports/crypto.ts';
import type { TableState } from '../ports/table-store.ts';
import { assert } from '../shared/assert.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { writeBody } from './changes.ts';
import { ContentHash, hashBytes, leafOf } from './content.ts';
import { type FileHeader, identityBytes, writeHeader } from './header.ts';
import { type Order, writeOrderBody } from './orders.ts';
import { encodePerson, maxSeconds, type PersonFacts } from './record.ts';
import { type Revoked, readRevocationBody, writeRevocationBody } from './revocations.ts';
import { deriveTableKeys } from './tags.ts';

/** Who signs, and for whom. */
export interface Publisher {
  readonly crypto: Crypto;
  /** 32 bytes: the seed of the site's Ed25519 authority key. */
  readonly authoritySeed: SecretBytes;
  /** 16 bytes. */
  readonly site: Uint8Array;
  /** 16 bytes. */
  readonly reader: Uint8Array;
  /** The table key of this reader, 32 bytes. */
  readonly tableKey: SecretBytes;
}

export interface Published {
  readonly file: Uint8Array;
  /** What the reader reports once this is in force, and the base of the next delta. */
  readonly state: TableState;
}

/** One tag of two credentials, or one person twice: the two persons, which may be the same. No reader would take the file. */
export interface Contradiction {
  readonly persons: readonly [number, number];
}

export interface Snapshot {
  readonly version: number;
  /** Every revocation up to this number is taken into account in `people`. */
  readonly revocation: number;
  readonly people: Iterable<PersonFacts>;
}

export interface PersonChange {
  /** As in the base; undefined: not there yet. */
  readonly before: PersonFacts | undefined;
  /** As from now; undefined: not there any more. */
  readonly after: PersonFacts | undefined;
}

export interface Delta {
  readonly base: TableState;
  readonly version: number;
  /** Every revocation up to this number is taken into account. */
  readonly revocation: number;
  readonly changes: readonly PersonChange[];
}

export const publishSnapshot = (publisher: Publisher, snapshot: Snapshot): Result<Published, Contradiction> => {
  const base = { version: 0, contentHash: new Uint8Array(hashBytes), persons: 0, credentials: 0, revocation: 0 };
  const changes = Array.from(snapshot.people, (after) => ({ before: undefined, after }));
  return publish(publisher, 'snapshot', { ...snapshot, base, changes });
};

/** Costs what the changes cost, not what the table holds: a tag that somebody unchanged holds is for the caller to avoid. */
export const publishDelta = (publisher: Publisher, delta: Delta): Result<Published, Contradiction> => publish(publisher, 'delta', delta);

const publish = (publisher: Publisher, kind: 'snapshot' | 'delta', delta: Delta): Result<Published, Contradiction> => {
  const { base, version, revocation, changes } = delta;
  const contradiction = findContradiction(changes);
  if (contradiction !== undefined) return failed(contradiction);
  const keys = deriveTableKeys(publisher.crypto, publisher.tableKey);
  const content = new ContentHash(base.contentHash);
  const counts = { persons: base.persons, credentials: base.credentials, put: 0, putCredentials: 0 };
  const rows = changes.map(({ before, after }) => {
    if (before !== undefined) {
      content.remove(leafOf(publisher.crypto, keys, encodePerson(before)));
      counts.persons -= 1;
      counts.credentials -= before.credentials.length;
    }
    if (after === undefined) return { person: personOf({ before, after }) };
    const record = encodePerson(after);
    content.add(leafOf(publisher.crypto, keys, record));
    counts.put += 1;
    counts.putCredentials += after.credentials.length;
    return { person: after.person, record };
  });
  const state = {
    version,
    contentHash: content.digest(),
    persons: counts.persons + counts.put,
    credentials: counts.credentials + counts.putCredentials,
    revocation,
  };
  const file = signed(publisher, kind, writeBody(rows), {
    baseVersion: base.version,
    baseContentHash: base.contentHash,
    version,
    personsPut: counts.put,
    personsDeleted: changes.length - counts.put,
    credentials: counts.putCredentials,
    totalPersons: state.persons,
    totalCredentials: state.credentials,
    contentHash: state.contentHash,
    revocation,
  });
  return ok({ file, state });
};

const findContradiction = (changes: readonly PersonChange[]): Contradiction | undefined => {
  const persons = new Set<number>();
  const holders = new Map<bigint, number>();
  for (const change of changes) {
    const person = personOf(change);
    if (persons.has(person)) return { persons: [person, person] };
    persons.add(person);
    for (const { tag } of change.after?.credentials ?? []) {
      const holder = holders.get(tag);
      if (holder !== undefined) return { persons: [holder, person] };
      holders.set(tag, person);
    }
  }
  return undefined;
};

const personOf = ({ before, after }: PersonChange): number => {
  const person = (after ?? before)?.person;
  assert(person !== undefined, 'a change has a before or an after');
  assert(before === undefined || before.person === person, 'a change is about one person');
  return person;
};

export interface Revocation {
  /** Above every number before. */
  readonly number: number;
  /** Everything revoked above this number and up to `number` is in `entries`. */
  readonly after: number;
  readonly entries: readonly Revoked[];
}

export const publishRevocation = (publisher: Publisher, { number, after, entries }: Revocation): Uint8Array => {
  const body = writeRevocationBody(entries);
  const list = readRevocationBody(body);
  assert(list !== undefined, 'a revoked person is 1..2^32-1');
  return signed(publisher, 'revocation', body, {
    baseVersion: after,
    version: number,
    personsDeleted: list.persons,
    credentials: list.tags,
  });
};

/** `expiresS`: first second since 1970 at which it is no longer obeyed, by the reader's own clock. */
export const publishOrder = (publisher: Publisher, number: number, expiresS: number, order: Order): Uint8Array => {
  assert(Number.isInteger(expiresS) && expiresS > 0 && expiresS <= maxSeconds, 'an order expires at a second 1..2^40-1');
  return signed(publisher, 'order', writeOrderBody(order), { version: number, expiresS });
};

const signed = (
  { crypto, authoritySeed, site, reader }: Publisher,
  kind: FileHeader['kind'],
  body: Uint8Array,
  stated: Pick<FileHeader, 'version'> & Partial<FileHeader>,
): Uint8Array => {
  assert(site.length === identityBytes && reader.length === identityBytes, 'a site and a reader have 16 bytes');
  assert(Number.isInteger(stated.version) && stated.version > (stated.baseVersion ?? 0), 'a version is above its base');
  const header = writeHeader(
    {
      kind,
      site,
      reader,
      baseVersion: 0,
      baseContentHash: new Uint8Array(hashBytes),
      personsPut: 0,
      personsDeleted: 0,
      credentials: 0,
      totalPersons: 0,
      totalCredentials: 0,
      contentHash: new Uint8Array(hashBytes),
      revocation: 0,
      expiresS: 0,
      bodyBytes: body.length,
      bodyHash: crypto.sha256(body),
      ...stated,
    },
    (message) => crypto.sign(authoritySeed, message),
  );
  const file = new Uint8Array(header.length + body.length);
  file.set(header);
  file.set(body, header.length);
  return file;
};
