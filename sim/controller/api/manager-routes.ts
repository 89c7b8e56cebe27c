/**
 * Every call of the controller's API, a row each: who may, what is said, what is answered. Handlers, the OpenAPI page and the pages' client are
 * made from this table. Refusals are refusals.ts's; what comes by itself is live.ts's.
 */
import { peopleRoutes } from './people-routes.ts';
import { readerRoutes } from './reader-routes.ts';
import type { Route } from './route.ts';
import { siteRoutes } from './site-routes.ts';

export const managerRoutes = { ...peopleRoutes, ...readerRoutes, ...siteRoutes } as const satisfies Readonly<Record<string, Route>>;

export type ManagerRoutes = typeof managerRoutes;
export type ManagerRouteName = keyof ManagerRoutes;
