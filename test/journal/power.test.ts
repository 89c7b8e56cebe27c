/** Power lost before and after every commit (SECURITY D1, D3, D8), and planted faults that show the check can fail. */
import { describe, expect, it } from 'vitest';
import { MemoryRecordStore, type RecordFaults, RecordMedium } from '../../sim/devices/memory-record-store.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { Change } from '../../src/journal/change.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { Journal, type JournalOptions } from '../../src/journal/journal.ts';
import type { RecordStore } from '../../src/ports/record-store.ts';
import { present } from '../../src/shared/assert.ts';
import { classOf, crypto, readAll } from './bench.ts';

const limits = { events: 100, told: 50 };
/** The use count that goes with each grant: its number so far. */
const grantsKey = 1;

interface Promised {
  /** Sequence of each receipt, with the code it was given for. */
  readonly receipts: Map<number, string>;
  acknowledged: number;
  epoch: string;
}

const countGrant = (grants: number): Change => ({
  writes: [{ op: 'put', space: 'use', key: grantsKey, value: Uint8Array.of(grants) }],
  onDisk: () => {},
});

/** Fills a small journal past its limit, reads, acknowledges, seals gaps. What it was promised, it notes at once. */
async function live(store: RecordStore, promised: Promised, options: Partial<JournalOptions>): Promise<void> {
  const journal = await Journal.open({ store, crypto, clock: new VirtualClock(), classOf, limits, ...options });
  promised.epoch = journal.epoch;
  let grants = 0;
  for (let round = 0; round < 30; round++) {
    grants += 1;
    const code = `grant.${grants}`;
    const receipt = await journal.append({ code }, [countGrant(grants)]);
    promised.receipts.set(receipt.sequence, code);
    for (let index = 0; index < 4; index++) await journal.append({ code: 'info.one' });
    journal.tell({ code: 'deny.one', person: round });
    if (round % 10 !== 9) continue;
    const last = present((await journal.read(journal.acknowledged, round)).at(-1), 'something to read').entry;
    if ((await journal.acknowledge(last.epoch, last.sequence)).ok) promised.acknowledged = last.sequence;
    await readAll(journal);
  }
}

interface Life {
  readonly medium: RecordMedium;
  readonly promised: Promised;
  readonly isCut: boolean;
}

/** Runs it until the power goes, or to its end. */
async function runUntilCut(
  faultsOf: (cut: () => void) => RecordFaults,
  options: Partial<JournalOptions> = {},
  wrap: (store: RecordStore) => RecordStore = (store) => store,
): Promise<Life> {
  const medium = new RecordMedium();
  const promised: Promised = { receipts: new Map(), acknowledged: 0, epoch: '' };
  let isCut = false;
  await new Promise<void>((resolve, reject) => {
    const cut = (): void => {
      isCut = true;
      medium.cutPower();
      resolve();
    };
    live(wrap(new MemoryRecordStore(medium, faultsOf(cut))), promised, options).then(resolve, reject);
  });
  return { medium, promised, isCut };
}

/** A planted fault: the event and what belongs to it are two transactions. */
const inTwoCommits = (store: RecordStore): RecordStore => ({
  commit: async (writes) => {
    await store.commit(writes.filter(({ space }) => space !== 'use'));
    const facts = writes.filter(({ space }) => space === 'use');
    if (facts.length > 0) await store.commit(facts);
  },
  scan: (space, from, limit) => store.scan(space, from, limit),
  close: () => store.close(),
});

/** Throws unless everything promised is true after the next start. */
async function check({ medium, promised }: Life, options: Partial<JournalOptions> = {}): Promise<Entry[]> {
  const store = new MemoryRecordStore(medium);
  const journal = await Journal.open({ store, crypto, clock: new VirtualClock(), classOf, limits, ...options });
  expect(journal.damage).toEqual([]);
  expect(journal.acknowledged).toBeGreaterThanOrEqual(promised.acknowledged);
  expect(journal.epoch).not.toBe(promised.epoch);
  const entries = await readAll(journal);
  const bySequence = new Map(entries.map((entry) => [entry.sequence, entry]));
  for (const [sequence, code] of promised.receipts) {
    if (sequence > journal.acknowledged) expect(bySequence.get(sequence)?.code).toBe(code);
  }
  const onDisk =
    (await store.scan('event', 1, 1_000)).length === 0 ? 0 : Math.max(0, ...entries.map(({ code }) => Number(code.match(/^grant\.(\d+)/)?.[1] ?? 0)));
  const counted = (await store.scan('use', grantsKey, 1))[0]?.value[0] ?? 0;
  expect(counted).toBeGreaterThanOrEqual(promised.receipts.size);
  if (onDisk > 0) expect(counted).toBe(onDisk);
  expect((await journal.append({ code: 'grant.next' })).sequence).toBeGreaterThan(Math.max(0, ...promised.receipts.keys()));
  return entries;
}

describe('power lost', () => {
  it.each(['beforeCommit', 'afterCommit'] as const)('%s, whichever commit it is: every receipt, fact and acknowledgement holds', async (when) => {
    let cuts = 0;
    for (let n = 1; ; n++) {
      const life = await runUntilCut((cut) => ({ [when]: (commit: number) => commit === n && cut() }));
      await check(life);
      if (!life.isCut) break;
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(150);
  });

  it('would be noticed by this check where commits resolve before they are on disk', async () => {
    const life = await runUntilCut((cut) => ({ skipFsync: true, beforeCommit: (commit) => commit === 60 && cut() }));
    await expect(check(life)).rejects.toThrow();
  });

  it('would be noticed by this check where facts went to the disk after their event', async () => {
    let found = 0;
    for (let n = 10; n < 30; n++) {
      const life = await runUntilCut((cut) => ({ beforeCommit: (commit) => commit === n && cut() }), {}, inTwoCommits);
      await check(life).catch(() => {
        found += 1;
      });
    }
    expect(found).toBeGreaterThan(0);
  });

  it('would be noticed by this check where an epoch was drawn twice', async () => {
    const stuck = { crypto: { sha256: crypto.sha256, isEqual: crypto.isEqual, randomBytes: (length: number) => new Uint8Array(length) } };
    const life = await runUntilCut((cut) => ({ beforeCommit: (commit) => commit === 60 && cut() }), stuck);
    await expect(check(life, stuck)).rejects.toThrow();
  });
});
