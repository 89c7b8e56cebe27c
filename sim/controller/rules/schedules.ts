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

/** How far `nextChange` looks, which is what a schedule that never changes costs: whoever hears of no change asks again before that. */
export const horizonDays = 14;

/** The row that counts at this moment; undefined: none, so a reader has its own mode, and a person may not enter. */
export const rowAt = (rows: readonly Times[], calendar: SiteCalendar, atMs: number): Times | undefined => {
  const today = calendar.dayAt(atMs);
  return rows.findLast((row) => spansOf(row, calendar, today - 1, today).some((span) => isIn(span, atMs)));
};

/** The next moment at which another mode holds, or access begins or ends; undefined: none within the horizon. */
export const nextChange = (rows: readonly Times[], calendar: SiteCalendar, atMs: number): number | undefined => {
  const today = calendar.dayAt(atMs);
  // The calendar is asked once for each span: it is what takes time.
  const spans = rows.map((row) => spansOf(row, calendar, today - 1, today + horizonDays));
  const wordAt = (ms: number): string => wordOf(rows.findLast((_, at) => spans[at]?.some((span) => isIn(span, ms))));
  const lastMs = calendar.momentOf(today + horizonDays, 0);
  const edges = new Set(spans.flat().flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]));
  const present = wordAt(atMs);
  return [...edges]
    .filter((ms) => ms > atMs && ms <= lastMs)
    .sort((left, right) => left - right)
    .find((ms) => wordAt(ms) !== present);
};

const wordOf = (row: Times | undefined): string => (row === undefined ? 'none' : (row.mode ?? 'access'));

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

const isIn = ({ fromMs, untilMs }: Span, atMs: number): boolean => fromMs <= atMs && atMs < untilMs;

/** Of this row, those that begin on one of these days. */
const spansOf = ({ days, from, until }: Times, calendar: SiteCalendar, firstDay: number, lastDay: number): Span[] =>
  range(firstDay, lastDay)
    .filter((day) => days.includes(calendar.kindOf(day)))
    .map((day) => {
      const endDay = minuteOf(until) > minuteOf(from) ? day : day + 1;
      return { fromMs: calendar.momentOf(day, minuteOf(from)), untilMs: calendar.momentOf(endDay, minuteOf(until)) };
    });

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
