/** A disk that will not: what asks is refused, what is told waits, and what cannot wait is counted. */
import { describe, expect, it } from 'vitest';
import { retryMs } from '../../src/journal/writer.ts';
import { Fault } from '../../src/shared/faults.ts';
import { append, codes, drain, fieldsOf, lost, openBench, readAll } from './bench.ts';

describe('a disk that is full', () => {
  it('refuses what asks and keeps what is told, which goes in by itself once there is room', async () => {
    const { journal, store, clock } = await openBench();
    store.refuses = 'disk.full';
    journal.tell({ code: 'alarm.one' });
    await clock.settle();
    await expect(append(journal, 'grant')).rejects.toMatchObject({ code: 'disk.full' });
    journal.tell({ code: 'info.two' });
    expect([journal.waiting, journal.head.sequence]).toEqual([2, 0]);
    await clock.advance(3 * retryMs);
    expect(journal.waiting).toBe(2);
    store.refuses = undefined;
    await clock.advance(retryMs);
    expect(journal.waiting).toBe(0);
    expect(codes(await readAll(journal))).toEqual(['alarm.one', 'info.two']);
  });

  it('is tried again with the next commit that is asked for, in the order things happened', async () => {
    const { journal, store, clock } = await openBench();
    store.refuses = 'disk.full';
    journal.tell({ code: 'alarm.one' });
    await clock.settle();
    store.refuses = undefined;
    await append(journal, 'grant');
    expect(codes(await readAll(journal))).toEqual(['alarm.one', 'grant.one']);
  });

  it('does not stop a telling that comes after a refused asking', async () => {
    const { journal, store, clock } = await openBench();
    store.refuses = 'disk.full';
    await expect(append(journal, 'grant')).rejects.toMatchObject({ code: 'disk.full' });
    store.refuses = undefined;
    journal.tell({ code: 'alarm.one' });
    await clock.settle();
    expect(journal.waiting).toBe(0);
  });

  it('answers each who asks though more waits than one commit takes, and tries what was told no more than once for it', async () => {
    const { journal, store, clock } = await openBench();
    let tries = 0;
    const commit = store.commit.bind(store);
    store.commit = (writes) => {
      tries += 1;
      // Room again: a journal that never gives up fails the count below, and does not hang.
      if (tries > 100) store.refuses = undefined;
      return commit(writes);
    };
    store.refuses = 'disk.full';
    for (let told = 0; told < 300; told++) journal.tell({ code: 'grant.one' });
    await clock.settle();
    tries = 0;
    const asked = [append(journal, 'grant'), journal.record([])];
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect([tries, journal.waiting]).toEqual([2, 300]);
    store.refuses = undefined;
    await clock.advance(retryMs);
    expect(journal.waiting).toBe(0);
  });

  it.each([3, 300])('takes what is asked and fits, though %i told before it do not', async (waiting) => {
    const { journal, store, clock } = await openBench();
    const commit = store.commit.bind(store);
    let room = 0;
    store.commit = (writes) => (writes.length > room ? Promise.reject(new Fault('disk.full', 'no room for so many')) : commit(writes));
    for (let told = 0; told < waiting; told++) journal.tell({ code: 'grant.told' });
    await clock.settle();
    room = 2;
    expect((await journal.append({ code: 'grant.one' })).sequence).toBe(1);
    room = 1_000;
    await clock.advance(retryMs);
    expect(journal.waiting).toBe(0);
    expect(codes(await readAll(journal)).slice(0, 2)).toEqual(['grant.one', 'grant.told']);
    expect((await openBench({}, store)).journal.damage).toEqual([]);
  });

  it('uses no number for what was refused', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant');
    store.refuses = 'disk.full';
    await expect(append(journal, 'grant')).rejects.toMatchObject({ code: 'disk.full' });
    store.refuses = undefined;
    expect((await journal.append({ code: 'grant.two' })).sequence).toBe(2);
    expect((await openBench({}, store)).journal.damage).toEqual([]);
  });

  it('lets only so many wait; the lesser and older are counted, and told as a gap with their numbers', async () => {
    const { journal, store, clock } = await openBench({ told: 4 });
    await append(journal, 'grant');
    store.refuses = 'disk.full';
    const tell = (...events: string[]): void => {
      for (const code of events) journal.tell({ code });
    };
    tell('info.1', 'deny.2', 'info.3', 'grant.4');
    await clock.settle();
    // info.1 goes for deny.5, info.3 for alarm.6; info.7 finds nobody less than itself; deny.2 and deny.5 go for alarms.
    tell('deny.5', 'alarm.6', 'info.7', 'alarm.8', 'alarm.9', 'alarm.10');
    expect(journal.waiting).toBe(10);
    await clock.advance(2 * retryMs);
    expect(journal.waiting).toBe(10);
    store.refuses = undefined;
    await clock.advance(retryMs);
    expect(journal.waiting).toBe(0);
    const entries = await drain(journal);
    expect(codes(entries)).toEqual(['grant.one', 'grant.4', 'alarm.6', 'alarm.8', 'alarm.9', 'journal.gap']);
    expect(fieldsOf(entries, 'journal.gap')).toEqual([{ fromSequence: 2, toSequence: 7, grants: 0, alarms: 1, denials: 2, infos: 3 }]);
    expect(journal.head.sequence).toBe(12);
  });

  it('leaves an untold gap open and lets reading go on', async () => {
    const { journal, store } = await openBench({ events: 100 });
    await append(journal, 'info', 101);
    store.refuses = 'disk.full';
    expect((await readAll(journal)).every(({ code }) => code !== 'journal.gap')).toBe(true);
    await expect(append(journal, 'grant')).rejects.toMatchObject({ code: 'disk.full' });
    const reads = store.commits;
    await readAll(journal);
    store.refuses = undefined;
    await readAll(journal);
    expect(store.commits).toBe(reads);
    await append(journal, 'info');
    const [gap] = fieldsOf(await readAll(journal), 'journal.gap');
    expect(gap && lost(gap)).toBe(4);
  });
});

describe('a disk that failed', () => {
  it('refuses everything, keeps what is told within its limit and counts the rest', async () => {
    const { journal, store, clock } = await openBench({ told: 10 });
    await append(journal, 'grant');
    store.refuses = 'disk.failed';
    await expect(append(journal, 'grant')).rejects.toMatchObject({ code: 'disk.failed' });
    for (let index = 0; index < 25; index++) journal.tell({ code: 'grant.one' });
    await clock.advance(10 * retryMs);
    expect(journal.waiting).toBe(25);
    await expect(journal.read(0, 10)).rejects.toMatchObject({ code: 'disk.failed' });
    await journal.close();
    expect([journal.waiting, journal.head.sequence]).toEqual([25, 1]);
    expect(clock.nextDueMs).toBeUndefined();
  });

  it('is called failed when it throws something that is no fault', async () => {
    const { journal, store } = await openBench();
    store.commit = () => Promise.reject(new Error('EIO'));
    await expect(append(journal, 'grant')).rejects.toMatchObject({ code: 'disk.failed', cause: new Error('EIO') });
  });
});

describe('close', () => {
  it('waits for the commit under way and tries once more what waits', async () => {
    const { journal, store, clock } = await openBench();
    store.refuses = 'disk.full';
    journal.tell({ code: 'alarm.one' });
    await clock.settle();
    store.refuses = undefined;
    await journal.close();
    expect(store.keys('event')).toEqual([1]);
    journal.tell({ code: 'alarm.two' });
    await clock.settle();
    expect(store.keys('event')).toEqual([1, 2]);
  });

  it('writes nothing when there is nothing to write', async () => {
    const { journal, store } = await openBench();
    await journal.close();
    expect(store.commits).toBe(0);
  });
});
