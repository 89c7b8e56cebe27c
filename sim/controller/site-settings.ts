/** Settings of a site that its managers choose, with what they are until somebody has. How they are kept is setting-store.ts's. */
import * as v from 'valibot';
import { defaultProfile } from '../../src/access/events.ts';
import { siteSettings } from './api/shapes.ts';
import type { Stores } from './controller-store.ts';

export type SiteSettings = v.InferOutput<typeof siteSettings>;

const partialSettings = v.partial(siteSettings);
type SettingsChange = v.InferOutput<typeof partialSettings>;

const key = 'site';

const defaults: SiteSettings = {
  siteName: 'Site',
  pinLength: 6,
  profile: defaultProfile,
  timeZone: 'UTC',
  keepEventsDays: null,
  holidays: [],
};

/** What was kept and is no setting any more is passed over. */
export const siteSettingsOf = async ({ settings }: Pick<Stores, 'settings'>): Promise<SiteSettings> => {
  const kept = v.safeParse(partialSettings, (await settings.get(key)) ?? {});
  return kept.success ? withSettings(defaults, kept.output) : defaults;
};

/** What is named is so from here on. */
export const withSettings = (before: SiteSettings, put: SettingsChange): SiteSettings => ({
  siteName: put.siteName ?? before.siteName,
  pinLength: put.pinLength ?? before.pinLength,
  profile: put.profile ?? before.profile,
  timeZone: put.timeZone ?? before.timeZone,
  keepEventsDays: put.keepEventsDays === undefined ? before.keepEventsDays : put.keepEventsDays,
  holidays: put.holidays ?? before.holidays,
});

export const putSiteSettings = ({ settings }: Pick<Stores, 'settings'>, put: SiteSettings): Promise<void> => settings.put(key, put);
