/** Long and busy times: a month without a controller, and a million denials (SECURITY D4, D6). */
import { describe, expect, it } from 'vitest';
import { summaryMs } from '../../src/journal/flood.ts';
import { present } from '../../src/shared/assert.ts';
import { classOf, drain, fieldsOf, openBench, QuickStore } from './bench.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('thirty days without a controller', () => {
  it('lose nothing of 5,000 events a day, and drain in order over a restart', async () => {
    const { journal, store, clock } = await openBench({ events: 200_000 });
    const days = 30;
    const perDay = 5_000;
    for (let day = 0; day < days; day++) {
      for (let index = 0; index < perDay; index += 8) {
        await journal.append(Array.from({ length: 8 }, () => ({ code: index % 400 === 0 ? 'grant.one' : 'info.one', person: index })));
      }
      await clock.advance(dayMs);
    }
    expect(journal.pending).toBe(days * perDay + 1);
    const { journal: next } = await openBench({ events: 200_000 }, store, clock);
    expect(next.damage).toEqual([]);
    const heard = await drain(next);
    expect(heard).toHaveLength(days * perDay + 1);
    expect(heard.findIndex(({ sequence }, index) => sequence !== index + 1)).toBe(-1);
  });
});

describe('a million denials', () => {
  it('push out no grant and no alarm, grow by less than 100 records an hour, and are all counted', async () => {
    const { journal, clock, store } = await openBench({ events: 4_000 });
    const denials = 1_000_000;
    const perStep = 200;
    let grants = 0;
    let alarms = 0;
    for (let told = 0; told < denials; told += perStep) {
      for (let index = 0; index < perStep; index++) journal.tell({ code: 'deny.notFound' });
      if (told % 5_000 === 0) {
        grants += 1;
        void journal.append({ code: 'grant.one', person: grants });
      }
      if (told % 20_000 === 0) {
        alarms += 1;
        journal.tell({ code: 'alarm.one', fields: { count: alarms } });
      }
      await clock.advance(20_000);
    }
    const hours = clock.nowMs() / hourMs;
    await clock.advance(summaryMs);
    await journal.close();
    const entries = await drain(journal);
    const ofClass = (kind: string): number => entries.filter(({ code }) => code === kind).length;
    expect([ofClass('grant.one'), ofClass('alarm.one')]).toEqual([grants, alarms]);
    expect(store.keys('event').length).toBeLessThanOrEqual(4_001);

    const gap = fieldsOf(entries, 'journal.gap');
    const records = entries.filter(({ code }) => classOf(code) === 'deny').length + gap.reduce((sum, { denials: lost }) => sum + Number(lost), 0);
    expect(records / hours).toBeLessThanOrEqual(100);
    expect(gap.every(({ grants: lost, alarms: lostAlarms }) => lost === 0 && lostAlarms === 0)).toBe(true);
  });

  it('are all counted where there is room for what counts them', async () => {
    const { journal, clock } = await openBench();
    for (let told = 0; told < 100_000; told += 200) {
      for (let index = 0; index < 200; index++) journal.tell({ code: 'deny.notFound' });
      await clock.advance(20_000);
    }
    await journal.close();
    const entries = await drain(journal);
    const more = fieldsOf(entries, 'journal.more').reduce((sum, { count }) => sum + Number(count), 0);
    expect(entries.filter(({ code }) => code === 'deny.notFound').length + more).toBe(100_000);
  });

  it('would push out grants in a journal that did not tell classes apart', async () => {
    const { journal } = await openBench({ events: 100 }, new QuickStore());
    await journal.append({ code: 'info.grant' });
    for (let index = 0; index < 200; index++) await journal.append({ code: 'info.one' });
    const entries = await drain(journal);
    expect(present(entries[0], 'an entry').sequence).toBeGreaterThan(1);
  });
});
