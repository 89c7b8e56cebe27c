/** A disk that does not hold what was written: found, reported, and all the rest recovered (SECURITY C8, D7, D13). */
import { describe, expect, it } from 'vitest';
import { sealRow, setSequence } from '../../src/journal/entry.ts';
import { maxDamage } from '../../src/journal/loading.ts';
import { decodeState, emptyState, encodeState, stateKey } from '../../src/journal/state.ts';
import { present } from '../../src/shared/assert.ts';
import { append, codes, crypto, drain, fieldsOf, openBench, type QuickStore, readAll, sequences } from './bench.ts';

/** Twelve entries, four of them heard, no gap. */
async function written(): Promise<QuickStore> {
  const { journal, store } = await openBench();
  await append(journal, 'grant', 6);
  await append(journal, 'info', 6);
  await journal.read(0, 4);
  await journal.acknowledge(journal.epoch, 4);
  return store;
}

const flip = (store: QuickStore, space: 'event' | 'meta', key: number, at: number, mask = 0xff): void => {
  const row = store.row(space, key);
  row[at] = (row[at] as number) ^ mask;
};

const told = async (store: QuickStore): Promise<unknown[]> => {
  const { journal } = await openBench({}, store);
  await journal.close();
  return fieldsOf(await readAll(journal), 'journal.damaged');
};

describe('a damaged row', () => {
  it('is found whichever byte flipped; all others are recovered, and the loss is told', async () => {
    const sound = await written();
    for (let key = 5; key <= 12; key++) {
      for (let at = 0; at < sound.row('event', key).length; at++) {
        const store = sound.copy();
        flip(store, 'event', key, at);
        const { journal } = await openBench({}, store);
        const damage = { what: 'row', fromSequence: key, toSequence: key, count: 1 };
        expect(journal.damage).toEqual([damage]);
        await journal.close();
        const entries = await readAll(journal);
        expect(sequences(entries)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13].filter((sequence) => sequence !== key));
        expect(entries.at(-1)).toMatchObject({ code: 'journal.damaged', fields: damage });
      }
    }
  });

  it('is found at every length it may be torn to', async () => {
    const sound = await written();
    for (let length = 0; length < sound.row('event', 12).length; length++) {
      const store = sound.copy();
      store.rows.event[12] = sound.row('event', 12).slice(0, length);
      const { journal } = await openBench({}, store);
      expect(journal.damage).toEqual([{ what: 'row', fromSequence: 12, toSequence: 12, count: 1 }]);
      expect((await journal.append({ code: 'grant.one' })).sequence).toBe(14);
    }
  });

  it('is told as one finding with its neighbours, and no more findings are told apart than there are places', async () => {
    const store = await written();
    for (const key of [6, 7, 8, 10]) flip(store, 'event', key, 20);
    expect(await told(store)).toEqual([
      { what: 'row', fromSequence: 6, toSequence: 8, count: 3 },
      { what: 'row', fromSequence: 10, toSequence: 10, count: 1 },
    ]);
    const { journal, store: many } = await openBench({ events: 1_000 });
    await append(journal, 'grant', 400);
    for (let key = 1; key <= 400; key += 2) flip(many, 'event', key, 3);
    const { damage } = (await openBench({ events: 1_000 }, many)).journal;
    expect(damage).toHaveLength(maxDamage);
    expect(damage.reduce((sum, { count }) => sum + count, 0)).toBe(200);
    expect(damage.at(-1)).toEqual({ what: 'row', fromSequence: 2 * maxDamage - 1, toSequence: 399, count: 200 - maxDamage + 1 });
  });

  it('that was heard already is no loss', async () => {
    const store = await written();
    flip(store, 'event', 2, 0);
    const { journal } = await openBench({}, store);
    expect(journal.damage).toEqual([]);
    expect(sequences(await readAll(journal, 0))).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await journal.close();
    expect(journal.head.sequence).toBe(12);
  });

  it('at the head of the chain is found though everything was heard', async () => {
    const store = await written();
    const { journal } = await openBench({}, store);
    await drain(journal);
    flip(store, 'event', 12, 0);
    expect((await openBench({}, store)).journal.damage).toEqual([{ what: 'row', fromSequence: 12, toSequence: 12, count: 1 }]);
  });

  it('that flips while the reader runs is left out when read, told once, and no longer counted on', async () => {
    const { journal, store } = await openBench();
    await append(journal, 'grant', 3);
    await append(journal, 'info', 2);
    flip(store, 'event', 2, 5);
    flip(store, 'event', 4, 5);
    for (const _ of [1, 2]) expect(sequences((await journal.read(0, 5)).map(({ entry }) => entry)).slice(0, 3)).toEqual([1, 3, 5]);
    await journal.close();
    const entries = await readAll(journal);
    expect(fieldsOf(entries, 'journal.damaged').map(({ fromSequence }) => fromSequence)).toEqual([2, 4]);
    expect(journal.pending).toBe(5);
    const next = await openBench({}, store);
    expect(next.journal.damage.map(({ what, count }) => [what, count])).toEqual([
      ['row', 1],
      ['row', 1],
    ]);
    expect((await drain(journal)).length).toBe(5);
    expect(journal.pending).toBe(0);
    expect((await openBench({}, store)).journal.damage).toEqual([]);
  });

  it('is told though the telling must wait for room on the disk', async () => {
    const { journal, store, clock } = await openBench();
    await append(journal, 'grant', 3);
    flip(store, 'event', 2, 5);
    store.refuses = 'disk.full';
    await readAll(journal);
    await clock.settle();
    expect(journal.pending).toBe(3);
    store.refuses = undefined;
    await journal.close();
    expect(codes(await readAll(journal))).toEqual(['grant.one', 'grant.one', 'journal.damaged']);
    expect(journal.pending).toBe(3);
  });

  it('that held a gap is a loss as well, and the next gap can be told', async () => {
    const { journal, store } = await openBench({ events: 100 });
    await append(journal, 'info', 110);
    const gap = present((await readAll(journal)).at(-1), 'a gap').sequence;
    flip(store, 'event', gap, 5);
    await readAll(journal);
    await append(journal, 'info');
    expect(fieldsOf(await readAll(journal), 'journal.damaged').map(({ fromSequence }) => fromSequence)).toEqual([gap]);
    expect(fieldsOf(await readAll(journal), 'journal.gap')).toHaveLength(1);
  });
});

describe('a journal that was tampered with', () => {
  it('shows a deleted row, wherever it was taken out', async () => {
    const sound = await written();
    for (let key = 5; key <= 11; key++) {
      const store = sound.copy();
      store.rows.event[key] = undefined;
      expect(await told(store)).toEqual([{ what: 'missing', fromSequence: 5, toSequence: 12, count: 1 }]);
      const { journal } = await openBench({}, store);
      expect(journal.damage).toEqual([]);
    }
  });

  it('shows rows that changed places', async () => {
    const store = await written();
    const { event } = store.rows;
    [event[7], event[8]] = [event[8], event[7]];
    expect(await told(store)).toEqual([{ what: 'row', fromSequence: 7, toSequence: 8, count: 2 }]);
  });

  it('shows a row that was replaced, with links made anew, by the one that follows it', async () => {
    for (const key of [7, 12]) {
      const store = await written();
      const { journal } = await openBench({}, store);
      await append(journal, 'info');
      const [other] = await journal.read(4, 1);
      const before = present((await journal.read(key - 2, 1))[0], 'the row before').link;
      store.rows.event[key] = sealRow(crypto, setSequence(present(other, 'a row').bytes, key), before);
      expect((await openBench({}, store)).journal.damage).toEqual([{ what: 'order', fromSequence: key + 1, toSequence: key + 1, count: 1 }]);
    }
  });

  it('shows a last row that is not the one whose link was noted, and a first one that does not follow it', async () => {
    const store = await written();
    const { journal } = await openBench({}, store);
    await append(journal, 'info');
    const last = present((await journal.read(12, 1))[0], 'the last row');
    const heard = await written();
    const { journal: second } = await openBench({}, heard);
    await drain(second);
    const noted = present(decodeState(crypto, heard.row('meta', stateKey)), 'the state');
    expect(noted.last).toBe(12);
    heard.rows.event[12] = sealRow(crypto, setSequence(Uint8Array.from(last.bytes), 12), last.link);
    expect((await openBench({}, heard)).journal.damage.map(({ what, fromSequence }) => [what, fromSequence])).toEqual([['order', 12]]);
    heard.rows.event[12] = undefined;
    heard.rows.event[13] = sealRow(crypto, setSequence(Uint8Array.from(last.bytes), 13), last.link);
    expect((await openBench({}, heard)).journal.damage.map(({ what, fromSequence }) => [what, fromSequence])).toEqual([['order', 13]]);
  });
});

describe('the journal’s own record', () => {
  it('is found damaged whichever byte flipped: entries are sent again, no number is given again', async () => {
    const sound = await written();
    for (let at = 0; at < sound.row('meta', stateKey).length; at++) {
      const store = sound.copy();
      flip(store, 'meta', stateKey, at);
      const { journal } = await openBench({}, store);
      expect(journal.damage).toEqual([{ what: 'state', fromSequence: 0, toSequence: 0, count: 1 }]);
      expect(journal.boot).toBe(2);
      await journal.close();
      expect(sequences(await readAll(journal))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
      expect((await openBench({}, store)).journal.damage).toEqual([]);
    }
  });

  it('is missed when it is gone and rows are not', async () => {
    const store = await written();
    store.rows.meta[stateKey] = undefined;
    expect((await openBench({}, store)).journal.damage).toEqual([{ what: 'state', fromSequence: 0, toSequence: 0, count: 1 }]);
  });

  it('begins anew where nothing is left, without a word', async () => {
    const { journal } = await openBench();
    expect([journal.damage, journal.boot, journal.head.sequence]).toEqual([[], 1, 0]);
  });

  it('comes back as it went in, with a gap and without', () => {
    const gap = { fromSequence: 5, toSequence: 2 ** 40, grants: 1, alarms: 2, denials: 3, infos: 4 };
    for (const state of [emptyState, { ...emptyState, boot: 9, last: 2 ** 47, acknowledged: 3, missing: 8, alarmedPercent: 90, gap }]) {
      expect(decodeState(crypto, encodeState(crypto, state))).toEqual(state);
    }
  });

  it('is refused at another length or of another version', () => {
    const sealed = encodeState(crypto, emptyState);
    for (let length = 0; length < sealed.length; length++) expect(decodeState(crypto, sealed.subarray(0, length))).toBeUndefined();
  });
});
