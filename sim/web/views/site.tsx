/** What every view knows of the site: its settings, whose time zone counts, and which calls the one who looks may make. */
import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type ManagerRouteName, managerRoutes } from '../../controller/api/manager-routes.ts';
import type { Role } from '../../controller/api/route.ts';
import { type Answer, ask } from '../client.ts';
import { user } from '../session.ts';
import { useNews } from './asked.tsx';
import { momentText } from './when.ts';

/** Undefined: not known yet, or not for those who look. */
export const site = signal<Answer<'getSettings'> | undefined>(undefined);
/** Undefined: the browser's own. */
export const zone = computed(() => site.value?.settings.timeZone);

/** Whether the one who looks may make that call: the server says it too, and has the last word. */
export const may = (name: ManagerRouteName): boolean => {
  const roles: readonly Role[] | 'anyone' = managerRoutes[name].may;
  const role = user.value?.role;
  return roles === 'anyone' || (role !== undefined && roles.includes(role));
};

const askSite = async (): Promise<void> => {
  if (!may('getSettings')) return;
  const answer = await ask('getSettings');
  if (answer.ok) site.value = answer.value;
};

/** Keeps `site` up to date while the view is shown. */
export const useSite = (): void => {
  useEffect(() => void askSite(), []);
  useNews(askSite, ['settings']);
};

export function When({ at }: { readonly at: string }) {
  return <time dateTime={at}>{momentText(at, zone.value)}</time>;
}
