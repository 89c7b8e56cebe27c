/** What became of something that was asked of a reader, as a name and as its code (docs/table-profile.md §16). */
import type { Schema } from '../osdp/schema.ts';
import { named } from './fields.ts';

/** What became of something, in the order of its codes: a new one is added at the end, and none is ever moved or taken out. */
export const outcomes = [
  'done',
  /** Disk or hardware did not answer: it may be asked again. */
  'failed',
  'malformed',
  'wrongFormat',
  'wrongSignature',
  'wrongSite',
  'wrongReader',
  'wrongKind',
  'staleVersion',
  'wrongBase',
  'wrongBody',
  'wrongContent',
  'contradiction',
  'tooLarge',
  'wrongOffset',
  'incomplete',
  'diskFull',
  'unknownOrder',
  'staleNumber',
  'expired',
  'timeUntrusted',
  'notKeyed',
  'notDone',
  'tooMany',
  'wrongEpoch',
  'beyondSent',
  'notStricter',
  'tooFar',
  'notWaiting',
  'alreadyThere',
  'triedBefore',
  'onTrial',
  'underWay',
] as const;
export type Outcome = (typeof outcomes)[number];

export const outcome: Schema<Outcome> = named(outcomes);
