/** Weekly times, holidays, nights, and the two changes of the clock in a year. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { horizonDays, nextChange, rowAt, type Times } from '../../../../sim/controller/rules/schedules.ts';
import { dayMs, isTimeZone, SiteCalendar } from '../../../../sim/controller/rules/site-calendar.ts';
import type { Mode } from '../../../../src/access/mode.ts';

const row = (days: readonly number[], from: string, until: string, mode: Mode | null = null): Times => ({ days, from, until, mode });
const daily = [1, 2, 3, 4, 5, 6, 7];
const berlin = new SiteCalendar('Europe/Berlin', ['2026-12-25']);
const newYork = new SiteCalendar('America/New_York', []);

/** All changes from one moment to another, as moments; asked again before the end of what was looked at. */
const changes = (rows: readonly Times[], calendar: SiteCalendar, from: string, until: string): string[] => {
  const found: string[] = [];
  for (let atMs = Date.parse(from); atMs < Date.parse(until); ) {
    const next = nextChange(rows, calendar, atMs);
    if (next !== undefined && next < Date.parse(until)) found.push(new Date(next).toISOString().slice(0, 16));
    atMs = next ?? atMs + (horizonDays - 1) * dayMs;
  }
  return found;
};

describe('a schedule', () => {
  const office = [row([1, 2, 3, 4, 5], '08:00', '18:00', 'cardOnly'), row([5], '12:00', '14:00', 'unlocked'), row([8], '10:00', '11:00', 'locked')];

  it.each([
    ['2026-01-05T06:59:59Z', undefined],
    ['2026-01-05T07:00:00Z', 'cardOnly'],
    ['2026-01-05T16:59:59.999Z', 'cardOnly'],
    ['2026-01-05T17:00:00Z', undefined],
    ['2026-01-09T11:00:00Z', 'unlocked'],
    ['2026-01-09T13:00:00Z', 'cardOnly'],
    ['2026-01-10T09:00:00Z', undefined],
    ['2026-07-06T06:00:00Z', 'cardOnly'],
    ['2026-12-25T09:30:00Z', 'locked'],
    ['2026-12-25T11:30:00Z', undefined],
  ])('says at %s: %s', (at, mode) => {
    expect(rowAt(office, berlin, Date.parse(at))?.mode).toBe(mode);
  });

  it('says when it changes next, also over a weekend and a holiday', () => {
    expect(changes(office, berlin, '2026-12-24T12:00Z', '2026-12-29T00:00Z')).toEqual([
      '2026-12-24T17:00',
      '2026-12-25T09:00',
      '2026-12-25T10:00',
      '2026-12-28T07:00',
      '2026-12-28T17:00',
    ]);
  });

  it('runs past midnight into the next day, whatever day that is', () => {
    const night = [row([4], '22:00', '06:00')];
    expect(changes(night, berlin, '2026-12-24T12:00Z', '2026-12-31T12:00Z')).toEqual(['2026-12-24T21:00', '2026-12-25T05:00']);
    expect(rowAt(night, berlin, Date.parse('2026-12-25T02:00Z'))).toBe(night[0]);
  });

  it('lasts 24 hours by the clock between the same time twice, and does not change between such days', () => {
    expect(changes([row([1, 2], '00:00', '00:00')], berlin, '2026-01-04T00:00Z', '2026-01-11T00:00Z')).toEqual([
      '2026-01-04T23:00',
      '2026-01-06T23:00',
    ]);
    expect(nextChange([row([...daily, 8], '00:00', '00:00')], berlin, Date.parse('2026-01-04T00:00Z'))).toBeUndefined();
  });

  it('never changes where it has no rows, or rows without days', () => {
    expect(nextChange([], berlin, 0)).toBeUndefined();
    expect(nextChange([row([], '08:00', '09:00')], berlin, 0)).toBeUndefined();
    expect(rowAt([row([], '08:00', '09:00')], berlin, 0)).toBeUndefined();
  });

  it('of fifty rows that never change is looked through at once, the calendar being asked once for each row and day', () => {
    const around = Array.from({ length: 50 }, (_, at) => {
      const [from, until] = [at, (at + 1) % 50].map(
        (part) => `${String(Math.floor(part / 3)).padStart(2, '0')}:${String((part % 3) * 20).padStart(2, '0')}`,
      );
      return row([...daily, 8], from ?? '', until ?? '', 'cardOnly');
    });
    let asked = 0;
    const counted = new Proxy(berlin, {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name, target);
        if (name === 'momentOf') asked += 1;
        return typeof found === 'function' ? found.bind(target) : found;
      },
    });
    expect(nextChange(around, counted, Date.parse('2026-01-04T12:00Z'))).toBeUndefined();
    expect(asked).toBeLessThanOrEqual(2 * around.length * (horizonDays + 2) + 1);
  });

  it('finds a change that is almost a year away', () => {
    const holiday = [row([8], '00:00', '00:00')];
    expect(changes(holiday, berlin, '2026-01-01T00:00Z', '2027-12-31T00:00Z')).toEqual(['2026-12-24T23:00', '2026-12-25T23:00']);
    expect(nextChange(holiday, berlin, Date.parse('2026-12-25T00:00Z') - (horizonDays + 3) * dayMs)).toBeUndefined();
  });
});

describe('a change of the clock', () => {
  it.each([
    { place: 'Berlin', calendar: berlin, from: '2026-03-28T12:00Z', begins: '2026-03-29T01:00', ends: '2026-03-29T01:30' },
    { place: 'Berlin', calendar: berlin, from: '2027-03-27T12:00Z', begins: '2027-03-28T01:00', ends: '2027-03-28T01:30' },
    { place: 'New York', calendar: newYork, from: '2026-03-07T12:00Z', begins: '2026-03-08T07:00', ends: '2026-03-08T07:30' },
    { place: 'New York', calendar: newYork, from: '2027-03-13T12:00Z', begins: '2027-03-14T07:00', ends: '2027-03-14T07:30' },
  ])('in $place that jumps over the beginning begins at the jump: $begins', ({ calendar, from, begins, ends }) => {
    const until = new Date(Date.parse(from) + dayMs).toISOString();
    expect(changes([row(daily, '02:15', '03:30')], calendar, from, until)).toEqual([begins, ends]);
    expect(changes([row(daily, '02:15', '02:45')], calendar, from, until)).toEqual([]);
  });

  it.each([
    { place: 'Berlin', calendar: berlin, from: '2026-10-24T12:00Z', times: ['02:00', '03:00'], holds: ['2026-10-25T00:00', '2026-10-25T02:00'] },
    { place: 'Berlin', calendar: berlin, from: '2027-10-30T12:00Z', times: ['02:30', '04:00'], holds: ['2027-10-31T00:30', '2027-10-31T03:00'] },
    { place: 'New York', calendar: newYork, from: '2026-10-31T12:00Z', times: ['01:00', '02:00'], holds: ['2026-11-01T05:00', '2026-11-01T07:00'] },
    { place: 'New York', calendar: newYork, from: '2027-11-06T12:00Z', times: ['00:00', '01:30'], holds: ['2027-11-07T04:00', '2027-11-07T05:30'] },
  ])('in $place by which $times comes twice counts from and until the first time', ({ calendar, from, times, holds }) => {
    const until = new Date(Date.parse(from) + dayMs).toISOString();
    expect(changes([row(daily, times[0] ?? '', times[1] ?? '')], calendar, from, until)).toEqual(holds);
  });

  it('leaves neither a gap nor an overlap between rows that meet', () => {
    const time = fc.integer({ min: 1, max: 1_438 }).map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16));
    const start = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) });
    const places = fc.constantFrom(new SiteCalendar('Europe/Berlin', []), newYork);
    fc.assert(
      fc.property(time, start, places, (meet, atMs, calendar) => {
        const parts = [row(daily, '00:00', meet), row(daily, meet, '00:00')];
        const counting = parts.filter((part) => rowAt([part], calendar, atMs) !== undefined);
        expect(counting).toHaveLength(1);
        expect(nextChange(parts, calendar, atMs)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it('comes never too late: nothing changes before the next change', () => {
    const rows = [row([1, 3, 7], '22:00', '02:30', 'locked'), row(daily, '02:15', '02:45', 'cardOnly'), row([7], '01:30', '01:10', 'unlocked')];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (atMs, part) => {
          const next = nextChange(rows, berlin, atMs) ?? Number.NaN;
          const between = Math.floor(atMs + part * (next - atMs));
          expect(rowAt(rows, berlin, between)?.mode).toBe(rowAt(rows, berlin, atMs)?.mode);
          expect(rowAt(rows, berlin, next)?.mode).not.toBe(rowAt(rows, berlin, next - 1)?.mode);
        },
      ),
    );
  });
});

it('knows the time zones that there are', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
