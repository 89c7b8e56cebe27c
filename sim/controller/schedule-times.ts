/**
 * The schedules of a site with its calendar, read at once, and when one of them says something else. Decides that a schedule whose times and calendar
 * are as they were is not searched anew: one that never changes costs a look at two weeks.
 */
import type { Stores } from './controller-store.ts';
import { horizonDays, nextChange, type Times } from './rules/schedules.ts';
import { dayMs, SiteCalendar } from './rules/site-calendar.ts';
import type { KeptSchedule, ScheduleKind } from './schedule-store.ts';
import { siteSettingsOf } from './site-settings.ts';

/** Where none was found, it is looked for again well before the end of what was looked at. */
const searchedMs = (horizonDays - 1) * dayMs;

interface Found {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface KnownTimes {
  readonly calendar: SiteCalendar;
  readonly ofPeople: readonly { readonly id: number; readonly times: readonly Times[] }[];
  /** Undefined: there is none of this kind. */
  of(schedule: number | undefined, kind: ScheduleKind): readonly Times[] | undefined;
  /** The next moment at which one of them may say something else; undefined: there are none. */
  nextMs(nowMs: number): number | undefined;
}

export class ScheduleTimes {
  /** By times and calendar, as text. */
  #found = new Map<string, Found>();

  async read(stores: Pick<Stores, 'settings' | 'schedules'>): Promise<KnownTimes> {
    const { timeZone, holidays } = await siteSettingsOf(stores);
    const days = holidays.map(({ day }) => day);
    const calendar = new SiteCalendar(timeZone, days);
    const schedules = await stores.schedules.list();
    const place = JSON.stringify([timeZone, days]);
    return {
      calendar,
      ofPeople: schedules.filter(({ kind }) => kind === 'personAccess').map((schedule) => ({ id: schedule.id, times: timesOf(schedule) })),
      of: (schedule, kind) => {
        const kept = schedules.find((one) => one.id === schedule && one.kind === kind);
        return kept && timesOf(kept);
      },
      nextMs: (nowMs) => this.#nextMs(schedules, calendar, place, nowMs),
    };
  }

  #nextMs(schedules: readonly KeptSchedule[], calendar: SiteCalendar, place: string, nowMs: number): number | undefined {
    const found = new Map<string, Found>();
    for (const schedule of schedules) {
      const key = `${place} ${JSON.stringify(schedule.times)}`;
      const before = found.get(key) ?? this.#found.get(key);
      const holds = before !== undefined && before.fromMs <= nowMs && nowMs < before.untilMs;
      const search = (): number => nextChange(timesOf(schedule), calendar, nowMs) ?? nowMs + searchedMs;
      found.set(key, holds ? before : { fromMs: nowMs, untilMs: search() });
    }
    this.#found = found;
    return found.size === 0 ? undefined : Math.min(...[...found.values()].map(({ untilMs }) => untilMs));
  }
}

/** They were put in by a call that checked their shape (schedule-calls.ts). */
export const timesOf = ({ times }: KeptSchedule): readonly Times[] => times as unknown as readonly Times[];
