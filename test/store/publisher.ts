/** A controller's end for the store's tests: people with codes, and the signed files that carry them to one reader. */
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { TableState } from '../../src/ports/table-store.ts';
import { assert } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { type Published, type Publisher, publishDelta, publishRevocation, publishSnapshot } from '../../src/table/publish.ts';
import type { PersonFacts } from '../../src/table/record.ts';

export const crypto = new NodeCrypto();
export const tableKey = new SecretBytes(new Uint8Array(32).fill(5));
const seed = new Uint8Array(32).fill(7);
const identity = { site: new Uint8Array(16).fill(1), reader: new Uint8Array(16).fill(2) };
export const publisher: Publisher = { crypto, authoritySeed: new SecretBytes(seed), ...identity, tableKey };

/** The public key that belongs to the seed (RFC 8032). */
const authority = Uint8Array.from(Buffer.from('ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c', 'hex'));
export const trust = { authority, ...identity };

/** Tags are HMACs, so the ones here are spread over all 64 bits too; the version is in them, so that versions share none. */
export const tagOf = (person: number, version: number, kind: 'pin' | 'card'): bigint =>
  BigInt.asUintN(64, (BigInt(person) * 2n + (kind === 'pin' ? 0n : 1n)) * 0x9e37_79b9_7f4a_7c15n + BigInt(version) * 0xd1b5_4a32_d192_ed03n);

/** A PIN and a card each. */
const personOf = (person: number, version: number): PersonFacts => ({
  person,
  validFromS: version,
  extendedTime: false,
  offlinePriority: false,
  credentials: [
    { kind: 'pin', pinExempt: false, tag: tagOf(person, version, 'pin') },
    { kind: 'card', pinExempt: false, tag: tagOf(person, version, 'card') },
  ],
});

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Everybody 1..`persons`, with the codes of this version. */
export const snapshotOf = (version: number, persons: number, revocation = 0): Published => {
  const published = publishSnapshot(publisher, { version, revocation, people: range(persons).map((person) => personOf(person, version)) });
  assert(published.ok, 'the people do not contradict each other');
  return published.value;
};

/** These people get the codes of the new version; `from` is the version their present codes are of. */
export const deltaOf = (base: TableState, from: number, version: number, persons: readonly number[]): Published => {
  const changes = persons.map((person) => ({ before: personOf(person, from), after: personOf(person, version) }));
  const published = publishDelta(publisher, { base, version, revocation: base.revocation, changes });
  assert(published.ok, 'the changes do not contradict each other');
  return published.value;
};

export const revocationOf = (number: number, person: number): Uint8Array =>
  publishRevocation(publisher, { number, after: number - 1, entries: [{ kind: 'person', person }] });
