/** Storms of equal events: what passes, what is counted, and that nothing is lost between the two. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { EventClass, EventFields, JournalEvent } from '../../src/journal/entry.ts';
import { Flood, floodBurst, maxSources, summaryMs } from '../../src/journal/flood.ts';

const minute = 60_000;
const hour = 60 * minute;

function openFlood() {
  const clock = new VirtualClock();
  const summaries: JournalEvent[] = [];
  const flood = new Flood(clock, (event) => summaries.push(event));
  const passed = (event: JournalEvent, kind: EventClass, times: number): number =>
    Array.from({ length: times }, () => flood.passes(event, kind)).filter(Boolean).length;
  return { clock, flood, summaries, passed };
}

const wrong = { code: 'deny.wrong', person: 7 };

describe('flood', () => {
  it('passes thirty denials of one source, then thirty an hour', async () => {
    const { clock, passed } = openFlood();
    expect(passed(wrong, 'deny', 100)).toBe(30);
    await clock.advance(2 * minute);
    expect(passed(wrong, 'deny', 100)).toBe(1);
    await clock.advance(hour);
    expect(passed(wrong, 'deny', 100)).toBe(30);
    expect(passed({ ...wrong, person: 8 }, 'deny', 100)).toBe(30);
    expect(passed({ code: 'info.other' }, 'info', 100)).toBe(30);
  });

  it('sums up what it held back once every two minutes, with the code, the person and the time', async () => {
    const { clock, summaries, passed } = openFlood();
    passed(wrong, 'deny', 31);
    await clock.advance(minute);
    passed(wrong, 'deny', 4);
    await clock.advance(minute - 1);
    expect(summaries).toEqual([]);
    await clock.advance(1);
    expect(summaries).toEqual([{ code: 'journal.more', person: 7, fields: { code: 'deny.wrong', count: 5, spanMs: summaryMs } }]);
    await clock.advance(hour);
    expect(summaries).toHaveLength(1);
  });

  it('sums up at once when asked, and says nothing when nothing was held back', () => {
    const { flood, summaries, passed } = openFlood();
    passed(wrong, 'deny', 30);
    flood.flush();
    expect(summaries).toEqual([]);
    passed(wrong, 'deny', 2);
    flood.flush();
    flood.flush();
    expect(summaries.map(({ fields }) => fields?.count)).toEqual([2]);
  });

  it('never limits grants', () => {
    expect(openFlood().passed({ code: 'grant.one' }, 'grant', 10_000)).toBe(10_000);
  });

  it('limits an alarm that repeats itself word for word, and no other: not its numbers, its words tell it apart', () => {
    const { passed } = openFlood();
    const lost = (fields: EventFields): JournalEvent => ({ code: 'device.lost', fields });
    expect(passed(lost({ device: 'keypad', count: 1 }), 'alarm', 50)).toBe(50);
    expect(passed(lost({ device: 'keypad', count: 2 }), 'alarm', 50)).toBe(floodBurst.alarm - 50);
    expect(passed(lost({ device: 'cardReader' }), 'alarm', 50)).toBe(50);
    expect(passed({ code: 'device.lost' }, 'alarm', 50)).toBe(50);
  });

  it('lets a broken keypad that raises an alarm each second write no more than 100 records an hour', async () => {
    const { clock, flood, summaries, passed } = openFlood();
    let written = 0;
    const hours = 12;
    for (let second = 0; second < hours * 3_600; second++) {
      written += passed({ code: 'key.flood' }, 'alarm', 1);
      if (second % 10 === 0) await clock.advance(10_000);
    }
    flood.flush();
    expect(summaries.reduce((sum, { fields }) => sum + Number(fields?.count), written)).toBe(hours * 3_600);
    expect((written + summaries.length) / hours).toBeLessThanOrEqual(100);
  });

  it('tells 64 sources apart, then codes, then only classes, and counts each event once', () => {
    const { flood, summaries, passed } = openFlood();
    const denials = (person: number): number => passed({ code: 'deny.wrong', person }, 'deny', 31);
    for (let person = 1; person <= maxSources; person++) expect(denials(person)).toBe(30);
    expect(denials(1_000)).toBe(30);
    expect(denials(1_001)).toBe(0);
    for (let code = 1; code < maxSources; code++) expect(passed({ code: `deny.${code}` }, 'deny', 31)).toBe(30);
    expect(passed({ code: 'deny.beyond' }, 'deny', 31)).toBe(30);
    expect(passed({ code: 'deny.further' }, 'deny', 31)).toBe(0);
    expect(passed({ code: 'alarm.beyond' }, 'alarm', 31)).toBe(31);
    flood.flush();
    expect(summaries.reduce((sum, { fields }) => sum + Number(fields?.count), 0)).toBe(64 + 1 + 31 + 63 + 1 + 31);
    expect(summaries).toContainEqual({ code: 'journal.more', person: undefined, fields: { code: '*', count: 32, spanMs: 0 } });
  });

  it('forgets sources that have been quiet long enough, and not those that hold something', async () => {
    const { clock, passed } = openFlood();
    for (let person = 1; person <= maxSources; person++) passed({ code: 'deny.wrong', person }, 'deny', 30);
    passed({ code: 'deny.wrong', person: 1 }, 'deny', 1);
    await clock.advance(hour);
    passed({ code: 'deny.wrong', person: 2 }, 'deny', 1);
    expect(passed({ code: 'deny.wrong', person: 500 }, 'deny', 31)).toBe(30);
    expect(passed({ code: 'deny.wrong', person: 501 }, 'deny', 31)).toBe(30);
    expect(passed({ code: 'deny.wrong', person: 2 }, 'deny', 31)).toBe(29);
  });
});
