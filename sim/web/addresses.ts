/** Addresses of views, for whoever links to one. Which views there are, and how an address is read, is router.ts's. */
import type { ViewName } from './router.ts';

export const addressOf = (view: ViewName, id: number | string = ''): string => `#/${view}${id === '' ? '' : `/${id}`}`;

export const goTo = (view: ViewName, id: number | string = ''): void => {
  location.hash = addressOf(view, id);
};
