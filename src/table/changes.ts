/**
 * The body of a snapshot or delta: put and delete records, rising by person (docs/table-profile.md §6). Decides whether a body is
 * well formed, agrees with its header and does not contradict itself; whether it fits what is in force is table.ts's.
 */
import type { FileHeader } from './header.ts';
import { recordAt, viewOf } from './record.ts';

const op = { put: 1, delete: 2 } as const;
const deleteBytes = 5;
/** Changes read between two steps: about 2 ms. */
const changesInStep = 2_048;

export interface Change {
  readonly person: number;
  /** The record as it stands in the body; undefined: the person is deleted. */
  readonly record: Uint8Array | undefined;
  readonly tags: readonly bigint[];
  /** Where the next change begins. */
  readonly end: number;
}

/** The changes of a body, in order; ends early where what stands next is none. */
export function* changesIn(body: Uint8Array): Generator<Change> {
  const view = viewOf(body);
  for (let at = 0; at < body.length; ) {
    const change = changeAt(body, view, at);
    if (change === undefined) return;
    yield change;
    at = change.end;
  }
}

const changeAt = (body: Uint8Array, view: DataView, at: number): Change | undefined => {
  if (view.getUint8(at) === op.put) {
    const span = recordAt(view, at + 1);
    return span && { person: span.person, record: body.subarray(at + 1, span.end), tags: span.tags, end: span.end };
  }
  if (view.getUint8(at) !== op.delete || at + deleteBytes > body.length) return undefined;
  const person = view.getUint32(at + 1);
  return person === 0 ? undefined : { person, record: undefined, tags: [], end: at + deleteBytes };
};

/** In steps: what is wrong with the body, or undefined when nothing is. */
export function* checkBody(body: Uint8Array, header: FileHeader): Generator<void, 'malformed' | 'contradiction' | undefined> {
  const tags = new BigUint64Array(header.credentials);
  let tagCount = 0;
  let put = 0;
  let deleted = 0;
  let lastPerson = 0;
  let end = 0;
  for (const change of changesIn(body)) {
    if (change.person <= lastPerson) return 'malformed';
    lastPerson = change.person;
    end = change.end;
    for (const tag of change.tags) tags[tagCount++] = tag;
    if (change.record === undefined) deleted += 1;
    else put += 1;
    if ((put + deleted) % changesInStep === 0) yield;
  }
  const isAsStated = end === body.length && put === header.personsPut && deleted === header.personsDeleted && tagCount === header.credentials;
  if (!isAsStated) return 'malformed';
  tags.sort();
  return tags.some((tag, index) => tag === tags[index - 1]) ? 'contradiction' : undefined;
}

/** The bytes of these changes, sorted by person; each person at most once. */
export const writeBody = (changes: readonly { readonly person: number; readonly record?: Uint8Array | undefined }[]): Uint8Array => {
  const sorted = changes.toSorted((left, right) => left.person - right.person);
  const body = new Uint8Array(sorted.reduce((sum, { record }) => sum + (record === undefined ? deleteBytes : 1 + record.length), 0));
  const view = viewOf(body);
  let at = 0;
  for (const { person, record } of sorted) {
    if (record === undefined) {
      view.setUint8(at, op.delete);
      view.setUint32(at + 1, person);
      at += deleteBytes;
    } else {
      view.setUint8(at, op.put);
      body.set(record, at + 1);
      at += 1 + record.length;
    }
  }
  return body;
};
