/** The digits of a PIN, for whoever the audit has down as having asked for them: the one place of the API that opens a PIN. */
import type * as v from 'valibot';
import type { pinShown } from '../api/shapes.ts';
import type { HeldPin } from '../pin-desk.ts';
import { type CallParts, momentOf } from './call-parts.ts';
import { keypadsThrough, pinView } from './view-of.ts';

/** `by`: who asked. */
export const shownOf = async (parts: CallParts, { pin, kind, record }: HeldPin, by: string): Promise<v.InferOutput<typeof pinShown>> => {
  const through = await keypadsThrough(parts);
  const kept = kind === 'pin' ? await pinView(parts, record, through) : null;
  // A duress PIN is shown once, when it is issued, and of that nothing is kept but itself.
  const issuedAsOfNow = { issued: momentOf(parts.clock.wall().ms), issuedBy: by, spread: { inForceAt: 0, of: through.length }, oldCodeAt: 0 };
  return { digits: pin.reveal(), pin: kept ?? { length: pin.length, ...issuedAsOfNow } };
};
