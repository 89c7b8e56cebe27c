/**
 * How to enter at a door, from what its reader said of itself. Decides that what was heard last is so; the words are src/tools/door-card.ts's, and
 * which settings stand in for those that were not told is ../told-door.ts's.
 */
import type { Policy } from '../../../src/access/policy.ts';
import type { GivenPerson } from '../../../src/table/given-person.ts';
import { howToEnter } from '../../../src/tools/door-card.ts';
import type { ManagerRoutes } from '../api/manager-routes.ts';
import type { AnswerOf } from '../api/route.ts';
import type { KnownReader } from '../site-store.ts';
import { policyOf, settingsAre } from '../told-door.ts';
import type { CallParts } from './call-parts.ts';

/** For everybody, or for that person with what they have. Undefined: nothing was ever heard of that reader. */
export const doorWords = ({ line }: CallParts, { id, name }: KnownReader, person?: GivenPerson): AnswerOf<ManagerRoutes['doorCard']> | undefined => {
  const told = line.readers.find(({ reader }) => reader.id === id)?.state.told;
  if (told === undefined) return undefined;
  const policy = policyOf(told, person?.extendedTime);
  const lines = person === undefined ? howToEnter(policy) : linesFor(person, policy);
  return { reader: name, mode: told.mode, lines: [...lines], settingsAre: settingsAre(told) };
};

const needsCard = 'This door asks for a card, and you have none.';
const needsPin = 'This door asks for a PIN, and you have none.';

/** Of the ways in, those that the person has what is needed for. */
const linesFor = ({ cards, pin, pinExempt }: GivenPerson, policy: Policy): readonly string[] => {
  const { mode } = policy;
  if (mode === 'locked' || mode === 'unlocked') return howToEnter(policy);
  const takesCard = mode !== 'pinOnly' && cards.length > 0;
  const takesPin = mode !== 'cardOnly' && pin !== undefined;
  if (mode === 'cardAndPin') {
    if (!takesCard) return [needsCard];
    if (pinExempt) return howToEnter({ ...policy, mode: 'cardOnly' });
    return takesPin ? howToEnter(policy) : [needsPin];
  }
  if (takesCard && takesPin) return howToEnter(policy);
  if (takesCard) return howToEnter({ ...policy, mode: 'cardOnly' });
  if (takesPin) return howToEnter({ ...policy, mode: 'pinOnly' });
  if (mode === 'cardOrPin') return ['This door asks for a card or a PIN, and you have neither.'];
  return [mode === 'cardOnly' ? needsCard : needsPin];
};
