/**
 * What a weekly schedule says at a moment, and when it says something else: for modes of readers and for persons' access. Times that overlap: the
 * later row counts. What is done about it is the caller's.
 */
import type { Mode } from '../../../src/access/mode.ts';
import { range } from './range.ts';
import type { SiteCalendar } from './site-calendar.ts';

/** A row of a schedule. */
export interface Times {
  /** 1 Monday … 7 Sunday, 8 a holiday: then the weekday's rows do not begin. */
  readonly days: readonly number[];
  /** HH:MM. Until a time that is not later: of the next day, which may be a holiday. The same time twice: 24 hours by the clock. */
  readonly from: string;
  readonly until: string;
  /** Of a reader's schedule. */
  readonly mode: Mode | null;
}

/** How far `nextChange` looks: whoever hears of no change asks again before that. */
export const horizonDays = 400;

/** The row that counts at this moment; undefined: none, so a reader has its own mode, and a person may not enter. */
export const rowAt = (rows: readonly Times[], calendar: SiteCalendar, atMs: number): Times | undefined => {
  const today = calendar.dayAt(atMs);
  return rows.findLast((row) => spansOf(row, calendar, today - 1, today).some(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs));
};

/** The next moment at which another mode holds, or access begins or ends; undefined: none in the next 400 days. */
export const nextChange = (rows: readonly Times[], calendar: SiteCalendar, atMs: number): number | undefined => {
  const today = calendar.dayAt(atMs);
  const present = wordOf(rowAt(rows, calendar, atMs));
  for (const day of range(today, today + horizonDays)) {
    const tomorrowMs = calendar.momentOf(day + 1, 0);
    const edges = rows.flatMap((row) => spansOf(row, calendar, day - 1, day)).flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]);
    const due = edges.filter((ms) => ms > atMs && ms <= tomorrowMs).sort((left, right) => left - right);
    const change = due.find((ms) => wordOf(rowAt(rows, calendar, ms)) !== present);
    if (change !== undefined) return change;
  }
  return undefined;
};

const wordOf = (row: Times | undefined): string => (row === undefined ? 'none' : (row.mode ?? 'access'));

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Of this row, those that begin on one of these days. */
const spansOf = ({ days, from, until }: Times, calendar: SiteCalendar, firstDay: number, lastDay: number): Span[] =>
  range(firstDay, lastDay)
    .filter((day) => days.includes(calendar.kindOf(day)))
    .map((day) => {
      const endDay = minuteOf(until) > minuteOf(from) ? day : day + 1;
      return { fromMs: calendar.momentOf(day, minuteOf(from)), untilMs: calendar.momentOf(endDay, minuteOf(until)) };
    });

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
