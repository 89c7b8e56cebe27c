/**
 * Days and clock times of a site as moments, in its time zone and through its changes of the clock. Decides what a time means that a clock shows
 * twice or never; what happens then is schedules.ts's.
 */
import { present } from '../../../src/shared/assert.ts';

export const dayMs = 86_400_000;
/** Longer than any difference between a clock on a wall and UTC, a change included. */
const farMs = 1.5 * dayMs;
/** Clocks change on a whole second; so a search for the moment ends here. */
const finestMs = 1_000;

/** A name that this program's time zone data has. */
export const isTimeZone = (name: string): boolean => {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
};

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

export class SiteCalendar {
  readonly #clock: Intl.DateTimeFormat;
  readonly #holidays: ReadonlySet<string>;

  /** `timeZone` is one; `holidays` are days such as 2026-12-25. */
  constructor(timeZone: string, holidays: readonly string[]) {
    this.#clock = clockOf(timeZone);
    this.#holidays = new Set(holidays);
  }

  /** The day on the site's calendar, as a whole number: the next day is one more. */
  dayAt(ms: number): number {
    return Math.floor(this.#shownAt(ms) / dayMs);
  }

  /** 1 Monday … 7 Sunday, 8 a holiday whatever its weekday. */
  kindOf(day: number): number {
    const date = new Date(day * dayMs);
    if (this.#holidays.has(date.toISOString().slice(0, 10))) return 8;
    return date.getUTCDay() || 7;
  }

  /**
   * When clocks show this time of day (minutes, 0..1439) on this day: the first time, where they show it twice; where they jump over it, when they
   * jump. So times that follow each other never come in another order, and what ends when the other begins leaves no gap.
   */
  momentOf(day: number, minute: number): number {
    const shownMs = day * dayMs + minute * 60_000;
    const before = this.#aheadAt(shownMs - farMs);
    const after = this.#aheadAt(shownMs + farMs);
    if (before === after) return shownMs - before;
    const [first, last] = [shownMs - Math.max(before, after), shownMs - Math.min(before, after)];
    if (this.#shownAt(first) === shownMs) return first;
    return this.#shownAt(last) === shownMs ? last : this.#jumpBetween(first, last);
  }

  /** The moment after which clocks show something else than time passed since `fromMs` says. */
  #jumpBetween(fromMs: number, untilMs: number): number {
    const before = this.#aheadAt(fromMs);
    let [low, high] = [fromMs, untilMs];
    while (high - low > finestMs) {
      const middle = low + Math.floor((high - low) / 2 / finestMs) * finestMs;
      if (this.#aheadAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  /** How far clocks here are ahead of UTC. */
  #aheadAt(ms: number): number {
    return this.#shownAt(ms) - ms;
  }

  /** What clocks show, as if it were UTC. */
  #shownAt(ms: number): number {
    const parts = new Map(this.#clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const [year, month, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map((type) =>
      present(parts.get(type), 'a clock shows it'),
    ) as [number, number, number, number, number, number];
    return Date.UTC(year, month - 1, day, hour, minute, second) + (ms % 1_000);
  }
}
