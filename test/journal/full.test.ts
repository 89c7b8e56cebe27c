/** A journal that is full: who makes room, what is counted, what is refused (SECURITY D5, D6). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { type Entry, type EventClass, eventClasses } from '../../src/journal/entry.ts';
import type { JournalLimits } from '../../src/journal/journal.ts';
import { trimRows } from '../../src/journal/ledger.ts';
import { retryMs } from '../../src/journal/writer.ts';
import { append, type Bench, classOf, codes, drain, fieldsOf, lost, openBench, QuickStore, readAll, sequences } from './bench.ts';

const none = { grants: 0, alarms: 0, denials: 0, infos: 0 };
const countOf = (entries: readonly Entry[], kind: EventClass): number => entries.filter(({ code }) => code === `${kind}.one`).length;

/** A journal of 100 rows that are there already, two of them the alarms about it. */
async function openFull(rows: readonly (readonly [EventClass, number])[], limits: Partial<JournalLimits> = {}): Promise<Bench> {
  const bench = await openBench({ events: 100, ...limits });
  for (const [kind, times] of rows) await append(bench.journal, kind, times);
  expect(bench.store.keys('event')).toHaveLength(100);
  return bench;
}

describe('room', () => {
  it('is made by what was heard first of all, many rows at once', async () => {
    const { journal, store } = await openFull([
      ['grant', 49],
      ['info', 49],
    ]);
    const [first] = await journal.read(0, 70);
    await journal.acknowledge(journal.epoch, 70);
    await append(journal, 'info');
    expect(first?.entry.sequence).toBe(1);
    expect(store.keys('event')[0]).toBe(trimRows + 1);
    await append(journal, 'info', 100 - store.keys('event').length + 1);
    expect(store.keys('event')[0]).toBe(71);
    expect(fieldsOf(await readAll(journal), 'journal.gap')).toEqual([]);
  });

  it('is made without a write of the journal’s own record', async () => {
    const { journal, store } = await openFull([['info', 98]]);
    await drain(journal);
    const before = store.writes;
    await append(journal, 'info', 10);
    expect(store.writes - before).toBe(11);
  });

  it('is then made by the oldest information, and after it by the oldest denial', async () => {
    const { journal } = await openFull([
      ['deny', 2],
      ['info', 2],
      ['grant', 94],
    ]);
    await append(journal, 'grant', 3);
    const entries = await readAll(journal);
    expect(sequences(entries).slice(0, 2)).toEqual([2, 5]);
    expect(fieldsOf(entries, 'journal.gap')).toEqual([{ ...none, fromSequence: 1, toSequence: 4, denials: 1, infos: 2 }]);
  });

  it('is never made by a grant or an alarm for a denial or information, which are counted themselves', async () => {
    const { journal } = await openFull([
      ['grant', 60],
      ['alarm', 38],
    ]);
    const receipt = await journal.append({ code: 'deny.one' });
    await append(journal, 'info', 2);
    expect(receipt.sequence).toBe(101);
    const entries = await readAll(journal);
    expect([countOf(entries, 'grant'), countOf(entries, 'alarm')]).toEqual([60, 38]);
    expect(fieldsOf(entries, 'journal.gap')).toEqual([{ ...none, fromSequence: 101, toSequence: 103, denials: 1, infos: 2 }]);
  });

  it('is not made by a denial for information', async () => {
    const { journal } = await openFull([['deny', 98]]);
    await append(journal, 'info');
    const entries = await readAll(journal);
    expect([countOf(entries, 'deny'), countOf(entries, 'info')]).toEqual([98, 0]);
  });

  it('is made by the oldest grant or alarm for a grant or an alarm, where the setting is to go on', async () => {
    const { journal } = await openFull([
      ['grant', 1],
      ['alarm', 1],
      ['grant', 96],
    ]);
    await append(journal, 'alarm', 2);
    await append(journal, 'grant');
    const entries = await readAll(journal);
    expect(sequences(entries)[0]).toBe(4);
    expect(fieldsOf(entries, 'journal.gap')).toEqual([{ ...none, fromSequence: 1, toSequence: 3, grants: 2, alarms: 1 }]);
  });

  it('is made by whichever of the two there is, where only grants or only alarms are left', async () => {
    for (const kind of ['grant', 'alarm'] as const) {
      const { journal } = await openFull([[kind, 98]]);
      await append(journal, kind, 150);
      const entries = await readAll(journal);
      expect(entries.map(({ code }) => code)).toEqual([...new Array<string>(100).fill(`${kind}.one`), 'journal.gap']);
    }
  });

  it('is not made for a grant where the setting is to deny: it is refused with its facts, and an alarm is counted', async () => {
    const { journal, store } = await openFull([['grant', 98]], { whenFull: 'deny' });
    const also = { writes: [{ op: 'put', space: 'use', key: 1, value: Uint8Array.of(1) }] as const, onDisk: () => expect.unreachable() };
    await expect(journal.append([{ code: 'grant.one' }, { code: 'alarm.one' }], [also])).rejects.toMatchObject({ code: 'disk.full' });
    expect(store.keys('use')).toEqual([]);
    await append(journal, 'alarm');
    await append(journal, 'info');
    journal.tell({ code: 'grant.told' });
    const entries = await drain(journal);
    expect(countOf(entries, 'grant')).toBe(98);
    expect(fieldsOf(entries, 'journal.gap')).toEqual([{ ...none, fromSequence: 101, toSequence: 103, grants: 1, alarms: 1, infos: 1 }]);
    await append(journal, 'grant');
    expect(countOf(await readAll(journal), 'grant')).toBe(1);
  });

  it('refuses the whole of several events, though there is room for the first', async () => {
    const { journal, store } = await openFull(
      [
        ['grant', 97],
        ['info', 1],
      ],
      { whenFull: 'deny' },
    );
    await expect(journal.append([{ code: 'grant.one' }, { code: 'grant.one' }])).rejects.toMatchObject({ code: 'disk.full' });
    expect(journal.head.sequence).toBe(100);
    await append(journal, 'grant');
    expect(store.keys('event')).not.toContain(100);
    expect(countOf(await readAll(journal), 'grant')).toBe(98);
  });

  it('takes others that wait beside one that is refused', async () => {
    const { journal } = await openFull([['grant', 98]], { whenFull: 'deny' });
    journal.tell({ code: 'info.1' });
    const outcomes = await Promise.allSettled([journal.append({ code: 'grant.2' }), journal.record([])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(journal.head.sequence).toBe(101);
  });

  it('shrinks with a lower limit only as fast as events are heard', async () => {
    const { store } = await openBench({ events: 200 });
    const { journal } = await openBench({ events: 200 }, store);
    await append(journal, 'grant', 150);
    const { journal: next } = await openBench({ events: 100 }, store);
    await append(next, 'grant');
    expect(store.keys('event')).toHaveLength(151);
    await drain(next);
    await append(next, 'grant');
    expect(store.keys('event').length).toBeLessThanOrEqual(100);
  });
});

describe('gap', () => {
  it('is one record that grows while nobody has read it, whatever stays in between', async () => {
    const { journal, store } = await openFull([
      ['info', 40],
      ['grant', 28],
      ['info', 30],
    ]);
    await append(journal, 'grant', 50);
    expect(journal.pending).toBe(101);
    expect(store.keys('event')).toHaveLength(100);
    const entries = await readAll(journal);
    expect(entries.filter(({ code }) => code === 'journal.gap')).toHaveLength(1);
    const [gap] = fieldsOf(entries, 'journal.gap');
    expect(gap).toEqual({ ...none, fromSequence: 1, toSequence: expect.any(Number), infos: 50 });
    expect(gap?.toSequence).toBeGreaterThan(70);
    expect(countOf(entries, 'grant')).toBe(78);
  });

  it('never changes once it was read, and has a place beyond the limit', async () => {
    const { journal, store } = await openFull([['info', 98]]);
    await append(journal, 'grant', 10);
    const first = await journal.read(0, 1_000);
    const sealed = first.at(-1);
    expect(sealed?.entry).toMatchObject({ code: 'journal.gap', fields: { infos: 10 } });
    expect(store.keys('event')).toHaveLength(101);
    await append(journal, 'grant', 10);
    expect(store.keys('event')).toHaveLength(101);
    const again = (await journal.read(0, 1_000)).find(({ entry }) => entry.sequence === sealed?.entry.sequence);
    expect(again?.bytes).toEqual(sealed?.bytes);
  });

  it('is followed by the next one when it was heard, and repeated readings add none', async () => {
    const { journal, store } = await openFull([['info', 98]]);
    await append(journal, 'grant', 10);
    for (let time = 0; time < 20; time++) {
      await journal.read(0, 10);
      await append(journal, 'grant');
    }
    expect(store.keys('event')).toHaveLength(101);
    const gaps = fieldsOf(await drain(journal), 'journal.gap');
    expect(gaps.map(lost)).toEqual([10, 20]);
    expect(journal.pending).toBe(0);
  });

  it('is told once by two readings at the same time', async () => {
    const { journal, store } = await openFull([['info', 98]]);
    await append(journal, 'grant', 10);
    let open = (): void => {};
    store.held = new Promise((resolve) => {
      open = resolve;
    });
    const busy = append(journal, 'grant');
    const readings = Promise.all([journal.read(0, 10), journal.read(0, 10)]);
    open();
    await Promise.all([busy, readings]);
    expect(fieldsOf(await readAll(journal), 'journal.gap')).toHaveLength(1);
  });

  it('outlives a restart, open or sealed', async () => {
    const { journal, store } = await openFull([['info', 98]]);
    await append(journal, 'grant', 10);
    const { journal: second } = await openBench({ events: 100 }, store);
    expect(second.pending).toBe(101);
    const before = fieldsOf(await readAll(second), 'journal.gap');
    await append(second, 'grant', 5);
    const { journal: third } = await openBench({ events: 100 }, store);
    expect(third.damage).toEqual([]);
    const after = fieldsOf(await drain(third), 'journal.gap');
    expect(after).toEqual([...before, expect.objectContaining({ infos: 5 })]);
  });

  it('counts what was read and not heard before it was lost', async () => {
    const { journal } = await openFull([['info', 98]]);
    await readAll(journal);
    await append(journal, 'info', 4);
    expect(fieldsOf(await drain(journal), 'journal.gap').map(lost)).toEqual([4]);
  });
});

describe('alarms about room', () => {
  it('come at 75 and at 90 percent of what is not heard, once each', async () => {
    const { journal } = await openBench({ events: 100 });
    const alarms = async (): Promise<unknown[]> => fieldsOf(await readAll(journal, 0), 'journal.nearlyFull').map(({ percent }) => percent);
    await append(journal, 'grant', 74);
    expect(await alarms()).toEqual([]);
    await append(journal, 'grant');
    expect(await alarms()).toEqual([75]);
    await append(journal, 'grant', 13);
    expect(await alarms()).toEqual([75]);
    await append(journal, 'grant');
    expect(await alarms()).toEqual([75, 90]);
    await append(journal, 'grant', 20);
    expect(await alarms()).toEqual([75, 90]);
  });

  it('come again only after the journal was clearly emptier, also over a restart', async () => {
    const store = new QuickStore();
    const { journal } = await openBench({ events: 100 }, store);
    await append(journal, 'grant', 89);
    await readAll(journal);
    const heard = async (through: number, on = journal): Promise<void> => {
      await readAll(on);
      expect((await on.acknowledge(journal.epoch, through)).ok).toBe(true);
    };
    const percents = async (on = journal): Promise<unknown[]> => fieldsOf(await readAll(on, 75), 'journal.nearlyFull').map(({ percent }) => percent);
    expect(await percents()).toEqual([75, 90]);
    await heard(5);
    await append(journal, 'grant', 5);
    expect(await percents()).toEqual([75, 90]);
    await heard(15);
    await append(journal, 'grant', 9);
    expect(await percents()).toEqual([75, 90, 90]);
    const { journal: next } = await openBench({ events: 100 }, store);
    await append(next, 'grant');
    expect(await percents(next)).toEqual([75, 90, 90]);
    await heard(60, next);
    await append(next, 'grant', 40);
    expect(await percents(next)).toEqual([75, 90, 90, 75]);
  });
});

describe('a random life', () => {
  const kinds = fc.constantFrom<EventClass>('grant', 'alarm', 'deny', 'info', 'info');
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constantFrom('append' as const, 'tell' as const), kind: kinds, times: fc.integer({ min: 1, max: 40 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('read' as const, 'acknowledge' as const), upTo: fc.integer({ min: 1, max: 60 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('fill' as const, 'restart' as const, 'tellAtOnce' as const) }) },
  );

  it('loses nothing that is not counted: every number is a row that was there, or in exactly one gap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.constantFrom('gap' as const, 'deny' as const), async (steps, whenFull) => {
        const limits: Partial<JournalLimits> = { events: 100, told: 20, whenFull };
        const clock = new VirtualClock();
        const store = new QuickStore();
        let { journal } = await openBench(limits, store, clock);
        const heard: Entry[] = [];
        const sent = { grant: 0, alarm: 0, deny: 0, info: 0 };
        let names = 0;
        const tell = (kind: EventClass): void => {
          names += 1;
          sent[kind] += 1;
          journal.tell({ code: `${kind}.told`, person: names });
        };
        /** What stands on disk is what counts: an entry that was read and then lost is a loss. */
        const acknowledge = async (upTo: number): Promise<void> => {
          const read = await journal.read(journal.acknowledged, upTo);
          const last = read.at(-1)?.entry;
          if (last === undefined || !(await journal.acknowledge(last.epoch, last.sequence)).ok) return;
          heard.push(...read.map(({ entry }) => entry));
        };
        for (const each of steps) {
          // Two minutes give each source its token back: the flood limit is another test's.
          await clock.advance(121_000);
          if (each.do === 'append') {
            for (let time = 0; time < each.times; time++) {
              await journal.append({ code: `${each.kind}.one` }).then(
                () => (sent[each.kind] += 1),
                () => expect(`${each.kind} ${whenFull}`).toBe(store.refuses === undefined ? 'grant deny' : `${each.kind} ${whenFull}`),
              );
            }
          } else if (each.do === 'tell') {
            for (let time = 0; time < Math.min(each.times, 25); time++) tell(each.kind);
            await clock.advance(1);
          } else if (each.do === 'tellAtOnce') {
            for (let time = 0; time < 40; time++) tell(eventClasses[time % 4] as EventClass);
            await clock.advance(1);
          } else if (each.do === 'read') {
            await journal.read(journal.acknowledged, each.upTo);
          } else if (each.do === 'acknowledge') {
            await acknowledge(each.upTo).catch(() => {});
          } else if (each.do === 'fill') {
            store.refuses = store.refuses === undefined ? 'disk.full' : undefined;
          } else {
            store.refuses = undefined;
            await journal.close();
            ({ journal } = await openBench(limits, store, clock));
            expect(journal.damage).toEqual([]);
          }
          expect(store.keys('event').length).toBeLessThanOrEqual(101);
        }
        store.refuses = undefined;
        await clock.advance(retryMs);
        await journal.close();
        expect(journal.waiting).toBe(0);
        while (journal.pending > 0) await acknowledge(500);

        const gaps = fieldsOf(heard, 'journal.gap');
        expect(heard.length + gaps.reduce((sum, gap) => sum + lost(gap), 0)).toBe(journal.head.sequence);
        expect(new Set(sequences(heard)).size).toBe(heard.length);
        const names2 = { grant: 'grants', alarm: 'alarms', deny: 'denials', info: 'infos' } as const;
        for (const kind of ['grant', 'deny', 'info'] as const) {
          const rows = heard.filter(({ code }) => classOf(code) === kind).length;
          expect(rows + gaps.reduce((sum, gap) => sum + Number(gap[names2[kind]]), 0)).toBe(sent[kind]);
        }
        expect(codes(heard)).not.toContain('journal.damaged');
        expect((await openBench(limits, store, clock)).journal.damage).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
