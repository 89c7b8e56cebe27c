/** Moments as people read and type them: the site's time, or the browser's own where no site is known. Pure; which zone counts is site.ts's. */

const formatters = new Map<string | undefined, Intl.DateTimeFormat>();

/** A zone that nobody knows is shown as UTC. */
const formatterFor = (zone: string | undefined): Intl.DateTimeFormat => {
  const made = formatters.get(zone);
  if (made !== undefined) return made;
  const like = (timeZone: string | undefined): Intl.DateTimeFormat =>
    // Swedish writes a date as ISO 8601 does.
    new Intl.DateTimeFormat('sv-SE', { ...(timeZone === undefined ? {} : { timeZone }), dateStyle: 'short', timeStyle: 'medium' });
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = like(zone);
  } catch {
    formatter = like('UTC');
  }
  formatters.set(zone, formatter);
  return formatter;
};

/** `2026-03-02 09:01:04`; what is no moment is shown as it is. */
export const momentText = (moment: string, zone?: string): string => {
  const at = Date.parse(moment);
  return Number.isNaN(at) ? moment : formatterFor(zone).format(at);
};

/** For a field of type datetime-local: `2026-03-02T09:01`; nothing is an empty field. */
export const typedFrom = (moment: string | null, zone?: string): string =>
  moment === null ? '' : momentText(moment, zone).replace(' ', 'T').slice(0, 16);

const wallOf = (at: number, zone: string | undefined): number => Date.parse(`${formatterFor(zone).format(at).replace(' ', 'T')}Z`);

/**
 * What was typed into a datetime-local field, as a moment in UTC; null: nothing, or no date. An hour that a change of the clock leaves out means
 * the hour after it.
 */
export const momentFrom = (typed: string, zone?: string): string | null => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(typed)) return null;
  const wanted = Date.parse(`${typed.slice(0, 16)}:00Z`);
  if (Number.isNaN(wanted)) return null;
  const near = wanted - (wallOf(wanted, zone) - wanted);
  const at = near - (wallOf(near, zone) - wanted);
  return new Date(wallOf(at, zone) < wanted ? near : at).toISOString();
};
