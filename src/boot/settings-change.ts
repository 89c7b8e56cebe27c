/**
 * Says what somebody has changed in the settings since the door last ran, and what of it weakens the door (DESIGN §2).
 * Whether a change is obeyed is tools/settings-guard.ts's.
 */
import type { AccessEvent } from '../access/events.ts';
import { changedBetween, weakenedBy } from '../config/compare.ts';
import type { Settings } from '../config/settings.ts';

/** A field of an event holds 190 bytes. */
const mostCharacters = 180;

/** Undefined when every setting is as before, however the file writes it. */
export const settingsChange = (before: Settings, after: Settings): AccessEvent | undefined => {
  const changed = changedBetween(before, after);
  if (changed.length === 0) return undefined;
  const weaker = weakenedBy(before, after);
  const fields = { changed: listed(changed), ...(weaker.length === 0 ? {} : { weaker: listed(weaker) }) };
  return { code: 'settings.changed', fields };
};

/** The file weakens the door in these, and waits for an order: the door goes on as before. */
export const settingsRefused = (weaker: readonly string[]): AccessEvent => ({ code: 'settings.refused', fields: { weaker: listed(weaker) } });

/** As many names as fit, and how many more there are: a name cut in two would be another setting's. */
const listed = (names: readonly string[]): string => {
  const whole = names.join(' ');
  if (whole.length <= mostCharacters) return whole;
  const fitting = whole
    .slice(0, mostCharacters - ' and 99 more'.length)
    .split(' ')
    .slice(0, -1);
  return `${fitting.join(' ')} and ${names.length - fitting.length} more`;
};
