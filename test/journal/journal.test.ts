/** The journal as its users see it: appending, telling, reading, acknowledging, starting again. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { Change } from '../../src/journal/change.ts';
import { Journal, maxEventsAtOnce, maxRead, type Receipt } from '../../src/journal/journal.ts';
import { append, classOf, codes, crypto, openBench, QuickStore, readAll, sequences } from './bench.ts';

const fact = (key: number, onDisk: () => void = () => {}): Change => ({
  writes: [{ op: 'put', space: 'use', key, value: Uint8Array.of(key) }],
  onDisk,
});

describe('append', () => {
  it('resolves once the event is on disk, with a receipt that names it', async () => {
    const { journal, store } = await openBench();
    let open = (): void => {};
    store.held = new Promise((resolve) => {
      open = resolve;
    });
    let receipt: Receipt | undefined;
    const appended = journal.append({ code: 'grant.one', person: 7, fields: { by: 'card' } }).then((made) => {
      receipt = made;
    });
    await new Promise(setImmediate);
    expect(receipt).toBeUndefined();
    open();
    await appended;
    expect(receipt).toMatchObject({ epoch: journal.epoch, sequence: 1 });
    expect(store.keys('event')).toEqual([1]);
  });

  it('gives no receipt to a literal that looks like one', () => {
    // @ts-expect-error only a journal makes a receipt
    const forged: Receipt = { epoch: '0123456789abcdef', sequence: 1 };
    expect(forged).toBeDefined();
  });

  it('records when it happened on both clocks, whether the wall clock is trusted, and the start', async () => {
    const clock = new VirtualClock({ startMs: 1_234.5, wallMs: 1_700_000_000_000, wallTrusted: false });
    const { journal } = await openBench({}, new QuickStore(), clock);
    await journal.append({ code: 'info.one' });
    const [entry] = await readAll(journal);
    expect(entry).toStrictEqual({
      epoch: journal.epoch,
      sequence: 1,
      boot: 1,
      monotonicMs: 1_234,
      wallMs: 1_700_000_000_000,
      wallTrusted: false,
      code: 'info.one',
      fields: {},
    });
  });

  it.each([Number.NaN, -5, Number.POSITIVE_INFINITY, 1e300])('records something on a wall clock that says %s', async (wallMs) => {
    const { journal } = await openBench({}, new QuickStore(), new VirtualClock({ wallMs }));
    await append(journal, 'grant');
    expect((await readAll(journal))[0]?.wallMs).toBe(wallMs > 0 ? 2 ** 48 - 1 : 0);
  });

  it('puts facts on disk in the same commit, and has memory follow only then', async () => {
    const { journal, store } = await openBench();
    const seen: number[] = [];
    await journal.append({ code: 'grant.one' }, [fact(3, () => seen.push(3)), fact(4, () => seen.push(4))]);
    expect(store.commits).toBe(1);
    expect(store.keys('use')).toEqual([3, 4]);
    expect(seen).toEqual([3, 4]);
    store.refuses = 'disk.full';
    await expect(journal.append({ code: 'grant.one' }, [fact(5, () => seen.push(5))])).rejects.toMatchObject({ code: 'disk.full' });
    expect(seen).toEqual([3, 4]);
  });

  it('takes several events as one: the receipt names the first', async () => {
    const { journal, store } = await openBench();
    const receipt = await journal.append([{ code: 'grant.one' }, { code: 'alarm.duress' }]);
    expect(receipt.sequence).toBe(1);
    expect(store.commits).toBe(1);
    expect(codes(await readAll(journal))).toEqual(['grant.one', 'alarm.duress']);
  });

  it('asserts one to eight events, and at most eight facts', async () => {
    const { journal } = await openBench();
    expect(() => journal.append([])).toThrow('one to eight');
    expect(() => journal.append(Array.from({ length: maxEventsAtOnce + 1 }, () => ({ code: 'info.one' })))).toThrow('one to eight');
    const many = Array.from({ length: 9 }, (_, key) => fact(key));
    expect(() => journal.append({ code: 'grant.one' }, many)).toThrow('at most eight');
    expect(() => journal.record(many)).toThrow('at most eight');
  });

  it('fails its caller, and nobody else, when an event has no shape', async () => {
    const { journal } = await openBench();
    expect(() => journal.append({ code: '' })).toThrow('short and ASCII');
    expect(() => journal.tell({ code: 'info.one', fields: { rate: Number.NaN } })).toThrow('finite');
    await append(journal, 'grant');
    expect(journal.head.sequence).toBe(1);
  });

  it('puts what was asked for during a commit into the next one together, in the order it was asked', async () => {
    const { journal, store } = await openBench();
    let open = (): void => {};
    store.held = new Promise((resolve) => {
      open = resolve;
    });
    const first = journal.append({ code: 'grant.1' });
    journal.tell({ code: 'info.2' });
    const third = journal.append({ code: 'grant.3' });
    const facts = journal.record([fact(9)]);
    open();
    await Promise.all([first, third, facts]);
    expect(store.commits).toBe(2);
    expect(codes(await readAll(journal))).toEqual(['grant.1', 'info.2', 'grant.3']);
  });

  it('costs one row in an ordinary commit', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'info');
    const before = store.writes;
    await append(journal, 'grant');
    journal.tell({ code: 'deny.one' });
    await journal.record([fact(1)]);
    expect(store.writes - before).toBe(3);
  });

  it('refuses to let more wait than it has places for', async () => {
    const { journal, store } = await openBench({ asked: 2 });
    let open = (): void => {};
    store.held = new Promise((resolve) => {
      open = resolve;
    });
    const taken = [journal.append({ code: 'grant.1' }), journal.append({ code: 'grant.2' })];
    await expect(journal.append({ code: 'grant.3' })).rejects.toMatchObject({ code: 'queue.full' });
    open();
    await Promise.all(taken);
    await append(journal, 'grant');
    expect(journal.head.sequence).toBe(3);
  });

  it('keeps each commit within what a store takes, however much waits', async () => {
    const { journal } = await openBench({ told: 2_000 });
    for (let index = 0; index < 1_500; index++) journal.tell({ code: 'grant.one' });
    await journal.close();
    expect(journal.head.sequence).toBe(1_500);
  });
});

describe('tell', () => {
  it('takes events nobody waits for, and limits a storm of equal ones', async () => {
    const { journal, clock } = await openBench();
    for (let index = 0; index < 100; index++) journal.tell({ code: 'deny.wrong', person: 7 });
    await clock.advance(120_000);
    const entries = await readAll(journal);
    expect(entries).toHaveLength(31);
    expect(entries.at(-1)).toMatchObject({ code: 'journal.more', person: 7, fields: { code: 'deny.wrong', count: 70, spanMs: 120_000 } });
  });

  it('sums up what it held back before it closes', async () => {
    const { journal } = await openBench();
    for (let index = 0; index < 31; index++) journal.tell({ code: 'deny.wrong' });
    await journal.close();
    expect(codes(await readAll(journal)).at(-1)).toBe('journal.more');
  });
});

describe('read', () => {
  it('reads from where it is asked to, no more than it is asked for, and the same bytes each time', async () => {
    const { journal } = await openBench();
    await append(journal, 'info', 5);
    const first = await journal.read(1, 3);
    expect(sequences(first.map(({ entry }) => entry))).toEqual([2, 3, 4]);
    await append(journal, 'grant');
    const again = await journal.read(1, 3);
    expect(again.map(({ bytes }) => [...bytes])).toEqual(first.map(({ bytes }) => [...bytes]));
    expect(await journal.read(6, maxRead)).toEqual([]);
  });

  it('does not hand out what is on its way to the disk', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant');
    // The commit is on disk, and nobody has been told so.
    const commit = store.commit.bind(store);
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    store.commit = (writes) => commit(writes).then(() => opened);
    const second = journal.append({ code: 'grant.two' });
    await new Promise(setImmediate);
    expect(store.keys('event')).toEqual([1, 2]);
    expect(codes(await readAll(journal))).toEqual(['grant.one']);
    open();
    await second;
    expect(codes(await readAll(journal))).toEqual(['grant.one', 'grant.two']);
  });

  it('asserts a sensible number of entries', async () => {
    const { journal } = await openBench();
    await expect(journal.read(0, 0)).rejects.toThrow('1 to 1,000');
    await expect(journal.read(0, maxRead + 1)).rejects.toThrow('1 to 1,000');
  });
});

describe('acknowledge', () => {
  it('takes what was read as heard, durably, and keeps it until the room is needed', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant', 3);
    expect(journal.pending).toBe(3);
    await journal.read(0, 2);
    expect(await journal.acknowledge(journal.epoch, 2)).toEqual({ ok: true, value: undefined });
    expect([journal.acknowledged, journal.pending]).toEqual([2, 1]);
    expect(store.keys('event')).toEqual([1, 2, 3]);
    const { journal: next } = await openBench({}, store);
    expect([next.acknowledged, next.pending]).toEqual([2, 1]);
    expect(sequences(await readAll(next, 0))).toEqual([1, 2, 3]);
  });

  it('refuses the future: nothing that no reading has handed out', async () => {
    const { journal } = await openBench();
    await append(journal, 'grant', 3);
    expect(await journal.acknowledge(journal.epoch, 1)).toEqual({ ok: false, failure: 'beyondSent' });
    await journal.read(0, 2);
    for (const through of [3, 4, 1e15, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await journal.acknowledge(journal.epoch, through)).toEqual({ ok: false, failure: 'beyondSent' });
    }
    expect([journal.acknowledged, journal.pending]).toEqual([0, 3]);
  });

  it('refuses another epoch than the one the entry has', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant', 2);
    const { journal: next } = await openBench({}, store);
    await append(next, 'grant', 2);
    await readAll(next);
    expect(await next.acknowledge('00000000000000ff', 1)).toEqual({ ok: false, failure: 'wrongEpoch' });
    expect(await next.acknowledge(next.epoch, 2)).toEqual({ ok: false, failure: 'wrongEpoch' });
    expect(await next.acknowledge(journal.epoch, 4)).toEqual({ ok: false, failure: 'wrongEpoch' });
    expect(next.acknowledged).toBe(0);
    expect((await next.acknowledge(journal.epoch, 2)).ok).toBe(true);
    expect((await next.acknowledge(next.epoch, 4)).ok).toBe(true);
  });

  it('takes a repeated or an earlier acknowledgement without writing', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant', 3);
    await readAll(journal);
    const both = await Promise.all([journal.acknowledge(journal.epoch, 3), journal.acknowledge(journal.epoch, 2)]);
    expect(both.every(({ ok }) => ok)).toBe(true);
    expect(journal.acknowledged).toBe(3);
    const before = store.commits;
    expect((await journal.acknowledge(journal.epoch, 1)).ok).toBe(true);
    expect([journal.acknowledged, store.commits]).toEqual([3, before]);
  });

  it('is not taken when it cannot be written', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant', 3);
    await readAll(journal);
    store.refuses = 'disk.full';
    await expect(journal.acknowledge(journal.epoch, 2)).rejects.toMatchObject({ code: 'disk.full' });
    expect([journal.acknowledged, journal.pending]).toEqual([0, 3]);
    store.refuses = undefined;
    expect((await journal.acknowledge(journal.epoch, 3)).ok).toBe(true);
    expect(journal.pending).toBe(0);
  });

  it('is not said to be taken on the strength of another that is not on disk yet', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant', 3);
    await readAll(journal);
    let open = (): void => {};
    store.held = new Promise((resolve) => {
      open = resolve;
    });
    store.refuses = 'disk.full';
    const both = [journal.acknowledge(journal.epoch, 3), journal.acknowledge(journal.epoch, 2)];
    expect(journal.acknowledged).toBe(0);
    open();
    for (const each of both) await expect(each).rejects.toMatchObject({ code: 'disk.full' });
  });

  it('must be preceded by a reading of this start', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant');
    await readAll(journal);
    const { journal: next } = await openBench({}, store);
    expect(await next.acknowledge(journal.epoch, 1)).toEqual({ ok: false, failure: 'beyondSent' });
  });
});

describe('start', () => {
  it('counts the starts that recorded something, and draws an epoch at each', async () => {
    const store = new QuickStore();
    const epochs = new Set<string>();
    for (const boot of [1, 2, 3]) {
      const { journal } = await openBench({}, store);
      expect(journal.boot).toBe(boot);
      epochs.add(journal.epoch);
      await append(journal, 'info');
    }
    const { journal: silent } = await openBench({}, store);
    expect(silent.boot).toBe(4);
    expect((await openBench({}, store)).journal.boot).toBe(4);
    expect(epochs.size).toBe(3);
    expect((await readAll(silent)).map(({ boot, sequence }) => [boot, sequence])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('never gives an identity twice, though an earlier image of the disk was put back, or it was wiped', async () => {
    const store = new QuickStore();
    const seen = new Map<string, string>();
    const record = async (on: QuickStore, words: string): Promise<void> => {
      const { journal } = await openBench({}, on);
      for (let index = 0; index < 3; index++) await journal.append({ code: `info.${words}.${index}` });
      for (const { epoch, sequence, code } of await readAll(journal)) {
        const id = `${epoch} ${sequence}`;
        expect(seen.get(id) ?? code).toBe(code);
        seen.set(id, code);
      }
    };
    await record(store, 'before');
    const image = store.copy();
    await record(store, 'lost');
    await record(image, 'restored');
    await record(new QuickStore(), 'wiped');
    expect(seen.size).toBe(12);
  });

  it('goes on above every number given before, also where the last rows were evicted or never had a row', async () => {
    const { journal, store } = await openBench({ events: 100 });
    await append(journal, 'grant', 100);
    const { sequence } = journal.head;
    await append(journal, 'info', 5);
    const { journal: next } = await openBench({ events: 100 }, store);
    expect(next.head.sequence).toBe(sequence + 5);
    await append(next, 'grant');
    expect(next.head.sequence).toBe(sequence + 6);
  });

  it('shows the head of the chain, which grows with each entry and outlives a restart', async () => {
    const { journal, store } = await openBench();
    expect(journal.head).toMatchObject({ epoch: journal.epoch, sequence: 0 });
    await append(journal, 'info');
    const first = journal.head;
    await append(journal, 'info');
    expect(journal.head).toMatchObject({ epoch: journal.epoch, sequence: 2 });
    expect(journal.head.link).not.toEqual(first.link);
    const [, last] = await journal.read(0, 2);
    expect(last?.previousLink).toEqual(first.link);
    const { journal: next } = await openBench({}, store);
    expect(next.head).toEqual(journal.head);
    await append(next, 'info');
    expect((await next.read(2, 1))[0]?.previousLink).toEqual(journal.head.link);
    expect((await openBench({}, store)).journal.damage).toEqual([]);
  });

  it('remembers the trusted time of the newest entry that has one', async () => {
    const clock = new VirtualClock({ wallMs: 5_000 });
    const { journal, store } = await openBench({}, new QuickStore(), clock);
    expect(journal.lastTrustedMs).toBeUndefined();
    await append(journal, 'info');
    clock.setWall(4_000);
    await append(journal, 'info');
    clock.setWall(9_000, false);
    await append(journal, 'info');
    const { journal: next } = await openBench({}, store);
    expect(next.lastTrustedMs).toBe(4_000);
    await readAll(next);
    await next.acknowledge(journal.epoch, 3);
    expect((await openBench({}, store)).journal.lastTrustedMs).toBeUndefined();
  });

  it('opens on a disk that is full, writes nothing, and begins with the first commit that is taken', async () => {
    const store = new QuickStore();
    store.refuses = 'disk.full';
    const { journal } = await openBench({}, store);
    await expect(append(journal, 'grant')).rejects.toMatchObject({ code: 'disk.full' });
    store.refuses = undefined;
    await append(journal, 'grant');
    expect((await openBench({}, store)).journal.boot).toBe(2);
  });

  it('rejects when the disk cannot be read, and asserts that it has room', async () => {
    const store = new QuickStore();
    store.refuses = 'disk.failed';
    await expect(openBench({}, store)).rejects.toMatchObject({ code: 'disk.failed' });
    await expect(openBench({ events: 99 })).rejects.toThrow('room');
    await expect(openBench({ told: 0 })).rejects.toThrow('room');
    await expect(openBench({ asked: 0 })).rejects.toThrow('room');
  });

  it('has default limits', async () => {
    const clock = new VirtualClock();
    const journal = await Journal.open({ store: new QuickStore(), crypto, clock, classOf });
    await append(journal, 'grant');
    expect(journal.pending).toBe(1);
  });
});
