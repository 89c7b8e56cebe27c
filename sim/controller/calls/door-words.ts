/**
 * How to enter at a door, from what its reader said of itself. Decides that a mode is the one that was heard last; the words are
 * src/tools/door-card.ts's. A reader does not say its times and budgets: they are those of a reader whose settings say nothing of them.
 */
import { defaultPolicy } from '../../../src/access/policy.ts';
import { howToEnter } from '../../../src/tools/door-card.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { AnswerOf } from '../api/route.ts';
import type { KnownReader } from '../site-store.ts';
import type { CallParts } from './call-parts.ts';

/** Undefined: nothing was heard of that reader yet. */
export const doorWords = ({ line }: CallParts, { id, name }: KnownReader): AnswerOf<ManagerRoutes['doorCard']> | undefined => {
  const door = line.readers.find(({ reader }) => reader.id === id)?.state.door;
  return door && { reader: name, mode: door.mode, lines: [...howToEnter({ ...defaultPolicy, model: door.model, mode: door.mode })] };
};
