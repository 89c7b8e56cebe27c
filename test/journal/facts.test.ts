/** Single numbers that outlive a restart, and what they are taken for when they do not. */
import { describe, expect, it } from 'vitest';
import { seal } from '../../src/journal/checked.ts';
import type { JournalEvent } from '../../src/journal/entry.ts';
import { Facts } from '../../src/journal/facts.ts';
import { crypto, openBench, QuickStore } from './bench.ts';

async function openFacts(store = new QuickStore(), lastTrustedMs?: number) {
  const { journal } = await openBench({}, store);
  const told: JournalEvent[] = [];
  return { facts: await Facts.open({ store, crypto, tell: (event) => told.push(event), lastTrustedMs }), store, journal, told };
}

const rowsOf = { timeFloor: [16, 17], order: [18, 19], offline: [20, 21] } as const;

async function written(): Promise<QuickStore> {
  const { facts, store, journal } = await openFacts();
  await journal.record([facts.setTimeFloor(1_000), facts.setOrderNumber(7), facts.setOfflineMs(3.5)]);
  return store;
}

describe('facts', () => {
  it('are nothing at first, and stand after a restart as they were written', async () => {
    const { facts } = await openFacts();
    expect([facts.timeFloorMs, facts.orderNumber, facts.offlineMs]).toEqual([undefined, 0, 0]);
    const { facts: next, told } = await openFacts(await written());
    expect([next.timeFloorMs, next.orderNumber, next.offlineMs]).toEqual([1_000, 7, 3.5]);
    expect(told).toEqual([]);
  });

  it('are known once they are on disk', async () => {
    const { facts, store, journal } = await openFacts();
    store.refuses = 'disk.full';
    await expect(journal.record([facts.setOrderNumber(7)])).rejects.toMatchObject({ code: 'disk.full' });
    expect(facts.orderNumber).toBe(0);
    store.refuses = undefined;
    await journal.record([facts.setOrderNumber(7)]);
    expect(facts.orderNumber).toBe(7);
  });

  it('let the time floor only rise, and take the journal for a second witness', async () => {
    const { facts, journal, store } = await openFacts(await written());
    await journal.record([facts.setTimeFloor(500)]);
    expect(facts.timeFloorMs).toBe(1_000);
    await journal.record([facts.setTimeFloor(2_000)]);
    expect(facts.timeFloorMs).toBe(2_000);
    expect((await openFacts(store, 1_500)).facts.timeFloorMs).toBe(2_000);
    expect((await openFacts(store, 2_500)).facts.timeFloorMs).toBe(2_500);
    expect((await openFacts(new QuickStore(), 1_500)).facts.timeFloorMs).toBe(1_500);
  });

  it('let an order put the time floor back, against the witness of earlier entries', async () => {
    const { facts, journal, store } = await openFacts(await written(), 1_500);
    expect(facts.timeFloorMs).toBe(1_500);
    await journal.append({ code: 'info.order' }, [facts.resetTimeFloor(200)]);
    expect(facts.timeFloorMs).toBe(200);
    expect((await openFacts(store, 210)).facts.timeFloorMs).toBe(210);
  });

  it('assert that they are numbers a fact can be', async () => {
    const { facts } = await openFacts();
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => facts.setOrderNumber(value)).toThrow('finite');
  });

  it('survive any damage to one of their two rows, and tell it', async () => {
    const sound = await written();
    for (const [what, keys] of Object.entries(rowsOf)) {
      for (const key of keys) {
        for (let at = 0; at < sound.row('meta', key).length; at++) {
          const store = sound.copy();
          const row = store.row('meta', key);
          row[at] = (row[at] as number) ^ 0x40;
          const { facts, told } = await openFacts(store);
          expect([facts.timeFloorMs, facts.orderNumber, facts.offlineMs]).toEqual([1_000, 7, 3.5]);
          expect(told).toEqual([{ code: 'journal.damaged', fields: { what } }]);
        }
        const store = sound.copy();
        store.rows.meta[key] = undefined;
        const { facts } = await openFacts(store);
        expect([facts.timeFloorMs, facts.orderNumber, facts.offlineMs]).toEqual([1_000, 7, 3.5]);
      }
    }
  });

  it('are taken for the worst when both rows are damaged: no order obeyed twice, offline too long, no floor', async () => {
    const store = await written();
    for (const key of [16, 17, 18, 19, 20, 21]) store.rows.meta[key] = seal(crypto, 'meta', key, new Uint8Array(key < 18 ? 7 : 9));
    const { facts, told, journal } = await openFacts(store);
    expect([facts.timeFloorMs, facts.orderNumber, facts.offlineMs]).toEqual([undefined, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
    expect(told).toHaveLength(3);
    expect((await openFacts(store, 9)).facts.timeFloorMs).toBe(9);
    await journal.record([facts.setOfflineMs(0), facts.setTimeFloor(5)]);
    const { facts: next } = await openFacts(store);
    expect([next.timeFloorMs, next.offlineMs]).toEqual([5, 0]);
  });

  it('keep the mode that was last set, which damage makes none', async () => {
    const store = new QuickStore();
    const { facts, journal } = await openFacts(store);
    expect(facts.mode).toBe(0);
    await journal.record([facts.setMode(3)]);
    expect((await openFacts(store)).facts.mode).toBe(3);
    for (const key of [22, 23]) store.rows.meta[key] = new Uint8Array(1);
    const { facts: next, told } = await openFacts(store);
    expect([next.mode, told]).toEqual([0, [{ code: 'journal.damaged', fields: { what: 'mode' } }]]);
  });

  it('keep the highest table and revocation that were in force; damage forbids nothing', async () => {
    const store = new QuickStore();
    const { facts, journal } = await openFacts(store);
    expect(facts.seenTable).toEqual({ version: 0, revocation: 0 });
    await journal.record(facts.setSeenTable(7, 2));
    expect(facts.setSeenTable(7, 2)).toEqual([]);
    await journal.record(facts.setSeenTable(6, 3));
    const { facts: next } = await openFacts(store);
    expect(next.seenTable).toEqual({ version: 7, revocation: 3 });
    for (const key of [24, 25]) store.rows.meta[key] = new Uint8Array(1);
    expect((await openFacts(store)).facts.seenTable).toEqual({ version: 0, revocation: 3 });
  });

  it('keep by how much the clock was moved; damaged, it was moved as far as may be', async () => {
    const store = new QuickStore();
    const { facts, journal } = await openFacts(store);
    await journal.record([facts.setMovedMs(1_500)]);
    expect((await openFacts(store)).facts.movedMs).toBe(1_500);
    for (const key of [28, 29]) store.rows.meta[key] = new Uint8Array(1);
    expect((await openFacts(store)).facts.movedMs).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('refuse a number below zero on disk', async () => {
    const store = new QuickStore();
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, -1);
    store.rows.meta[18] = seal(crypto, 'meta', 18, bytes);
    expect((await openFacts(store)).facts.orderNumber).toBe(Number.MAX_SAFE_INTEGER);
  });
});
