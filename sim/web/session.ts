/**
 * Who looks at the page: the token, which is kept for this tab alone, and the user it belongs to. What may be seen is the server's to say; the
 * page only leaves out what would be refused.
 */
import { batch, signal } from '@preact/signals';
import type { InferOutput } from 'valibot';
import type { managerRoutes } from '../controller/api/manager-routes.ts';

export type User = InferOutput<(typeof managerRoutes)['whoAmI']['answer']>;

const kept = 'doorpad.token';
/** `#token=…`, as the program prints it at its start. */
const inFragment = /^#token=([\w.~-]{1,200})$/;

export const token = signal<string | undefined>(undefined);
/** Undefined: not asked yet, or nobody. */
export const user = signal<User | undefined>(undefined);

/** The server let go of the one who was here. */
export const hasEnded = signal(false);

/** Takes the token out of the address, where nobody else shall find it (SECURITY H10), or the one this tab had. */
export const takeToken = (): void => {
  const given = inFragment.exec(location.hash)?.[1];
  if (given !== undefined) {
    history.replaceState(null, '', location.pathname);
    sessionStorage.setItem(kept, given);
    // Whoever was here may be somebody else.
    user.value = undefined;
    hasEnded.value = false;
  }
  token.value = given ?? sessionStorage.getItem(kept) ?? undefined;
};

export const logInWith = (given: string, who: User): void => {
  sessionStorage.setItem(kept, given);
  batch(() => {
    token.value = given;
    user.value = who;
    hasEnded.value = false;
  });
};

export const forget = (): void => {
  sessionStorage.removeItem(kept);
  batch(() => {
    token.value = undefined;
    user.value = undefined;
    hasEnded.value = false;
  });
};

/** The server does not know that token; another one, taken meanwhile, stays. */
export const forgetIfStill = (refused: string | undefined): void => {
  if (token.value !== refused || refused === undefined) return;
  forget();
  hasEnded.value = true;
};
