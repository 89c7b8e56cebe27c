/** The door a storm is about: settings drawn from a seed, within what an installer may set. */
import { defaultPolicy, type Policy } from '../../src/access/policy.ts';
import type { JournalLimits } from '../../src/journal/journal.ts';
import type { Random } from '../random.ts';

export interface StormSettings {
  readonly policy: Policy;
  readonly journalLimits: Pick<JournalLimits, 'events' | 'whenFull'>;
  readonly hasController: boolean;
}

const hourMs = 3_600_000;

export const settingsOf = (random: Random): StormSettings => ({
  policy: {
    ...defaultPolicy,
    mode: random.pick(['cardOnly', 'pinOnly', 'cardOrPin', 'cardOrPin', 'cardAndPin', 'cardAndPin']),
    windowTries: random.between(1, 5),
    strikeMs: random.pick([1_000, 5_000, 5_000, 60_000]),
    secureOnOpen: random.chance(0.3),
    rex: random.pick(['bypass', 'release']),
    recordFailure: random.pick(['deny', 'deny', 'grantCards']),
    untrustedTime: random.pick(['deny', 'lastSeen']),
    duress: random.chance(0.5),
    offline: random.chance(0.3) ? { fullMs: hourMs, priorityMs: random.between(0, 2) * hourMs } : undefined,
  },
  journalLimits: { events: random.pick([100, 300, 1_000]), whenFull: random.pick(['gap', 'gap', 'deny']) },
  hasController: random.chance(0.8),
});
