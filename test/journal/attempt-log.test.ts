/** Budgets and use counts on disk: exactly as written, never better than written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttemptLog, doorKey, maxPersonsInMemory, type StoredBudget } from '../../src/journal/attempt-log.ts';
import { seal } from '../../src/journal/checked.ts';
import type { JournalEvent } from '../../src/journal/entry.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { crypto, openBench, QuickStore } from './bench.ts';

const locked: StoredBudget = { level: 3, waitMs: 59_999.25, quietMs: 12, spentAgesMs: [600, 5.5, 0] };
const quiet: StoredBudget = { level: 0, waitMs: 0, quietMs: 5, spentAgesMs: [] };
const fresh: StoredBudget = { level: 0, waitMs: 0, quietMs: 0, spentAgesMs: [] };

async function openLog(store = new QuickStore()): Promise<{ log: AttemptLog; store: QuickStore; journal: Journal; told: JournalEvent[] }> {
  const { journal } = await openBench({}, store);
  const told: JournalEvent[] = [];
  return { log: await AttemptLog.open({ store, crypto, tell: (event) => told.push(event) }), store, journal, told };
}

describe('budget', () => {
  it('is known once it is on disk, and after a restart reads exactly as it was written', async () => {
    const { log, store, journal } = await openLog();
    expect(await log.budget(doorKey)).toBeUndefined();
    const change = log.setBudget(doorKey, locked);
    expect(await log.budget(doorKey)).toBeUndefined();
    await journal.record([change, log.setBudget(41, quiet)]);
    const { log: next } = await openLog(store);
    for (const each of [log, next]) {
      expect(await each.budget(doorKey)).toEqual(locked);
      expect(await each.budget(41)).toEqual(quiet);
      expect(await each.budget(42)).toBeUndefined();
    }
  });

  it('comes back as it went in, whatever it was', async () => {
    const time = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
    const budget = fc.record({ level: fc.nat(255), waitMs: time, quietMs: time, spentAgesMs: fc.array(time, { maxLength: 10 }) });
    await fc.assert(
      fc.asyncProperty(budget, async (written) => {
        const { log, store, journal } = await openLog();
        await journal.record([log.setBudget(7, written)]);
        const isFresh = written.level === 0 && written.waitMs === 0 && written.quietMs === 0 && written.spentAgesMs.length === 0;
        expect(await (await openLog(store)).log.budget(7)).toEqual(isFresh ? undefined : written);
      }),
    );
  });

  it('is not believed before it is on disk', async () => {
    const { log, store, journal } = await openLog();
    await journal.record([log.setBudget(7, locked)]);
    store.refuses = 'disk.full';
    await expect(journal.record([log.setBudget(7, fresh)])).rejects.toMatchObject({ code: 'disk.full' });
    expect(await log.budget(7)).toEqual(locked);
  });

  it('leaves no row when it is as good as new', async () => {
    const { log, store, journal } = await openLog();
    await journal.record([log.setBudget(7, locked)]);
    await journal.record([log.setBudget(7, fresh)]);
    expect(store.keys('attempt')).toEqual([]);
    expect(await log.budget(7)).toBeUndefined();
  });

  it.each([
    { ...locked, level: -1 },
    { ...locked, level: 256 },
    { ...locked, level: 0.5 },
    { ...locked, waitMs: -1 },
    { ...locked, quietMs: Number.NaN },
    { ...locked, spentAgesMs: [Number.POSITIVE_INFINITY] },
    { ...locked, spentAgesMs: new Array<number>(11).fill(0) },
  ])('asserts its ranges: %j', async (budget) => {
    const { log } = await openLog();
    expect(() => log.setBudget(7, budget)).toThrow('within its ranges');
  });

  it('is damaged, and told, whichever byte flipped and at whatever length it was torn', async () => {
    const { log, store, journal } = await openLog();
    await journal.record([log.setBudget(doorKey, quiet), log.setBudget(7, locked)]);
    for (const key of [doorKey, 7]) {
      const row = store.row('attempt', key);
      for (let at = 0; at < 2 * row.length; at++) {
        const copy = store.copy();
        const bad = at < row.length ? Uint8Array.from(row) : row.slice(0, at - row.length);
        if (at < row.length) bad[at] = (bad[at] as number) ^ 0x10;
        copy.rows.attempt[key] = bad;
        const { log: damaged, told } = await openLog(copy);
        expect(await damaged.budget(key)).toBe('damaged');
        expect(told).toEqual([{ code: 'journal.damaged', ...(key === doorKey ? {} : { person: key }), fields: { what: 'attempt' } }]);
      }
    }
  });

  it.each([
    ['no length of a budget', new Uint8Array(16)],
    ['too short', new Uint8Array(9)],
    ['too long', new Uint8Array(1 + 8 * 13)],
    ['a time below zero', Uint8Array.from([0, 0xbf, 0xf0, ...new Array<number>(14).fill(0)])],
  ])('is damaged when its check is right and its bytes are %s', async (_, bytes) => {
    const store = new QuickStore();
    store.rows.attempt[7] = seal(crypto, 'attempt', 7, bytes);
    expect(await (await openLog(store)).log.budget(7)).toBe('damaged');
  });

  it('of one person is no budget of another', async () => {
    const { log, store, journal } = await openLog();
    await journal.record([log.setBudget(7, quiet)]);
    store.rows.attempt[8] = store.row('attempt', 7);
    expect(await (await openLog(store)).log.budget(8)).toBe('damaged');
  });

  it('that was damaged is sound again once it is written', async () => {
    const { log, store, journal } = await openLog();
    await journal.record([log.setBudget(7, locked)]);
    store.rows.attempt[7] = new Uint8Array(3);
    const { log: next, journal: nextJournal } = await openLog(store);
    await nextJournal.record([next.setBudget(7, locked)]);
    expect(await next.budget(7)).toEqual(locked);
    expect(await (await openLog(store)).log.budget(7)).toEqual(locked);
  });
});

describe('memory', () => {
  const fill = async (from: number, to: number, budget: StoredBudget, { log, journal }: { log: AttemptLog; journal: Journal }): Promise<void> => {
    for (let person = from; person <= to; person++) await journal.record([log.setBudget(person, budget)]);
  };

  it('holds so many persons; the oldest quiet ones leave it first, and the disk is asked for them', async () => {
    const bench = await openLog();
    await fill(1, 1, locked, bench);
    await fill(2, 3, quiet, bench);
    await fill(4, maxPersonsInMemory + 1, locked, bench);
    bench.store.rows.attempt[1] = undefined;
    bench.store.rows.attempt[2] = new Uint8Array(3);
    expect(await bench.log.budget(1)).toEqual(locked);
    expect(await bench.log.budget(2)).toBe('damaged');
    expect(bench.told).toHaveLength(1);
    expect(await bench.log.budget(3)).toEqual(quiet);
    expect(await bench.log.budget(999_999)).toBeUndefined();
  });

  it('lets the oldest go where none is quiet, also damaged ones, and none that was just written', async () => {
    const bench = await openLog();
    await fill(1, maxPersonsInMemory, locked, bench);
    bench.store.rows.attempt[1] = new Uint8Array(3);
    await fill(5_000, 5_000, quiet, bench);
    expect(await bench.log.budget(5_000)).toEqual(quiet);
    expect(await bench.log.budget(1)).toBe('damaged');
    const { log } = await openLog(bench.store);
    expect(await log.budget(5_000)).toEqual(quiet);
    expect(await log.budget(2)).toEqual(locked);
  });

  it('is not put back by a slow reading to what was before a writing', async () => {
    const bench = await openLog();
    await fill(1, maxPersonsInMemory + 1, locked, bench);
    const scan = bench.store.scan.bind(bench.store);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    bench.store.scan = async (...args) => {
      const rows = await scan(...args);
      await gate;
      return rows;
    };
    const reading = bench.log.budget(1);
    await new Promise(setImmediate);
    await bench.journal.record([bench.log.setBudget(1, quiet)]);
    open();
    expect(await reading).toEqual(quiet);
  });
});

describe('uses', () => {
  it('are counted by allowance: a new serial begins at none', async () => {
    const { log, store, journal } = await openLog();
    expect(await log.usesSpent(7, 1)).toBe(0);
    await journal.append({ code: 'grant.one' }, [await log.spendUse(7, 1)]);
    await journal.append({ code: 'grant.one' }, [await log.spendUse(7, 1)]);
    expect(await log.usesSpent(7, 1)).toBe(2);
    expect(await log.usesSpent(7, 2)).toBe(0);
    expect(await (await openLog(store)).log.usesSpent(7, 1)).toBe(2);
    await journal.append({ code: 'grant.one' }, [await log.spendUse(7, 2)]);
    expect(await log.usesSpent(7, 2)).toBe(1);
    expect(await log.usesSpent(7, 1)).toBe(0);
  });

  it('are not counted for a grant that could not be written', async () => {
    const { log, store, journal } = await openLog();
    store.refuses = 'disk.full';
    await expect(journal.append({ code: 'grant.one' }, [await log.spendUse(7, 1)])).rejects.toMatchObject({ code: 'disk.full' });
    expect(await log.usesSpent(7, 1)).toBe(0);
  });

  it('are all spent, and told, whichever byte of the count flipped', async () => {
    const { log, store, journal } = await openLog();
    await journal.append({ code: 'grant.one' }, [await log.spendUse(7, 1)]);
    for (let at = 0; at < store.row('use', 7).length; at++) {
      const copy = store.copy();
      const row = copy.row('use', 7);
      row[at] = (row[at] as number) ^ 1;
      const { log: damaged, told, journal: next } = await openLog(copy);
      expect(await damaged.usesSpent(7, 1)).toBeGreaterThan(65_535);
      expect(await damaged.usesSpent(7, 2)).toBeGreaterThan(65_535);
      expect(told).toEqual([{ code: 'journal.damaged', person: 7, fields: { what: 'use' } }]);
      await next.record([await damaged.spendUse(7, 1)]);
      expect(await damaged.usesSpent(7, 1)).toBeGreaterThan(65_535);
    }
    store.rows.use[7] = seal(crypto, 'use', 7, new Uint8Array(9));
    expect(await (await openLog(store)).log.usesSpent(7, 1)).toBeGreaterThan(65_535);
  });

  it('are kept in memory for so many persons, and asked of the disk beyond', async () => {
    const { log, store, journal } = await openLog();
    for (let person = 1; person <= maxPersonsInMemory + 1; person++) await journal.record([await log.spendUse(person, 5)]);
    expect(await log.usesSpent(1, 5)).toBe(1);
    expect(await (await openLog(store)).log.usesSpent(maxPersonsInMemory + 1, 5)).toBe(1);
  });
});
