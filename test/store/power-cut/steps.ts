/**
 * What the reader of the power-cut rig does, step by step, on its journal and on its table at the same time: small, yet every kind of
 * write a store makes is in it. The child carries it out on the real stores; the verdict carries it out on those in memory.
 */
import { maxScanRows, type RecordStore, type Space, spaces, type Write } from '../../../src/ports/record-store.ts';
import type { TableRefusal, TableStore } from '../../../src/ports/table-store.ts';
import { assert } from '../../../src/shared/assert.ts';
import { Fault } from '../../../src/shared/faults.ts';
import type { Result } from '../../../src/shared/result.ts';
import { deltaOf, revocationOf, snapshotOf } from '../publisher.ts';

export type StoreName = 'journal' | 'table';

/** Closes the store and opens it again, as a restart does. */
export const restart = 'restart';

export type Step<Store> = typeof restart | ((store: Store) => Promise<void>);

const put = (space: Space, key: number, text: string): Write => ({ op: 'put', space, key, value: new TextEncoder().encode(text.padEnd(90, '.')) });

const append =
  (key: number): Step<RecordStore> =>
  (store) =>
    store.commit([put('event', key, `event ${key}`), put('meta', 1, `last event ${key}`)]);
const debit =
  (spent: number): Step<RecordStore> =>
  (store) =>
    store.commit([put('attempt', 1, `${spent} spent`)]);
/** The event and the attempt given back are one commit. */
const grant =
  (key: number, spent: number): Step<RecordStore> =>
  (store) =>
    store.commit([
      put('event', key, `grant ${key}`),
      put('meta', 1, `last event ${key}`),
      put('attempt', 1, `${spent} spent`),
      put('use', key, 'used'),
    ]);
/** Frees space, and makes the store move its log into its file. */
const acknowledge =
  (to: number): Step<RecordStore> =>
  (store) =>
    store.commit([{ op: 'deleteRange', space: 'event', from: 0, to }]);
/** Longer than a page each: several pages in one commit. */
const bulky =
  (key: number): Step<RecordStore> =>
  (store) =>
    store.commit([0, 1, 2].map((at) => ({ op: 'put', space: 'event', key: key + at, value: new Uint8Array(3_000).fill(key) })));

export const journalSteps: readonly Step<RecordStore>[] = [
  append(1),
  debit(1),
  append(2),
  debit(2),
  grant(3, 1),
  bulky(10),
  acknowledge(2),
  append(20),
  debit(2),
  restart,
  append(21),
  append(22),
  acknowledge(12),
  debit(3),
  grant(23, 2),
];

const pieceBytes = 1_400;
const receive = (file: Uint8Array): readonly Step<TableStore>[] =>
  Array.from({ length: Math.ceil(file.length / pieceBytes) }, (_, index) => async (store: TableStore): Promise<void> => {
    const offset = index * pieceBytes;
    accepted(await store.receive(offset, file.subarray(offset, offset + pieceBytes)));
  });
const apply: Step<TableStore> = async (store) => accepted(await store.apply());
const revoke =
  (file: Uint8Array): Step<TableStore> =>
  async (store) =>
    accepted(await store.revoke(file));

/** A table says in its own way that the disk is full. */
const accepted = (result: Result<unknown, TableRefusal>): void => {
  if (!result.ok && result.failure === 'diskFull') throw new Fault('disk.full', 'the table had no space');
  assert(result.ok, 'the table accepts the file');
};

const first = snapshotOf(1, 90);
const second = snapshotOf(2, 120, 1);
const third = deltaOf(second.state, 2, 3, [5, 60, 119]);

export const tableSteps: readonly Step<TableStore>[] = [
  ...receive(first.file),
  apply,
  revoke(revocationOf(1, 4)),
  ...receive(second.file),
  restart,
  apply,
  ...receive(third.file),
  apply,
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Everything in the journal, as one text. */
export const journalStory = async (store: RecordStore): Promise<string> => {
  const lines: string[] = [];
  for (const space of spaces) for (const { key, value } of await store.scan(space, 0, maxScanRows)) lines.push(`${space} ${key} ${hex(value)}`);
  return lines.join('\n');
};

/** Which version is in force, whether it is whole, and how far the next file has come. */
export const tableStory = async (store: TableStore): Promise<string> => {
  const [state, staged] = [store.state(), store.staged()];
  const inForce =
    state === undefined ? 'nothing' : `version ${state.version} ${state.persons} persons, revocation ${state.revocation}, ${hex(state.contentHash)}`;
  const next = staged === undefined ? 'nothing' : `${hex(staged.headerHash)} ${staged.receivedBytes} of ${staged.totalBytes}`;
  return `in force: ${inForce}; ${(await store.scrub()) ? 'whole' : 'MIXED'}; staged: ${next}`;
};
