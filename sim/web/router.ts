/**
 * Which view the page shows: the part of the address after `#/`, such as `#/person/3`. One row a view; a view without a component yet has no
 * place in the menu. Who may open what is decided by the server: the menu only leaves out what would be refused.
 */
import { computed, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { Role } from '../controller/api/route.ts';

export interface ViewProps {
  /** What stands after the view's name in the address; empty: nothing. */
  readonly id: string;
}

export interface View {
  readonly title: string;
  readonly group: 'Bench' | 'People' | 'Doors' | 'Site' | 'Me';
  readonly may: readonly Role[];
  /** False: opened from another view. */
  readonly isInMenu: boolean;
  /** Fetched when it is first shown. */
  readonly load?: () => Promise<ComponentType<ViewProps>>;
}

const staff = ['manager', 'installer', 'auditor'] as const;
const managers = ['manager'] as const;
const watchers = ['manager', 'auditor'] as const;

/** In the order of the menu. */
export const views = {
  bench: {
    title: 'Bench',
    group: 'Bench',
    may: managers,
    isInMenu: true,
    load: async () => (await import('./bench/bench-view.tsx')).BenchView,
  },
  people: { title: 'People', group: 'People', may: staff, isInMenu: true, load: async () => (await import('./views/people.tsx')).PeopleView },
  person: { title: 'Person', group: 'People', may: staff, isInMenu: false, load: async () => (await import('./views/person.tsx')).PersonView },
  bookings: { title: 'Bookings', group: 'People', may: staff, isInMenu: true, load: async () => (await import('./views/bookings.tsx')).BookingsView },
  activity: {
    title: 'Activity',
    group: 'Doors',
    may: watchers,
    isInMenu: true,
    load: async () => (await import('./views/activity.tsx')).ActivityView,
  },
  readers: { title: 'Readers', group: 'Doors', may: staff, isInMenu: true, load: async () => (await import('./views/readers.tsx')).ReadersView },
  schedules: {
    title: 'Schedules',
    group: 'Doors',
    may: staff,
    isInMenu: true,
    load: async () => (await import('./views/schedules.tsx')).SchedulesView,
  },
  'door-card': {
    title: 'How to enter',
    group: 'Doors',
    may: [...staff, 'tenant'],
    isInMenu: false,
    load: async () => (await import('./views/door-card.tsx')).DoorCardView,
  },
  settings: { title: 'Settings', group: 'Site', may: staff, isInMenu: true, load: async () => (await import('./views/settings.tsx')).SettingsView },
  notices: { title: 'Notices', group: 'Site', may: managers, isInMenu: true, load: async () => (await import('./views/notices.tsx')).NoticesView },
  audit: { title: 'Audit', group: 'Site', may: watchers, isInMenu: true, load: async () => (await import('./views/audit.tsx')).AuditView },
  users: { title: 'Users', group: 'Site', may: managers, isInMenu: true, load: async () => (await import('./views/users.tsx')).UsersView },
  portal: { title: 'My code', group: 'Me', may: ['tenant'], isInMenu: true, load: async () => (await import('./views/portal.tsx')).PortalView },
} as const satisfies Readonly<Record<string, View>>;

export type ViewName = keyof typeof views;

export interface Place {
  readonly view: ViewName;
  readonly id: string;
}

export const rowOf = (name: ViewName): View => views[name];
const names = Object.keys(views) as readonly ViewName[];

/** The view of the bench is only where its server has one: the mark in the head says so. */
const isHere = (name: ViewName): boolean => name !== 'bench' || document.querySelector('meta[name="bench"]') !== null;

/** What the menu shows to that role. */
export const menuFor = (role: Role): readonly ViewName[] =>
  names.filter((name) => isHere(name) && rowOf(name).isInMenu && rowOf(name).load !== undefined && rowOf(name).may.includes(role));

export const homeOf = (role: Role): Place => ({ view: menuFor(role)[0] ?? (role === 'tenant' ? 'portal' : 'activity'), id: '' });

/** Undefined: no view has that name. */
const placeFrom = (hash: string): Place | undefined => {
  const [, name, id = ''] = /^#\/([a-z-]+)(?:\/([\w-]{1,40}))?$/.exec(hash) ?? [];
  const view = names.find((one) => one === name && isHere(one));
  return view === undefined ? undefined : { view, id };
};

const hash = signal('');
/** Undefined: the address names no view; the home of whoever looks is meant. */
export const place = computed(() => placeFrom(hash.value));

export const followAddress = (): void => {
  hash.value = location.hash;
  addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
};
