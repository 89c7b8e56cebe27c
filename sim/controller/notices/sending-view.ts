/** A notice that was or will be sent, as the API shows it: without what is in it. */
import * as v from 'valibot';
import { sending as sendingShape } from '../api/shapes.ts';
import type { Sending } from '../sending-store.ts';

/** Undefined: of a trigger that there is not. */
export const sendingView = ({ id, atMs, trigger, way, person, state, tries, lastError }: Sending): v.InferOutput<typeof sendingShape> | undefined => {
  const at = new Date(atMs).toISOString();
  const view = v.safeParse(sendingShape, { id, at, trigger, way, person: person ?? null, state, tries, lastError: lastError ?? null });
  return view.success ? view.output : undefined;
};
