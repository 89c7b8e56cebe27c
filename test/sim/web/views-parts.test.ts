/** What the manager's pages decide without a browser: moments in a zone, pages of a list, which news belongs to a filter, words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits } from '../../../sim/web/views/event-filter.ts';
import { type Page, PagedList } from '../../../sim/web/views/paged-list.ts';
import { momentFrom, momentText, typedFrom } from '../../../sim/web/views/when.ts';
import { oldCodeWords, personStateText, spelled, spreadWords } from '../../../sim/web/views/words.ts';
import { failed, ok } from '../../../src/shared/result.ts';

describe('a moment', () => {
  it('is shown in the zone of the site, in UTC where nobody knows the zone, and as it is where it is none', () => {
    expect(momentText('2026-07-01T06:00:00.000Z', 'Europe/Berlin')).toBe('2026-07-01 08:00:00');
    expect(momentText('2026-07-01T06:00:00.000Z', 'Nowhere/Such')).toBe('2026-07-01 06:00:00');
    expect(momentText('soon', 'UTC')).toBe('soon');
  });

  it.each([
    ['2026-01-01T08:00', '2026-01-01T07:00:00.000Z'],
    ['2026-07-01T08:00', '2026-07-01T06:00:00.000Z'],
    ['2026-03-29T01:59', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
    ['', null],
    ['never', null],
    ['2026-13-01T08:00', null],
  ])('typed as %j in Berlin is %j', (typed, moment) => {
    expect(momentFrom(typed, 'Europe/Berlin')).toBe(moment);
  });

  it('typed into an hour that the clock leaves out means the hour after it', () => {
    expect(momentFrom('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  });

  it('is the same wall time after it was typed', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 60 * 24 * 365 * 3 }), (zone, minute) => {
        const shown = typedFrom(new Date(Date.UTC(2025, 0, 1, 0, minute)).toISOString(), zone);
        expect(typedFrom(momentFrom(shown, zone), zone)).toBe(shown);
      }),
    );
    expect(typedFrom(null, 'UTC')).toBe('');
  });
});

/** Numbers falling to 1, in pages of ten. */
const numbers = (most: number, total?: number) => {
  const asked: (number | undefined)[] = [];
  const list = new PagedList<number>(async (after) => {
    asked.push(after);
    const first = after === undefined ? most : after - 1;
    const rows = Array.from({ length: Math.min(10, first) }, (_, at) => first - at);
    const page: Page<number> = { rows, next: first > 10 ? first - 9 : null, ...(total === undefined ? {} : { total }) };
    return ok(page);
  });
  return { asked, list };
};

describe('a list that comes page by page', () => {
  it('asks for nothing before it begins, and then as far as somebody looks', async () => {
    const { asked, list } = numbers(95, 95);
    await list.reach(50);
    expect(asked).toEqual([]);
    await list.restart();
    expect(list.rows.value).toHaveLength(10);
    expect(list.count.value).toBe(95);
    await list.reach(34);
    expect(list.rows.value).toHaveLength(40);
    await list.reach(1_000);
    expect(list.rows.value).toEqual(Array.from({ length: 95 }, (_, at) => 95 - at));
  });

  it('counts one row more than is here where nobody counted and more is to come', async () => {
    const { list } = numbers(15);
    await list.restart();
    expect(list.count.value).toBe(11);
    await list.reach(11);
    expect(list.count.value).toBe(15);
  });

  it('takes news on top, and begins again without it', async () => {
    const { list } = numbers(5, 5);
    await list.restart();
    list.putOnTop([7, 6]);
    expect([list.rows.value, list.count.value]).toEqual([[7, 6, 5, 4, 3, 2, 1], 7]);
    await list.restart();
    expect(list.rows.value).toEqual([5, 4, 3, 2, 1]);
  });

  it('asks again for the rows from one on, where they are, and takes nothing once it began again', async () => {
    let plus = 0;
    const list = new PagedList<number>(async (last) => {
      const first = last === undefined ? 6 : last - plus - 1;
      return ok({ rows: [first + plus, first - 1 + plus, first - 2 + plus].filter((one) => one > plus), next: first > 3 ? first - 2 : null });
    });
    await list.restart();
    await list.reach(6);
    expect(list.rows.value).toEqual([6, 5, 4, 3, 2, 1]);
    plus = 100;
    await list.freshen(0);
    expect(list.rows.value).toEqual([106, 105, 104, 3, 2, 1]);
    await list.freshen(3);
    expect([list.rows.value, list.count.value]).toEqual([[106, 105, 104, 103, 102, 101], 6]);
    plus = 0;
    const late = list.freshen(0);
    await list.restart();
    await late;
    expect(list.rows.value).toEqual([6, 5, 4]);
  });

  it('does not take what was asked for before it began again', async () => {
    const waiting: ((page: Page<string>) => void)[] = [];
    const list = new PagedList<string>(async () => ok(await new Promise<Page<string>>((resolve) => waiting.push(resolve))));
    const first = list.restart();
    const second = list.restart();
    waiting[1]?.({ rows: ['new'], next: null });
    waiting[0]?.({ rows: ['old'], next: null });
    await Promise.all([first, second]);
    expect(list.rows.value).toEqual(['new']);
    expect(list.isAsking.value).toBe(false);
  });

  it('says why nothing comes, and may be asked again', async () => {
    const list = new PagedList<string>(async () => failed({ sentence: 'The controller does not answer.' }));
    await list.restart();
    expect([list.refusal.value, list.isAsking.value]).toEqual(['The controller does not answer.', false]);
  });
});

describe('news', () => {
  const event = { reader: 1, person: 4, code: 'pin.wrong', class: 'deny', at: '2026-03-02T09:00:00.000Z' };
  it.each([
    [{}, true],
    [{ reader: '1', person: '4', what: 'pin.wrong' }, true],
    [{ what: 'deny', from: event.at }, true],
    [{ what: 'grant' }, false],
    [{ reader: '2' }, false],
    [{ person: '5' }, false],
    [{ until: event.at }, false],
    [{ from: '2026-03-02T09:00:00.001Z' }, false],
  ])('belongs to the filter %j: %j', (filter, belongs) => {
    expect(fits(event, filter)).toBe(belongs);
  });
});

describe('words for a person', () => {
  it('tell who is suspended from who is outside their schedule', () => {
    expect(personStateText({ state: 'suspended', isSuspended: true })).toEqual({ words: 'Suspended', tone: 'bad' });
    expect(personStateText({ state: 'suspended', isSuspended: false })).toEqual({ words: 'Outside their schedule', tone: 'warn' });
    expect(personStateText({ state: 'active', isSuspended: false })).toEqual({ words: 'Active', tone: 'good' });
  });
});

describe('words for a code', () => {
  const pin = { length: 6, issued: '2026-03-01T08:00:00.000Z', issuedBy: 'Manager', spread: { inForceAt: 0, of: 0 }, oldCodeAt: 0 };
  it('say how far it is in force, and where the one before still opens', () => {
    expect(spreadWords({ inForceAt: 0, of: 0 })).toBe('No reader has a keypad.');
    expect(spreadWords({ inForceAt: 1, of: 1 })).toBe('In force at the reader.');
    expect(spreadWords({ inForceAt: 3, of: 3 })).toBe('In force at all 3 readers.');
    expect(spreadWords({ inForceAt: 0, of: 1 })).toBe('In force at 0 of 1 reader.');
    expect(oldCodeWords(pin)).toBeUndefined();
    expect(oldCodeWords({ ...pin, oldCodeAt: 2 })).toBe('The old code still opens at 2 readers.');
    expect(spelled('0417')).toBe('0 4 1 7');
  });
});
