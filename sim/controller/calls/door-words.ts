/**
 * How to enter at a door, from what its reader said of itself. Decides that what was heard last is so; the words are src/tools/door-card.ts's, and
 * which settings stand in for those that were not told is ../told-door.ts's.
 */
import { howToEnter } from '../../../src/tools/door-card.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { AnswerOf } from '../api/route.ts';
import type { KnownReader } from '../site-store.ts';
import { policyOf, settingsAre } from '../told-door.ts';
import type { CallParts } from './call-parts.ts';

/** For everybody, or for somebody with extended time. Undefined: nothing was ever heard of that reader. */
export const doorWords = ({ line }: CallParts, { id, name }: KnownReader, isExtended = false): AnswerOf<ManagerRoutes['doorCard']> | undefined => {
  const told = line.readers.find(({ reader }) => reader.id === id)?.state.told;
  return told && { reader: name, mode: told.mode, lines: [...howToEnter(policyOf(told, isExtended))], settingsAre: settingsAre(told) };
};
