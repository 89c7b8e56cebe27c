/** A limit on waiting for a port: hardware that never answers must not hold up the door. */
import type { Clock } from '../ports/clock.ts';
import { Fault } from '../shared/faults.ts';

/** What `work` gives, or a Fault `hardware.slow` after `limitMs`. */
export const within = <Value>(clock: Clock, limitMs: number, work: Promise<Value>): Promise<Value> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = clock.setTimeout(() => reject(new Fault('hardware.slow', `no answer within ${limitMs} ms`)), limitMs);
  return Promise.race([work, late]).finally(() => clock.clearTimeout(timer));
};
