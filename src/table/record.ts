/**
 * One person in the table, as bytes and as facts (docs/table-profile.md §3). One set of facts has exactly one encoding:
 * any other is refused, so that equal content has equal hashes. What the facts allow is access/'s.
 */
import { assert } from '../shared/assert.ts';
import { maxCards } from './limits.ts';

export const maxPersonId = 0xffff_ffff;
/** 40 bits of seconds last until the year 36 812; 32 bits would end in 2106. */
export const maxSeconds = 0xff_ffff_ffff;

export type CredentialKind = 'pin' | 'duressPin' | 'card';

export interface Credential {
  readonly kind: CredentialKind;
  /** Opens alone where a PIN is asked for as well. Only a card can be. */
  readonly pinExempt: boolean;
  /** 0..2^64-1. */
  readonly tag: bigint;
}

/** The table's record of a person. Has the shape of a `Person` in access/facts.ts, and the credentials. */
export interface PersonRecord {
  /** 1..2^32-1, chosen by the controller. */
  readonly person: number;
  /** Seconds since 1970, UTC, 0..2^40-1: from this second on. */
  readonly validFromS?: number | undefined;
  /** Seconds since 1970, UTC, 0..2^40-1: the first second at which no longer. */
  readonly validUntilS?: number | undefined;
  /** Grants in this allowance (1..65 535), and which allowance it is (0..65 535). */
  readonly uses?: { readonly limit: number; readonly serial: number } | undefined;
  readonly extendedTime: boolean;
  readonly offlinePriority: boolean;
  /** True when one of the credentials is a PIN; a duress PIN alone does not count. */
  readonly hasPin: boolean;
  /** At most one PIN, one duress PIN and 16 cards. */
  readonly credentials: readonly Credential[];
}

/** What a publisher states of a person, credentials in any order; whether there is a PIN follows from them. */
export type PersonFacts = Omit<PersonRecord, 'hasPin'>;

const flag = { extendedTime: 1, offlinePriority: 2, validFrom: 4, validUntil: 8, uses: 16 } as const;
const knownFlags = 31;
const fixedBytes = 6;
const secondsBytes = 5;
const usesBytes = 4;
const credentialBytes = 9;
const maxCredentialsOfPerson = 2 + maxCards;

/** By the first byte of a credential; its place in the order of credentials is this number. */
const credentialKinds = { 1: 'pin', 2: 'duressPin', 3: 'card', 4: 'card' } as const;
const firstCardKind = 3;
const exemptCardKind = 4;

/** Where the credentials of a record begin, counted from its start. */
const credentialsAt = (flags: number): number =>
  fixedBytes +
  ((flags & flag.validFrom) === 0 ? 0 : secondsBytes) +
  ((flags & flag.validUntil) === 0 ? 0 : secondsBytes) +
  ((flags & flag.uses) === 0 ? 0 : usesBytes);

export interface RecordSpan {
  readonly person: number;
  readonly end: number;
  /** In the order of the credentials. */
  readonly tags: readonly bigint[];
}

/** The record that begins at `start`, or undefined when what stands there is none. Its bytes end before `end`. */
export const recordAt = (view: DataView, start: number): RecordSpan | undefined => {
  if (start + fixedBytes > view.byteLength) return undefined;
  const person = view.getUint32(start);
  const flags = view.getUint8(start + 4);
  const count = view.getUint8(start + 5);
  if (person === 0 || flags > knownFlags || count > maxCredentialsOfPerson) return undefined;
  const firstAt = start + credentialsAt(flags);
  const end = firstAt + count * credentialBytes;
  if (end > view.byteLength) return undefined;
  if ((flags & flag.uses) !== 0 && view.getUint16(firstAt - usesBytes) === 0) return undefined;
  const tags = tagsAt(view, firstAt, count);
  return tags && { person, end, tags };
};

/** The tags of `count` credentials, or undefined when kinds or order are not allowed: rising by kind, then by tag, one PIN of each kind. */
const tagsAt = (view: DataView, firstAt: number, count: number): bigint[] | undefined => {
  const tags: bigint[] = [];
  let cards = 0;
  let lastKind = 0;
  let lastTag = -1n;
  for (let at = firstAt; tags.length < count; at += credentialBytes) {
    const kind = view.getUint8(at);
    const tag = view.getBigUint64(at + 1);
    if (!(kind in credentialKinds) || kind < lastKind) return undefined;
    if (kind === lastKind && (kind < firstCardKind || tag <= lastTag)) return undefined;
    if (kind >= firstCardKind) cards += 1;
    tags.push(tag);
    lastKind = kind;
    lastTag = tag;
  }
  return cards > maxCards ? undefined : tags;
};

/** The facts in a record that is exactly these bytes, or undefined when they are none. */
export const decodePerson = (bytes: Uint8Array): PersonRecord | undefined => {
  const view = viewOf(bytes);
  const span = recordAt(view, 0);
  if (span === undefined || span.end !== bytes.length) return undefined;
  const flags = view.getUint8(4);
  let at = fixedBytes;
  const take = (isThere: boolean, length: number): number | undefined => {
    if (!isThere) return undefined;
    at += length;
    return at - length;
  };
  const fromAt = take((flags & flag.validFrom) !== 0, secondsBytes);
  const untilAt = take((flags & flag.validUntil) !== 0, secondsBytes);
  const usesAt = take((flags & flag.uses) !== 0, usesBytes);
  const credentials = span.tags.map((tag, index): Credential => {
    const kind = view.getUint8(at + index * credentialBytes) as keyof typeof credentialKinds;
    return { kind: credentialKinds[kind], pinExempt: kind === exemptCardKind, tag };
  });
  return {
    person: span.person,
    validFromS: fromAt === undefined ? undefined : readUint40(view, fromAt),
    validUntilS: untilAt === undefined ? undefined : readUint40(view, untilAt),
    uses: usesAt === undefined ? undefined : { limit: view.getUint16(usesAt), serial: view.getUint16(usesAt + 2) },
    extendedTime: (flags & flag.extendedTime) !== 0,
    offlinePriority: (flags & flag.offlinePriority) !== 0,
    hasPin: credentials.some((credential) => credential.kind === 'pin'),
    credentials,
  };
};

/** The one encoding of these facts. Asserts the ranges stated in `PersonRecord`: a publisher checks what people enter. */
export const encodePerson = (facts: PersonFacts): Uint8Array => {
  const { person, validFromS, validUntilS, uses } = facts;
  assert(isWhole(person, maxPersonId) && person > 0, 'a person id is 1..2^32-1');
  assert(validFromS === undefined || isWhole(validFromS, maxSeconds), 'validFromS is 0..2^40-1');
  assert(validUntilS === undefined || isWhole(validUntilS, maxSeconds), 'validUntilS is 0..2^40-1');
  assert(uses === undefined || (isWhole(uses.limit, 0xffff) && uses.limit > 0), 'a use limit is 1..65 535');
  assert(uses === undefined || isWhole(uses.serial, 0xffff), 'a use serial is 0..65 535');
  const flags =
    (facts.extendedTime ? flag.extendedTime : 0) |
    (facts.offlinePriority ? flag.offlinePriority : 0) |
    (validFromS === undefined ? 0 : flag.validFrom) |
    (validUntilS === undefined ? 0 : flag.validUntil) |
    (uses === undefined ? 0 : flag.uses);
  assert(facts.credentials.length <= maxCredentialsOfPerson, 'a person has at most 18 credentials');
  let at = credentialsAt(flags);
  const bytes = new Uint8Array(at + facts.credentials.length * credentialBytes);
  const view = viewOf(bytes);
  view.setUint32(0, person);
  view.setUint8(4, flags);
  view.setUint8(5, facts.credentials.length);
  if (validFromS !== undefined) writeUint40(view, fixedBytes, validFromS);
  if (uses !== undefined) {
    view.setUint16(at - 4, uses.limit);
    view.setUint16(at - 2, uses.serial);
  }
  if (validUntilS !== undefined) writeUint40(view, at - (uses === undefined ? 0 : usesBytes) - secondsBytes, validUntilS);
  for (const { kind, tag } of inOrder(facts.credentials)) {
    view.setUint8(at, kind);
    view.setBigUint64(at + 1, tag);
    at += credentialBytes;
  }
  assert(recordAt(view, 0) !== undefined, 'a person has at most one PIN, one duress PIN and 16 cards, each once');
  return bytes;
};

const inOrder = (credentials: readonly Credential[]): { kind: number; tag: bigint }[] =>
  credentials
    .map((credential) => {
      assert(credential.tag >= 0n && credential.tag < 1n << 64n, 'a tag is 0..2^64-1');
      assert(credential.kind === 'card' || !credential.pinExempt, 'only a card is PIN-exempt');
      return { kind: kindByte(credential), tag: credential.tag };
    })
    .sort((left, right) => left.kind - right.kind || (left.tag < right.tag ? -1 : 1));

const kindByte = ({ kind, pinExempt }: Credential): number => {
  if (kind === 'card') return pinExempt ? exemptCardKind : firstCardKind;
  return kind === 'pin' ? 1 : 2;
};

/** Whose credential a tag is: the person, and what kind of credential it is with them. */
export interface Holder {
  readonly person: PersonRecord;
  readonly kind: CredentialKind;
  readonly pinExempt: boolean;
}

/** Reads what `findPerson` found. Undefined when the bytes are no record, or the record does not hold this tag. */
export const holderOf = (record: Uint8Array, tag: bigint): Holder | undefined => {
  const person = decodePerson(record);
  const credential = person?.credentials.find((each) => each.tag === tag);
  return person && credential && { person, kind: credential.kind, pinExempt: credential.pinExempt };
};

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const readUint40 = (view: DataView, at: number): number => view.getUint8(at) * 0x1_0000_0000 + view.getUint32(at + 1);

export const writeUint40 = (view: DataView, at: number, value: number): void => {
  view.setUint8(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 1, value % 0x1_0000_0000);
};

const isWhole = (value: number, max: number): boolean => Number.isInteger(value) && value >= 0 && value <= max;
